// Attention of heads that lie side by side, head by head in cache.
#pragma once
#include <cmath>

#include "../../array.hpp"

namespace jt::kernels {

struct Heads {
    std::int64_t count, width;

    std::int64_t columns() const { return count * width; }
    double scale() const { return 1 / std::sqrt(static_cast<double>(width)); }
};

/// Query (batch, target, heads.columns()), key and value (batch, source, heads.columns()), of one float dtype; or one
/// array (batch, target, 3 * heads.columns()) whose rows hold all three.
using AttentionParts = SmallVector<Array, 3>;

/// weights = softmax(query key^T * scale + mask) of each head, (batch, heads.count, target, source), and out = weights
/// value, (batch, target, heads.columns()). The mask broadcasts to the weights, and may be empty.
struct Attention {
    Array out, weights;
};
Attention attention(const AttentionParts& in, const Array& mask, const Heads& heads);

/// The gradients of the parts from g, that of `out`.
AttentionParts attention_grad(const Array& g, const AttentionParts& in, const Array& weights, const Heads& heads);

}  // namespace jt::kernels
