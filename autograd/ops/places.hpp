// Reading at places and adding at them, unchecked. Private to autograd/ops.
#pragma once
#include <memory>

#include "../../core/kernels/movement/reindex.hpp"
#include "promote.hpp"

namespace jt {

/// Places that a node and its gradients share.
using Map = jt::SharedPtr<const kernels::Places>;

/// x at the places of a `shape`, 0 where there is none.
Var read_at(const Var& x, const Map& places, const Shape& shape);
/// Its transpose: zeros of `shape` with y added at its places.
Var add_at(const Var& y, const Map& places, const Shape& shape);

}  // namespace jt
