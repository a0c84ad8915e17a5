// What rows of layers and functions do not say of attention: masks, layouts, hooks, weight norm, refused calls.
#include <cmath>
#include <limits>
#include <string>

#include "../../autograd/grad.hpp"
#include "../../core/random.hpp"
#include "../../nn/layers.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../check.hpp"

namespace jt::test {

namespace {

using nn::MultiheadAttention;
using nn::scaled_dot_product_attention;

constexpr double infinity = std::numeric_limits<double>::infinity();

bool all_nan(const Var& x) { return isnan(x).all().item() != 0; }

std::string names(nn::Module&& m) {
    std::string out;
    for (const auto& [name, var] : m.named_parameters()) out += name + " ";
    return out;
}

Var triangle(int n) { return ones({n, n}, bool_).tril(); }

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("a dot product sees what bools say, floats add up and the order lets it") {
        set_global_seed(5);
        const Var q = randn({2, 3, 4}), k = randn({2, 3, 4}), v = randn({2, 3, 5});
        const Var causal = scaled_dot_product_attention(q, k, v, {}, 0, true);
        CHECK_CLOSE(scaled_dot_product_attention(q, k, v, {.attn_mask = triangle(3)}), causal);
        CHECK_CLOSE(scaled_dot_product_attention(q, k, v, where(triangle(3), 0, -infinity)), causal);
        CHECK_CLOSE(causal[{_, 0}], v[{_, 0}]);
        CHECK_CLOSE(scaled_dot_product_attention(q, k, v, {.scale = 0}), v.mean(1, keepdims).expand({2, 3, 5}));
        CHECK_CLOSE(scaled_dot_product_attention(q, k, v, {.attn_mask = ones({1}, bool_), .is_causal = true}), causal);
        CHECK_CLOSE(scaled_dot_product_attention(q, k, v, {.dropout_p = 1}), zeros({2, 3, 5}));
        CHECK_EQ(scaled_dot_product_attention(q.float64(), k.float64(), v.float64(), triangle(3)).dtype(), float64);
        CHECK(all_nan(scaled_dot_product_attention(q, k, v, zeros({1}, bool_))));
    }

    TEST_CASE("heads attend as dot products do, masked or not") {
        set_global_seed(6);
        MultiheadAttention mha(4, 2);
        const Var x = randn({3, 2, 4}), mask = randn({4, 3, 3});
        const auto heads = [&](const Var& x) { return x.reshape({3, 2, 2, 2}).transpose({1, 2, 0, 3}); };
        const auto expected = [&](const Var& mask) {
            const auto [q, k, v] = chunk<3>(linear(x, mha.in_proj_weight, mha.in_proj_bias), -1);
            const Var y = scaled_dot_product_attention(heads(q), heads(k), heads(v), mask);
            return linear(y.transpose({2, 0, 1, 3}).reshape({3, 2, 4}), mha.out_proj->weight);
        };
        const auto out = [&](const nn::AttendOptions& o) { return std::get<0>(mha(x, x, x, o)); };
        const Var late = array({{false, false, true}, {false, false, false}});
        CHECK_CLOSE(out({}), expected({}));
        CHECK_CLOSE(out({.is_causal = true}), expected(triangle(3)));
        CHECK_CLOSE(out({.attn_mask = ~triangle(3)}), expected(triangle(3)));
        CHECK_CLOSE(out({.attn_mask = mask}), expected(mask.reshape({2, 2, 3, 3})));
        CHECK_CLOSE(out({.key_padding_mask = late}), expected(~late.reshape({2, 1, 1, 3})));
        CHECK_CLOSE(out({.key_padding_mask = late, .need_weights = false, .attn_mask = mask[0]}),
                    expected(where(late.reshape({2, 1, 1, 3}), -infinity, mask[0])));
    }

