// Copies of elements from one place to another, by their size alone.
#include "movement.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <type_traits>
#include <utility>

#include "walk.hpp"

namespace jt::kernels {

namespace {

/// One loop of a copy: n elements, and how far apart they lie on either side.
struct Axis {
    std::int64_t n = 1, from = 0, to = 0;
};

/// The loops of a copy, added from the innermost outwards; those that memory allows are merged.
struct Nest {
    int rank = 0;
    Axis axes[max_rank];

    void add(const Axis& axis) {
        if (axis.n == 1) return;
        Axis* last = rank > 0 ? &axes[rank - 1] : nullptr;
        if (last && axis.from == last->from * last->n && axis.to == last->to * last->n)
            last->n *= axis.n;
        else
            axes[rank++] = axis;
    }

    /// Makes the axis whose elements are neighbours in x the second loop, so that a transpose reads along it.
    void pair() {
        if (rank == 0 || axes[0].from == 1) return;
        for (int k = 2; k < rank; ++k)
            if (axes[k].from == 1) std::swap(axes[1], axes[k]);
    }
};

struct Strides {
    std::int64_t of[max_rank];
    explicit Strides(const Shape& shape) {
        std::int64_t size = 1;
        for (int k = shape.rank() - 1; k >= 0; --k) {
            of[k] = size;
            size *= shape[k];
        }
    }
    std::int64_t operator[](int axis) const { return of[axis]; }
};

template <class T>
constexpr std::int64_t lanes = 16 / sizeof(T);
template <class T>
using Vec [[gnu::vector_size(16)]] = T;

/// a0 b0 a1 b1 …, from the first or the second half of both.
template <class T, std::size_t... I>
Vec<T> interleave(Vec<T> a, Vec<T> b, std::int64_t half, std::index_sequence<I...>) {
    return half == 0 ? __builtin_shufflevector(a, b, (I / 2 + I % 2 * sizeof...(I))...)
                     : __builtin_shufflevector(a, b, (I / 2 + I % 2 * sizeof...(I) + sizeof...(I) / 2)...);
}

/// Turns a square of vectors by interleaving its halves log2(lanes) times.
template <class T>
void turn(const T* x, std::int64_t from, T* y, std::int64_t to) {
    constexpr auto n = lanes<T>;
    Vec<T> a[n], b[n];
    for (std::int64_t k = 0; k < n; ++k) std::memcpy(&a[k], x + k * from, 16);
    for (auto round = n; round > 1; round /= 2) {
        for (std::int64_t k = 0; k < n; ++k)
            b[k] = interleave<T>(a[k / 2], a[k / 2 + n / 2], k % 2, std::make_index_sequence<n>());
        std::copy(b, b + n, a);
    }
    for (std::int64_t k = 0; k < n; ++k) std::memcpy(y + k * to, &a[k], 16);
}

template <class T>
void copy_box(const T* x, T* y, const Axis& inner, const Axis& outer) {
    for (std::int64_t i = 0; i < outer.n; ++i)
        for (std::int64_t k = 0; k < inner.n; ++k) y[i * outer.to + k * inner.to] = x[i * outer.from + k * inner.from];
}

/// inner.to and outer.from are 1: squares, in strips of one cache line of x; then what is left at both edges.
template <class T>
void transpose(const T* x, T* y, Axis inner, Axis outer) {
    constexpr std::int64_t n = lanes<T>, strip = 4 * n;
    const auto rows = outer.n / n * n, columns = inner.n / n * n;
    for (std::int64_t i = 0; i < rows; i += strip)
        for (std::int64_t k = 0; k < columns; k += n)
            for (std::int64_t j = i; j < std::min(i + strip, rows); j += n)
                turn(x + j + k * inner.from, inner.from, y + j * outer.to + k, outer.to);
    copy_box(x + rows, y + rows * outer.to, inner, {outer.n - rows, 1, outer.to});
    copy_box(x + columns * inner.from, y + columns, {inner.n - columns, inner.from, 1}, {rows, 1, outer.to});
}

template <class T>
void copy_plane(const T* x, T* y, const Axis& inner, const Axis& outer) {
    if (inner.to != 1 || (inner.from > 1 && outer.from != 1)) return copy_box(x, y, inner, outer);
    if (inner.from > 1) return transpose(x, y, inner, outer);
    for (std::int64_t i = 0; i < outer.n; ++i, x += outer.from, y += outer.to) {
        if (inner.from == 1)
            std::memcpy(y, x, static_cast<std::size_t>(inner.n) * sizeof(T));
        else if (inner.from == 0)
            std::fill_n(y, inner.n, *x);
        else
            copy_box(x, y, inner, {});
    }
}

/// As dispatch, with bytes for bool.
template <class F>
void dispatch_bits(Dtype dtype, F f) {
    dispatch(dtype == bool_ ? uint8 : dtype, [&](auto zero) {
        if constexpr (!std::is_same_v<decltype(zero), bool>) f(zero);
    });
}

void copy(const Array& x, std::int64_t x_start, Array& y, std::int64_t y_start, Nest& nest) {
    if (x.numel() == 0 || y.numel() == 0) return;
    nest.pair();
    const Axis inner = nest.rank > 0 ? nest.axes[0] : Axis{1, 1, 1}, outer = nest.rank > 1 ? nest.axes[1] : Axis{};
    Odometer<2> rest;
    for (int k = 2; k < nest.rank; ++k) rest.add(nest.axes[k].n, {nest.axes[k].from, nest.axes[k].to});
    dispatch_bits(x.dtype(), [&](auto zero) {
        using T = decltype(zero);
        do copy_plane(x.data<T>() + x_start + rest[0], y.data<T>() + y_start + rest[1], inner, outer);
        while (rest.next());
    });
}

/// Where the box of an array of `shape` begins, and the loops between the box and a dense array of its sizes.
struct Box {
    std::int64_t start = 0;
    Nest nest;

