// Kernels that are one xtensor expression, element by element, or a strided view that xtensor describes. Private to the
// library, and built for the baseline instruction set alone, since what xtensor instantiates is shared by all objects.
#pragma once
#include "../xt.hpp"
#if __has_include(<xtensor/containers/xarray.hpp>)
#include <xtensor/misc/xmanipulation.hpp>
#include <xtensor/views/xstrided_view.hpp>
#else
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xstrided_view.hpp>
#endif

#include "movement/movement.hpp"
#include "parallel.hpp"

namespace jt::kernels {

/// The elements as one axis of fixed rank, whatever their shape: that costs nothing, where a shape that is known at run
/// time costs more than sixteen numbers do.
template <class T>
auto flat(T* data, std::int64_t n) {
    const std::array<std::size_t, 1> extent{static_cast<std::size_t>(n)};
    return xt::adapt(data, extent[0], xt::no_ownership(), extent);
}

/// y = f(x, more...) element by element, all of one shape and float dtype; y holds T, or their dtype.
template <class T = void, class F, class... Arrays>
Array flat_xt(F f, const Array& x, const Arrays&... more) {
    const auto n = x.numel();
    Array y(x.shape(), std::is_void_v<T> ? x.dtype() : dtype_of<std::conditional_t<std::is_void_v<T>, float, T>>);
    if (n == 0) return y;
    dispatch_float(x.dtype(), [&]<class From>(From) {
        auto* const to = y.data<std::conditional_t<std::is_void_v<T>, From, T>>();
        for_elements(n, [&](std::int64_t from, std::int64_t end) {
            auto part = flat(to + from, end - from);
            xt::noalias(part) = f(flat(x.template data<From>() + from, end - from),
                                  flat(more.template data<From>() + from, end - from)...);
        });
    });
    return y;
}

/// The strided view f(x) (a flip, a transpose, overlapping windows ...) made dense by our own copy, which takes a tenth
/// of the time of xtensor's. Where the elements lie does not depend on what they are.
template <class F>
Array view_xt(const Array& x, F f) {
    const auto view = f(adapted(static_cast<const char*>(x.raw()), x.shape()));
    return strided(x, static_cast<std::int64_t>(view.data_offset()), Shape(view.shape().begin(), view.shape().end()),
                   Strides(view.strides().begin(), view.strides().end()));
}

}  // namespace jt::kernels
