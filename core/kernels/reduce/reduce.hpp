// Reductions over axes. Float sums run in fixed blocks in a fixed order, so that every machine gives the same bits.
#pragma once
#include "../../array.hpp"

namespace jt::kernels {

/// Sum over `axes`; the result has `reduced_shape(x.shape(), axes, keepdims)`. uint8 and bool sum into int32; an empty
/// sum is 0. Floats are added in fours and then in double, so that the error is a few roundings whatever the length.
Array sum(const Array& x, AxisSet axes, bool keepdims);
/// Product over `axes`, likewise, but floats are multiplied in double, in fours; an empty one is 1.
Array prod(const Array& x, AxisSet axes, bool keepdims);
/// sum(x * y) over `axes` without the product in between; equal shapes and float dtypes. Accumulated in double.
Array sum_product(const Array& x, const Array& y, AxisSet axes, bool keepdims);
/// Largest / smallest element over `axes`; NaN wins. Of nothing it is the smallest / largest number that there is.
Array max(const Array& x, AxisSet axes, bool keepdims);
Array min(const Array& x, AxisSet axes, bool keepdims);
/// int32 index of the first largest / smallest element along one axis, which is kept as 1 (NaN wins).
Array argmax(const Array& x, int axis);
Array argmin(const Array& x, int axis);
/// x summed down to `shape`, which broadcasts to x's shape: the reverse of broadcasting.
Array sum_to(const Array& x, const Shape& shape);

}  // namespace jt::kernels