    Box(const Ranges& ranges, const Shape& shape, bool into_box) {
        std::int64_t dense = 1, size = 1;
        for (int k = shape.rank() - 1; k >= 0; --k) {
            const auto& range = ranges[k];
            const auto step = range.step * size;
            start += range.start * size;
            nest.add({range.size, into_box ? dense : step, into_box ? step : dense});
            dense *= range.size;
            size *= shape[k];
        }
    }
};

}  // namespace

Array permute(const Array& x, const SmallVector<int, 6>& permutation) {
    Shape shape;
    for (int axis : permutation) shape.push_back(x.shape()[axis]);
    Array y(shape, x.dtype());
    const Strides from(x.shape()), to(shape);
    Nest nest;
    for (int k = shape.rank() - 1; k >= 0; --k) nest.add({shape[k], from[permutation[k]], to[k]});
    copy(x, 0, y, 0, nest);
    return y;
}

Array broadcast_to(const Array& x, const Shape& shape) {
    Array y(shape, x.dtype());
    const Strides from(x.shape()), to(shape);
    const int shift = shape.rank() - x.rank();
    Nest nest;
    for (int k = shape.rank() - 1; k >= 0; --k) {
        const bool repeats = k < shift || x.shape()[k - shift] == 1;
        nest.add({shape[k], repeats ? 0 : from[k - shift], to[k]});
    }
    copy(x, 0, y, 0, nest);
    return y;
}

Array slice(const Array& x, const Ranges& ranges) {
    Shape shape;
    for (const auto& range : ranges) shape.push_back(range.size);
    Array y(shape, x.dtype());
    Box box(ranges, x.shape(), false);
    copy(x, box.start, y, 0, box.nest);
    return y;
}

Array unslice(const Array& x, const Ranges& ranges, const Shape& shape) {
    Array y = Array::zeros(shape, x.dtype());
    Box box(ranges, shape, true);
    copy(x, 0, y, box.start, box.nest);
    return y;
}

Array concat(const SmallVector<const Array*, 8>& parts, int axis) {
    Shape shape = parts[0]->shape();
    shape[axis] = 0;
    for (const Array* part : parts) shape[axis] += part->shape()[axis];
    Array y(shape, parts[0]->dtype());
    std::int64_t inner = 1, outer = 1, start = 0;
    for (int k = 0; k < shape.rank(); ++k) (k < axis ? outer : inner) *= k == axis ? 1 : shape[k];
    for (const Array* part : parts) {
        const auto run = part->shape()[axis] * inner;
        Nest nest;
        nest.add({run, 1, 1});
        nest.add({outer, run, shape[axis] * inner});
        copy(*part, 0, y, start, nest);
        start += run;
    }
    return y;
}

Array take(const Array& x, const Array& index) {
    Shape shape = index.shape();
    for (int k = 1; k < x.rank(); ++k) shape.push_back(x.shape()[k]);
    Array y(shape, x.dtype());
    const auto n = index.numel(), row = y.numel() / std::max<std::int64_t>(n, 1);
    const auto* rows = index.data<std::int64_t>();
    dispatch_bits(x.dtype(), [&](auto zero) {
        using T = decltype(zero);
        const T* from = x.data<T>();
        T* to = y.data<T>();
        if (row == 1)
            std::transform(rows, rows + n, to, [=](auto r) { return from[r]; });
        else
            for (std::int64_t i = 0; i < n; ++i) std::copy_n(from + rows[i] * row, row, to + i * row);
    });
    return y;
}

Array untake(const Array& x, const Array& index, const Shape& shape) {
    Array y = Array::zeros(shape, x.dtype());
    const auto n = index.numel(), row = x.numel() / std::max<std::int64_t>(n, 1);
    const auto* rows = index.data<std::int64_t>();
    dispatch(x.dtype(), [&](auto zero) {
        using T = decltype(zero);
        const T* from = x.data<T>();
        for (std::int64_t i = 0; i < n; ++i, from += row) {
            T* to = y.data<T>() + rows[i] * row;
            std::transform(from, from + row, to, to, std::plus<T>());
        }
    });
    return y;
}

}  // namespace jt::kernels