    TEST_CASE("weights are of each head or their mean, and none where nobody needs them") {
        set_global_seed(7);
        MultiheadAttention mha(4, 2, {.add_bias_kv = true, .add_zero_attn = true});
        const Var q = randn({3, 2, 4}), k = randn({5, 2, 4});
        const auto [out, mean] = mha(q, k, k, {.is_causal = true});
        const auto [same, each] = mha(q, k, k, {.average_attn_weights = false, .is_causal = true});
        CHECK_SAME(same, out);
        CHECK((each.shape() == Shape{2, 2, 3, 7}));
        CHECK_SAME(each.mean(1), mean);
        CHECK_CLOSE(mean.sum(-1), ones({2, 3}));
        CHECK_CLOSE(mean[{_, _, Slice{3, 5}}], zeros({2, 3, 2}));
        CHECK((mean[{_, 0, Slice{5, 7}}].min().item() > 0));  // what is appended is hidden from nobody
        const auto [alone, none] = mha(q, k, k, Var(), false, Var(), true, true);
        CHECK_CLOSE(alone, out);
        CHECK(!none.defined());
        CHECK_EQ(mha.call({q, k, k}).size(), 2);
    }

    TEST_CASE("sequences come with the batch first, behind the steps, or without one") {
        set_global_seed(8);
        MultiheadAttention mha(4, 2);
        const nn::ModulePtr first = nn::make<MultiheadAttention>(4, 2, {.batch_first = true});
        first->load_state_dict(mha.state_dict());
        const Var q = randn({3, 2, 4}), k = randn({5, 2, 4});
        const auto [out, weights] = mha(q, k, k);
        const Vars turned = first->call({q.transpose(0, 1), k.transpose(0, 1), k.transpose(0, 1)});
        CHECK_SAME(turned[0].transpose(0, 1), out);
        CHECK_SAME(turned[1], weights);
        for (const bool batch_first : {false, true}) {
            MultiheadAttention one(4, 2, {.batch_first = batch_first});
            one.load_state_dict(mha.state_dict());
            const auto [y, w] = one(q[{_, 1}], k[{_, 1}], k[{_, 1}], {.key_padding_mask = zeros({5}, bool_)});
            CHECK_CLOSE(y, out[{_, 1}]);
            CHECK_CLOSE(w, weights[1]);
        }
        const Vars nobody = mha.call({zeros({3, 0, 4}), zeros({5, 0, 4}), zeros({5, 0, 4})});
        CHECK((nobody[0].shape() == Shape{3, 0, 4}));
        CHECK((nobody[1].shape() == Shape{0, 3, 5}));
    }

    TEST_CASE("parameters of attention, in Jittor's order") {
        CHECK_EQ(names(MultiheadAttention(4, 2, 0., true, true)),
                 "in_proj_weight in_proj_bias bias_k bias_v out_proj.weight out_proj.bias ");
        CHECK_EQ(names(MultiheadAttention(4, 2, {.bias = false, .kdim = 3})),
                 "q_proj_weight k_proj_weight v_proj_weight out_proj.weight ");
        const nn::ModulePtr made = nn::make<MultiheadAttention>(4, 2, {.bias = false});
        CHECK_EQ(nn::str(*made), "MultiheadAttention(\n    out_proj: Linear(4, 4, None)\n)");
    }

    TEST_CASE("who sees nothing is NaN, and nobody else is") {
        set_global_seed(9);
        MultiheadAttention mha(4, 2);
        const Var x = randn({3, 2, 4}), blind = array({{true, true, true}, {false, true, true}});
        const auto [out, weights] = mha(x, x, x, {.key_padding_mask = blind});
        CHECK((all_nan(out[{_, 0}])));
        CHECK(all_nan(weights[0]));
        CHECK((isfinite(out[{_, 1}]).all().item() != 0));
        CHECK_CLOSE(weights[1], array({{1, 0, 0}, {1, 0, 0}, {1, 0, 0}}, float32));
        CHECK((all_nan(grad(out.sum(), mha.in_proj_weight)[Slice{8, 12}])));
        MultiheadAttention spared(4, 2, {.add_zero_attn = true});
        CHECK_CLOSE(std::get<0>(spared(x, x, x, {.key_padding_mask = blind}))[{_, 0}], zeros({3, 4}));
        const auto [lone, none] = mha(x, x[to(0)], x[to(0)]);
        CHECK_SAME(lone, (zeros({3, 2, 4})));  // nothing is summed
        CHECK(none.shape() == Shape{2, 3, 0});
    }

