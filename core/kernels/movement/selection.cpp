// Runs of elements that follow each listed place.
#include "selection.hpp"

#include <algorithm>

#include "../elementwise/elementwise.hpp"
#include "walk.hpp"

namespace jt::kernels {

namespace {

/// The elements that belong to each place: n of them, `step` apart.
struct Run {
    std::int64_t n = 1, step = 1;
};

/// The axes of a selection: those behind the places merged into one run as far as memory allows.
struct Axes {
    Run run;
    Odometer<1> inner, outer;
    bool split = false;  ///< whether axes are left between the places and the run

    explicit Axes(const Selection& s) {
        for (std::size_t k = s.axes.size(); k-- > 0;)
            if (s.axes[k].size != 1) k < s.outer ? outer.add(s.axes[k].size, {s.axes[k].stride}) : add(s.axes[k]);
    }

private:
    void add(const Stride& axis) {
        if (run.n == 1 && !split)
            run = {axis.size, axis.stride};
        else if (!split && axis.stride == run.n * run.step)
            run.n *= axis.size;
        else
            inner.add(axis.size, {axis.stride}), split = true;
    }
};

/// f(base, places, count, run) for some places at a time, in the selection's order.
template <class F>
void each_run(const Selection& s, F f) {
    static constexpr std::int64_t origin = 0;
    if (s.shape.numel() == 0) return;
    Axes axes(s);
    const auto* places = s.listed() ? s.places.data<std::int64_t>() : &origin;
    const std::int64_t all = s.listed() ? s.places.numel() : 1, count = axes.split ? 1 : all;
    do
        for (std::int64_t i = 0; i < all; i += count) do
                f(s.start + axes.outer[0] + axes.inner[0], places + i, count, axes.run);
            while (axes.inner.next());
    while (axes.outer.next());
}

/// f(element of x, element of y) for each element of a selection; y's are `each` apart.
template <class X, class Y, class F>
void pairwise(const Selection& s, X* x, Y* y, std::int64_t each, F f) {
    each_run(s, [&](std::int64_t base, const std::int64_t* places, std::int64_t count, const Run& run) {
        X* from = x + base;
        if (run.n == 1)
            for (std::int64_t i = 0; i < count; ++i) f(from[places[i]], y[i * each]);
        else
            for (std::int64_t i = 0; i < count; ++i)
                for (std::int64_t k = 0; k < run.n; ++k) f(from[places[i] + k * run.step], y[(i * run.n + k) * each]);
        y += count * run.n * each;
    });
}

Strides strides_of(const Selection& s) {
    Strides strides;
    for (const auto& axis : s.axes) strides.push_back(axis.stride);
    return strides;
}

/// f(entries of an integer index) as int64, or as int32 where these count n: half the work.
template <class F>
auto dispatch_index(const Array& index, std::int64_t n, F f) {
    const bool narrow = index.dtype() != Dtype::int64 && jt::fits<std::int32_t>(n);
    const Array same = cast(index, narrow ? Dtype::int32 : Dtype::int64);
    return narrow ? f(same.data<std::int32_t>()) : f(same.data<std::int64_t>());
}

/// Where entry k of a row of an index lies: `base` plus k steps and the entry's place, `stride` apart.
struct Along {
    std::int64_t base, step, stride;
};

/// Places of a row's entries, n + i for an entry i below 0. Returns a number below 0 when one was out of range, whose
/// place is meaningless. Two loops are two that the compiler can vectorise.
template <class I>
I place_row(const I* p, std::int64_t size, I n, Along along, std::int64_t* to) {
    using U = std::uint64_t;
    I bad = 0;
    for (std::int64_t k = 0; k < size; ++k) {
        const I i = p[k] + (p[k] < 0 ? n : I{});
        bad |= i | (n - 1 - i);
        to[k] = i;
    }
    const auto moved = [&](auto place) {
        for (std::int64_t k = 0; k < size; ++k)
            to[k] =
                static_cast<std::int64_t>(place(static_cast<U>(to[k])) + static_cast<U>(along.base + k * along.step));
    };
    if (along.stride != 1)
        moved([stride = static_cast<U>(along.stride)](U i) { return i * stride; });
    else if (along.base != 0 || along.step != 0)
        moved([](U i) { return i; });
    return bad;
}

}  // namespace

Selection box(const Ranges& ranges, const Shape& shape) {
    Selection s;
    const Strides strides = strides_of(shape);
    for (std::size_t k = 0; k < ranges.size(); ++k) {
        s.start += ranges[k].start * strides[k];
        s.axes.push_back({ranges[k].size, ranges[k].step * strides[k]});
        s.shape.push_back(ranges[k].size);
    }
    return s;
}

Array offsets(const Selection& s) {
    Array out(s.shape, Dtype::int64);
    auto* to = out.data<std::int64_t>();
    each_run(s, [&](std::int64_t base, const std::int64_t* places, std::int64_t count, const Run& run) {
        for (std::int64_t i = 0; i < count; ++i)
            for (std::int64_t k = 0; k < run.n; ++k) *to++ = base + places[i] + k * run.step;
    });
    return out;
}

Array take(const Array& x, const Selection& s) {
    if (!s.listed()) return strided(x, s.start, s.shape, strides_of(s));
    Array y(s.shape, x.dtype());
    dispatch_bits(x.dtype(), [&]<class T>(T) {
        pairwise(s, x.data<T>(), y.data<T>(), 1, [](const T& from, T& to) { to = from; });
    });
    return y;
}

void put(Array& x, const Selection& s, const Array& v) {
    if (!s.listed()) return put_strided(x, s.start, s.shape, strides_of(s), v);
    const Array values = v.numel() == 1 || v.shape() == s.shape ? v : broadcast_to(v, s.shape);
    dispatch_bits(x.dtype(), [&]<class T>(T) {
        pairwise(s, x.data<T>(), values.data<T>(), v.numel() == 1 ? 0 : 1, [](T& to, const T& from) { to = from; });
    });
}

Array untake(const Array& g, const Selection& s, const Shape& shape) {
    Array y = Array::zeros(shape, g.dtype());
    s.repeats ? add_at(y, s, g) : put(y, s, g);
    return y;
}

void add_at(Array& x, const Selection& s, const Array& v) {
    dispatch(x.dtype(), [&]<class T>(T) {
        pairwise(s, x.data<T>(), v.data<T>(), 1, [](T& to, const T& from) { to = static_cast<T>(to + from); });
    });
}

std::int64_t first_outside(const Array& index, std::int64_t n) {
    const Array wide = cast(index, Dtype::int64);
    const auto* p = wide.data<std::int64_t>();
    return *std::find_if(p, p + wide.numel(), [n](std::int64_t i) { return i < -n || i >= n; });
}

Array places(const Array& index, std::int64_t n, std::int64_t stride) {
    Array out(index.shape(), Dtype::int64);
    return dispatch_index(index, n, [&]<class I>(const I* p) {
        return place_row(p, out.numel(), static_cast<I>(n), {0, 0, stride}, out.data<std::int64_t>()) < 0 ? Array()
                                                                                                          : out;
    });
}

Array places_in_rows(const Array& index, const Shape& shape, int axis) {
    Array out(index.shape(), Dtype::int64);
    if (out.numel() == 0) return out;
    const int last = shape.rank() - 1;
    const auto row = index.shape()[last], step = axis == last ? 0 : std::int64_t{1}, stride = step_along(shape, axis);
    return dispatch_index(index, shape[axis], [&]<class I>(const I* p) {
        Odometer<1> rows;
        for (int k = last - 1; k >= 0; --k) rows.add(index.shape()[k], {k == axis ? 0 : step_along(shape, k)});
        auto* to = out.data<std::int64_t>();
        I bad = 0;
        do {
            bad |= place_row(p, row, static_cast<I>(shape[axis]), {rows[0], step, stride}, to);
            p += row;
            to += row;
        } while (rows.next());
        return bad < 0 ? Array() : out;
    });
}

Array places_of_true(const Array& mask, std::int64_t stride) {
    const auto* p = static_cast<const std::uint8_t*>(mask.raw());
    const auto count = std::count(p, p + mask.numel(), 1);
    Array out({count}, Dtype::int64);
    auto* to = out.data<std::int64_t>();
    for (std::int64_t i = 0, found = 0; found < count; ++i) {
        to[found] = i * stride;
        found += p[i];
    }
    return out;
}

}  // namespace jt::kernels
