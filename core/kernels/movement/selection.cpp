// Runs of elements that follow each listed place.
#include "selection.hpp"

#include <algorithm>

#include "../elementwise/rows.hpp"
#include "../parallel.hpp"
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

/// f(places), of either width.
template <class A, class F>
auto dispatch_places(A& places, F f) {
    return places.dtype() == Dtype::int32 ? f(places.template data<std::int32_t>())
                                          : f(places.template data<std::int64_t>());
}

/// f(base, places, count, run) for some of `all` places at a time, in the selection's order.
template <class P, class F>
void each_run(const Selection& s, const P* places, std::int64_t all, F f) {
    Axes axes(s);
    const std::int64_t count = axes.split ? 1 : all;
    do
        for (std::int64_t i = 0; i < all; i += count) do
                f(s.start + axes.outer[0] + axes.inner[0], places + i, count, axes.run);
            while (axes.inner.next());
    while (axes.outer.next());
}

/// The same for the selection's own places, of either width; one place 0 where it has none.
template <class F>
void each_run(const Selection& s, F f) {
    static constexpr std::int32_t origin = 0;
    if (s.shape.numel() == 0) return;
    if (!s.listed()) return each_run(s, &origin, 1, f);
    dispatch_places(s.places, [&](const auto* places) { each_run(s, places, s.places.numel(), f); });
}

/// f(element of x, element of y) for `count` single elements; y's are `each` apart. Four places are read before f
/// writes, which might change them for all that the compiler knows.
template <class X, class Y, class P, class F>
void pair_elements(X* x, const P* places, std::int64_t count, Y* y, std::int64_t each, F f) {
    constexpr std::int64_t block = 4;
    P at[block];
    std::int64_t i = 0;
    for (; i + block <= count; i += block) {
        std::copy_n(places + i, block, at);
        for (std::int64_t k = 0; k < block; ++k) f(x[at[k]], y[(i + k) * each]);
    }
    for (; i < count; ++i) f(x[places[i]], y[i * each]);
}

/// The same for `count` runs of neighbours and one y.
template <class X, class Y, class P, class F>
void pair_number(X* x, const P* places, std::int64_t count, std::int64_t n, Y y, F f) {
    for (std::int64_t i = 0; i < count; ++i)
        for (std::int64_t k = 0; k < n; ++k) f(x[places[i] + k], y);
}

/// The same for `count` runs.
template <class X, class Y, class P, class F>
void pair_runs(X* x, const P* places, std::int64_t count, const Run& run, Y* y, std::int64_t each, F f) {
    if (run.n == 1)
        each == 1 ? pair_elements(x, places, count, y, 1, f) : pair_elements(x, places, count, y, each, f);
    else if (run.step == 1 && each == 0)
        pair_number(x, places, count, run.n, *y, f);
    else if (run.step == 1)
        for (std::int64_t i = 0; i < count; ++i, y += run.n)
            for (std::int64_t k = 0; k < run.n; ++k) f(x[places[i] + k], y[k]);
    else
        for (std::int64_t i = 0; i < count; ++i)
            for (std::int64_t k = 0; k < run.n; ++k) f(x[places[i] + k * run.step], y[(i * run.n + k) * each]);
}

/// The same for each element of a selection.
template <class X, class Y, class F>
void pairwise(const Selection& s, X* x, Y* y, std::int64_t each, F f) {
    each_run(s, [&](std::int64_t base, const auto* places, std::int64_t count, const Run& run) {
        pair_runs(x + base, places, count, run, y, each, f);
        y += count * run.n * each;
    });
}

template <class T, class P>
void copy_runs(const T* x, const P* places, std::int64_t count, const Run& run, T* y) {
    if (run.step != 1 || run.n == 1)
        return pair_runs(x, places, count, run, y, 1, [](const T& from, T& to) { to = from; });
    for (std::int64_t i = 0; i < count; ++i) y = std::copy_n(x + places[i], run.n, y);
}

Strides strides_of(const Selection& s) {
    Strides strides;
    for (const auto& axis : s.axes) strides.push_back(axis.stride);
    return strides;
}

