// The op behind the layers that normalise: batch, layer, group and instance norm.
#pragma once
#include "../var.hpp"

namespace jt {

/// y, and the mean and biased variance that it was made with, which take no gradient.
struct Standardized {
    Var y, mean, var;
};
/// (x - mean) / sqrt(var + eps) * weight + bias (Ioffe and Szegedy 2015), x of five axes, mean and variance over the
/// axes 0, 3 and 4, weight and bias (axis 2, axis 3) or empty. Integers become float.
Standardized standardize(const Var& x, const Var& weight, const Var& bias, double eps);

}  // namespace jt
