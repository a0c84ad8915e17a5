// Putting elements in order.
#pragma once
#include "../../array.hpp"

namespace jt::kernels {

/// int32 indices that sort x along one axis, equal elements in the order they stand in, NaN last in both directions.
Array argsort(const Array& x, int axis, bool descending);
/// `count` places of that order from `first` on, in less time.
Array argsort(const Array& x, int axis, bool descending, std::int64_t first, std::int64_t count);

/// int32 places of `values` (..., m) in rising lines (..., n), or in a single one (n,): the first place at which each
/// could stand, or the last one. One dtype.
Array searchsorted(const Array& sorted, const Array& values, bool right);

}  // namespace jt::kernels
