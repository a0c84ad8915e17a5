// The op behind weight normalisation.
#pragma once
#include "../var.hpp"

namespace jt {

/// v * (g / n), n = sqrt(max(sum(v * v over axes), 1e-30)), g with n's shape: v rescaled to norm g, as
/// `_weight_norm` in Jittor's python/jittor/weightnorm.py. Axes are a set, since weight norm works it out once; throws
/// a ShapeError for one that v has not got, or a g of another shape, a DtypeError unless both are of one float dtype.
Var rescale(const Var& v, const Var& g, AxisSet axes);

}  // namespace jt
