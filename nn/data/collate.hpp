// Make a batch of items: one kind of value after the other.
#pragma once
#include <concepts>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../autograd/ops/create.hpp"

namespace jt::dataset {

namespace detail {

template <class T>
concept Number = std::is_arithmetic_v<T>;

/// Vars stacked along a new first axis; a GraphError for an empty one, a ShapeError for shapes that differ from that of
/// the first one. Both name the item.
Var collate(const std::vector<Var>& values, const std::vector<std::int64_t>& indices);
inline std::vector<std::string> collate(const std::vector<std::string>& values, const std::vector<std::int64_t>&) {
    return values;
}
/// Integers and bools (n,) int32, floats (n,) float32; a ValueError for a number that the dtype does not hold.
template <Number T>
Var collate(const std::vector<T>& values, const std::vector<std::int64_t>&) {
    using Wide = std::conditional_t<std::floating_point<T>, double,
                                    std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>;
    return array(std::vector<Wide>(values.begin(), values.end()), std::floating_point<T> ? jt::float32 : jt::int32);
}

}  // namespace detail

/// What an item is made of.
template <class T>
concept Collatable = requires(const std::vector<T>& values) {
    detail::collate(values, {});
};

namespace detail {
template <class T>
struct CollatedAs {
    static_assert(Collatable<T>,
                  "items of a Dataset are made of Var, numbers and std::string: other values go into one of "
                  "these, as a std::vector of numbers by array(values) into a Var");
    using type = T;
};
template <Collatable T>
struct CollatedAs<T> {
    using type = decltype(collate(std::vector<T>(), {}));
};
}  // namespace detail

/// What the values of a batch's items become: Vars and numbers a Var, strings a list of them.
template <class T>
using Collated = typename detail::CollatedAs<T>::type;

/// The items of a batch and their indices, which errors name.
template <class... Item>
struct Items : std::vector<std::tuple<Item...>> {
    std::vector<std::int64_t> indices;
};

/// What Jittor's Dataset does with a batch of items: each of their values collated. Throws a ValueError without items,
/// and what each kind of value throws.
template <class... Item>
std::tuple<Collated<Item>...> collate_batch(const Items<Item...>& items) {
    if (items.empty()) fail<ValueError>("collate_batch: needs at least one item, got none");
    const auto column = [&]<std::size_t k>(std::integral_constant<std::size_t, k>) {
        std::vector<std::tuple_element_t<k, std::tuple<Item...>>> values;
        for (const auto& item : items) values.push_back(std::get<k>(item));
        return detail::collate(values, items.indices);
    };
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
        return std::tuple<Collated<Item>...>{column(std::integral_constant<std::size_t, k>())...};
    }
    (std::index_sequence_for<Item...>());
}

}  // namespace jt::dataset
