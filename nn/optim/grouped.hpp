// How an optimizer deals with groups: for the sources of those that there are.
#pragma once
#include <deque>
#include <functional>
#include <tuple>

#include "groups.hpp"

namespace jt::nn {

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
}  // namespace detail

/// The fields of an optimizer with these options, in the order of its state; each optimizer says its own.
template <class Options>
constexpr auto fields();

template <class Options, class F>
void each_field(F f) {
    std::apply([&](const auto&... field) { (f(field), ...); }, fields<Options>());
}

template <class Group>
Groups<Group>::Groups(const Vars& parameters) {
    this->push_back({.params = parameters});
}
template <class Group>
Groups<Group>::Groups(const std::vector<Var>& parameters) : Groups(Vars(parameters)) {}
template <class Group>
Groups<Group>::Groups(std::initializer_list<Group> groups) : std::vector<Group>(groups) {}
template <class Group>
Groups<Group>::Groups(std::vector<Group> groups) : std::vector<Group>(std::move(groups)) {}

template <class Group>
struct GroupView<Group>::Store {
    std::deque<Group> list;  ///< their addresses stay
};
template <class Group>
Group& GroupView<Group>::operator[](std::size_t k) const {
    detail::check_group(k, size());
    return groups_.list[k];
}
template <class Group>
std::size_t GroupView<Group>::size() const {
    return groups_.list.size();
}

template <class Options, class Group>
GroupedOptimizer<Options, Group>::GroupedOptimizer(const char* name, const Groups<Group>& groups,
                                                   const Options& options)
    : Optimizer(given(name, options.lr)), options_(options), groups_(new typename GroupView<Group>::Store) {
    const auto remember_default = [this](const auto& field, auto& place) {
        if constexpr (std::is_same_v<decltype(place), bool&>)
            this->remember(field.name, place);
        else
            this->remember(field.name, place, field.low, field.below);
    };
    each_field<Options>([&](const auto& field) { remember_default(field, std::invoke(field.in_options, options_)); });
    for (const Group& group : groups) add(group);
    let_all_learn(0);
}

template <class Options, class Group>
GroupedOptimizer<Options, Group>::~GroupedOptimizer() = default;

template <class Options, class Group>
void GroupedOptimizer<Options, Group>::add_param_group(Group group) {
    const std::size_t k = parameters().size();
    add(std::move(group));
    if (parameters().size() > k) let_all_learn(k);
}

template <class Options, class Group>
Options GroupedOptimizer<Options, Group>::options_of_group(std::size_t group) const {
    Options out = options_;
    const Group& own = groups_->list[group];
    out.lr = own.lr.value_or(lr);
    each_field<Options>([&](const auto& field) {
        if (const auto& value = std::invoke(field.in_group, own)) std::invoke(field.in_options, out) = *value;
    });
    return out;
}

template <class Options, class Group>
Options GroupedOptimizer<Options, Group>::options_of(std::size_t k) const {
    return options_of_group(group_of(k));
}

template <class Options, class Group>
detail::Numbers GroupedOptimizer<Options, Group>::numbers_of(Group& group, std::size_t k) {
    const std::string prefix = "groups." + std::to_string(k) + ".";
    detail::Numbers numbers;
    numbers.add({prefix + "lr", &group.lr});
    numbers.add({prefix + "initial_lr", &group.initial_lr});
    each_field<Options>([&](const auto& field) {
        numbers.add({prefix + field.name, &std::invoke(field.in_group, group), field.low, field.below});
    });
    return numbers;
}

template <class Options, class Group>
void GroupedOptimizer<Options, Group>::add(Group group) {
    auto& list = groups_->list;
    list.push_back(std::move(group));
    Group& added = list.back();
    try {
        add_group(added.params, numbers_of(added, list.size() - 1), {&added.lr, &added.initial_lr});
    } catch (...) {
        list.pop_back();
        throw;
    }
}

}  // namespace jt::nn
