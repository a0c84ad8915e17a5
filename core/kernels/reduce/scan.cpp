// Lines of an array are gone along side by side, since each sum waits for the one before.
#include "scan.hpp"

#include <algorithm>
#include <type_traits>

#include "../parallel.hpp"

namespace jt::kernels {

namespace {

// Lines of n elements, `step` apart, that begin `apart` from each other, which may be known when compiling.
template <class Apart>
struct Lines {
    std::int64_t n, step, count;
    Apart apart;
};

constexpr std::int64_t abreast = 16;

// out[p] = acc = f(acc, p) for each place p of `count` lines, of which the first begins at `start`.
template <class Apart, class Acc, class Out, class F>
void scan(const Lines<Apart>& lines, std::int64_t start, std::int64_t count, Acc before, Out* out, F f) {
    Acc acc[abreast];
    std::fill_n(acc, abreast, before);
    for (std::int64_t i = 0; i < lines.n; ++i)
        for (std::int64_t line = 0; line < count; ++line) {
            const auto place = start + i * lines.step + line * lines.apart;
            acc[line] = f(acc[line], place);
            out[place] = static_cast<Out>(acc[line]);
        }
}

// The same for `planes` times these lines, one plane behind the other.
template <class Apart, class Acc, class Out, class F>
void scan_planes(const Lines<Apart>& lines, std::int64_t planes, Acc before, Out* out, F f) {
    const auto plane = lines.n * lines.count, groups = (lines.count + abreast - 1) / abreast;
    for_rows(planes * groups, abreast * lines.n, [=](std::int64_t k, std::int64_t end) {
        for (; k < end; ++k) {
            const auto first = k % groups * abreast, count = std::min(abreast, lines.count - first);
            scan(lines, k / groups * plane + first * lines.apart, count, before, out, f);
        }
    });
}

template <class Acc, class Out, class F>
Array scanned(const Shape& shape, int axis, Acc before, F f) {
    Array y(shape, dtype_of<Out>);
    if (y.numel() == 0) return y;
    const auto n = shape[axis], step = step_along(shape, axis), lines = y.numel() / n;
    constexpr std::integral_constant<std::int64_t, 1> neighbours;
    if (step == 1)
        scan_planes(Lines<std::int64_t>{n, 1, lines, n}, 1, before, y.data<Out>(), f);
    else
        scan_planes(Lines<decltype(neighbours)>{n, step, step, neighbours}, lines / step, before, y.data<Out>(), f);
    return y;
}

}  // namespace

Array cumsum(const Array& x, int axis) {
    return dispatch(x.dtype(), [&]<class T>(T) {
        using Acc = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;
        using Out = std::conditional_t<sizeof(T) == 1, std::int32_t, T>;
        const T* p = x.data<T>();
        return scanned<Acc, Out>(x.shape(), axis, 0, [p](Acc acc, auto i) { return acc + static_cast<Acc>(p[i]); });
    });
}

Array recurrence(const Array& b, const Array& a, int axis, double before) {
    return dispatch_float(a.dtype(), [&]<class T>(T) {
        const T *p = b ? b.data<T>() : nullptr, *q = a.data<T>();
        if (!p) return scanned<double, T>(a.shape(), axis, before, [=](double acc, auto i) { return q[i] * acc; });
        return scanned<double, T>(a.shape(), axis, before, [=](double acc, auto i) { return p[i] + q[i] * acc; });
    });
}

}  // namespace jt::kernels
