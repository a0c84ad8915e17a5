// Lines of an array are gone along side by side, since each sum waits for the one before.
#include "scan.hpp"

#include <algorithm>
#include <type_traits>

namespace jt::kernels {

namespace {

// Lines of n elements, `step` apart, that begin `apart` from each other.
struct Lines {
    std::int64_t n, step, count, apart;
};

// out[p] = acc = f(acc, p) for each place p of each line.
template <class Acc, class Out, class F>
void scan(const Lines& lines, std::int64_t start, Acc before, Out* out, F f) {
    constexpr std::int64_t abreast = 16;
    for (std::int64_t first = 0; first < lines.count; first += abreast) {
        const auto last = std::min(first + abreast, lines.count);
        Acc acc[abreast];
        std::fill_n(acc, abreast, before);
        for (std::int64_t i = 0; i < lines.n; ++i)
            for (std::int64_t line = first; line < last; ++line) {
                const auto place = start + i * lines.step + line * lines.apart;
                acc[line - first] = f(acc[line - first], place);
                out[place] = static_cast<Out>(acc[line - first]);
            }
    }
}

template <class Acc, class Out, class F>
Array scanned(const Shape& shape, int axis, Acc before, F f) {
    Array y(shape, dtype_of<Out>);
    if (y.numel() == 0) return y;
    const auto n = shape[axis], step = step_along(shape, axis);
    const Lines lines = step == 1 ? Lines{n, 1, y.numel() / n, n} : Lines{n, step, step, 1};
    for (std::int64_t start = 0; start < y.numel(); start += lines.n * lines.count)
        scan(lines, start, before, y.data<Out>(), f);
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
