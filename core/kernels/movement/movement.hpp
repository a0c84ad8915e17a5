// Moving elements without changing them: permute, broadcast, slice and join.
#pragma once
#include <array>
#include <vector>

#include "../../array.hpp"

namespace jt::kernels {

/// One number of elements an axis.
using Strides = SmallVector<std::int64_t, 6>;
/// A dense array of `shape` whose element (i, j, ...) is x's element start + i * strides[0] + j * strides[1] + ...:
/// what a strided view of x shows. Strides may be negative or 0; the caller sees to it that all lie inside.
Array strided(const Array& x, std::int64_t start, const Shape& shape, const Strides& strides);
/// Zeros of `shape` with x's elements added where `strided` would have read them: its transpose.
Array unstrided(const Array& x, const Shape& shape, std::int64_t start, const Strides& strides);
/// Writes v, which broadcasts to `shape`, where `strided` would have read.
void put_strided(Array& x, std::int64_t start, const Shape& shape, const Strides& strides, const Array& v);
/// How far apart neighbours along each axis of a dense array lie.
Strides strides_of(const Shape& shape);

/// Axis k of the result is axis permutation[k] of x.
Array permute(const Array& x, const SmallVector<int, 6>& permutation);
/// x repeated to `shape` (it must broadcast).
Array broadcast_to(const Array& x, const Shape& shape);

/// Along each axis.
using Ranges = SmallVector<Range, 6>;
/// The box of x that `ranges` names, one range an axis; they must lie inside.
Array slice(const Array& x, const Ranges& ranges);
/// `shape` full of one value, with x written into that box; of zeros, the transpose of slice.
Array unslice(const Array& x, const Ranges& ranges, const Shape& shape, const Scalar& around = 0);

/// Along each axis the elements of three ranges after one another; a step of 0 repeats, one of -1 mirrors.
using Framed = SmallVector<std::array<Range, 3>, 6>;
/// The boxes of x that `ranges` name side by side; all must lie inside.
Array frame(const Array& x, const Framed& ranges);

/// Arrays of one dtype joined along `axis`; the other extents are equal.
Array concat(const SmallVector<const Array*, 8>& parts, int axis);
/// Its reverse: parts of these sizes, which add up to the extent of `axis`.
std::vector<Array> split(const Array& x, int axis, const std::vector<std::int64_t>& sizes);

/// y[i + shift] = x[i] along one axis, what leaves at one end comes back at the other.
Array roll(const Array& x, std::int64_t shift, int axis);
/// x with zeros above (or below) a diagonal of its last two axes, whose column less row is `diagonal`.
Array triangle(const Array& x, std::int64_t diagonal, bool lower);
/// The places of elements that are not 0, in row-major order: int32 (n, rank).
Array nonzero(const Array& x);

}  // namespace jt::kernels
