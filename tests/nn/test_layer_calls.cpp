// What the small layers do beyond their rows: how they are spelled, what they refuse, and weight norm on them.
#include <limits>

#include "../../autograd/grad.hpp"
#include "../../core/random.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../check.hpp"

using namespace jt;

namespace {

struct Net : nn::Module {
    nn::Ref<nn::LeakyReLU> act{this, "act", 0.2};
    nn::Ref<nn::ZeroPad2d> pad{this, "pad", nn::Border{1, 2, 3, 4}};
    nn::Ref<nn::MaxPool2d> pool{this, "pool", 2, {.stride = 1}};
    nn::Ref<nn::AdaptiveAvgPool2d> mean{this, "mean", 1};
    Var execute(const Var& x) override { return mean(pool(pad(act(x)))); }
};

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("layers as members, cloned and printed") {
        const nn::ModulePtr net = nn::make<Net>(), copy = net->clone();
        CHECK_EQ(
            nn::str(*net),
            "Net(\n    act: leaky_relu(0.2)\n    pad: ZeroPad2d((1, 2, 3, 4))\n    pool: MaxPool2d(\n        _layer: "
            "Pool((2, 2), (1, 1), (0, 0), dilation=None, return_indices=None, ceil_mode=False, "
            "count_include_pad=False, op=maximum)\n    )\n    mean: AdaptiveAvgPool2d(1)\n)");
        const Var x = randn({2, 3, 4, 5});
        CHECK(net(x).shape() == Shape{2, 3, 1, 1});
        CHECK_SAME(copy(x), net(x));
    }

    TEST_CASE("numbers print as Jittor's: floats with a point, equal ones as one") {
        CHECK_EQ(nn::str(nn::ELU(1e-7)), "ELU(1e-07)");
        CHECK_EQ(nn::text(nn::Float{2}), "2.0");
        CHECK_EQ(nn::text(nn::Float{INFINITY}), "inf");
        CHECK_EQ(nn::text(nn::Factor{2, 1.5}), "(2.0, 1.5)");
        CHECK_EQ(nn::text(nn::Border{2, 2, 2, 3}), "(2, 2, 2, 3)");
        CHECK_EQ(nn::text(nn::OutputSize{{}, {}}), "(None, None)");
        CHECK_EQ(nn::str(nn::MaxPool2d(2, {.return_indices = true})),
                 "MaxPool2d(\n    _layer: Pool((2, 2), (2, 2), (0, 0), dilation=None, return_indices=True, "
                 "ceil_mode=False, count_include_pad=False, op=maximum)\n)");
    }

