// Attention of heads that lie side by side, composed and fused. Private to the attention layers of nn.
#pragma once
#include "../../core/kernels/product/attention.hpp"
#include "../var.hpp"

namespace jt {

using kernels::Heads;

/// softmax(query key^T * scale + mask) over the last axis: (..., target, source) for query (..., target, e) and key
/// (..., source, e). The mask may be empty.
Var attention_weights(const Var& query, const Var& key, const Var& mask, double scale);

/// Query, key and value of each head, (batch, count, steps, width): of query (batch, target, count * width), key and
/// value (batch, source, count * width), or of one Var (batch, target, 3 * count * width) whose rows hold all three.
Vars in_heads(const Vars& parts, const Heads& heads);
/// (batch, steps, count * width) of (batch, count, steps, width).
Var side_by_side(const Var& x);

/// The values of each head by their weights, whose scale is 1 / sqrt(width): (batch, target, count * width).
Var attend_by_ops(const Vars& parts, const Var& mask, const Heads& heads);
/// The same in one op, unless there is a mixture of dtypes.
Var attend(const Vars& parts, const Var& mask, const Heads& heads);

}  // namespace jt
