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
/// The product; bool and uint8 multiply to int32.
Var prod(const Var& x, const Axes& axes = {}, KeepDims keep = {});
/// Whether any element, or each of them, is not 0, as bool.
Var any(const Var& x, const Axes& axes = {}, KeepDims keep = {});
Var all(const Var& x, const Axes& axes = {}, KeepDims keep = {});
/// How many elements are not 0, as int32.
Var count_nonzero(const Var& x, const Axes& axes = {}, KeepDims keep = {});
/// p = 2: sqrt(max(sum(x * x), eps)); p = 1: sum of |x|; p = infinity: the largest |x|. Default axis -1, as Jittor.
Var norm(const Var& x, double p = 2, const Axes& axes = -1, KeepDims keep = {}, double eps = 1e-30);
/// x / norm(x, p, dim, keepdims, eps).
Var normalize(const Var& x, double p = 2, const Axes& dim = 1, double eps = 1e-30);
/// (int32 index, value) of the first largest, or smallest, element along an axis, or among all elements.
std::pair<Var, Var> argmax(const Var& x, std::optional<int> dim = {}, KeepDims keep = {});
std::pair<Var, Var> argmin(const Var& x, std::optional<int> dim = {}, KeepDims keep = {});
/// Mean of (x - mean)^2; the sum divided by n - 1 when unbiased.
Var var(const Var& x, const Axes& dims = {}, bool unbiased = false, KeepDims keep = {});
/// sqrt(max(var, 1e-6)) of the unbiased var, as Jittor: 0.001 of equal numbers (PyTorch differs: 0).
Var std(const Var& x, const Axes& dims = {}, KeepDims keep = {});
/// log(sum(exp(x))), without overflow on the way.
Var logsumexp(const Var& x, const Axes& dims = {}, KeepDims keep = {});
/// Summed down to a shape that broadcasts to x's: the reverse of broadcast.
Var sum_to(const Var& x, const Shape& shape);

}  // namespace jt
