// Give xtensor expressions to minijt and look at Vars as xtensor arrays. Opt-in: no other header needs xtensor.
#pragma once
#if __has_include(<xtensor/containers/xarray.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/core/xnoalias.hpp>
#else  // xtensor up to 0.25
#include <xtensor/xtensor_config.hpp>

#include <xtensor/xexpression_traits.hpp>
#if defined(__GNUC__) && !defined(__clang__) && __cplusplus > 201703L
// In C++20 most of these versions match their own containers' shapes to no array; g++ then crashes. Before any use.
// The constraint lets it stand beside the same specialisation where a version, or Debian, has it.
namespace xt::detail {
template <template <class, std::size_t, class, bool> class S, class X, std::size_t N, class A, bool I>
requires true struct xtype_for_shape<S<X, N, A, I>> {
    template <class T, layout_type L>
    using type = xarray<T, L>;
};
}  // namespace xt::detail
#endif
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xnoalias.hpp>
#endif

#include <algorithm>

#include "ops.hpp"

namespace jt {

namespace xtensor_detail {

/// The element type that holds any T: integers that minijt has not got become int32 or int64, or stay std::uint64_t.
template <class T>
using Element = std::conditional_t<
    std::is_floating_point_v<T>, std::conditional_t<sizeof(T) == 4, float, double>,
    std::conditional_t<
        std::is_same_v<T, bool> || std::is_same_v<T, std::uint8_t>, T,
        std::conditional_t<(sizeof(T) + std::is_unsigned_v<T> > 8), std::uint64_t,
                           std::conditional_t<(sizeof(T) + std::is_unsigned_v<T> > 4), std::int64_t, std::int32_t>>>>;

template <class T>
auto adapted(T* data, const Shape& shape) {
    const std::vector<std::size_t> extents(shape.begin(), shape.end());
    return xt::adapt<xt::layout_type::row_major>(data, static_cast<std::size_t>(shape.numel()), xt::no_ownership(),
                                                 extents);
}

template <class E, class T>
void evaluate(const E& expression, T* data, const Shape& shape) {
    auto target = adapted(data, shape);
    xt::noalias(target) = expression;
}

}  // namespace xtensor_detail

/// The values of an xtensor expression, evaluated once, in row-major order whatever its layout; a 0-d one has shape
/// (1,). Doubles become float32 and 64-bit integers int32 unless a dtype is given, as everywhere; a number
/// that it does not hold throws.
template <class E>
Var array(const xt::xexpression<E>& expression, std::optional<Dtype> dtype = {}) {
    using T = xtensor_detail::Element<typename E::value_type>;
    const auto& values = expression.derived_cast();
    Shape shape(values.shape().begin(), values.shape().end());
    const Shape whole = shape.empty() ? Shape{1} : shape;
    if constexpr (std::is_same_v<T, std::uint64_t>) {
        std::vector<T> out(static_cast<std::size_t>(whole.numel()));
        xtensor_detail::evaluate(values, out.data(), shape);
        return array(out.data(), whole, dtype);
    } else {
        Array out(whole, dtype_of<T>);
        xtensor_detail::evaluate(values, out.template data<T>(), shape);
        if (dtype.value_or(narrowed(dtype_of<T>)) == out.dtype()) return array(out);
        return array(std::as_const(out).template data<T>(), whole, dtype);
    }
}

/// The elements of x in place, read only; valid while x lives and is not written to. T is the type behind x.dtype().
template <class T>
auto view(const Var& x) {
    return xtensor_detail::adapted(x.data<T>(), x.shape());
}
template <class T>
auto view(Var&&) = delete;

/// A copy of x's elements, converted to T.
template <class T>
xt::xarray<T> to_xarray(const Var& x) {
    const std::vector<T> values = x.to_vector<T>();
    auto out = xt::xarray<T>::from_shape(std::vector<std::size_t>(x.shape().begin(), x.shape().end()));
    std::copy(values.begin(), values.end(), out.template begin<xt::layout_type::row_major>());
    return out;
}

}  // namespace jt
