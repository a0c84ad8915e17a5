// A part of a Var along one axis, unchecked. Private to autograd/ops.
#pragma once
#include "promote.hpp"

namespace jt {

/// `size` elements from `start` along an axis.
Var part(const Var& x, int axis, std::int64_t start, std::int64_t size);

}  // namespace jt
