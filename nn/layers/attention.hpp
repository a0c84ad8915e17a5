// Attention: scaled_dot_product_attention, and MultiheadAttention.
#pragma once
#include "../module/layer.hpp"
#include "../module/ref.hpp"
#include "linear.hpp"
#include "options.hpp"

namespace jt::nn {

struct DotProductOptions {
    ByName by_name = {};
    Var attn_mask = {};
    double dropout_p = 0;
    bool is_causal = false;
    std::optional<double> scale = {};
};

/// softmax(query key^T * scale + mask) value: (..., target, v) for query (..., target, e), key (..., source, e) and
/// value (..., source, v); scale is 1 / sqrt(e) unless given. attn_mask broadcasts to (..., target, source): bools say
/// what is seen (Jittor fails), floats are added; with is_causal no query sees a key behind its own place. A query that
/// sees no key gives NaN. Dropout acts wherever dropout_p is above 0. Throws a ShapeError, a DtypeError for other
/// masks.
Var scaled_dot_product_attention(const Var& query, const Var& key, const Var& value, const Var& attn_mask = {},
                                 double dropout_p = 0, bool is_causal = false, std::optional<double> scale = {});
Var scaled_dot_product_attention(const Var& query, const Var& key, const Var& value, const DotProductOptions& options);

struct MultiheadAttentionOptions {
    ByName by_name = {};
    double dropout = 0;
    bool bias = true, add_bias_kv = false, add_zero_attn = false;
    std::optional<int> kdim = {}, vdim = {};
    bool batch_first = false;
};

/// How MultiheadAttention is called.
struct AttendOptions {
    ByName by_name = {};
    Var key_padding_mask = {};
    bool need_weights = true;
    Var attn_mask = {};
    bool average_attn_weights = true, is_causal = false;
};

/// `auto [out, weights] = mha(query, key, value, {.attn_mask = mask});` (AttendOptions):
/// scaled dot products of num_heads parts of projected inputs, side by side, through out_proj. query is (target, batch,
/// embed_dim), key (source, batch, kdim), value (source, batch, vdim), batch first with batch_first; all may lack the
/// batch. Weights are (batch, target, source), with an axis of heads behind the batch unless averaged; empty without
/// need_weights. Bools of key_padding_mask (batch, source) and attn_mask, (target, source) or (batch * num_heads,
/// target, source), say what is hidden, floats are added; with is_causal a query sees no key behind its own place,
/// attn_mask or not. A query that sees no key gives NaN. add_bias_kv appends a key and a value that learn,
/// add_zero_attn zeros. Dropout acts on the weights in training (Jittor's only without need_weights). The projections
/// are drawn from xavier_uniform, the appended ones from xavier_gauss, biases begin as zeros. Throws a ValueError for
/// sizes, a ShapeError for inputs, a DtypeError for other masks.
class MultiheadAttention : public Layer<MultiheadAttention> {
public:
    using Options = MultiheadAttentionOptions;
    using CallOptions = AttendOptions;
    MultiheadAttention(int embed_dim, int num_heads, const Options& options = {});
    MultiheadAttention(int embed_dim, int num_heads, double dropout, bool bias = true, bool add_bias_kv = false,
                       bool add_zero_attn = false, std::optional<int> kdim = {}, std::optional<int> vdim = {},
                       bool batch_first = false)
        : MultiheadAttention(embed_dim, num_heads,
                             Options{{}, dropout, bias, add_bias_kv, add_zero_attn, kdim, vdim, batch_first}) {}

    template <class... A>
    requires(!(std::is_same_v<std::remove_cvref_t<A>, AttendOptions> || ...)) std::tuple<Var, Var>
    operator()(const Var& query, const Var& key, const Var& value, A&&... rest) {
        return Layer::operator()(query, key, value, std::forward<A>(rest)...);
    }
    std::tuple<Var, Var> operator()(const Var& query, const Var& key, const Var& value, const AttendOptions& o);
    std::tuple<Var, Var> execute(const Var& query, const Var& key, const Var& value, const Var& key_padding_mask = {},
                                 bool need_weights = true, const Var& attn_mask = {}, bool average_attn_weights = true,
                                 bool is_causal = false);

    const int embed_dim, num_heads, kdim, vdim;
    const Options options;
    Ref<Linear> out_proj;
    Var &q_proj_weight, &k_proj_weight, &v_proj_weight;  ///< empty where kdim and vdim are embed_dim
    Var& in_proj_weight;                                 ///< all three in one, (3 * embed_dim, embed_dim); else empty
    Var &in_proj_bias, &bias_k, &bias_v;

private:
    bool projects_alike() const { return kdim == embed_dim && vdim == embed_dim; }
    std::size_t steps_axis(const Shape& shape) const;
    void check_inputs(const Var& query, const Var& key, const Var& value) const;
    void check_masks(const Shape& scores, bool batched, const Var& key_padding_mask, const Var& attn_mask) const;
    Var mask_for(const Shape& scores, const Var& key_padding_mask, const Var& attn_mask, bool is_causal) const;
    Vars projected(const Var& query, const Var& key, const Var& value) const;
    Var lengthened(const Var& x, const Var& row) const;
    Var batch_first(const Var& x) const;
    Var as_given(const Var& out, bool batched) const;
};

extern template Vars Layer<MultiheadAttention>::execute_vars(const Vars&);

}  // namespace jt::nn
