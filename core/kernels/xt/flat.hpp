// Element by element, for what no instruction set has: one xtensor expression each.
#pragma once
#include "../../array.hpp"

namespace jt::kernels {

/// -1, 0 or 1 of a float, NaN where it is NaN.
Array sign(const Array& x);
/// Whether a float is NaN, as bool.
Array isnan(const Array& x);
/// The angle of (x, y) from the x axis in [-pi, pi]; broadcasts; one float dtype.
Array atan2(const Array& y, const Array& x);

}  // namespace jt::kernels
