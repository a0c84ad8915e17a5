// Axes in another order, and elements in another order along them.
#pragma once
#include "../var.hpp"

namespace jt {

/// Axes in the order of `permutation`; {} reverses them.
Var transpose(const Var& x, const Axes& permutation = {});
/// Two axes exchanged, as Jittor's `x.transpose(1, 2)`.
Var transpose(const Var& x, int dim0, int dim1);
/// The same by its other names.
Var permute(const Var& x, const Axes& axes = {});
Var swapaxes(const Var& x, int axis0, int axis1);
/// Axis source[k] goes to the place destination[k]; the others stay in their order.
Var movedim(const Var& x, const Axes& source, const Axes& destination);
/// Backwards along axes.
Var flip(const Var& x, const Axes& dims = 0);
/// y[i + shift] = x[i] along each axis, one shift an axis; what leaves at one end comes back at the other. {} rolls all
/// elements as one row, as PyTorch does without dims.
Var roll(const Var& x, const Ints& shifts, const Axes& dims = 0);
/// Turned k times by a right angle, from the first of two axes towards the second.
Var rot90(const Var& x, int k = 1, const Axes& dims = {0, 1});

}  // namespace jt
