// Ops that depend on the order of the elements: sorting, running sums, and counting equal ones.
#pragma once
#include <tuple>

#include "../var.hpp"

namespace jt {

/// x in rising or falling order along an axis, and where each element came from: (index, value), index int32. Equal
/// elements keep their order, NaN is last either way.
std::pair<Var, Var> argsort(const Var& x, int dim = -1, bool descending = false);
/// The same as (value, index).
std::pair<Var, Var> sort(const Var& x, int dim = -1, bool descending = false);
/// The k largest or smallest elements along an axis, the most extreme first: (value, index).
std::pair<Var, Var> topk(const Var& x, int k, int dim = -1, bool largest = true);
/// The k-th smallest element along an axis, counted from 1, and where it came from: (value, index). NaN counts as the
/// largest.
std::pair<Var, Var> kthvalue(const Var& x, int k, int dim = -1, KeepDims keep = {});
/// The middle element along an axis, or among all elements, the lower one of two; NaN where there is one.
Var median(const Var& x, std::optional<int> dim = {}, KeepDims keep = {});
/// y[i] = x[0] + ... + x[i] along an axis; bool and uint8 sum to int32.
Var cumsum(const Var& x, int dim = -1);
/// y[i] = x[0] * ... * x[i] along an axis; integers give float, as Jittor.
Var cumprod(const Var& x, int dim = -1);
/// For each of values (..., m) the int32 place in the rising lines of `sorted` (..., n), or in its only one (n,), at
/// which it may be put: the first such place, or the last one. NaN goes to the end.
Var searchsorted(const Var& sorted, const Var& values, bool right = false);

struct ReturnInverse {};
struct ReturnCounts {};
inline constexpr ReturnInverse return_inverse;
inline constexpr ReturnCounts return_counts;
/// The different elements of x in rising order, each NaN by itself, without a gradient; which of them stands where x
/// does, in x's shape; how often each stands there: `const auto [y, inverse, counts] = unique(x, return_inverse,
/// return_counts);`. Both are int32.
Var unique(const Var& x);
std::pair<Var, Var> unique(const Var& x, ReturnInverse inverse);
std::pair<Var, Var> unique(const Var& x, ReturnCounts counts);
std::tuple<Var, Var, Var> unique(const Var& x, ReturnInverse inverse, ReturnCounts counts);
/// How often each number from 0 to the largest of integers x (n,) stands there, as int32, or the sum of the weights
/// (n,) at those places; at least minlength numbers. A ValueError for negative ones.
Var bincount(const Var& x, const Var& weights = {}, std::int64_t minlength = 0);
/// Which boxes (n, 5) of x1, y1, x2, y2 and score stay, the best first, when each takes away those below it that share
/// more than `thresh` of their union with it; both ends of a box belong to it, as in Jittor. int32.
Var nms(const Var& dets, double thresh);
/// How many elements fall into each of equal bins between min and max, the last of which holds max as well; from the
/// smallest element to the largest one when the two are equal. A float Var (bins,).
Var histc(const Var& x, std::int64_t bins, double min = 0, double max = 0);

}  // namespace jt
