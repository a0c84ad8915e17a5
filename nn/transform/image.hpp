// What the transforms' sources share. Private to nn/transform.
#pragma once
#include "../../autograd/ops/promote.hpp"

namespace jt::transform {

/// x as (h, w, c). Throws in the name of `op`: a GraphError for an empty Var, a DtypeError for other than uint8, a
/// ShapeError for other than (h, w) and (h, w, c) of 1 to 4 channels, with a pixel at least.
Var image_of(const char* op, const Var& x);

}  // namespace jt::transform
