// Groups of parameters, each with options of its own: what every optimizer here is made of.
#pragma once
#include "optimizer.hpp"

namespace jt::nn {

/// What an optimizer is given: parameters, or groups of them, `{{.params = a, .lr = 0.02}, {.params = b}}`.
template <class Group>
class Groups : public std::vector<Group> {
public:
    Groups() = default;
    Groups(const Vars& parameters);
    Groups(const std::vector<Var>& parameters);
    template <class... V>
    requires(sizeof...(V) > 0 && (std::derived_from<V, Var> && ...)) Groups(V... vars) : Groups(Vars{vars...}) {}
    Groups(std::initializer_list<Group> groups);
    Groups(std::vector<Group> groups);
};

namespace detail {
inline bool positional(bool flag) { return flag; }
template <class T>
auto positional(const T& value) {
    if constexpr (std::is_arithmetic_v<T>)
        return static_cast<double>(value);
    else
        return value;
}
}  // namespace detail

/// Jittor's positional arguments as options: what they are in order, a learning rate first. A number may be of any
/// kind.
template <class Options, class Rate, class... More>
requires std::is_arithmetic_v<Rate>
auto positional(Rate lr, More... more) -> decltype(Options{static_cast<double>(lr), detail::positional(more)...}) {
    return Options{static_cast<double>(lr), detail::positional(more)...};
}
/// Whether some arguments are such.
template <class Options, class... Args>
concept Positional = requires(Args... args) {
    positional<Options>(args...);
};

/// The groups of an optimizer, to be read and changed; as many as it has. Throws an IndexError for others.
template <class Group>
class GroupView {
public:
    struct Store;
    struct Iterator {
        Group& operator*() const { return (*view)[k]; }
        Iterator& operator++() { return ++k, *this; }
        bool operator==(End) const { return k == view->size(); }

        const GroupView* view;
        std::size_t k;
    };

    explicit GroupView(Store& groups) : groups_(groups) {}
    Group& operator[](std::size_t k) const;
    std::size_t size() const;
    Iterator begin() const { return {this, 0}; }
    End end() const { return {}; }

private:
    Store& groups_;
};

namespace detail {
/// Throws a ValueError in the name of an optimizer for a number outside [0, 1).
void check_betas(const char* optimizer, std::initializer_list<double> betas);
}  // namespace detail

/// An optimizer whose groups may have options of their own: `Options` has lr and a number or flag for each option;
/// `Group` has params, lr and initial_lr, and an optional for each.
template <class Options, class Group>
class GroupedOptimizer : public Optimizer {
public:
    /// To be read and changed: `opt.groups()[1].lr = 0.1` acts from the next step on. Their params stay those that they
    /// were made with.
    GroupView<Group> groups() { return GroupView<Group>(*groups_); }
    /// Throws what the constructor throws, and a ValueError for a parameter of another group.
    void add_param_group(Group group);
    ~GroupedOptimizer() override;

protected:
    GroupedOptimizer(const char* name, const Groups<Group>& groups, const Options& options);

    /// The options of a group: its own, and for the rest the optimizer's.
    Options options_of_group(std::size_t group) const;
    /// Those of a parameter.
    Options options_of(std::size_t k) const;

private:
    static detail::Numbers numbers_of(Group& group, std::size_t k);
    void add(Group group);

    Options options_;
    OwnPtr<typename GroupView<Group>::Store> groups_;
};

}  // namespace jt::nn
