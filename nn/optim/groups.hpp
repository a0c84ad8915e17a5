// Groups of parameters, each with options of its own: what every optimizer here is made of.
#pragma once
#include <deque>
#include <functional>
#include <tuple>

#include "optimizer.hpp"

namespace jt::nn {

/// What an optimizer is given: parameters, or groups of them, `{{.params = a, .lr = 0.02}, {.params = b}}`.
template <class Group>
class Groups : public std::vector<Group> {
public:
    Groups() = default;
    Groups(const Vars& parameters) { this->push_back({.params = parameters}); }
    Groups(const std::vector<Var>& parameters) : Groups(Vars(parameters)) {}
    template <class... V>
    requires(sizeof...(V) > 0 && (std::derived_from<V, Var> && ...)) Groups(V... vars) : Groups(Vars{vars...}) {}
    Groups(std::initializer_list<Group> groups) : std::vector<Group>(groups) {}
    Groups(std::vector<Group> groups) : std::vector<Group>(std::move(groups)) {}
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
    explicit GroupView(std::deque<Group>& groups) : groups_(groups) {}
    Group& operator[](std::size_t k) const {
        detail::check_group(k, size());
        return groups_[k];
    }
    std::size_t size() const { return groups_.size(); }
    auto begin() const { return groups_.begin(); }
    auto end() const { return groups_.end(); }

private:
    std::deque<Group>& groups_;
};

/// An option by its name in a state, where it is in an optimizer's options, and where in a group's: members, or
/// functions that give a reference.
template <class InOptions, class InGroup>
struct Field {
    const char* name;
    InOptions in_options;
    InGroup in_group;
    double low = 0, below = std::numeric_limits<double>::infinity();
};
template <class O, class G, class... T>
Field(const char*, O, G, T...) -> Field<O, G>;

namespace detail {
/// The k-th of the betas of options or of a group.
template <std::size_t k>
inline constexpr auto beta = [](auto& options) -> auto& {
    return std::get<k>(options.betas);
};
/// Throws a ValueError in the name of an optimizer for a number outside [0, 1).
void check_betas(const char* optimizer, std::initializer_list<double> betas);
}  // namespace detail

/// An optimizer whose groups may have options of their own, as `Fields` lists them: `Fields::Options` has lr and a
/// number for each field; `Fields::Group` has params, lr and initial_lr, and an optional for each field.
template <class Fields>
class GroupedOptimizer : public Optimizer {
public:
    using Options = typename Fields::Options;
    using Group = typename Fields::Group;

    /// To be read and changed: `opt.groups()[1].lr = 0.1` acts from the next step on. Their params stay those that they
    /// were made with.
    GroupView<Group> groups() { return GroupView<Group>(groups_); }
    /// Throws what the constructor throws, and a ValueError for a parameter of another group.
    void add_param_group(Group group) {
        const std::size_t k = parameters().size();
        add(std::move(group));
        if (parameters().size() > k) let_all_learn(k);
    }

protected:
    GroupedOptimizer(const char* name, const Groups<Group>& groups, const Options& options)
        : Optimizer(given(name, options.lr)), options_(options) {
        each_field([&](const auto& field) { remember_default(field, std::invoke(field.in_options, options_)); });
        for (const Group& group : groups) add(group);
        let_all_learn(0);
    }

    /// The options of a group: its own, and for the rest the optimizer's.
    Options options_of_group(std::size_t group) const {
        Options out = options_;
        const Group& own = groups_[group];
        out.lr = own.lr.value_or(lr);
        each_field([&](const auto& field) {
            if (const auto& value = std::invoke(field.in_group, own)) std::invoke(field.in_options, out) = *value;
        });
        return out;
    }
    /// Those of a parameter.
    Options options_of(std::size_t k) const { return options_of_group(group_of(k)); }

private:
    template <class F>
    static void each_field(F f) {
        std::apply([&](const auto&... field) { (f(field), ...); }, Fields::list);
    }
    template <class F>
    void remember_default(const F& field, double& number) {
        remember(field.name, number, field.low, field.below);
    }
    template <class F>
    void remember_default(const F& field, bool& flag) {
        remember(field.name, flag);
    }
    static detail::Numbers numbers_of(Group& group, std::size_t k) {
        const std::string prefix = "groups." + std::to_string(k) + ".";
        detail::Numbers numbers;
        numbers.add({prefix + "lr", &group.lr});
        numbers.add({prefix + "initial_lr", &group.initial_lr});
        each_field([&](const auto& field) {
            numbers.add({prefix + field.name, &std::invoke(field.in_group, group), field.low, field.below});
        });
        return numbers;
    }
    void add(Group group) {
        groups_.push_back(std::move(group));
        Group& added = groups_.back();
        try {
            add_group(added.params, numbers_of(added, groups_.size() - 1), {&added.lr, &added.initial_lr});
        } catch (...) {
            groups_.pop_back();
            throw;
        }
    }

    Options options_;
    std::deque<Group> groups_;  ///< their addresses stay
};

}  // namespace jt::nn
