// Broadcasting, reduction and checks of shapes.
#include "shape.hpp"

#include <algorithm>
#include <ostream>

namespace jt {

std::string text(const Shape& shape) {
    std::string out = "(";
    for (std::size_t i = 0; i < shape.size(); ++i) out += (i ? ", " : "") + std::to_string(shape[i]);
    return out + (shape.size() == 1 ? ",)" : ")");
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << text(shape); }

Range range_of(const char* op, const Slice& s, std::int64_t n) {
    if (s.step == 0) fail<ValueError>(op, ": needs a slice step other than 0, got 0");
    const std::int64_t low = s.step > 0 ? 0 : -1, high = s.step > 0 ? n : n - 1;
    const auto clip = [&](std::int64_t i) { return std::clamp(i < 0 ? i + n : i, low, high); };
    const auto start = s.start ? clip(*s.start) : (s.step > 0 ? low : high);
    const auto stop = s.stop ? clip(*s.stop) : (s.step > 0 ? high : low);
    const bool some = s.step > 0 ? start < stop : start > stop;
    const auto size = some ? (stop - start - (s.step > 0 ? 1 : -1)) / s.step + 1 : 0;
    return {start, size > 1 ? s.step : 1, size};  // a step of any size is none where it leads nowhere
}

std::size_t Shape::from_end(std::int64_t i) const {
    if (i >= -rank() && i < 0) return static_cast<std::size_t>(i + rank());
    fail<IndexError>("shape: needs an index from ", -rank(), " to ", rank() - 1, ", got ", i);
}

Shape Shape::operator[](const Slice& slice) const {
    const Range range = range_of("shape", slice, rank());
    Shape out;
    for (std::int64_t k = 0; k < range.size; ++k) out.push_back((*this)[range.start + k * range.step]);
    return out;
}

std::int64_t step_along(const Shape& shape, int axis) { return Shape(shape.begin() + axis + 1, shape.end()).numel(); }

void check_shape(const char* op, const Shape& shape) {
    if (shape.rank() > max_rank) fail<ShapeError>(op, ": needs at most 64 axes, got ", shape.rank());
    std::int64_t bytes = 8;
    for (auto extent : shape) {
        if (extent < 0) fail<ShapeError>(op, ": needs extents of 0 or more, got ", shape);
        if (__builtin_mul_overflow(bytes, std::max<std::int64_t>(extent, 1), &bytes))
            fail<ShapeError>(op, ": needs a size that fits in 63 bits, got ", shape);
    }
}

int normalize_axis(const char* op, int axis, int rank) {
    if (axis < -rank || axis >= rank)
        fail<ShapeError>(op, ": needs an axis from ", -rank, " to ", rank - 1, ", got ", axis);
    return axis < 0 ? axis + rank : axis;
}

AxisSet axis_set(const char* op, const SmallVector<int, 6>& axes, int rank) {
    if (axes.empty()) return all_axes(rank);
    AxisSet set = 0;
    for (int axis : axes) {
        const AxisSet bit = AxisSet{1} << normalize_axis(op, axis, rank);
        if (set & bit) fail<ShapeError>(op, ": needs each axis once, got ", axis, " twice");
        set |= bit;
    }
    return set;
}

Shape reduced_shape(const Shape& shape, AxisSet axes, bool keepdims) {
    Shape out;
    for (int k = 0; k < shape.rank(); ++k) {
        if (!contains(axes, k))
            out.push_back(shape[k]);
        else if (keepdims)
            out.push_back(1);
    }
    if (out.empty()) out.push_back(1);
    return out;
}

Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b) {
    const Shape& longer = a.rank() >= b.rank() ? a : b;
    const Shape& shorter = a.rank() >= b.rank() ? b : a;
    Shape out = longer;
    const int shift = longer.rank() - shorter.rank();
    for (int k = 0; k < shorter.rank(); ++k) {
        auto& extent = out[k + shift];
        if (extent == 1)
            extent = shorter[k];
        else if (shorter[k] != 1 && shorter[k] != extent)
            fail<ShapeError>(op, ": needs shapes that broadcast, got ", a, " and ", b);
    }
    return out;
}

bool broadcasts_to(const Shape& from, const Shape& to) {
    const int shift = to.rank() - from.rank();
    if (shift < 0) return false;
    for (int k = 0; k < from.rank(); ++k)
        if (from[k] != 1 && from[k] != to[k + shift]) return false;
    return true;
}

}  // namespace jt
