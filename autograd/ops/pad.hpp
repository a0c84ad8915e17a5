// A border around a Var.
#pragma once
#include "../var.hpp"

namespace jt {

/// What a border is made of: one value, x mirrored at its edge (which is not repeated), the edge, or x from the other
/// end.
enum class PadMode { constant, reflect, replicate, circular };

/// As many elements before and behind as the pairs in `padding` say, which begin with the last axis:
/// {left, right, top, bottom}; negative ones cut. Mirrored are less than x has along the axis, circular at most as
/// many.
Var pad(const Var& x, const Ints& padding, PadMode mode = PadMode::constant, const Scalar& value = 0);

}  // namespace jt