    TEST_CASE("dropout acts on attention in training, whoever needs the weights") {
        MultiheadAttention mha(4, 2, {.dropout = 1});
        const Var x = randn({3, 2, 4});
        CHECK_CLOSE(std::get<0>(mha(x, x, x)), zeros({3, 2, 4}));
        CHECK_CLOSE(std::get<0>(mha(x, x, x, {.need_weights = false})), zeros({3, 2, 4}));
        mha.eval();
        CHECK(std::get<0>(mha(x, x, x)).abs().min().item() > 0);
    }

    TEST_CASE("attention of float64, its copies, and what hooks see") {
        set_global_seed(10);
        const nn::ModulePtr made = nn::make<MultiheadAttention>(4, 2, {.add_bias_kv = true}), copy = made->clone();
        auto& mha = made.as<MultiheadAttention>();
        const Var x = randn({3, 2, 4});
        mha.in_proj_bias.normal_();
        CHECK((difference(copy->call({x, x, x})[0], made->call({x, x, x})[0], 1e-3, 1e-3) != ""));
        CHECK_EQ(difference(made->clone()->call({x, x, x})[0], made->call({x, x, x})[0], 0, 0), "");
        CHECK_SAME(mha.out_proj->clone()(x), mha.out_proj(x));
        std::size_t inputs = 0, outputs = 0;
        mha.register_forward_hook([&](nn::Module&, const Vars& in, const Vars& out) {
            inputs = in.size(), outputs = out.size();
            return Vars{};
        });
        mha.register_output_backward_hook([](const Vars& g) { return g; });
        mha(x, x, x, {.need_weights = false});
        CHECK_EQ(inputs, 5);  // masks are inputs, too
        CHECK_EQ(outputs, 2);
        made->float64();
        const auto [out, weights] = mha(x.float64(), x.float64(), x.float64(), {.is_causal = true});
        CHECK_EQ(out.dtype(), float64);
        CHECK_EQ(weights.dtype(), float64);
    }

    TEST_CASE("weight norm rebuilds both projections of attention") {
        set_global_seed(11);
        const nn::ModulePtr made = nn::make<MultiheadAttention>(4, 2);
        auto& mha = made.as<MultiheadAttention>();
        weightnorm::weight_norm(mha, "in_proj_weight", -1);
        weightnorm::weight_norm(mha.out_proj, "weight", 0);
        Vars learns = mha.parameters();
        for (Var& w : learns) w.uniform_(0.5, 2);
        const Var x = randn({3, 2, 4}), out = std::get<0>(mha(x, x, x));
        CHECK_CLOSE(made->clone()->call({x, x, x})[0], out);
        MultiheadAttention plain(4, 2);
        for (const auto& [name, owner, target] :
             {std::tuple<const char*, nn::Module*, nn::Module*>{"in_proj_weight", &mha, &plain},
              {"weight", mha.out_proj.get(), plain.out_proj.get()}}) {
            const std::string key = name;
            const Var v = owner->getattr(key + "_v"), g = owner->getattr(key + "_g");
            const Var n = v.norm(2, key == "weight" ? 0 : 1, keepdims);
            target->setattr(key, (v * (g / n)).detach());
        }
        plain.in_proj_bias.assign(mha.in_proj_bias);
        plain.out_proj->bias.assign(mha.out_proj->bias);
        CHECK_CLOSE(std::get<0>(plain(x, x, x)), out);
        for (const Var& g : grad(out.sum(), {mha.getattr("in_proj_weight_g"), mha.out_proj->getattr("weight_g")}))
            CHECK(g.abs().sum().item() > 0);
    }

    TEST_CASE("options of a call pass through a Ref in braces") {
        struct Net : nn::Module {
            nn::Ref<nn::MultiheadAttention> att{this, "att", 4, 2};
        } net;
        const Var x = randn({3, 2, 4}), mask = ~tril(ones({3, 3}, bool_));
        const auto [y, weights] = net.att(x, x, x, {.need_weights = false, .attn_mask = mask});
        CHECK_SAME(y, std::get<0>((*net.att)(x, x, x, {.need_weights = false, .attn_mask = mask})));
        CHECK_FALSE(weights.defined());
        CHECK_SAME(std::get<0>(net.att(x, x, x, Var(), false, mask)), y);
    }

