// The same elements in the same order under another shape, or repeated along axes of extent 1.
#pragma once
#include "../var.hpp"

namespace jt {

/// One extent may be -1.
Var reshape(const Var& x, const Shape& shape);
/// PyTorch's name for reshape.
Var view(const Var& x, const Shape& shape);
Var reshape_as(const Var& x, const Var& y);
Var view_as(const Var& x, const Var& y);
/// Axes start_dim to end_dim, the last one included, become one.
Var flatten(const Var& x, int start_dim = 0, int end_dim = -1);
/// The axis dim taken apart into axes of these sizes, one of which may be -1. Throws a ShapeError for others than its
/// elements make, and for none.
Var unflatten(const Var& x, int dim, const Shape& sizes);
/// Without an axis of extent 1; without all of them where none is named, (1,) at least.
Var squeeze(const Var& x, std::optional<int> dim = {});
/// With an axis of extent 1 at a place from -rank - 1 to rank.
Var unsqueeze(const Var& x, int dim);
Var broadcast(const Var& x, const Shape& shape);
/// broadcast, where -1 keeps an extent of x.
Var expand(const Var& x, const Shape& shape);
Var expand_as(const Var& x, const Var& y);
/// The same value in a node of its own: every Var is contiguous.
Var contiguous(const Var& x);
/// Does nothing: Jittor computes a Var when it is asked for, here it is computed when it is made.
void sync(const Var& x);

}  // namespace jt
