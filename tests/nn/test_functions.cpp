// The functions of nn: gradients against differences, and numbers of Jittor's stream.
#include "../../core/random.hpp"
#include "../../nn/image/image.hpp"
#include "../../nn/init.hpp"
#include "../../nn/interpolate.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../autograd/op_rows.hpp"

namespace jt::test {

namespace {

using nn::Reduction;

// Three classes of which one is ignored, and a target out of range.
Var cross_entropy(const Var& x, Reduction reduction) {
    return nn::cross_entropy_loss(x, array({2, 0, 7, 1, 0, 2}), array({1.0, 0.5, 2.0}), 1, reduction);
}

const std::vector<Sample> pairs = {{{3, 4}, {3, 4}}, {{5}, {5}}, {{1}, {1}}};
const std::vector<Sample> logits = {{{6, 3}}, {{2, 3, 1, 3}}, {{1, 3, 3, 2}}, {{2, 3, 3}}, {{1, 3, 3, 1, 2}}};

Var nll(const Var& x, Reduction reduction) {
    return nn::nll_loss(x, array({2, 0, 7, 1, 0, 2}), array({1.0, 0.5, 2.0}), 1, reduction);
}

Var with_logits(const Vars& x, const nn::BCEOptions& options) {
    return nn::binary_cross_entropy_with_logits(x[0], x[1], options);
}

const std::vector<GradRow> grad_rows = {
    {"mse_loss", [](const Vars& x) { return nn::mse_loss(x[0], x[1]); }, pairs},
    {"mse_loss: sum", [](const Vars& x) { return nn::mse_loss(x[0], x[1], Reduction::sum); }, pairs},
    {"mse_loss: none", [](const Vars& x) { return nn::mse_loss(x[0], x[1], Reduction::none); }, {{{2, 3}, {2, 3}}}},
    {"pad_sequence", [](const Vars& x) { return nn::pad_sequence(x); }, {{{3, 2}, {1, 2}, {2, 2}}, {{2}, {0}, {3}}}},
    {"pad_sequence: batch_first",
     [](const Vars& x) { return nn::pad_sequence(x, true, 2); },
     {{{3, 2}, {1, 2}, {2, 2}}, {{1, 2, 3}}}},
    {"cross_entropy_loss", [](const Vars& x) { return cross_entropy(x[0], Reduction::mean); }, logits},
    {"cross_entropy_loss: sum", [](const Vars& x) { return cross_entropy(x[0], Reduction::sum); }, logits},
    {"cross_entropy_loss: none", [](const Vars& x) { return cross_entropy(x[0], Reduction::none); }, logits},
    {"mse_loss: batchmean",
     [](const Vars& x) { return nn::mse_loss(x[0], x[1], Reduction::batchmean); },
     {{{2, 3}, {2, 3}}}},
    {"nll_loss", [](const Vars& x) { return nll(x[0], Reduction::mean); }, logits},
    {"nll_loss: sum", [](const Vars& x) { return nll(x[0], Reduction::sum); }, logits},
    {"nll_loss: none", [](const Vars& x) { return nll(x[0], Reduction::none); }, logits},
    {"cross_entropy_loss: weight",
     [](const Vars& x) {
         return nn::cross_entropy_loss(x[0], array({2, 0, 7, 1}), x[1], 1);
     },
     {{{4, 3}, {3}}},
     0.5},
    {"nll_loss: weight",
     [](const Vars& x) {
         return nn::nll_loss(x[0], array({2, 0, 7, 1}), x[1], 1);
     },
     {{{4, 3}, {3}}},
     0.5},
    {"l1_loss", [](const Vars& x) { return nn::l1_loss(x[0], 3 * x[1] + 7) * x[0].mean(); }, pairs},
    {"smooth_l1_loss", [](const Vars& x) { return nn::smooth_l1_loss(2 * x[0], x[1] + 0.1, Reduction::none); }, pairs},
    {"make_grid",
     [](const Vars& x) {
         return make_grid(x[0], {.nrow = 2, .padding = 1, .normalize = true, .range = ImageRange{-2, 3}}) * x[0].mean();
     },
     {{{3, 2, 2, 3}}, {{2, 1, 1, 1}}}},
    {"interpolate",
     [](const Vars& x) {
         return nn::interpolate(x[0], {3, 5}) * nn::interpolate(x[0], {.size = Pair(3, 5), .align_corners = true});
     },
     {{{1, 2, 2, 3}}, {{0, 1, 1, 1}}}},
    {"kl_div", [](const Vars& x) { return nn::kl_div(x[0], x[1]); }, pairs, 0.2, 2},
    {"kl_div: log_target", [](const Vars& x) { return nn::kl_div(x[0], x[1], Reduction::sum, true); }, pairs},
    {"bce_loss", [](const Vars& x) { return nn::bce_loss(x[0], x[1]); }, pairs, 0.1, 0.9},
    {"bce_loss: weight",
     [](const Vars& x) { return nn::bce_loss(x[0], x[1], x[2], false); },
     {{{2, 3}, {2, 3}, {3}}, {{4}, {4}, {1}}},
     0.1,
     0.9},
    {"binary_cross_entropy_with_logits", [](const Vars& x) { return with_logits(x, {}); }, pairs},
    {"binary_cross_entropy_with_logits: weights",
     [](const Vars& x) { return with_logits(x, {.weight = x[2], .pos_weight = x[3], .reduction = Reduction::none}); },
     {{{2, 3}, {2, 3}, {2, 1}, {3}}}},
    {"dropout", [](const Vars& x) { return set_global_seed(1), nn::dropout(x[0], 0.4) * x[0]; }, {{{3, 4}}, {{0}}}},
    {"dropout2d",
     [](const Vars& x) { return set_global_seed(1), nn::dropout2d(x[0], 0.4) * x[0]; },
     {{{2, 3, 2, 2}}, {{2, 0, 3}}}},
    {"droppath", [](const Vars& x) { return set_global_seed(1), nn::droppath(x[0], 0.4) * x[0]; }, {{{4, 3}}, {{0}}}},
    {"avg_pool2d", [](const Vars& x) { return nn::avg_pool2d(x[0], 2, 1) * 2; }, {{{1, 2, 3, 4}}}},
    {"pool",
     [](const Vars& x) { return nn::pool(x[0], 2, "maximum", 1) * nn::pool(x[0], 2, "minimum", 1); },
     {{{1, 2, 3, 4}}}},
    {"layer_norm",
     [](const Vars& x) {
         return nn::layer_norm(x[0], {3, 4}, x[1], x[2]) * nn::layer_norm(x[0], {4});
     },
     {{{2, 3, 4}, {3, 4}, {4}}}},
    {"scaled_dot_product_attention",
     [](const Vars& x) { return nn::scaled_dot_product_attention(x[0], x[1], x[2]); },
     {{{3, 2}, {4, 2}, {4, 3}}, {{2, 1, 2}, {2, 3, 2}, {2, 3, 1}}, {{0, 2}, {4, 2}, {4, 3}}}},
    {"scaled_dot_product_attention: masks",
     [](const Vars& x) {
         return nn::scaled_dot_product_attention(x[0], x[1], x[2], {.attn_mask = x[3], .is_causal = true, .scale = 2});
     },
     {{{3, 2}, {3, 2}, {3, 2}, {3, 3}}, {{2, 2, 1}, {2, 2, 1}, {2, 2, 2}, {2, 1, 2}}}},
    {"dropout: eval", [](const Vars& x) { return nn::dropout(x[0], 0.4, false); }, {{{3, 4}}, {{1}}}},
};

template <class F>
Var seeded(F draw) {
    set_global_seed(42);
    return draw();
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("gradients of losses and dropout") { check_all(grad_rows); }

    TEST_CASE("initial values are Jittor's") {
        using namespace nn::init;
        expect("uniform", seeded([] { return uniform({2}, -1, 3); }), "jt.Var([2.9986851 0.9016516], dtype=float32)");
        expect("gauss", seeded([] { return gauss({4}, 5, 3); }),
               "jt.Var([2.2962558 7.689226  1.3918592 3.529534 ], dtype=float32)");
        expect("invariant_uniform", seeded([] {
                   return invariant_uniform({4, 3});
               })[0],
               "jt.Var([ 0.5769707  -0.02839073 -0.27184364], dtype=float32)");
        expect("fan_in", array(fan_in({5, 2, 3, 4})), "jt.Var([24], dtype=int32)");
    }

    TEST_CASE("pad_sequence fills up behind, to the longest") {
        const Var a = array({1, 2, 3}), b = array({4}), c = array({{5, 6}}), d = array({{7, 8}, {9, 10}});
        expect("pad_sequence", nn::pad_sequence({a, b}), "jt.Var([[1 4]\n        [2 0]\n        [3 0]], dtype=int32)");
        expect("pad_sequence: batch_first", nn::pad_sequence({a, b}, true, -1),
               "jt.Var([[ 1  2  3]\n        [ 4 -1 -1]], dtype=int32)");
        CHECK_EQ(nn::pad_sequence({c, d}).shape(), Shape{2, 2, 2});
        CHECK_CLOSE(nn::pad_sequence({c, d}, true)[0], {5, 6, 0, 0});
        CHECK_THROWS_WITH_AS(nn::pad_sequence({}), "pad_sequence: needs one sequence at least, got none", ValueError);
        CHECK_THROWS_WITH_AS(nn::pad_sequence({a, Var()}),
                             "pad_sequence: needs a Var that holds something, got an empty one", GraphError);
        CHECK_THROWS_WITH_AS(nn::pad_sequence({c, a}),
                             "pad_sequence: needs sequences that differ in their length alone, got (1, 2) and (3,)",
                             ShapeError);
    }

    TEST_CASE("pooling and normalising by a function") {
        const Var x = randn(2, 3, 4, 4), w = randn(4), b = randn(4);
        CHECK_SAME(nn::pool(x, 2, "maximum"), nn::Pool(2)(x));
        CHECK_SAME(nn::pool(x, {3, 2}, "mean", 1, 2), nn::mean_pool2d(x, {3, 2}, 2, 1));
        CHECK_SAME(nn::pool(x, 3, "minimum", 0, 1), -nn::pool(-x, 3, "maximum", 0, 1));
        CHECK_SAME(nn::avg_pool2d(x, 3, 2, 1, true, false), nn::mean_pool2d(x, 3, 2, 1, true, false));
        CHECK_SAME(nn::layer_norm(x, x.shape()[from(1)]),
                   nn::LayerNorm(Shape{3, 4, 4}, {.elementwise_affine = false})(x));
        CHECK_EQ(difference(nn::layer_norm(x, {4}, w, b, 0.1), nn::LayerNorm(4, 0.1, false)(x) * w + b, 1e-5, 1e-6),
                 "");
        CHECK_THROWS_WITH_AS(nn::pool(x, 2, "sum"), "pool: needs op to be maximum, minimum or mean, got sum",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::layer_norm(x, {3}), "layer_norm: needs last axes of shape (3,), got (2, 3, 4, 4)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::layer_norm(x, {4}, w, zeros(3)),
                             "layer_norm: needs weight and bias that broadcast to (4,), got (3,)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::pool({}, 2, "minimum"), "pool: needs a Var that holds something, got an empty one",
                             GraphError);
        CHECK_THROWS_WITH_AS(nn::layer_norm({}, {3}), "layer_norm: needs a Var that holds something, got an empty one",
                             GraphError);
        CHECK_THROWS_WITH_AS(nn::layer_norm(x, {4}, w, b, -1), "layer_norm: needs eps of 0 or more, got -1",
                             ValueError);
    }

    TEST_CASE("interpolate takes a size or a factor, and nothing else") {
        const Var x = zeros({1, 2, 5, 6});
        CHECK(nn::interpolate(x, {.scale_factor = 1.5}).shape() == Shape{1, 2, 7, 9});
        CHECK(nn::interpolate(x, {.scale_factor = 0.35}).shape() == Shape{1, 2, 1, 2});
        CHECK(nn::interpolate(x, {.size = 3}).shape() == Shape{1, 2, 3, 3});
        CHECK(nn::interpolate(x, {4, 2}, nn::ResizeMode::nearest).shape() == Shape{1, 2, 4, 2});
        CHECK_THROWS_WITH_AS(nn::interpolate(x, {.align_corners = true}),
                             "interpolate: needs either a size or a scale_factor, got neither", ValueError);
        CHECK_THROWS_WITH_AS(nn::interpolate(x, {.size = 3, .scale_factor = 1}),
                             "interpolate: needs either a size or a scale_factor, got both", ValueError);
        for (const double factor : {0.1, -1., 1e9, static_cast<double>(NAN), static_cast<double>(INFINITY)})
            CHECK_THROWS_AS(nn::interpolate(x, {.scale_factor = factor}), ValueError);
        CHECK_THROWS_WITH_AS(
            nn::interpolate(x, {.scale_factor = 0.1}),
            "interpolate: needs a scale_factor that makes an extent an int of 1 or more, got 0.1 for 5", ValueError);
        CHECK_THROWS_WITH_AS(nn::interpolate(zeros({3}), {.scale_factor = 2}),
                             "interpolate: needs an image (n, c, h, w), got (3,)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::interpolate(Var(), {.size = 2}),
                             "interpolate: needs a Var that holds something, got an empty one", GraphError);
    }

    TEST_CASE("the names that a printed module is made of") {
        CHECK_EQ(nn::peek(zeros({2, 3}, int32)), "int32[2,3,]");
        CHECK_EQ(nn::class_name_of(typeid(nn::Linear)), "Linear");
    }
}

}  // namespace jt::test
