// Ops along an axis that depend on the order of the elements: sorting and running sums.
#pragma once
#include "../var.hpp"

namespace jt {

/// x in rising or falling order along an axis, and where each element came from: (index, value), index int32. Equal
/// elements keep their order, NaN is last either way.
std::pair<Var, Var> argsort(const Var& x, int dim = -1, bool descending = false);
/// The same as (value, index).
std::pair<Var, Var> sort(const Var& x, int dim = -1, bool descending = false);
/// The k largest or smallest elements along an axis, the most extreme first: (value, index).
std::pair<Var, Var> topk(const Var& x, int k, int dim = -1, bool largest = true);
/// y[i] = x[0] + ... + x[i] along an axis; bool and uint8 sum to int32.
Var cumsum(const Var& x, int dim = -1);

}  // namespace jt
