// Masks become what is added to the scores; heads are an axis behind the batch.
#include "attention.hpp"

#include <cmath>

#include "../../autograd/node.hpp"
#include "../../autograd/ops.hpp"
#include "../../autograd/ops/attention.hpp"
#include "../init.hpp"
#include "checks.hpp"
#include "dropout.hpp"

namespace jt::nn {

namespace {

constexpr const char* kind = "MultiheadAttention";

Var hidden_where(const Var& mask) { return where(mask, full({1}, -INFINITY), 0); }

Var causal(std::int64_t target, std::int64_t source) { return hidden_where(~tril(ones({target, source}, bool_))); }

Var plus(const Var& a, const Var& b) {
    if (!a.defined() || !b.defined()) return a.defined() ? a : b;
    return a + b;
}

// What a mask adds to the scores, where its bools say what is hidden, or seen.
Var added(const char* op, const char* name, const Var& mask, bool hides = true) {
    if (!mask.defined() || is_float(mask.dtype())) return mask;
    if (mask.dtype() != bool_) fail<DtypeError>(op, ": needs ", name, " of bools or floats, got ", mask.dtype());
    return hidden_where(hides ? mask : ~mask);
}

struct Attended {
    Var out, weights;
};

Attended attended(const Var& query, const Var& key, const Var& value, const Var& mask, double scale, double dropout_p) {
    const Var weights = dropout(attention_weights(query, key, mask, scale), dropout_p);
    return {matmul(weights, value), weights};
}

// Of heads side by side; no weights where nobody needs them and nothing is dropped.
Attended attended(const Vars& parts, const Var& mask, const Heads& heads, double dropout_p, bool need_weights) {
    if (!need_weights && dropout_p == 0) return {attend(parts, mask, heads), {}};
    const Vars in = in_heads(parts, heads);
    const auto [out, weights] = attended(in[0], in[1], in[2], mask, heads.scale(), dropout_p);
    return {side_by_side(out), weights};
}

void check_dot_product(const char* op, const Var& query, const Var& key, const Var& value) {
    for (const Var& x : {query, key, value})
        if (node_of(op, x).value.shape().size() < 2)
            fail<ShapeError>(op, ": needs matrices, or batches of them, got ", x.shape());
    if (query.shape(-1) != key.shape(-1) || key.shape(-2) != value.shape(-2))
        fail<ShapeError>(op, ": needs query (..., target, e), key (..., source, e) and value (..., source, v), got ",
                         query.shape(), ", ", key.shape(), " and ", value.shape());
}

Var drawn_if(bool wanted, std::int64_t out, std::int64_t in) {
    return wanted ? init::xavier_uniform({out, in}) : Var();
}
Var row_if(bool wanted, int size) { return wanted ? init::xavier_gauss({1, 1, size}) : Var(); }

int divided(int embed_dim, int num_heads) {
    at_least(1, kind, "embed_dim", embed_dim);
    if (embed_dim % at_least(1, kind, "num_heads", num_heads) != 0)
        fail<ValueError>(kind, ": needs an embed_dim that ", num_heads, " heads divide, got ", embed_dim);
    return embed_dim;
}

const MultiheadAttentionOptions& checked(const MultiheadAttentionOptions& o) {
    within(kind, "dropout", o.dropout, 0, 1);
    return o;
}

Var shown(const Var& weights, bool batched, bool average) {
    const Var shown = average ? weights.mean(1) : weights;
    return batched ? shown : shown.squeeze(0);
}

bool same(const Var& a, const Var& b) { return a.node() == b.node(); }

const Shape& shape_of(const Var& x) { return node_of(kind, x).value.shape(); }

void check_shape(const char* name, const Shape& shape, const Shape& wanted) {
    if (shape != wanted) fail<ShapeError>(kind, ": needs ", name, " of shape ", wanted, ", got ", shape);
}

}  // namespace

Var scaled_dot_product_attention(const Var& query, const Var& key, const Var& value, const Var& attn_mask,
                                 double dropout_p, bool is_causal, std::optional<double> scale) {
    constexpr const char* op = "scaled_dot_product_attention";
    check_dot_product(op, query, key, value);
    const Var order = is_causal ? causal(query.shape(-2), key.shape(-2)) : Var();
    const Var mask = plus(added(op, "attn_mask", attn_mask, false), order);
    const double root = std::sqrt(static_cast<double>(query.shape(-1)));
    if (scale) finite(op, "scale", *scale);
    return attended(query, key, value, mask, scale.value_or(1 / root), dropout_p).out;
}

Var scaled_dot_product_attention(const Var& query, const Var& key, const Var& value, const DotProductOptions& o) {
    return scaled_dot_product_attention(query, key, value, o.attn_mask, o.dropout_p, o.is_causal, o.scale);
}

MultiheadAttention::MultiheadAttention(int embed, int heads, const Options& o)
    : embed_dim(divided(embed, heads)),
      num_heads(heads),
      kdim(at_least(1, kind, "kdim", o.kdim.value_or(embed))),
      vdim(at_least(1, kind, "vdim", o.vdim.value_or(embed))),
      options(checked(o)),
      out_proj(this, "out_proj", embed, embed, false),
      q_proj_weight(attr("q_proj_weight", drawn_if(!projects_alike(), embed, embed))),
      k_proj_weight(attr("k_proj_weight", drawn_if(!projects_alike(), embed, kdim))),
      v_proj_weight(attr("v_proj_weight", drawn_if(!projects_alike(), embed, vdim))),
      in_proj_weight(attr("in_proj_weight", drawn_if(projects_alike(), std::int64_t{3} * embed, embed))),
      in_proj_bias(attr("in_proj_bias", o.bias ? zeros({std::int64_t{3} * embed}) : Var())),
      bias_k(attr("bias_k", row_if(o.add_bias_kv, embed))),
      bias_v(attr("bias_v", row_if(o.add_bias_kv, embed))) {
    if (o.bias) out_proj->setattr("bias", zeros({embed}));
}

void MultiheadAttention::check_inputs(const Var& query, const Var& key, const Var& value) const {
    const Shape q = shape_of(query), k = shape_of(key);
    if ((q.rank() != 2 && q.rank() != 3) || q.back() != embed_dim)
        fail<ShapeError>(kind, ": needs query of shape ", options.batch_first ? "(batch, target, " : "(target, batch, ",
                         embed_dim, ") or (target, ", embed_dim, "), got ", q);
    Shape wanted = q;
    if (k.size() == q.size()) wanted[steps_axis(q)] = k[steps_axis(q)];
    wanted.back() = kdim;
    check_shape("key", k, wanted);
    wanted.back() = vdim;
    check_shape("value", shape_of(value), wanted);
}

std::size_t MultiheadAttention::steps_axis(const Shape& shape) const {
    return shape.size() == 3 && options.batch_first ? 1 : 0;
}

Var MultiheadAttention::batch_first(const Var& x) const {
    if (x.ndim() == 2) return x.unsqueeze(0);
    return options.batch_first ? x : x.transpose(0, 1);
}

Var MultiheadAttention::as_given(const Var& out, bool batched) const {
    if (!batched) return out.squeeze(0);
    return options.batch_first ? out : out.transpose(0, 1);
}

// Query, key and value; in self-attention one Var holds all three.
Vars MultiheadAttention::projected(const Var& query, const Var& key, const Var& value) const {
    const bool longer = options.add_bias_kv || options.add_zero_attn;
    if (projects_alike() && same(query, key) && same(key, value) && !longer)
        return {linear(query, in_proj_weight, in_proj_bias)};
    const Vars weights = projects_alike() ? in_proj_weight.chunk(3) : Vars{q_proj_weight, k_proj_weight, v_proj_weight};
    const Vars biases = options.bias ? in_proj_bias.chunk(3) : Vars(3);
    return {linear(query, weights[0], biases[0]), lengthened(linear(key, weights[1], biases[1]), bias_k),
            lengthened(linear(value, weights[2], biases[2]), bias_v)};
}

Var MultiheadAttention::lengthened(const Var& x, const Var& row) const {
    const Shape one{x.shape(0), 1, embed_dim};
    Vars parts{x};
    if (options.add_bias_kv) parts.push_back(row.expand(one));
    if (options.add_zero_attn) parts.push_back(zeros(one, x.dtype()));
    return concat(parts, 1);
}

void MultiheadAttention::check_masks(const Shape& scores, bool batched, const Var& key_padding_mask,
                                     const Var& attn_mask) const {
    const Shape matrix{scores[2], scores[3]}, all{scores[0] * scores[1], scores[2], scores[3]};
    if (key_padding_mask.defined())
        check_shape("key_padding_mask", key_padding_mask.shape(),
                    batched ? Shape{scores[0], scores[3]} : Shape{scores[3]});
    if (attn_mask.defined() && attn_mask.shape() != matrix && attn_mask.shape() != all)
        fail<ShapeError>(kind, ": needs attn_mask of shape ", matrix, " or ", all, ", got ", attn_mask.shape());
}

Var MultiheadAttention::mask_for(const Shape& scores, const Var& key_padding_mask, const Var& attn_mask,
                                 bool is_causal) const {
    Var padded = added(kind, "key_padding_mask", key_padding_mask), mask = added(kind, "attn_mask", attn_mask);
    if (padded.defined()) padded = padded.reshape({scores[0], 1, 1, scores[3]});
    if (mask.defined() && mask.ndim() == 3) mask = mask.reshape(scores);
    const Var order = is_causal ? causal(scores[2], scores[3]) : Var(), all = plus(plus(mask, order), padded);
    return all.defined() ? pad(all, {0, int{options.add_bias_kv} + int{options.add_zero_attn}}) : all;
}

std::tuple<Var, Var> MultiheadAttention::operator()(const Var& query, const Var& key, const Var& value,
                                                    const AttendOptions& o) {
    return Layer::operator()(query, key, value, o.key_padding_mask, o.need_weights, o.attn_mask, o.average_attn_weights,
                             o.is_causal);
}

std::tuple<Var, Var> MultiheadAttention::execute(const Var& query, const Var& key, const Var& value,
                                                 const Var& key_padding_mask, bool need_weights, const Var& attn_mask,
                                                 bool average_attn_weights, bool is_causal) {
    check_inputs(query, key, value);
    const bool batched = query.ndim() == 3;
    const Var q = batch_first(query), k = same(key, query) ? q : batch_first(key),
              v = same(value, key) ? k : batch_first(value);
    const Shape scores{q.shape(0), num_heads, q.shape(1), k.shape(1)};
    check_masks(scores, batched, key_padding_mask, attn_mask);
    const Var mask = mask_for(scores, key_padding_mask, attn_mask, is_causal);
    const auto [out, weights] = attended(projected(q, k, v), mask, {num_heads, embed_dim / num_heads},
                                         is_training() ? options.dropout : 0, need_weights);
    return {as_given(out_proj(out), batched), need_weights ? shown(weights, batched, average_attn_weights) : Var()};
}

template Vars Layer<MultiheadAttention>::execute_vars(const Vars&);

}  // namespace jt::nn
