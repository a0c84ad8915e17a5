// Running sums and products along an axis.
#pragma once
#include "../../array.hpp"

namespace jt::kernels {

/// y[i] = x[0] + ... + x[i] along one axis; bool and uint8 sum to int32, floats are added in double.
Array cumsum(const Array& x, int axis);
/// y[i] = b[i] + a[i] * y[i - 1] along one axis, from y[-1] on, in double; equal shapes and float
/// dtypes. Without b it is 0.
Array recurrence(const Array& b, const Array& a, int axis, double before);

}  // namespace jt::kernels
