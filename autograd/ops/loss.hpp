// Softmax, and the cross entropy of rows.
#pragma once
#include "../var.hpp"

namespace jt {

/// Over one axis; without an axis over all elements, as Jittor.
Var softmax(const Var& x, std::optional<int> axis = {});
Var log_softmax(const Var& x, std::optional<int> axis = {});
/// Loss (n,) of each row of float logits x (n, c) against classes t (n,), times weight (n,), one for each row:
/// weight * (log sum exp(x - max) - x[t] + max), 0 for a class outside [0, c). Only x gets a gradient. A float that is
/// a whole number counts as that class; any other throws a ValueError.
Var cross_entropy_rows(const Var& x, const Var& t, const Var& weight);

}  // namespace jt
