// Ops that reduce over axes: {} means all, negative ones count from the end.
#pragma once
#include "../var.hpp"

namespace jt {

/// bool and uint8 sum to int32.
Var sum(const Var& x, const Axes& axes = {}, KeepDims keep = {});
/// Sum times 1 / n; integers give float.
Var mean(const Var& x, const Axes& axes = {}, KeepDims keep = {});
/// Every tied element gets the full gradient, as Jittor (PyTorch differs: shares it).
Var max(const Var& x, const Axes& axes = {}, KeepDims keep = {});
Var min(const Var& x, const Axes& axes = {}, KeepDims keep = {});
/// p = 2: sqrt(max(sum(x * x), 1e-30)); p = 1: sum of |x|. Default axis -1, as Jittor.
Var norm(const Var& x, int p = 2, const Axes& axes = -1, KeepDims keep = {});
/// (int32 index, value) of the first largest element along an axis.
std::pair<Var, Var> argmax(const Var& x, int axis, KeepDims keep = {});
/// Mean of (x - mean)^2; the sum divided by n - 1 when unbiased.
Var var(const Var& x, const Axes& dims = {}, bool unbiased = false, KeepDims keep = {});
/// Summed down to a shape that broadcasts to x's: the reverse of broadcast.
Var sum_to(const Var& x, const Shape& shape);

}  // namespace jt