    TEST_CASE("attention refuses in words") {
        const Var x = zeros({3, 2, 4});
        CHECK_THROWS_WITH_AS(MultiheadAttention(0, 2), "MultiheadAttention: needs embed_dim of 1 or more, got 0",
                             ValueError);
        CHECK_THROWS_WITH_AS(MultiheadAttention(4, 0), "MultiheadAttention: needs num_heads of 1 or more, got 0",
                             ValueError);
        CHECK_THROWS_WITH_AS(MultiheadAttention(5, 2),
                             "MultiheadAttention: needs an embed_dim that 2 heads divide, got 5", ValueError);
        CHECK_THROWS_WITH_AS(MultiheadAttention(4, 2, {.kdim = 0}),
                             "MultiheadAttention: needs kdim of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(MultiheadAttention(4, 2, {.vdim = -1}),
                             "MultiheadAttention: needs vdim of 1 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(MultiheadAttention(4, 2, 1.5), "MultiheadAttention: needs dropout from 0 to 1, got 1.5",
                             ValueError);
        MultiheadAttention mha(4, 2, {.vdim = 6});
        CHECK_THROWS_WITH_AS(mha(zeros({4}), x, x),
                             "MultiheadAttention: needs query of shape (target, batch, 4) or (target, 4), got (4,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(MultiheadAttention(4, 2, {.batch_first = true})(Var(), x, x),
                             "MultiheadAttention: needs a Var that holds something, got an empty one", GraphError);
        CHECK_THROWS_WITH_AS(mha(x, zeros({5, 3, 4}), x),
                             "MultiheadAttention: needs key of shape (5, 2, 4), got (5, 3, 4)", ShapeError);
        CHECK_THROWS_WITH_AS(mha(x, zeros({3, 4}), x), "MultiheadAttention: needs key of shape (3, 2, 4), got (3, 4)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(mha(x, x, x), "MultiheadAttention: needs value of shape (3, 2, 6), got (3, 2, 4)",
                             ShapeError);
    }

    TEST_CASE("attention refuses masks in words") {
        const Var x = zeros({3, 2, 4}), k = zeros({5, 2, 4});
        MultiheadAttention mha(4, 2);
        CHECK_THROWS_WITH_AS(mha(x, k, k, {.key_padding_mask = zeros({2, 3})}),
                             "MultiheadAttention: needs key_padding_mask of shape (2, 5), got (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(mha(x, k, k, {.key_padding_mask = zeros({2, 5}, int32)}),
                             "MultiheadAttention: needs key_padding_mask of bools or floats, got int32", DtypeError);
        CHECK_THROWS_WITH_AS(mha(x, k, k, {.attn_mask = zeros({5, 3})}),
                             "MultiheadAttention: needs attn_mask of shape (3, 5) or (4, 3, 5), got (5, 3)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(mha(x, k, k, {.attn_mask = zeros({3, 5}, uint8)}),
                             "MultiheadAttention: needs attn_mask of bools or floats, got uint8", DtypeError);
        CHECK_THROWS_WITH_AS(scaled_dot_product_attention(x, k, zeros({3, 4})),
                             "scaled_dot_product_attention: needs query (..., target, e), key (..., source, e) and "
                             "value (..., source, v), got (3, 2, 4), (5, 2, 4) and (3, 4)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(scaled_dot_product_attention(x, zeros({4}), x),
                             "scaled_dot_product_attention: needs matrices, or batches of them, got (4,)", ShapeError);
        CHECK_THROWS_WITH_AS(scaled_dot_product_attention(x, x, Var()),
                             "scaled_dot_product_attention: needs a Var that holds something, got an empty one",
                             GraphError);
        CHECK_THROWS_WITH_AS(scaled_dot_product_attention(x, x, x, zeros({2, 2}, int32)),
                             "scaled_dot_product_attention: needs attn_mask of bools or floats, got int32", DtypeError);
        CHECK_THROWS_WITH_AS(scaled_dot_product_attention(x, x, x, {.dropout_p = 2}),
                             "dropout: needs a probability from 0 to 1, got 2", ValueError);
        CHECK_THROWS_AS(scaled_dot_product_attention(x, x, x, zeros({5, 5})), ShapeError);
        CHECK_THROWS_AS(scaled_dot_product_attention(x, k, k, {.is_causal = true}), ShapeError);
    }
}

}  // namespace jt::test
