// Copies of elements from one place to another, by their size alone.
#include "movement.hpp"

#include <algorithm>
#include <cstring>

namespace jt::kernels {

namespace {

// A nest of loops over elements of `size` bytes: extents, and how far each operand moves per step (in elements).
struct Loops {
    Shape extent, from, to;

    void add(std::int64_t n, std::int64_t step_from, std::int64_t step_to) {
        if (n == 1) return;
        if (!extent.empty() && from.back() == n * step_from && to.back() == n * step_to) {
            extent.back() *= n;
            from.back() = step_from;
            to.back() = step_to;
            return;
        }
        extent.push_back(n);
        from.push_back(step_from);
        to.push_back(step_to);
    }
};

Shape strides_of(const Shape& shape) {
    Shape strides(shape.size(), 1);
    for (std::size_t k = shape.size(); k-- > 1;) strides[k - 1] = strides[k] * shape[k];
    return strides;
}

template <class T>
void copy_row(const T* x, std::int64_t sx, T* y, std::int64_t sy, std::int64_t n) {
    if (sx == 1 && sy == 1) {
        std::memcpy(y, x, static_cast<std::size_t>(n) * sizeof(T));
    } else {
        for (std::int64_t i = 0; i < n; ++i) y[i * sy] = x[i * sx];
    }
}

// Rows and columns change places: square blocks, so that both sides stay in cache.
template <class T>
void copy_swapped(const T* x, T* y, std::int64_t rows, std::int64_t cols, const Loops& l, std::size_t k) {
    constexpr std::int64_t block = 16;
    for (std::int64_t i = 0; i < rows; i += block)
        for (std::int64_t j = 0; j < cols; j += block)
            for (std::int64_t r = i; r < std::min(i + block, rows); ++r)
                copy_row(x + r * l.from[k] + j * l.from[k + 1], l.from[k + 1], y + r * l.to[k] + j * l.to[k + 1],
                         l.to[k + 1], std::min(block, cols - j));
}

template <class T>
void copy_nest(const T* x, T* y, const Loops& l, std::size_t k) {
    const auto left = l.extent.size() - k;
    if (left == 0)
        *y = *x;
    else if (left == 1)
        copy_row(x, l.from[k], y, l.to[k], l.extent[k]);
    else if (left == 2 && l.from[k] == 1)
        copy_swapped(x, y, l.extent[k], l.extent[k + 1], l, k);
    else
        for (std::int64_t i = 0; i < l.extent[k]; ++i) copy_nest(x + i * l.from[k], y + i * l.to[k], l, k + 1);
}

void copy(const Array& x, std::int64_t x_start, Array& y, std::int64_t y_start, const Loops& l) {
    const auto run = [&](auto zero) {
        using T = decltype(zero);
        copy_nest(static_cast<const T*>(x.raw()) + x_start, static_cast<T*>(y.raw()) + y_start, l, 0);
    };
    if (x.numel() == 0 || y.numel() == 0) return;
    const auto size = size_of(x.dtype());
    if (size == 1)
        run(std::uint8_t{});
    else if (size == 4)
        run(std::uint32_t{});
    else
        run(std::uint64_t{});
}

struct BoxLoops {
    Loops loops;
    std::int64_t start = 0, numel = 1;

    // Moves between the box of an array of `outer` shape and a dense array of the box's shape.
    BoxLoops(const Ranges& ranges, const Shape& outer, bool into_box) {
        const Shape strides = strides_of(outer);
        Shape sizes;
        for (const auto& r : ranges) sizes.push_back(r.size);
        const Shape dense = strides_of(sizes);
        for (std::size_t k = 0; k < ranges.size(); ++k) {
            const auto step = ranges[k].step * strides[k];
            start += ranges[k].start * strides[k];
            numel *= ranges[k].size;
            loops.add(ranges[k].size, into_box ? dense[k] : step, into_box ? step : dense[k]);
        }
    }
};

template <class T>
void add_row(T* y, const T* x, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) y[i] += x[i];
}

}  // namespace

Array permute(const Array& x, const SmallVector<int, 6>& permutation) {
    Shape shape;
    for (int axis : permutation) shape.push_back(x.shape()[static_cast<std::size_t>(axis)]);
    Array y(shape, x.dtype());
    const Shape from = strides_of(x.shape()), to = strides_of(shape);
    Loops loops;
    for (std::size_t k = 0; k < shape.size(); ++k)
        loops.add(shape[k], from[static_cast<std::size_t>(permutation[k])], to[k]);
    copy(x, 0, y, 0, loops);
    return y;
}

Array broadcast_to(const Array& x, const Shape& shape) {
    Array y(shape, x.dtype());
    const Shape from = strides_of(x.shape()), to = strides_of(shape);
    const auto shift = shape.size() - x.shape().size();
    Loops loops;
    for (std::size_t k = 0; k < shape.size(); ++k) {
        const bool repeated = k < shift || x.shape()[k - shift] == 1;
        loops.add(shape[k], repeated ? 0 : from[k - shift], to[k]);
    }
    copy(x, 0, y, 0, loops);
    return y;
}

Array slice(const Array& x, const Ranges& ranges) {
    Shape shape;
    for (const auto& r : ranges) shape.push_back(r.size);
    Array y(shape, x.dtype());
    const BoxLoops box(ranges, x.shape(), false);
    copy(x, box.start, y, 0, box.loops);
    return y;
}

Array unslice(const Array& x, const Ranges& ranges, const Shape& shape) {
    Array y = Array::zeros(shape, x.dtype());
    const BoxLoops box(ranges, shape, true);
    copy(x, 0, y, box.start, box.loops);
    return y;
}

Array concat(const SmallVector<const Array*, 8>& parts, int axis) {
    const auto k = static_cast<std::size_t>(axis);
    Shape shape = parts[0]->shape();
    shape[k] = 0;
    for (const Array* part : parts) shape[k] += part->shape()[k];
    Array y(shape, parts[0]->dtype());
    const auto outer = Shape(shape.begin(), shape.begin() + axis).numel();
    const auto inner = Shape(shape.begin() + axis + 1, shape.end()).numel();
    std::int64_t start = 0;
    for (const Array* part : parts) {
        const auto run = part->shape()[k] * inner;
        Loops loops;
        loops.add(outer, run, shape[k] * inner);
        loops.add(run, 1, 1);
        copy(*part, 0, y, start, loops);
        start += run;
    }
    return y;
}

Array take(const Array& x, const Array& index) {
    Shape shape = index.shape();
    for (std::size_t k = 1; k < x.shape().size(); ++k) shape.push_back(x.shape()[k]);
    Array y(shape, x.dtype());
    const auto row = x.bytes() / static_cast<std::size_t>(std::max<std::int64_t>(x.shape()[0], 1));
    const auto* rows = index.data<std::int32_t>();
    for (std::int64_t i = 0; i < index.numel(); ++i)
        std::memcpy(static_cast<char*>(y.raw()) + static_cast<std::size_t>(i) * row,
                    static_cast<const char*>(x.raw()) + static_cast<std::size_t>(rows[i]) * row, row);
    return y;
}

Array untake(const Array& x, const Array& index, const Shape& shape) {
    Array y = Array::zeros(shape, x.dtype());
    const auto row = Shape(shape.begin() + 1, shape.end()).numel();
    const auto* rows = index.data<std::int32_t>();
    dispatch_float(x.dtype(), [&](auto zero) {
        using T = decltype(zero);
        for (std::int64_t i = 0; i < index.numel(); ++i)
            add_row(y.data<T>() + rows[i] * row, x.data<T>() + i * row, row);
    });
    return y;
}

}  // namespace jt::kernels
