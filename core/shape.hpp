// Shapes, axes and the rules that combine them: broadcasting, reduction, index arithmetic.
#pragma once
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "error.hpp"
#include "small_vector.hpp"

namespace jt {

inline constexpr int max_rank = 64;

/// Part of an axis: start, stop and step as in Python; `Slice()` is the whole axis.
struct Slice {
    std::optional<std::int64_t> start = {}, stop = {};
    std::int64_t step = 1;
};
/// `x[{from(1)}]`, `x[{_, to(-1)}]`: Python's `x[1:]`, `x[:, :-1]`.
inline Slice from(std::int64_t start) { return {start, {}}; }
inline Slice to(std::int64_t stop) { return {{}, stop}; }

/// Where a loop over rows, layers or pairs ends.
struct End {};

/// A type of whole numbers; bool is none.
template <class T>
concept Whole = std::integral<T> && !std::same_as<T, bool>;

/// Extents of an array, outermost first; up to six are stored inline, 64 at most.
class Shape : public SmallVector<std::int64_t, 6> {
public:
    using SmallVector::SmallVector;
    /// What was worked out as a std::vector<int>, or of any other integers.
    template <Whole T>
    Shape(const std::vector<T>& extents) {
        for (const T extent : extents) push_back(static_cast<std::int64_t>(extent));
    }

    /// An extent, counted from the end when i is negative. Throws an IndexError.
    std::int64_t& operator[](std::int64_t i) { return begin()[place(i)]; }
    const std::int64_t& operator[](std::int64_t i) const { return begin()[place(i)]; }
    /// Python's `shape[:-1]`: `shape[to(-1)]`.
    Shape operator[](const Slice& slice) const;

    int rank() const { return static_cast<int>(size()); }
    /// Product of the extents (1 for rank 0). The extents were checked when an Array or Var was made of them.
    std::int64_t numel() const {
        std::int64_t n = 1;
        for (auto extent : *this) n *= extent;
        return n;
    }

private:
    std::size_t place(std::int64_t i) const {
        return static_cast<std::size_t>(i) < size() ? static_cast<std::size_t>(i) : from_end(i);
    }
    std::size_t from_end(std::int64_t i) const;
};

/// Python's `shape[:-1] + [3]`: `shape[to(-1)] + Shape{3}`.
inline Shape operator+(Shape first, const Shape& second) {
    for (const auto extent : second) first.push_back(extent);
    return first;
}

/// What a call takes one by one in place of a Shape: `zeros(2, 3)`, `x.view(x.shape()[to(-1)], 3)`.
template <class T>
concept Extent = Whole<T> || std::same_as<T, Shape>;
inline const Shape& shape_of(const Shape& shape) { return shape; }
template <Extent... T>
requires(sizeof...(T) > 0) Shape shape_of(const T&... extents) {
    if constexpr ((Whole<T> && ...))
        return {static_cast<std::int64_t>(extents)...};
    else
        return (Shape() + ... + shape_of(extents));
}

/// `size` elements of an axis from `start`, `step` apart (step may be negative, not 0).
struct Range {
    std::int64_t start, step, size;
};
/// Those of an axis of n elements, by Python's rule. Throws a ValueError in the name of `op` for a step of 0.
Range range_of(const char* op, const Slice& slice, std::int64_t n);

/// How many elements lie between neighbours along an axis: the product of the extents behind it.
std::int64_t step_along(const Shape& shape, int axis);

/// As people read it: "(2, 3)", "(5,)", "()".
std::string text(const Shape& shape);
std::ostream& operator<<(std::ostream& out, const Shape& shape);

/// Throws a ShapeError in the name of `op` unless every extent is >= 0, the rank <= 64 and the byte count fits.
void check_shape(const char* op, const Shape& shape);

/// A set of axes as bits: bit k is axis k.
using AxisSet = std::uint64_t;

/// Axis counted from the front; -1 is the last one. Throws a ShapeError when it is out of range.
int normalize_axis(const char* op, int axis, int rank);
/// The set of the listed axes; an empty list means all. Throws when one is out of range or listed twice.
AxisSet axis_set(const char* op, const SmallVector<int, 6>& axes, int rank);
/// The set of all axes of a rank.
inline AxisSet all_axes(int rank) { return rank == 64 ? ~AxisSet{0} : (AxisSet{1} << rank) - 1; }
inline bool contains(AxisSet axes, int axis) { return (axes >> axis & 1) != 0; }

/// Shape after reducing over `axes`; they stay as 1 with keepdims. Without, a full reduction gives (1,): there are no
/// 0-d Vars.
Shape reduced_shape(const Shape& shape, AxisSet axes, bool keepdims);
/// NumPy's broadcast shape of two; throws a ShapeError in the name of `op` when there is none.
Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b);
/// True when `from` broadcasts to exactly `to`.
bool broadcasts_to(const Shape& from, const Shape& to);

}  // namespace jt
