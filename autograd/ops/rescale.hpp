// The op behind weight normalisation.
#pragma once
#include "../var.hpp"

namespace jt {

/// v * (g / n), n = sqrt(max(sum(v * v over axes), 1e-30)), g with n's shape: v rescaled to norm g, as
/// `_weight_norm` in Jittor's python/jittor/weightnorm.py.
Var rescale(const Var& v, const Var& g, const Axes& axes = -1);

}  // namespace jt
