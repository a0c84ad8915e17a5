// Ops that change the shape, or join Vars.
#pragma once
#include "../var.hpp"

namespace jt {

/// One extent may be -1.
Var reshape(const Var& x, const Shape& shape);
/// Axes in the order of `permutation`; {} reverses them.
Var transpose(const Var& x, const Axes& permutation = {});
Var broadcast(const Var& x, const Shape& shape);
/// Joined along an axis that exists; dtypes promote.
Var concat(const Vars& parts, int axis = 0);
/// Joined along a new axis; equal shapes, dtypes promote.
Var stack(const Vars& parts, int dim = 0);
/// Without an axis of extent 1; without all of them where none is named, (1,) at least.
Var squeeze(const Var& x, std::optional<int> dim = {});
/// With an axis of extent 1 at a place from -rank - 1 to rank.
Var unsqueeze(const Var& x, int dim);
/// Backwards along axes.
Var flip(const Var& x, const Axes& dims = 0);
/// y[i + shift] = x[i] along an axis; what leaves at one end comes back at the other.
Var roll(const Var& x, std::int64_t shift, int dim = 0);
/// The part on and below a diagonal of the last two axes, zeros elsewhere; diagonal 1 is the one above the main one.
Var tril(const Var& x, int diagonal = 0);

}  // namespace jt
