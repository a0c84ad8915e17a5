// Layers and losses against Jittor's printed numbers and plain formulas.
#include "../../autograd/grad.hpp"
#include "../../autograd/memory.hpp"
#include "../../core/random.hpp"
#include "../../core/warn.hpp"
#include "../../nn/init.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../check.hpp"

using namespace jt;

TEST_SUITE("nn") {
    TEST_CASE("initial weights at seed 42 are the printed ones") {
        set_global_seed(42);
        const nn::Linear a(3, 4);
        const nn::Conv b(2, 3, 3);
        const nn::Linear c(4, 2);
        const auto first = [](const Var& x, std::int64_t n) { return x.reshape({x.numel()})[Slice{0, n}]; };
        CHECK_EQ(test::difference(first(a.weight, 4), {.576970696, -.0283907317, -.271843642, .273311198}, 1e-8, 0),
                 "");
        CHECK_EQ(test::difference(first(a.bias, 3), {-.462508976, .0553925633, .293999821}, 1e-8, 0), "");
        CHECK_EQ(test::difference(first(b.weight, 4), {.146948978, .0832859501, .186932012, -.144897491}, 1e-8, 0), "");
        CHECK_EQ(test::difference(first(b.bias, 3), {.221702501, .1725481, -.0647877678}, 1e-8, 0), "");
        CHECK_EQ(test::difference(first(c.weight, 2), {.119667441, .250609457}, 1e-8, 0), "");
        CHECK_EQ(test::difference(c.bias, {.234654218, -.166443467}, 1e-8, 0), "");
    }

    TEST_CASE("modules written as arguments draw from left to right, nested ones too") {
        set_global_seed(7);
        const nn::Linear a(3, 4), b(4, 5), c(5, 2);
        const Var next = rand({2});
        set_global_seed(7);
        nn::Sequential net(nn::make<nn::Linear>(3, 4),
                           nn::make<nn::Sequential>(nn::make<nn::Linear>(4, 5), nn::make<nn::ReLU>()),
                           nn::make<nn::Linear>(5, 2));
        CHECK_SAME(net[0]->getattr("weight"), a.weight);
        CHECK_SAME(net[1]->getattr_module("0")->getattr("bias"), b.bias);
        CHECK_SAME(net[2]->getattr("weight"), c.weight);
        CHECK_SAME(rand({2}), next);
        const nn::ModulePtr first = nn::make<nn::Linear>(3, 4), second = nn::make<nn::Linear>(3, 4);
        const Var kept = first->getattr("weight").clone(), later = second->getattr("weight").clone();
        nn::Sequential given(first, second), backwards(second, first);
        CHECK_SAME(given[0]->getattr("weight"), kept);
        CHECK_SAME(backwards[0]->getattr("weight"), later);
    }

    TEST_CASE("to draw anew takes the memory of the modules once more, not thrice") {
        clear_buffer_cache();
        const Memory before = memory();
        const nn::Sequential net(nn::make<nn::Linear>(300, 400), nn::make<nn::Linear>(400, 300));
        const Memory after = memory();
        CHECK(after.cached <= after.bytes - before.bytes);
    }

    TEST_CASE("modules made from right to left are drawn anew, but not when they were changed since") {
        const auto pair = [](bool changed) {
            set_global_seed(7);
            nn::ModulePtr last = nn::make<nn::Linear>(4, 5), first = nn::make<nn::Linear>(3, 4);
            if (changed) first->getattr("bias").assign(ones({4}));
            return nn::make<nn::Sequential>(std::move(first), std::move(last));
        };
        set_global_seed(7);
        const nn::Linear a(3, 4), b(4, 5);
        const nn::ModulePtr net = pair(false);
        CHECK_SAME(net->getattr_module("0")->getattr("weight"), a.weight);
        CHECK_SAME(net->getattr_module("1")->getattr("weight"), b.weight);
        std::vector<std::string> notes;
        const auto previous = set_warning_handler([&](const std::string& note) { notes.push_back(note); });
        const nn::ModulePtr kept = pair(true);
        set_warning_handler(previous);
        CHECK_CLOSE(kept->getattr_module("0")->getattr("bias"), {1, 1, 1, 1});
        REQUIRE_EQ(notes.size(), 1);
        CHECK_EQ(
            notes[0],
            "Sequential: its modules were not made from left to right and changed since, so they keep their initial "
            "values; make them one by one to draw in order");
    }

    TEST_CASE("Sequential counts and names modules only") {
        nn::Sequential net(nn::make<nn::Linear>(2, 2), nn::make<nn::ReLU>());
        net.delattr("0");
        net.append(nn::make<nn::Tanh>());
        net.attr("scale", ones({1}));
        CHECK_EQ(net.size(), 2);
        CHECK_EQ(net[1]->class_name(), "Tanh");
        CHECK_EQ(net.attributes(), std::vector<std::string>{"1", "2", "scale"});
    }

    TEST_CASE("Linear: any leading axes, without bias, wrong input") {
        nn::Linear m(2, 3);
        m.load_state_dict({{"weight", array({{3., 4.}, {0., 5.}, {1., 0.}})}, {"bias", array({.1, .2, .3})}});
        CHECK_CLOSE(m(array({{1., 2.}})), {11.1, 10.2, 1.3});
        CHECK_CLOSE(m(array({1., 2.})), {11.1, 10.2, 1.3});
        CHECK_EQ(m(ones({4, 5, 2})).shape(), Shape{4, 5, 3});
        CHECK_THROWS_WITH_AS(m(ones({1, 3})), "Linear: needs 2 features in the last axis, got (1, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::Linear(-1, 3), "Linear: needs in_features of 0 or more, got -1", ValueError);
        nn::Linear plain(2, 3, false);
        CHECK_EQ(plain.parameters().size(), 1);
        CHECK_EQ(plain(ones({1, 2})).shape(), Shape{1, 3});
    }

    TEST_CASE("Conv: stride, padding, groups, wrong arguments") {
        nn::Conv m(4, 6, {3, 2}, {.stride = 2, .padding = {1, 0}, .groups = 2});
        CHECK_EQ(m.weight.shape(), Shape{6, 2, 3, 2});
        CHECK_EQ(m(ones({2, 4, 7, 9})).shape(), Shape{2, 6, 4, 4});
        CHECK_THROWS_WITH_AS(nn::Conv(3, 4, 3, 1, 0, 1, 2), "Conv: needs channels that 2 groups divide, got 3 and 4",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::Conv(3, 4, 0), "Conv: needs a kernel of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::Conv(3, 4, 3, {.stride = {1, 0}}), "Conv: needs stride of 1 or more, got 0",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::Conv(3, 4, 3, 1, -1), "Conv: needs padding of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(nn::Conv1d(3, 4, 3, {.dilation = 0}), "Conv1d: needs dilation of 1 or more, got 0",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::ConvTranspose(3, 4, 3, {.output_padding = -1}),
                             "ConvTranspose: needs output_padding of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(m(ones({4, 7, 9})), "Conv: needs x (n, c, h, w), got (4, 7, 9)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::Conv1d(3, 4, 3)(ones({2, 3, 4, 5})), "Conv1d: needs x (n, c, l), got (2, 3, 4, 5)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::ConvTranspose3d(3, 4, 3)(ones({3})),
                             "ConvTranspose3d: needs x (n, c, d, h, w), got (3,)", ShapeError);
        CHECK_THROWS_WITH_AS(m(Var()), "Conv: needs a Var that holds something, got an empty one", GraphError);
        CHECK_THROWS_WITH_AS(nn::Conv(0, 4, 1), "Conv: needs in_channels of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(m(ones({1, 3, 7, 9})),
                             doctest::Contains("Conv: needs 4 channels in axis 1, got (1, 3, 7, 9)"), ShapeError);
    }

    TEST_CASE("Convolutions of sequences and volumes, transposed ones: positional, without bias, wrong arguments") {
        const nn::Conv1d line(4, 6, 3, 2, 1, 1, 2, false);
        CHECK_EQ(nn::str(line), "Conv1d(4, 6, (3, 1), (2, 1), padding=(1, 0), dilation=(1, 1), groups=2, bias=None)");
        CHECK_EQ(nn::Conv1d(4, 6, 3).attributes(), std::vector<std::string>{"bias", "weight"});
        CHECK_EQ(nn::str(nn::Conv3d(2, 3, {1, 2, 3}, 2, 1, 3, 1, false)),
                 "Conv3d(2, 3, (1, 2, 3), (2, 2, 2), (1, 1, 1), (3, 3, 3), 1, None)");
        CHECK_EQ(nn::str(nn::ConvTranspose2d(4, 6, {3, 2}, 3, 1, 2, 2, false, 4)),
                 "ConvTranspose(4, 6, (3, 2), (3, 3), (1, 1), (2, 2), 2, bias=None, dilation=(4, 4))");
        CHECK_EQ(nn::str(nn::ConvTranspose3d(2, 3, 2, 3, 1, 2, 1, false, 4)),
                 "ConvTranspose3d(2, 3, (2, 2, 2), (3, 3, 3), (1, 1, 1), (2, 2, 2), 1, bias=None, dilation=(4, 4, 4))");
        CHECK_EQ(nn::str(nn::ConvTranspose1d(2, 3, 2, 3, 1, 2, 1, false, 4)),
                 "ConvTranspose1d(2, 3, 2, 3, 1, 2, 1, bias=None, dilation=4)");
        nn::ConvTranspose m(4, 6, {3, 2}, {.stride = 2, .groups = 2});
        CHECK_EQ(m.weight.shape(), Shape{4, 3, 3, 2});
        CHECK_EQ(m(ones({2, 4, 7, 9})).shape(), Shape{2, 6, 15, 18});
        CHECK_THROWS_WITH_AS(nn::ConvTranspose(3, 4, 3, 1, 0, 0, 2),
                             "ConvTranspose: needs channels that 2 groups divide, got 3 and 4", ValueError);
        CHECK_THROWS_WITH_AS(nn::Conv1d(3, 4, 0), "Conv1d: needs a kernel of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::Conv3d(3, 4, {1, 1, 0}), "Conv3d: needs a kernel of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::ConvTranspose1d(3, 0, 1), "ConvTranspose1d: needs out_channels of 1 or more, got 0",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::ConvTranspose3d(3, 4, 1, {.groups = 0}),
                             "ConvTranspose3d: needs groups of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::ConvTranspose(4, 4, 3, 2, 0, 2)(ones({1, 4, 3, 3})),
                             doctest::Contains("conv_transpose: needs output_padding of 0 or more"), ValueError);
    }

    TEST_CASE("Pool: maximum and mean, and an input of the kernel's size") {
        const Var x = arange(16).float32().reshape({1, 1, 4, 4});
        CHECK_CLOSE(nn::Pool(2)(x), {5, 7, 13, 15});
        nn::Pool mean(2, 2, 0, false, true, nn::PoolOp::mean);
        CHECK_CLOSE(mean(x), {2.5, 4.5, 10.5, 12.5});
        CHECK_CLOSE(nn::Pool(4)(x), {15});
        CHECK_THROWS_WITH_AS(nn::Pool(0), "Pool: needs a kernel_size of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::MaxPool2d(2, 0), "Pool: needs a stride of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::AvgPool2d(2, 1, -1), "Pool: needs padding of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(nn::Pool(2, {.padding = {0, 2}}),
                             "Pool: needs padding of at most half the kernel, got (0, 2) for (2, 2)", ValueError);
        CHECK_EQ(nn::str(mean),
                 "Pool((2, 2), (2, 2), (0, 0), dilation=None, return_indices=None, ceil_mode=False, "
                 "count_include_pad=False, op=mean)");
        CHECK_EQ(nn::str(nn::Pool(3, {.stride = 2, .padding = {1, 0}, .ceil_mode = true})),
                 "Pool((3, 3), (2, 2), (1, 0), dilation=None, return_indices=None, ceil_mode=True, "
                 "count_include_pad=True, op=maximum)");
    }

    TEST_CASE("Dropout: Jittor's mask, only in training") {
        nn::Dropout m(.5);
        set_global_seed(42);
        CHECK_CLOSE(m(ones({6})), {0, 2, 2, 0, 0, 0});
        m.eval();
        CHECK_CLOSE(m(ones({6})), {1, 1, 1, 1, 1, 1});
        CHECK_CLOSE(nn::dropout(ones({2}), 1.0), {0, 0});
        CHECK_THROWS_WITH_AS(nn::Dropout(1.5), "Dropout: needs a probability from 0 to 1, got 1.5", ValueError);
        CHECK_THROWS_WITH_AS(nn::dropout(ones({2}), -1), "dropout: needs a probability from 0 to 1, got -1",
                             ValueError);
    }

    TEST_CASE("Flatten and Sequential") {
        CHECK_EQ(nn::Flatten()(ones({2, 3, 4})).shape(), Shape{2, 12});
        CHECK_EQ(nn::Flatten(0, 1)(ones({2, 3, 4})).shape(), Shape{6, 4});
        CHECK_THROWS_WITH_AS(nn::Flatten(2, 1)(ones({2, 3, 4})),
                             "Flatten: flatten: needs start_dim at or before end_dim, got 2 and 1", ShapeError);
        nn::Sequential net(nn::make<nn::Tanh>(), nn::make<nn::Sigmoid>());
        CHECK_EQ(net.size(), 2);
        CHECK_EQ(net[-1]->class_name(), "Sigmoid");
        CHECK_CLOSE(net(array({0.})), {.5});
        CHECK_THROWS_WITH_AS(net[2], "Sequential: needs an index from -2 to 1, got 2", IndexError);
    }

    TEST_CASE("cross entropy: Jittor's numbers, weights, ignored classes, images") {
        const Var x = array({{1., 2., 3.}, {3., 2., 1.}});
        const Var loss = nn::cross_entropy_loss(x, array({2, 0}));
        CHECK_EQ(test::difference(loss, {0.407605946}, 1e-6, 0), "");
        CHECK_CLOSE(grad(loss, x)[0], {.0450153, .1223642, -.1673795});
        const Var weighted =
            nn::cross_entropy_loss(array({{3., 0., 0.}, {0., 1., 0.}}), array({2, 0}), array({1., 2., 4.}));
        CHECK_EQ(test::difference(weighted, {2.78622747}, 1e-6, 0), "");
        CHECK_CLOSE(nn::cross_entropy_loss(x, array({2, 0}), {}, 0), {0.407605946});
        CHECK(std::isnan(nn::cross_entropy_loss(x, array({0, 0}), {}, 0).item()));
        CHECK_CLOSE(nn::cross_entropy_loss(x, array({2, -1})), {0.407605946});
        CHECK_CLOSE(nn::cross_entropy_loss(x, array({2., 0.})), {0.407605946});
        CHECK_CLOSE(nn::cross_entropy_loss(x, array({2, std::int64_t{1} << 32}, int64)), {0.407605946});
        CHECK_CLOSE(nn::cross_entropy_loss(x, array({2, 0}), {}, {}, nn::Reduction::sum), {0.815211892});
        CHECK_CLOSE(nn::cross_entropy_loss(x, array({2, 0}), {}, {}, nn::Reduction::none), {0.407605946, 0.407605946});
        const Var image = transpose(x.reshape({1, 1, 2, 3}), {0, 3, 1, 2});
        CHECK_CLOSE(nn::cross_entropy_loss(image, array({{{2, 0}}})), {0.407605946});
        CHECK_CLOSE(nn::CrossEntropyLoss()(x, array({2, 0})), {0.407605946});
    }

    TEST_CASE("losses refuse what does not fit") {
        CHECK_THROWS_WITH_AS(nn::cross_entropy_loss(ones({2, 3, 4}), array({1, 1})),
                             "cross_entropy_loss: needs 8 classes for logits (2, 3, 4), got (2,)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::cross_entropy_loss(ones({2}), array({1, 1})),
                             "cross_entropy_loss: needs logits (n, c) or (n, c, m...), got (2,)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::cross_entropy_loss(ones({2, 3}), array({1})),
                             "cross_entropy_loss: needs 2 classes for logits (2, 3), got (1,)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::cross_entropy_loss(ones({2, 3}), array({1, 1}), ones({2})),
                             "cross_entropy_loss: needs weights of shape (3,), got (2,)", ShapeError);
        const std::string advice =
            "; of rows that are one-hot take argmax(1).first, of probabilities p -(p * log_softmax(x, "
            "1)).sum(1).mean()";
        CHECK_THROWS_WITH_AS(nn::cross_entropy_loss(ones({2, 3}), array({{.2, .3, .5}, {0., 1., 0.}})),
                             ("cross_entropy_loss: needs 2 classes for logits (2, 3), got (2, 3)" + advice).c_str(),
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::nll_loss(ones({2, 3}), ones({2, 3}, int32)),
                             ("nll_loss: needs 2 classes for logits (2, 3), got (2, 3)" + advice).c_str(), ShapeError);
        CHECK_THROWS_WITH_AS(nn::cross_entropy_loss(ones({2, 3}), array({1., .5})),
                             "cross_entropy_loss: needs whole numbers of classes as targets, got 0.5", ValueError);
        CHECK_THROWS_WITH_AS(nn::mse_loss(ones({2}), ones({2, 1})), "mse_loss: needs equal shapes, got (2,) and (2, 1)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::make<nn::MSELoss>()(ones({2})), "MSELoss: needs 2 inputs, got 1", ValueError);
        CHECK_THROWS_WITH_AS(nn::init::invariant_uniform({3}), "invariant_uniform: needs two axes or more, got (3,)",
                             ShapeError);
    }

    TEST_CASE("cross entropy and negative log likelihood over any number of axes are PyTorch's") {
        const Var x = (arange(24).reshape({2, 3, 4}) * 0.37).mod(1.1), t = array({{0, 2, 1, 2}, {1, 1, 0, 2}});
        const Var w = array({1., 2., 3.});
        CHECK(std::abs(nn::cross_entropy_loss(x, t).item() - 1.0963) < 1e-4);
        CHECK(std::abs(nn::cross_entropy_loss(x, t, w, 1).item() - 1.0360) < 1e-4);
        CHECK_CLOSE(nn::nll_loss(x, t, {.reduction = nn::Reduction::none}),
                    {0, -.03, -.02, -.77, -.42, -.79, -.78, -.81});
        CHECK(nn::nll_loss(x, t, {.reduction = nn::Reduction::none}).shape() == Shape{2, 4});
        CHECK(std::abs(nn::nll_loss(x, t, w, 0).item() + 0.4860) < 1e-4);
        CHECK_CLOSE(nn::nll_loss(log_softmax(x, 1), t, w, 1), nn::cross_entropy_loss(x, t, w, 1));
        const Var five = (arange(48).reshape({2, 3, 2, 1, 4}) * 0.37).mod(1.1), classes = arange(16) % 3;
        CHECK(std::abs(nn::cross_entropy_loss(five, classes.reshape({2, 2, 1, 4})).item() - 1.3290) < 1e-4);
        CHECK_SAME(nn::cross_entropy_loss(five, classes), nn::cross_entropy_loss(five.reshape({2, 3, 2, 4}), classes));
        CHECK(std::isnan(nn::cross_entropy_loss(zeros({0, 3, 2}), zeros({0, 2}, int32)).item()));
    }

    TEST_CASE("nll_loss ignores class 0 too, and only reads the weight") {
        const Var x = array({{-1., -2., -3.}, {-3., -2., -1.}}), w = array({1., 2., 4.});
        CHECK_CLOSE(nn::nll_loss(x, array({0, 1})), {1.5});
        CHECK_CLOSE(nn::nll_loss(x, array({0, 1}), w), {5. / 3});
        CHECK_CLOSE(nn::nll_loss(x, array({0, 1}), w, 0), {2});
        CHECK_CLOSE(nn::nll_loss(x, array({-100, 1})), {2});
        CHECK_CLOSE(w, {1, 2, 4});
        const Var none = array({{0., -INFINITY}, {-INFINITY, 0.}});
        CHECK_CLOSE(nn::nll_loss(none, array({1, 1}), {}, 1, nn::Reduction::sum), {0});
        CHECK_CLOSE(grad(nn::nll_loss(none, array({1, 1}), {.ignore_index = 1, .reduction = nn::Reduction::sum}), none),
                    {0, 0, 0, 0});
        CHECK_THROWS_WITH_AS(nn::nll_loss(ones({3}), array({0})),
                             "nll_loss: needs logits (n, c) or (n, c, m...), got (3,)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::nll_loss(x, array({0})), "nll_loss: needs 2 classes for logits (2, 3), got (1,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::nll_loss(x, array({0, 1}), ones({2})),
                             "nll_loss: needs weights of shape (3,), got (2,)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::nll_loss(array({{1, 2}}), array({0})), "nll_loss: needs float logarithms, got int32",
                             DtypeError);
        CHECK_THROWS_AS(nn::nll_loss(x, array({0.5, 1})), ValueError);
    }

    TEST_CASE("l1, smooth l1 and Kullback-Leibler") {
        const Var a = array({1., 2., -3.}), b = array({1.5, 0., -2.});
        CHECK_CLOSE(nn::l1_loss(a, b), {3.5 / 3});
        CHECK_CLOSE(nn::l1_loss(a, b, nn::Reduction::none), {.5, 2, 1});
        CHECK_CLOSE(nn::smooth_l1_loss(a, b), {2.125 / 3});
        CHECK_CLOSE(nn::smooth_l1_loss(a, b, nn::Reduction::none), {.125, 1.5, .5});
        CHECK_CLOSE(grad(nn::smooth_l1_loss(a, b, nn::Reduction::sum), a), {-.5, 1, -1});
        const Var far = array({1e30, INFINITY});
        CHECK_CLOSE(nn::smooth_l1_loss(far, array({0., 0.}), nn::Reduction::none), {1e30, INFINITY});
        const Var input = log(array({{.1, .9}, {.4, .6}})), t = array({{.2, .8}, {.5, .5}});
        CHECK_CLOSE(nn::kl_div(input, t), {.0162035});
        CHECK_CLOSE(nn::kl_div(input, log(t), nn::Reduction::mean, true), {.0162035});
        CHECK_CLOSE(nn::kl_div(input, t, nn::Reduction::batchmean), {.032407});
        const Var p = array({0., 1.}), q = array({-INFINITY, 0.});
        CHECK_CLOSE(nn::kl_div(q, p, nn::Reduction::none), {0, 0});
        CHECK_CLOSE(nn::kl_div(q, q, nn::Reduction::none, true), {0, 0});
        const Vars g = grad(nn::kl_div(q, p), {q, p});
        CHECK_CLOSE(g[0], {0, -.5});
        CHECK_CLOSE(g[1], {0, .5});
        CHECK_EQ(nn::text(nn::Reduction::batchmean), "batchmean");
        CHECK_THROWS_WITH_AS(nn::l1_loss(a, p), "l1_loss: needs equal shapes, got (3,) and (2,)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::smooth_l1_loss(a, p), "smooth_l1_loss: needs equal shapes, got (3,) and (2,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::kl_div(a, p), "kl_div: needs equal shapes, got (3,) and (2,)", ShapeError);
    }

    TEST_CASE("binary cross entropies") {
        CHECK_CLOSE(nn::bce_loss(array({0., .3, 1.}), array({0., 1., 1.})), {.401324272});
        CHECK_CLOSE(nn::bce_loss(array({0., 1.}), array({1, 0}), {}, false), {2 * 46.0517});
        const Var q = array({{.2, .9}, {.7, .4}}), t = array({{0., 1.}, {1., 0.}}), w = array({2., .5});
        CHECK_CLOSE(nn::bce_loss(q, t, {.weight = w, .reduction = nn::Reduction::none}),
                    {.44628710, .05268026, .71334989, .25541281});
        CHECK_CLOSE(nn::bce_loss(q, t, w, false), {1.46773006});
        const Var o = log(q / (1 - q)), pos = array({3., 4.});
        CHECK_CLOSE(nn::binary_cross_entropy_with_logits(o, t), nn::bce_loss(q, t));
        CHECK_CLOSE(nn::binary_cross_entropy_with_logits(o, t, w, {}, false), {1.46773006});
        const Var x = array({{.2, -1.}, {3., -.5}});
        CHECK(std::abs(nn::binary_cross_entropy_with_logits(x, t, w, pos, false).item() - 4.7514) < 1e-4);
        const Var far = array({1e4, -1e4, 1e4, -1e4}), bits = array({1, 0, 0, 1});
        CHECK_CLOSE(nn::binary_cross_entropy_with_logits(far, bits, {.reduction = nn::Reduction::none}),
                    {0, 0, 1e4, 1e4});
        CHECK_CLOSE(grad(nn::binary_cross_entropy_with_logits(far, bits, {.reduction = nn::Reduction::sum}), far),
                    {0, 0, 1, -1});
        const Var zero = array({0., 0.});
        CHECK_CLOSE(grad(nn::binary_cross_entropy_with_logits(zero, array({1, 0}), {}, {}, false), zero), {-.5, .5});
        CHECK_THROWS_WITH_AS(nn::bce_loss(q, w), "bce_loss: needs equal shapes, got (2, 2) and (2,)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::bce_loss(q, t, ones({3})),
                             "bce_loss: needs weights that broadcast to (2, 2), got (3,)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::bce_loss(q, t, {.pos_weight = pos}),
                             "bce_loss: needs no pos_weight, which is for logits, got one", ValueError);
        CHECK_THROWS_WITH_AS(nn::binary_cross_entropy_with_logits(q, w),
                             "binary_cross_entropy_with_logits: needs equal shapes, got (2, 2) and (2,)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::binary_cross_entropy_with_logits(w, w, {}, ones({1, 2})),
                             "binary_cross_entropy_with_logits: needs weights that broadcast to (2,), got (1, 2)",
                             ShapeError);
    }

    TEST_CASE("mse") {
        const Var o = array({1., 2.}), t = array({0., 5.});
        CHECK_CLOSE(nn::mse_loss(o, t), {5});
        CHECK_CLOSE(nn::mse_loss(o, t, nn::Reduction::sum), {10});
        CHECK_CLOSE(nn::mse_loss(o, t, nn::Reduction::none), {1, 9});
        CHECK_CLOSE(nn::MSELoss()(o, t), {5});
    }
}
