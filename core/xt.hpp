// xtensor's adaptors over an array's memory, with whichever xtensor is installed. Sources and <minijt/xtensor.hpp>
// include it, no other public header: it takes a second to compile.
#pragma once
#if __has_include(<xtensor/containers/xarray.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/core/xnoalias.hpp>
#else  // xtensor up to 0.25
#include <xtensor/xtensor_config.hpp>

#include <xtensor/xexpression_traits.hpp>
#if defined(__GNUC__) && !defined(__clang__) && __cplusplus > 201703L
// In C++20 most of these versions match their own containers' shapes to no array; g++ then crashes. Before any use.
// The constraint lets it stand beside the same specialisation where a version, or Debian, has it.
namespace xt::detail {
template <template <class, std::size_t, class, bool> class S, class X, std::size_t N, class A, bool I>
requires true struct xtype_for_shape<S<X, N, A, I> > {
    template <class T, layout_type L>
    using type = xarray<T, L>;
};
}  // namespace xt::detail
#endif
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#endif

#include "array.hpp"

namespace jt {

/// Row-major memory as xtensor sees it; nothing is copied.
template <class T>
auto adapted(T* data, const Shape& shape) {
    const std::vector<std::size_t> extents(shape.begin(), shape.end());
    return xt::adapt<xt::layout_type::row_major>(data, static_cast<std::size_t>(shape.numel()), xt::no_ownership(),
                                                 extents);
}

}  // namespace jt
