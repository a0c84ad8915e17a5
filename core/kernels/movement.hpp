// Moving elements without changing them: permute, broadcast, slice, join, gather and scatter.
#pragma once
#include "../array.hpp"

namespace jt::kernels {

/// Axis k of the result is axis permutation[k] of x.
Array permute(const Array& x, const SmallVector<int, 6>& permutation);
/// x repeated to `shape` (it must broadcast).
Array broadcast_to(const Array& x, const Shape& shape);

/// Along each axis: `size` elements from `start`, `step` apart (step may be negative, not 0).
struct Range {
    std::int64_t start, step, size;
};
using Ranges = SmallVector<Range, 6>;
/// The box of x that `ranges` names, one range an axis; they must lie inside.
Array slice(const Array& x, const Ranges& ranges);
/// Zeros of `shape` with x written into that box: the transpose of slice.
Array unslice(const Array& x, const Ranges& ranges, const Shape& shape);

/// Arrays of one dtype joined along `axis`; the other extents are equal.
Array concat(const SmallVector<const Array*, 8>& parts, int axis);

/// Rows of x: result[i..., rest] = x[index[i...], rest]; index is int64 with entries in [0, x.shape[0]).
Array take(const Array& x, const Array& index);
/// Zeros of `shape` with x's rows added at the index: the transpose of take.
Array untake(const Array& x, const Array& index, const Shape& shape);

}  // namespace jt::kernels
