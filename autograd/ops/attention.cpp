// Attention of heads in Vars, and fused to one op.
#include "attention.hpp"

#include "../work.hpp"
#include "arithmetic.hpp"
#include "axes.hpp"
#include "composed.hpp"
#include "join.hpp"
#include "loss.hpp"
#include "product.hpp"
#include "shape.hpp"

namespace jt {

namespace {

// The inputs of the op: the parts, the mask and the weights.
struct Places {
    std::size_t mask, weights;

    explicit Places(const Call& call) : mask(call.size() - 2), weights(call.size() - 1) {}
};

// Products of all heads, each of the size of the weights times a vector.
void count(std::int64_t products, const Array& weights, const Heads& heads) {
    count_multiply_adds(products * weights.numel() * heads.width);
}

Vars composed_grad(const Var& g, const Call& call) {
    const std::size_t mask = Places(call).mask;
    return composed_gradients(call, [&](const Vars& in) {
        const Vars parts(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(mask));
        return attend_by_ops(parts, in[mask], call.params<Heads>()) * g;
    });
}

template <class Each>
kernels::AttentionParts arrays(std::size_t n, Each part) {
    kernels::AttentionParts out;
    for (std::size_t k = 0; k < n; ++k) out.push_back(part(k).array());
    return out;
}

Vars fused_grad(const Var& g, const Call& call) {
    const auto [mask, weights] = Places(call);
    const auto in = arrays(mask, [&](std::size_t k) { return call.input(k); });
    count(4, call.input(weights).array(), call.params<Heads>());
    const auto gradients = kernels::attention_grad(g.array(), in, call.input(weights).array(), call.params<Heads>());
    return call.each_needed([&](std::size_t k) { return make_var(gradients[k]); });
}

// Whether the kernel takes these: weights that were replaced may have other shapes, and get their errors by ops.
bool can_fuse(const Vars& parts, const Var& mask, const Heads& heads) {
    const Dtype dtype = parts[0].dtype();
    const auto columns = (parts.size() > 1 ? 1 : 3) * heads.columns();
    for (const Var& x : parts)
        if (x.dtype() != dtype || x.shape(-1) != columns) return false;
    return !mask.defined() || mask.dtype() == dtype;
}

Var apart(const Var& x, const Heads& heads) {
    return transpose(reshape(x, {x.shape(0), x.shape(1), heads.count, heads.width}), 1, 2);
}

}  // namespace

Vars in_heads(const Vars& parts, const Heads& heads) {
    const Var& q = parts[0];
    if (parts.size() > 1) return {apart(q, heads), apart(parts[1], heads), apart(parts[2], heads)};
    return unbind(transpose(reshape(q, {q.shape(0), q.shape(1), 3, heads.count, heads.width}), {2, 0, 3, 1, 4}));
}

Var side_by_side(const Var& x) {
    return reshape(transpose(x, 1, 2), {x.shape(0), x.shape(2), x.shape(1) * x.shape(3)});
}

Var attention_weights(const Var& query, const Var& key, const Var& mask, double scale) {
    const Var scores = matmul(query * scale, key, false, true);
    return softmax(mask.defined() ? scores + mask : scores, -1);
}

Var attend_by_ops(const Vars& parts, const Var& mask, const Heads& heads) {
    const Vars in = in_heads(parts, heads);
    return side_by_side(matmul(attention_weights(in[0], in[1], mask, heads.scale()), in[2]));
}

Var attend(const Vars& parts, const Var& mask, const Heads& heads) {
    static constexpr Op op{"attend", [](const Var& g, const Call& call) -> Vars {
                               const bool composed = recording() || call.needs(Places(call).mask);
                               return composed ? composed_grad(g, call) : fused_grad(g, call);
                           }};
    if (!can_fuse(parts, mask, heads)) return attend_by_ops(parts, mask, heads);
    const auto in = arrays(parts.size(), [&](std::size_t k) { return parts[k]; });
    auto [out, weights] = kernels::attention(in, mask.defined() ? mask.array() : Array(), heads);
    count(2, weights, heads);
    Vars inputs = parts;
    inputs.push_back(mask);
    inputs.push_back(constant(std::move(weights)));
    return record(op, std::move(out), inputs, heads);
}

}  // namespace jt
