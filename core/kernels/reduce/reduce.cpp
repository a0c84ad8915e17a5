// Sums, largest and smallest elements over any axes.
#include "reduce.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "reduction.hpp"

namespace jt::kernels {

namespace {

Array total(Fold op, const Array& x, AxisSet axes, const Shape& shape) {
    return dispatch(x.dtype(), [&]<class T>(T) {
        using Acc = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;
        using Out = std::conditional_t<sizeof(T) == 1, std::int32_t, T>;
        const Acc start = op == Fold::prod ? 1 : 0;
        return reduce<T>(op, x, x, axes, shape, start, [](Acc total) { return static_cast<Out>(total); });
    });
}

template <class T>
constexpr T lowest = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                          : std::numeric_limits<T>::lowest();
template <class T>
constexpr T highest = std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                           : std::numeric_limits<T>::max();

Array extreme(Fold op, const Array& x, AxisSet axes, bool keepdims) {
    const Shape shape = reduced_shape(x.shape(), axes, keepdims);
    return dispatch(x.dtype(), [&]<class T>(T) {
        const T start = op == Fold::max ? lowest<T> : highest<T>;
        return reduce<T>(op, x, x, axes, shape, start, [](T value) { return value; });
    });
}

template <Fold op, class T>
std::int32_t place_in_row(const T* x, std::int64_t n) {
    T best = op == Fold::max ? lowest<T> : highest<T>;
    rows(dtype_of<T>).rows[static_cast<int>(op)](x, x, &best, {1, n, n});
    const T* first = best == best ? std::find(x, x + n, best) : std::find_if(x, x + n, [](T e) { return e != e; });
    return static_cast<std::int32_t>(first - x);
}

// Along an axis of n elements, `step` apart, beside `step` others.
template <Fold op, class T>
void places_in_columns(const T* x, std::int64_t n, std::int64_t step, std::int32_t* best) {
    std::fill_n(best, step, 0);
    for (std::int64_t k = 1; k < n; ++k)
        for (std::int64_t j = 0; j < step; ++j) {
            const T top = x[best[j] * step + j], value = x[k * step + j];
            const bool better = op == Fold::max ? value > top : value < top;
            if (better || (value != value && top == top)) best[j] = static_cast<std::int32_t>(k);
        }
}

template <Fold op>
Array places(const Array& x, int axis) {
    Array out(reduced_shape(x.shape(), AxisSet{1} << axis, true), int32);
    const std::int64_t n = x.shape()[axis], step = step_along(x.shape(), axis);
    dispatch(x.dtype(), [&]<class T>(T) {
        const auto* p = x.data<T>();
        auto* best = out.data<std::int32_t>();
        for (std::int64_t done = 0; done < out.numel(); done += step, p += n * step)
            if (step == 1)
                best[done] = place_in_row<op>(p, n);
            else
                places_in_columns<op>(p, n, step, best + done);
    });
    return out;
}

}  // namespace

Array sum(const Array& x, AxisSet axes, bool keepdims) {
    return total(Fold::sum, x, axes, reduced_shape(x.shape(), axes, keepdims));
}

Array prod(const Array& x, AxisSet axes, bool keepdims) {
    return total(Fold::prod, x, axes, reduced_shape(x.shape(), axes, keepdims));
}

Array sum_product(const Array& x, const Array& y, AxisSet axes, bool keepdims) {
    const Shape shape = reduced_shape(x.shape(), axes, keepdims);
    return dispatch_float(x.dtype(), [&]<class T>(T) {
        return reduce<T>(Fold::dot, x, y, axes, shape, 0.0, [](double total) { return static_cast<T>(total); });
    });
}

Array max(const Array& x, AxisSet axes, bool keepdims) { return extreme(Fold::max, x, axes, keepdims); }
Array min(const Array& x, AxisSet axes, bool keepdims) { return extreme(Fold::min, x, axes, keepdims); }

Array argmax(const Array& x, int axis) { return places<Fold::max>(x, axis); }
Array argmin(const Array& x, int axis) { return places<Fold::min>(x, axis); }

Array sum_to(const Array& x, const Shape& shape) {
    const int shift = x.rank() - shape.rank();
    AxisSet axes = 0;
    for (int k = 0; k < x.rank(); ++k)
        if (k < shift || shape[k - shift] != x.shape()[k]) axes |= AxisSet{1} << k;
    return x.numel() == shape.numel() ? x.reshaped(shape) : total(Fold::sum, x, axes, shape);
}

}  // namespace jt::kernels