    TEST_CASE("PReLU, Softmax and Hardtanh refuse what does not fit") {
        CHECK_THROWS_WITH_AS(nn::PReLU(0), "PReLU: needs num_parameters of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::PReLU(3)(ones({2, 4, 5})),
                             "PReLU: needs x (n, 3, ...) for a weight of shape (3,), got (2, 4, 5)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::PReLU(3)(ones({3})), "PReLU: needs x (n, 3, ...) for a weight of shape (3,), got (3,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::Softmax(2)(ones({2, 3})), "softmax: needs an axis from -2 to 1, got 2", ShapeError);
        CHECK_THROWS_WITH_AS(nn::Hardtanh(2, 1), "Hardtanh: needs min_val up to max_val, got 2 and 1", ValueError);
        CHECK_THROWS_AS(nn::Hardtanh(NAN, 1), ValueError);
        CHECK_THROWS_WITH_AS(nn::Softplus(0), "Softplus: needs a beta other than 0, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::Softplus(NAN), "Softplus: needs a finite beta, got nan", ValueError);
        CHECK_THROWS_WITH_AS(nn::Softplus(1, NAN), "Softplus: needs a finite threshold, got nan", ValueError);
        CHECK_THROWS_WITH_AS(softplus(ones({2}), 0), "softplus: needs a finite beta other than 0, got 0", ValueError);
        CHECK_THROWS_WITH_AS(softplus(ones({2}), 1, NAN), "softplus: needs a threshold, got nan", ValueError);
        CHECK_THROWS_WITH_AS(nn::LeakyReLU(NAN), "LeakyReLU: needs a finite scale, got nan", ValueError);
        CHECK_THROWS_WITH_AS(nn::ELU({.alpha = INFINITY}), "ELU: needs a finite alpha, got inf", ValueError);
        CHECK_THROWS_WITH_AS(nn::PReLU(1, NAN), "PReLU: needs a finite init_, got nan", ValueError);
        CHECK_THROWS_WITH_AS(nn::PReLU()(Var()), "PReLU: needs a Var that holds something, got an empty one",
                             GraphError);
    }

    TEST_CASE("what Identity gives back is not its input") {
        const Var x = ones({2});
        Var y = nn::Identity()(x);
        y[0] = 5;
        CHECK_CLOSE(x, {1, 1});
        CHECK_CLOSE(grad(nn::Identity()(x) * 3, x), {3, 3});
    }

    TEST_CASE("Dropout2d drops channels, DropPath samples, both in training only") {
        set_global_seed(3);
        const Var channels = nn::Dropout2d(0.5)(ones({8, 3, 4, 5})), samples = nn::DropPath(0.5)(ones({40, 3}));
        CHECK_SAME(channels.max({2, 3}), channels.min({2, 3}));
        CHECK_EQ(channels.min().item(), 0);
        CHECK_EQ(channels.max().item(), 2);
        CHECK_SAME(samples.max(1), samples.min(1));
        CHECK_EQ(samples.min().item(), 0);
        CHECK_EQ(samples.max().item(), 2);
        for (const nn::ModulePtr& layer : {nn::make<nn::Dropout2d>(0.5), nn::make<nn::DropPath>({.p = 0.5})}) {
            layer->eval();
            CHECK_SAME(layer(channels), channels);
        }
        CHECK_CLOSE(nn::Dropout2d(1)(ones({1, 1, 2})), {0, 0});
        CHECK_CLOSE(nn::DropPath(1)(ones({2})), {0, 0});
        CHECK_CLOSE(nn::droppath(ones({2}), 0), {1, 1});
        CHECK_THROWS_WITH_AS(nn::Dropout2d(-1), "Dropout2d: needs a probability from 0 to 1, got -1", ValueError);
        CHECK_THROWS_WITH_AS(nn::DropPath(NAN), "DropPath: needs a probability from 0 to 1, got nan", ValueError);
        CHECK_THROWS_WITH_AS(nn::Dropout2d()(ones({2, 3})),
                             "Dropout2d: dropout2d: needs an image (n, c, h, w) or (c, h, w), got (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::dropout2d(ones({1, 2, 3}), 2), "dropout2d: needs a probability from 0 to 1, got 2",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::droppath(ones({2}), 2), "droppath: needs a probability from 0 to 1, got 2",
                             ValueError);
    }

    TEST_CASE("paddings refuse negative numbers and images too small") {
        CHECK_THROWS_WITH_AS(nn::ZeroPad2d({1, -1, 0, 0}), "ZeroPad2d: needs padding of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(nn::ConstantPad2d(-2, 1), "ConstantPad2d: needs padding of 0 or more, got -2", ValueError);
        CHECK_THROWS_WITH_AS(nn::ZeroPad2d(1)(ones({3})), "ZeroPad2d: needs an image (..., h, w), got (3,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::ReflectionPad2d({1, 2, 3, 0})(ones({1, 1, 4, 2})),
                             "ReflectionPad2d: needs h above 3 and w above 2, got (1, 1, 4, 2)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::ReplicationPad2d(1)(ones({1, 1, 0, 2})),
                             "ReplicationPad2d: needs h above 0 and w above 0, got (1, 1, 0, 2)", ShapeError);
        CHECK_THROWS_AS(nn::ConstantPad2d(1, 0.5)(ones({1, 1, 2, 2}, int32)), ValueError);
        CHECK(nn::ZeroPad2d(2)(ones({2, 0, 0})).shape() == Shape{2, 4, 4});
        CHECK(nn::ZeroPad2d(1)(ones({1, 1}, int32)).dtype() == int32);
    }

    TEST_CASE("Resize, Upsample and PixelShuffle refuse what is no image") {
        CHECK_THROWS_WITH_AS(nn::Resize(Pair{2, 0}), "Resize: needs w of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::Resize(2)(ones({2, 2})), "Resize: needs an image (n, c, h, w), got (2, 2)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::Upsample(2)(ones({2})), "Upsample: needs an image (n, c, h, w), got (2,)", ShapeError);
        CHECK_THROWS_AS(nn::Upsample(0.1)(ones({1, 1, 2, 2})), ValueError);
        CHECK_THROWS_WITH_AS(nn::Upsample(nn::Factor{1, -2}), "Upsample: needs a scale_factor above 0, got -2",
                             ValueError);
        CHECK_THROWS_AS(nn::UpsamplingBilinear2d(NAN), ValueError);
        CHECK(nn::Upsample(nn::Factor{1.5, 0.5})(ones({1, 1, 3, 4})).shape() == Shape{1, 1, 4, 2});
        CHECK_THROWS_WITH_AS(nn::PixelShuffle(0), "PixelShuffle: needs an upscale_factor of 1 or more, got 0",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::PixelShuffle(2)(ones({1, 6, 2, 2})),
                             "PixelShuffle: needs channels that 2 * 2 divides, got (1, 6, 2, 2)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::PixelShuffle(1 << 30)(ones({1, 1, 1, 1})),
                             "PixelShuffle: needs channels that 1073741824 * 1073741824 divides, got (1, 1, 1, 1)",
                             ShapeError);
        CHECK(nn::PixelShuffle(3)(ones({2, 0, 4, 5})).shape() == Shape{2, 0, 12, 15});
    }

    TEST_CASE("pools give indices as a second output") {
        const Var x = array({{{{1., 5., 2.}, {7., 0., 3.}, {4., 6., 9.}}}});
        const Vars y = nn::MaxPool2d(2, {.stride = 1, .return_indices = true}).call({x});
        REQUIRE_EQ(y.size(), 2);
        CHECK_CLOSE(y[0], {7, 5, 7, 9});
        CHECK_CLOSE(y[1], {3, 1, 3, 8});
        const Vars most = nn::AdaptiveMaxPool2d({1, 3}, true).call({x});
        CHECK_CLOSE(most[1], {3, 7, 8});
        CHECK_THROWS_WITH_AS(
            nn::Pool(2, {.return_indices = true})(x),
            "Pool: needs call(inputs) for 2 outputs, got a call for one; take them by const Vars y = module.call({x})",
            ValueError);
        CHECK_THROWS_WITH_AS(nn::Pool(2, {.return_indices = true, .op = nn::PoolOp::mean}),
                             "Pool: needs op maximum to return indices, got mean", ValueError);
        CHECK_THROWS_WITH_AS(nn::Pool(2, {.return_indices = true}).call({}),
                             "Pool: needs one input, got 0; for several derive from nn::Layer<Pool>", ValueError);
        CHECK_THROWS_WITH_AS(nn::AdaptiveMaxPool2d(4, true).call({x}),
                             "AdaptiveMaxPool2d: needs an output no larger than x to return indices, got (4, 4) for "
                             "(1, 1, 3, 3)",
                             ShapeError);
    }

    TEST_CASE("adaptive pools and Resize refuse an output for which there is no room before any work") {
        const Var x = ones({1, 1, 4, 4});
        const int most = std::numeric_limits<int>::max();
        const std::string said = ": needs a size that fits in 63 bits, got (1, 1, 2147483647, 2147483647)";
        CHECK_THROWS_WITH_AS(nn::AdaptiveAvgPool2d({most, most})(x), ("AdaptiveAvgPool2d" + said).c_str(), ShapeError);
        CHECK_THROWS_WITH_AS(nn::AdaptiveMaxPool2d({most, most})(x), ("AdaptiveMaxPool2d" + said).c_str(), ShapeError);
        CHECK_THROWS_WITH_AS(nn::Resize(Pair{most, 1 << 22})(x),
                             "Resize: memory: needs 36028797002186752 bytes, got none", MemoryError);
        CHECK_THROWS_WITH_AS(nn::AdaptiveAvgPool2d({most, 1 << 22})(x),
                             "AdaptiveAvgPool2d: memory: needs 36028797002186752 bytes, got none", MemoryError);
    }

    TEST_CASE("adaptive pools refuse what is no image or empty") {
        CHECK_THROWS_WITH_AS(nn::AdaptiveAvgPool2d(0), "AdaptiveAvgPool2d: needs an output_size of 1 or more, got 0",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::AdaptiveMaxPool2d({{}, -1}),
                             "AdaptiveMaxPool2d: needs an output_size of 1 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(nn::AdaptiveAvgPool2d(2)(ones({2, 3})),
                             "AdaptiveAvgPool2d: needs an image (n, c, h, w), got (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::AdaptiveMaxPool2d(2)(ones({1, 1, 0, 3})),
                             "AdaptiveMaxPool2d: needs h and w of 1 or more, got (1, 1, 0, 3)", ShapeError);
        CHECK_THROWS_AS(nn::AdaptiveAvgPool2d(2)(ones({1, 1, 4, 4}, int32)), DtypeError);
    }

    TEST_CASE("Embedding: rows by number, padding, and what is no row") {
        nn::Embedding m(4, 3, {.padding_idx = -1});
        CHECK_CLOSE(m.weight[3], {0, 0, 0});
        CHECK_EQ(nn::str(m), "Embedding(4, 3, -1, dtype=None)");
        CHECK_SAME(m(array({1., 0.})), m(array({1, 0})));
        CHECK_SAME(m(array({true, false})), m(array({1, 0})));
        CHECK_SAME(m(array({2}, int64)), m(array({2})));
        CHECK(m(zeros({0, 2}, int32)).shape() == Shape{0, 2, 3});
        CHECK_CLOSE(grad(m(array({0, 3, 0})), m.weight), {2, 2, 2, 0, 0, 0, 0, 0, 0, 1, 1, 1});
        CHECK_THROWS_WITH_AS(m(array({0, 4})), "Embedding: getitem: needs indices from -4 to 3, got 4", IndexError);
        CHECK_THROWS_AS(m(array({0.5})), ValueError);
        CHECK_THROWS_AS(m(array({NAN})), ValueError);
        CHECK_THROWS_WITH_AS(nn::Embedding(4, 3, 4), "Embedding: needs a padding_idx from -4 to 3, got 4", ValueError);
        CHECK_THROWS_WITH_AS(nn::Embedding(-1, 3), "Embedding: needs num_embeddings of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(nn::Embedding(1, -3), "Embedding: needs embedding_dim of 0 or more, got -3", ValueError);
    }

    TEST_CASE("the weights of losses are buffers: saved, cloned, not learnt") {
        nn::BCEWithLogitsLoss loss(array({1., 2.}), array({3., 4.}));
        CHECK(loss.parameters().empty());
        CHECK_EQ(loss.state_dict().names(), std::vector<std::string>{"weight", "pos_weight"});
        const nn::ModulePtr one = nn::make<nn::CrossEntropyLoss>(array({1., 2.})), copy = one->clone();
        const Var x = randn({3, 2}), t = array({0, 1, 1});
        one->load_state_dict({{"weight", array({5., 1.})}});
        CHECK_SAME(one(x, t), nn::cross_entropy_loss(x, t, array({5., 1.})));
        CHECK_SAME(copy(x, t), nn::cross_entropy_loss(x, t, array({1., 2.})));
        CHECK_THROWS_WITH_AS(nn::BCELoss({.pos_weight = ones({2})}),
                             "BCELoss: needs no pos_weight, which is for logits, got one", ValueError);
        CHECK_THROWS_WITH_AS(nn::NLLLoss(ones({3}))(x, t), "NLLLoss: nll_loss: needs weights of shape (2,), got (3,)",
                             ShapeError);
    }

    TEST_CASE("weight norm on Embedding and PReLU, g and v perturbed") {
        for (const int dim : {-1, 0}) {
            nn::Embedding m(4, 3);
            weightnorm::weight_norm(m, "weight", dim);
            Var g = m.getattr("weight_g"), v = m.getattr("weight_v");
            g.assign(rand(g.shape()) + 0.5);
            v.assign(randn(v.shape()));
            const Var rows = array({1, 1, 3}), c = randn({3, 3}), y = m(rows);
            const Var norm = (v * v).sum(dim, keepdims).sqrt(), w = v / norm * g;
            CHECK_CLOSE(y, index_select(w, 0, rows));
            const Vars got = grad((y * c).sum(), {g, v});
            const Vars wanted = grad((index_select(w, 0, rows) * c).sum(), {g, v});
            CHECK_CLOSE(got[0], wanted[0]);
            CHECK_CLOSE(got[1], wanted[1]);
        }
        nn::PReLU m(3);
        weightnorm::weight_norm(m, "weight", -1);
        m.getattr("weight_g").assign(array({2.}));
        m.getattr("weight_v").assign(array({2., -1., 2.}));
        CHECK_CLOSE(m(-ones({1, 3})), {-4. / 3, 2. / 3, -4. / 3});
    }
}
