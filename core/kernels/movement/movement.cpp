// Copies of elements from one place to another, by their size alone.
#include "movement.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <type_traits>
#include <utility>

#include "../../fill.hpp"
#include "../parallel.hpp"
#include "walk.hpp"

namespace jt::kernels {

namespace {

/// One loop of a copy: n elements, and how far apart they lie on either side.
struct Loop {
    std::int64_t n = 1, from = 0, to = 0;

    /// From the other end.
    Loop reversed(std::int64_t& x_start, std::int64_t& y_start) const {
        x_start += (n - 1) * from;
        y_start += (n - 1) * to;
        return {n, -from, -to};
    }
};

/// The loops of a copy, added from the innermost outwards; those that memory allows are merged.
struct Loops : SmallVector<Loop, 8> {
    void add(const Loop& loop) {
        if (loop.n == 1) return;
        if (!empty() && loop.from == back().from * back().n && loop.to == back().to * back().n)
            back().n *= loop.n;
        else
            push_back(loop);
    }

    /// Makes the axis whose elements are neighbours in x the second loop, so that a transpose reads along it.
    void pair() {
        if (empty() || front().from == 1) return;
        for (std::size_t k = 2; k < size(); ++k)
            if ((*this)[k].from == 1) std::swap((*this)[1], (*this)[k]);
    }
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
void copy_box(const T* x, T* y, const Loop& inner, const Loop& outer) {
    for (std::int64_t i = 0; i < outer.n; ++i)
#pragma GCC unroll 4
        for (std::int64_t k = 0; k < inner.n; ++k) y[i * outer.to + k * inner.to] = x[i * outer.from + k * inner.from];
}

/// inner.to and outer.from are 1: squares, in strips of one cache line of x; then what is left at both edges.
template <class T>
void transpose(const T* x, T* y, Loop inner, Loop outer) {
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
void copy_plane(const T* x, T* y, const Loop& inner, const Loop& outer) {
    const bool apart = inner.from > 1 || inner.from < -1;
    if (inner.to == 1 && apart && outer.from == 1) return transpose(x, y, inner, outer);
    if (inner.to != 1 || (apart && inner.from != 2)) return copy_box(x, y, inner, outer);
    for (std::int64_t i = 0; i < outer.n; ++i, x += outer.from, y += outer.to) {
        if (inner.from == 1)
            std::memcpy(y, x, static_cast<std::size_t>(inner.n) * sizeof(T));
        else if (inner.from == 0)
            fill(y, inner.n, *x);
        else if (inner.from == -1)
            std::reverse_copy(x + 1 - inner.n, x + 1, y);
        else if (inner.from == 2)
            for (std::int64_t k = 0; k < inner.n; ++k) y[k] = x[2 * k];
        else
            copy_box(x, y, inner, {});
    }
}

/// Planes in blocks of rows, whole strips where rows and columns change places.
template <class T>
void copy_rows(const T* x, T* y, const Loop& inner, const Loop& outer) {
    const std::int64_t together = outer.from == 1 ? 64 : 1;
    for_rows((outer.n + together - 1) / together, together * inner.n, [&](std::int64_t from, std::int64_t end) {
        const auto first = from * together, n = std::min(end * together, outer.n) - first;
        copy_plane(x + first * outer.from, y + first * outer.to, inner, {n, outer.from, outer.to});
    });
}

template <class T>
void copy_loops(const T* x, T* y, const Loops& loops) {
    const Loop inner = loops.empty() ? Loop{1, 1, 1} : loops[0], outer = loops.size() > 1 ? loops[1] : Loop{};
    if (loops.size() < 2)
        return for_elements(inner.n, [&](std::int64_t from, std::int64_t end) {
            copy_plane(x + from * inner.from, y + from * inner.to, {end - from, inner.from, inner.to}, outer);
        });
    Odometer<2> rest;
    for (std::size_t k = 2; k < loops.size(); ++k) rest.add(loops[k].n, {loops[k].from, loops[k].to});
    for_rows(rest.count(), inner.n * outer.n, [&](std::int64_t from, std::int64_t end) {
        auto place = rest.moved_to(from);
        for (auto k = from; k < end; ++k, place.next()) copy_rows(x + place[0], y + place[1], inner, outer);
    });
}

void copy(const Array& x, std::int64_t x_start, Array& y, std::int64_t y_start, Loops& loops) {
    if (x.numel() == 0 || y.numel() == 0) return;
    for (std::size_t k = 1; k < loops.size(); ++k)
        if (loops[k].from == -1) loops[k] = loops[k].reversed(x_start, y_start);
    loops.pair();
    dispatch_bits(x.dtype(), [&]<class T>(T) { copy_loops(x.data<T>() + x_start, y.data<T>() + y_start, loops); });
}

// The loops between a dense array of `shape` and a strided view of it.
Loops loops_between(const Shape& shape, const Strides& strides, bool into_view) {
    Loops loops;
    std::int64_t dense = 1;
    const std::int64_t* const extents = shape.data();
    for (int k = shape.rank() - 1; k >= 0; dense *= extents[k--])
        loops.add({extents[k], into_view ? dense : strides[k], into_view ? strides[k] : dense});
    return loops;
}

using Parts = SmallVector<const Array*, 8>;

// One part after the other into the rows of y, which hold one of each.
void join_parts(const Parts& parts, Array& y, std::int64_t rows) {
    std::int64_t start = 0;
    for (const Array* part : parts) {
        const auto run = part->numel() / rows;
        Loops loops;
        loops.add({run, 1, 1});
        loops.add({rows, run, y.numel() / rows});
        copy(*part, 0, y, start, loops);
        start += run;
    }
}

// The same row by row, so that y is written from one end to the other.
void join_rows(const Parts& parts, Array& y, std::int64_t rows) {
    const auto size = static_cast<std::int64_t>(size_of(y.dtype())), length = y.numel() / rows;
    char* const first = static_cast<char*>(y.raw());
    for_rows(rows, length, [&](std::int64_t from, std::int64_t end) {
        char* to = first + from * length * size;
        for (auto row = from; row < end; ++row)
            for (const Array* part : parts) {
                const auto run = part->numel() / rows * size;
                std::memcpy(to, static_cast<const char*>(part->raw()) + row * run, static_cast<std::size_t>(run));
                to += run;
            }
    });
}

// Steps through an array that broadcasts to `shape`.
Strides broadcast_strides(const Shape& from, const Shape& shape) {
    const Strides own = strides_of(from);
    const std::size_t shift = shape.size() - own.size();
    Strides strides(shape.size(), 0);
    for (std::size_t k = 0; k < own.size(); ++k)
        if (from[k] != 1) strides[shift + k] = own[k];
    return strides;
}

Ranges whole(const Shape& shape) {
    Ranges ranges;
    for (const auto extent : shape) ranges.push_back({0, 1, extent});
    return ranges;
}

/// The view of an array that shows one box of it.
struct Part {
    std::int64_t start = 0;
    Shape shape;
    Strides strides;

    Part(const Ranges& ranges, const Shape& whole) : strides(strides_of(whole)) {
        for (std::size_t k = 0; k < ranges.size(); ++k) {
            start += ranges[k].start * strides[k];
            strides[k] *= ranges[k].step;
            shape.push_back(ranges[k].size);
        }
    }
};

/// Copies the boxes of x that stand side by side in y, the axes from the last to the first.
class Framing {
public:
    Framing(const Array& x, const Framed& ranges, Array& y)
        : x_(x), y_(y), ranges_(ranges), from_(strides_of(x.shape())), to_(strides_of(y.shape())) {}

    void copy_boxes(int axis, std::int64_t x_start, std::int64_t y_start, const Loops& inner) {
        if (axis < 0) {
            Loops loops = inner;
            return copy(x_, x_start, y_, y_start, loops);
        }
        for (const Range& range : ranges_[axis]) {
            Loops loops = inner;
            loops.add({range.size, range.step * from_[axis], to_[axis]});
            if (range.size > 0) copy_boxes(axis - 1, x_start + range.start * from_[axis], y_start, loops);
            y_start += range.size * to_[axis];
        }
    }

private:
    const Array& x_;
    Array& y_;
    const Framed& ranges_;
    const Strides from_, to_;
};

}  // namespace

Strides strides_of(const Shape& shape) {
    Strides strides(shape.size(), 1);
    for (std::size_t k = shape.size(); k-- > 1;) strides[k - 1] = strides[k] * shape[k];
    return strides;
}

Array strided(const Array& x, std::int64_t start, const Shape& shape, const Strides& strides) {
    Array y(shape, x.dtype());
    Loops loops = loops_between(shape, strides, false);
    copy(x, start, y, 0, loops);
    return y;
}

void put_strided(Array& x, std::int64_t start, const Shape& shape, const Strides& strides, const Array& v) {
    if (shape.numel() == 0) return;
    const Strides from = broadcast_strides(v.shape(), shape);
    Loops loops;
    for (int k = shape.rank() - 1; k >= 0; --k) loops.add({shape[k], from[k], strides[k]});
    copy(v, 0, x, start, loops);
}

Array unstrided(const Array& x, const Shape& shape, std::int64_t start, const Strides& strides) {
    Array y = Array::zeros(shape, x.dtype());
    if (x.numel() == 0) return y;
    Odometer<1> places;
    for (int k = x.rank() - 1; k >= 0; --k) places.add(x.shape()[k], {strides[k]});
    dispatch(x.dtype(), [&]<class T>(T) {
        const T* from = x.data<T>();
        T* to = y.data<T>() + start;
        do to[places[0]] = static_cast<T>(to[places[0]] + *from++);
        while (places.next());
    });
    return y;
}

Array permute(const Array& x, const SmallVector<int, 6>& permutation) {
    const Strides from = strides_of(x.shape());
    Shape shape;
    Strides strides;
    for (int axis : permutation) {
        shape.push_back(x.shape()[axis]);
        strides.push_back(from[axis]);
    }
    return strided(x, 0, shape, strides);
}

Array broadcast_to(const Array& x, const Shape& shape) {
    return strided(x, 0, shape, broadcast_strides(x.shape(), shape));
}

Array slice(const Array& x, const Ranges& ranges) {
    const Part part(ranges, x.shape());
    return strided(x, part.start, part.shape, part.strides);
}

Array unslice(const Array& x, const Ranges& ranges, const Shape& shape, const Scalar& around) {
    Array y = around.value == 0 ? Array::zeros(shape, x.dtype()) : Array::full(shape, around, x.dtype());
    const Part part(ranges, shape);
    Loops loops = loops_between(part.shape, part.strides, true);
    copy(x, 0, y, part.start, loops);
    return y;
}

Array frame(const Array& x, const Framed& ranges) {
    Shape shape;
    for (const auto& [before, middle, behind] : ranges) shape.push_back(before.size + middle.size + behind.size);
    Array y(shape, x.dtype());
    Framing(x, ranges, y).copy_boxes(shape.rank() - 1, 0, 0, {});
    return y;
}

Array concat(const Parts& parts, int axis) {
    Shape shape = parts[0]->shape();
    shape[axis] = 0;
    for (const Array* part : parts) shape[axis] += part->shape()[axis];
    Array y(shape, parts[0]->dtype());
    if (y.numel() == 0) return y;
    const auto step = step_along(shape, axis), rows = y.numel() / (shape[axis] * step);
    const auto mean = y.numel() / rows / static_cast<std::int64_t>(parts.size());
    rows > 1 && mean >= 64 ? join_rows(parts, y, rows) : join_parts(parts, y, rows);
    return y;
}

std::vector<Array> split(const Array& x, int axis, const std::vector<std::int64_t>& sizes) {
    std::vector<Array> parts;
    Ranges ranges = whole(x.shape());
    std::int64_t start = 0;
    for (const auto size : sizes) {
        ranges[axis] = {start, 1, size};
        parts.push_back(slice(x, ranges));
        start += size;
    }
    return parts;
}

Array roll(const Array& x, std::int64_t shift, int axis) {
    const auto n = x.shape()[axis], head = n > 0 ? (shift % n + n) % n : 0;
    Framed ranges;
    for (const Range& all : whole(x.shape())) ranges.push_back({Range{0, 1, 0}, all, Range{0, 1, 0}});
    ranges[axis] = {Range{n - head, 1, head}, Range{0, 1, n - head}, Range{0, 1, 0}};
    return frame(x, ranges);
}

Array triangle(const Array& x, std::int64_t diagonal, bool lower) {
    Array y = Array::like(x);
    if (x.numel() == 0) return y;
    const std::int64_t n = x.shape().back(), rows = x.shape()[x.rank() - 2];
    const auto first = std::clamp(diagonal, -rows, n) + (lower ? 1 : 0);
    const auto bytes = [size = size_of(x.dtype())](std::int64_t count) {
        return static_cast<std::size_t>(count) * size;
    };
    const auto* x_data = static_cast<const char*>(x.raw());
    auto* y_data = static_cast<char*>(y.raw());
    for_rows(x.numel() / n, n, [&](std::int64_t row, std::int64_t end) {
        const auto* from = x_data + bytes(row * n);
        for (auto* to = y_data + bytes(row * n); row < end; ++row, from += bytes(n), to += bytes(n)) {
            const auto cut = bytes(std::clamp<std::int64_t>(first + row % rows, 0, n)), rest = bytes(n) - cut;
            std::memset(lower ? to + cut : to, 0, lower ? rest : cut);
            lower ? std::memcpy(to, from, cut) : std::memcpy(to + cut, from + cut, rest);
        }
    });
    return y;
}

Array nonzero(const Array& x) {
    return dispatch(x.dtype(), [&]<class T>(T) {
        const T* p = x.data<T>();
        const auto count = x.numel() - std::count(p, p + x.numel(), T{});
        Array out({count, x.rank()}, Dtype::int32);
        auto* to = out.data<std::int32_t>();
        const int last = x.rank() - 1;
        SmallVector<std::int32_t, 6> place(static_cast<std::size_t>(x.rank()), 0);
        for (std::int64_t row = 0; count > 0 && row < x.numel() / x.shape()[last]; ++row, p += x.shape()[last]) {
            for (std::int64_t i = 0; i < x.shape()[last]; ++i) {
                if (p[i] == T{}) continue;
                for (int k = 0; k < last; ++k) *to++ = place[k];
                *to++ = static_cast<std::int32_t>(i);
            }
            for (int k = last - 1; k >= 0 && ++place[k] == x.shape()[k]; --k) place[k] = 0;
        }
        return out;
    });
}

}  // namespace jt::kernels
