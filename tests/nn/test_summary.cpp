// What a summary counts, how it is printed, and that the net is as it was.
#include "../../nn/report/summary.hpp"

#include <sstream>

#include "../../autograd/grad.hpp"
#include "../../autograd/node.hpp"
#include "../../autograd/work.hpp"
#include "../../core/numpy_random.hpp"
#include "../../core/python_random.hpp"
#include "../../core/random.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/module/layer.hpp"
#include "../../nn/module/ref.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../check.hpp"

using namespace jt;

namespace {

struct Net : nn::Module {
    nn::Ref<nn::Conv> conv{this, "conv", 1, 4, 3, {.padding = 1}};
    nn::Ref<nn::BatchNorm> norm{this, "norm", 4};
    nn::Ref<nn::Linear> fc{this, "fc", 4 * 8 * 8, 10};
    Var execute(const Var& x) override { return fc(relu(norm(conv(x))).flatten(1)); }
};

// Calls one layer twice, never calls another, and counts its calls.
struct Shared : nn::Module {
    nn::Ref<nn::Linear> fc{this, "fc", 3, 3}, spare{this, "spare", 3, 2};
    Var& seen = register_buffer("seen", zeros({1}));
    Var execute(const Var& x) override {
        seen.assign(seen + 1);
        return matmul(fc(fc(x)), x.t());
    }
};

std::int64_t multiply_adds(nn::Module& net, const std::vector<Example>& inputs) {
    return summary(net, inputs).multiply_adds;
}

struct Both : nn::Layer<Both> {
    std::pair<Var, Var> execute(const Var& x, const Var& y) { return {matmul(x, y), {}}; }
};

struct Failing : nn::Module {
    nn::Ref<nn::Linear> fc{this, "fc", 2, 2};
    Var execute(const Var& x) override {
        fc->weight.assign(zeros({2, 2}));
        setattr("fc", nn::make<nn::Linear>(5, 5));
        register_forward_hook([](nn::Module&, const Vars&, const Vars&) {});
        randn({3});
        return matmul(x, ones({7, 7}));
    }
};

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("summary: a row for each call, which add up") {
        Net net;
        const Summary s = summary(net, {{2, 1, 8, 8}});
        REQUIRE(s.rows.size() == 4);
        CHECK(s.rows[0].path == "Net");
        CHECK(s.rows[1].path == "Net.conv");
        CHECK(s.rows[3].kind == "Linear");
        CHECK(s.rows[3].depth == 1);
        CHECK(s.rows[1].outputs == std::vector<Shape>{{2, 4, 8, 8}});
        CHECK(s.rows[0].outputs == std::vector<Shape>{{2, 10}});
        CHECK(s.rows[1].multiply_adds == 2 * 4 * 8 * 8 * 9);
        CHECK(s.rows[3].multiply_adds == 2 * 256 * 10);
        CHECK(s.rows[0].multiply_adds == 0);
        CHECK(s.rows[1].trainable == 40);
        CHECK(s.rows[2].trainable == 8);
        CHECK(s.rows[2].buffers == 8);
        CHECK(s.parameters() == 40 + 8 + 2570);
        CHECK(s.multiply_adds == 2 * 4 * 8 * 8 * 9 + 2 * 256 * 10);
        CHECK(s.bytes.parameters == 4 * s.parameters());
        CHECK(s.bytes.outputs == 4 * (512 + 512 + 20 + 20));
    }
    TEST_CASE("summary: frozen ones apart, shared ones once, uncalled ones at the end") {
        Shared net;
        net.spare->weight.stop_grad();
        const Summary s = summary(net, {{4, 3}});
        REQUIRE(s.rows.size() == 4);
        CHECK(s.rows[1].trainable == 12);
        CHECK(s.rows[2].again);
        CHECK(s.rows[2].trainable == 0);
        CHECK(s.rows[2].multiply_adds == 4 * 9);
        CHECK(s.rows[3].path == "Shared.spare");
        CHECK(!s.rows[3].called);
        CHECK(s.rows[3].frozen == 6);
        CHECK(s.rows[3].trainable == 2);
        CHECK(s.rows[0].multiply_adds == 4 * 3 * 4);
        CHECK((s.trainable == 14 && s.frozen == 6 && s.buffers == 1));
        CHECK(s.multiply_adds == 2 * 4 * 9 + 48);
    }
    TEST_CASE("summary: multiply-adds of layers") {
        nn::Conv grouped(4, 8, 3, {.stride = 2, .groups = 2});
        CHECK(multiply_adds(grouped, {{1, 4, 9, 9}}) == 8 * 4 * 4 * 2 * 9);
        nn::Conv1d line(2, 3, 5);
        CHECK(multiply_adds(line, {{2, 2, 9}}) == 2 * 3 * 5 * 2 * 5);
        nn::Conv3d volume(2, 3, 2);
        CHECK(multiply_adds(volume, {{1, 2, 4, 4, 4}}) == 3 * 27 * 2 * 8);
        nn::ConvTranspose up(4, 6, 2, {.stride = 2});
        CHECK(multiply_adds(up, {{1, 4, 5, 5}}) == 4 * 25 * 6 * 4);
        nn::LSTM lstm(3, 5);
        CHECK(multiply_adds(lstm, {{7, 2, 3}}) == 7 * 2 * 4 * 5 * (3 + 5));
        nn::GRU gru(3, 5);
        CHECK(multiply_adds(gru, {{7, 2, 3}}) == 7 * 2 * 3 * 5 * (3 + 5));
        nn::MultiheadAttention attention(8, 2);
        const Example x{6, 3, 8};
        CHECK(multiply_adds(attention, {x, x, x}) == 4 * 18 * 64 + 2 * 3 * 6 * 6 * 8);
    }
    TEST_CASE("summary: products of the way back count as well") {
        const Var x = ones({2, 3}), w = ones({4, 3}), image = ones({1, 2, 5, 5}), kernel = ones({3, 2, 3, 3});
        const auto work = [](auto f) {
            const auto before = multiply_adds_made;
            f();
            return multiply_adds_made - before;
        };
        CHECK(work([&] { grad(linear(x, w).sum(), Vars{x, w}); }) == 3 * 2 * 3 * 4);
        CHECK(work([&] { grad(conv2d(image, kernel).sum(), Vars{image, kernel}); }) == 3 * 3 * 9 * 2 * 9);
        nn::LSTM lstm(3, 5);
        CHECK(work([&] { grad(std::get<0>(lstm(ones({7, 2, 3}))).sum(), lstm.parameters()); }) == 3 * 7 * 2 * 20 * 8);
    }
    TEST_CASE("summary: examples may be Vars, and several") {
        nn::Sequential words(nn::make<nn::Embedding>(10, 4), nn::make<nn::Linear>(4, 2));
        const Summary s = summary(words, {array({{1, 2, 9}})});
        CHECK(s.rows[0].outputs == std::vector<Shape>{{1, 3, 2}});
        CHECK_THROWS_WITH_AS(summary(words, {{3, 4}}),
                             doctest::Contains("summary gave random floats for a shape: give it a Var, as of indices"),
                             ValueError);
        CHECK_THROWS_WITH_AS(summary(words, {array({0.5})}), doctest::Contains("got 0.5"), ValueError);
        try {
            summary(words, {array({0.5})});
        } catch (const ValueError& error) {
            CHECK(std::string(error.what()).find("summary") == std::string::npos);
        }
        Both both;
        CHECK(summary(both, {{5, 2}, ones({2, 3})}).rows[0].outputs == std::vector<Shape>{{5, 3}, {0}});
    }
    TEST_CASE("summary: weight norm counts what learns") {
        nn::Linear fc(3, 2);
        weightnorm::weight_norm(fc, "weight", -1);
        const Var weight = fc.weight;
        const Summary s = summary(fc, {{1, 3}});
        CHECK(s.trainable == 6 + 2 + 2);
        CHECK(fc.weight.node() == weight.node());
        CHECK(fc.pre_forward_hooks().size() == 1);
        CHECK(grad(fc(ones({1, 3})).sum(), fc.getattr("weight_g")).defined());
    }
    TEST_CASE("summary: nothing of the net is changed") {
        Shared net;
        net.train();
        net.fc->eval();
        set_global_seed(7);
        const auto stream = drawing::state();
        net.register_pre_forward_hook([](nn::Module& m, const Vars&) { m.remove_pre_forward_hook(); });
        const auto kept = net.state_dict();
        summary(net, {{4, 3}});
        CHECK(net.is_training());
        CHECK(!net.fc->is_training());
        CHECK(net.spare->is_training());
        CHECK(net.seen.item() == 0);
        CHECK(net.pre_forward_hooks().size() == 1);
        CHECK(drawing::state() == stream);
        CHECK(net.fc->weight.requires_grad());
        for (const auto& [name, x] : net.state_dict()) CHECK(x.node() == kept[name].node());
    }
    TEST_CASE("summary: nor any random stream") {
        struct Drawing : nn::Module {
            Var execute(const Var& x) override {
                randn({3});
                drawing::python_random();
                drawing::numpy_randint(9);
                return x;
            }
        } net;
        const Var before = get_rng_state();
        summary(net, {{2}});
        CHECK_SAME(get_rng_state(), before);
    }
    TEST_CASE("summary: nor when execute throws") {
        Failing net;
        const nn::ModulePtr fc = net.getattr_module("fc");
        const Var weight = fc->getattr("weight").clone();
        const auto stream = drawing::state();
        CHECK_THROWS_WITH(summary(net, {{2, 2}}), "Failing: matmul: needs (n, k) and (k, m), got (2, 2) and (7, 7)");
        CHECK(net.getattr_module("fc").get() == fc.get());
        CHECK_SAME(fc->getattr("weight"), weight);
        CHECK(net.is_training());
        CHECK(!net.hasattr("__fhook__"));
        CHECK(drawing::state() == stream);
        CHECK(recording());
        CHECK_THROWS_WITH(summary(net, {}),
                          "Failing: needs one input, got 0; for several derive from nn::Layer<Failing>");
    }
    TEST_CASE("summary: the table") {
        Shared net;
        net.spare->weight.stop_grad();
        std::ostringstream out;
        out << summary(net, {{4, 3}});
        CHECK(out.str() ==
              "layer    class   output        parameters  multiply-adds\n"
              "Shared   Shared  (4, 4)                 0             48\n"
              "  fc     Linear  (4, 3)                12             36\n"
              "  fc     Linear  (4, 3)          as above             36\n"
              "  spare  Linear  not called  8 (6 frozen)              0\n"
              "parameters: 20, of which 14 learn and 6 are frozen, 80 bytes\n"
              "buffers: 1, 4 bytes\n"
              "outputs: 160 bytes\n"
              "multiply-adds: 120");
        nn::Linear large(1000, 2000);
        CHECK(str(summary(large, {{1, 1000}})).find("2,002,000") != std::string::npos);
    }
}
