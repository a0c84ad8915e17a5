// Putting elements in order.
#pragma once
#include "../../array.hpp"

namespace jt::kernels {

/// int32 indices that sort x along one axis, equal elements in the order they stand in, NaN last in both directions.
Array argsort(const Array& x, int axis, bool descending);

}  // namespace jt::kernels