/// Places of half the width are half the work, and do wherever they count the elements of an array of `shape`.
bool narrow(const Shape& shape) {
    const auto counts = [](std::int64_t n) { return jt::fits<std::int32_t>(n); };
    return std::all_of(shape.begin(), shape.end(), counts) && counts(shape.numel());
}

/// f(entries of an integer index, places to fill): an entry has at most the width of a place, unless it is int64.
template <class F>
Array fill_places(const Array& index, const Shape& shape, F f) {
    Array out(index.shape(), narrow(shape) ? Dtype::int32 : Dtype::int64);
    const bool wide = index.dtype() == Dtype::int64 || out.dtype() == Dtype::int64;
    const Array same = cast(index, wide ? Dtype::int64 : Dtype::int32);
    const auto bad = wide ? dispatch_places(out, [&](auto* to) { return f(same.data<std::int64_t>(), to); })
                          : f(same.data<std::int32_t>(), out.data<std::int32_t>());
    return bad < 0 ? Array() : out;
}

/// A row's places, see IndexRows.
template <class I, class P>
I place_row(const I* p, std::int64_t size, I n, const Along& along, P* to) {
    const IndexRows& rows = fused_tables().index;
    if constexpr (sizeof(I) == 4)
        return rows.narrow(p, size, n, along, to);
    else if constexpr (sizeof(P) == 4)
        return rows.narrowing(p, size, n, along, to);
    else
        return rows.wide(p, size, n, along, to);
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
    each_run(s, [&](std::int64_t base, const auto* places, std::int64_t count, const Run& run) {
        for (std::int64_t i = 0; i < count; ++i)
            for (std::int64_t k = 0; k < run.n; ++k) *to++ = base + places[i] + k * run.step;
    });
    return out;
}

Array take(const Array& x, const Selection& s) {
    if (!s.listed()) return strided(x, s.start, s.shape, strides_of(s));
    Array y(s.shape, x.dtype());
    dispatch_bits(x.dtype(), [&]<class T>(T) {
        T* to = y.data<T>();
        each_run(s, [&](std::int64_t base, const auto* places, std::int64_t count, const Run& run) {
            for_rows(count, run.n, [&](std::int64_t from, std::int64_t end) {
                copy_runs(x.data<T>() + base, places + from, end - from, run, to + from * run.n);
            });
            to += count * run.n;
        });
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

Array places(const Array& index, const Shape& shape, int axis) {
    return fill_places(index, shape, [&]<class I>(const I* p, auto* to) -> std::int64_t {
        return place_row(p, index.numel(), static_cast<I>(shape[axis]), {0, 0, step_along(shape, axis)}, to);
    });
}

Array places_in_rows(const Array& index, const Shape& shape, int axis) {
    const int last = shape.rank() - 1;
    const auto row = index.shape()[last], step = axis == last ? 0 : std::int64_t{1}, stride = step_along(shape, axis);
    return fill_places(index, shape, [&]<class I>(const I* p, auto* to) -> std::int64_t {
        if (index.numel() == 0) return 0;
        Odometer<1> rows;
        for (int k = last - 1; k >= 0; --k) rows.add(index.shape()[k], {k == axis ? 0 : step_along(shape, k)});
        I bad = 0;
        do {
            bad |= place_row(p, row, static_cast<I>(shape[axis]), {rows[0], step, stride}, to);
            p += row;
            to += row;
        } while (rows.next());
        return bad;
    });
}

Array places_of_true(const Array& mask, const Shape& shape, int axis) {
    const auto* p = static_cast<const std::uint8_t*>(mask.raw());
    const auto count = std::count(p, p + mask.numel(), 1), stride = step_along(shape, axis);
    Array out({count}, narrow(shape) ? Dtype::int32 : Dtype::int64);
    dispatch_places(out, [&]<class P>(P* to) {
        for (std::int64_t i = 0, found = 0; found < count; ++i) {
            to[found] = static_cast<P>(i * stride);
            found += p[i];
        }
    });
    return out;
}

}  // namespace jt::kernels
