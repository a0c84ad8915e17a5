// What rows of layers do not say of recurrent layers and normalisations: states, names, modes, refused calls.
#include <cmath>
#include <string>
#include <utility>

#include "../../autograd/grad.hpp"
#include "../../core/random.hpp"
#include "../../nn/layers.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../check.hpp"

namespace jt::test {

namespace {

std::string names(nn::Module&& m) {
    std::string out;
    for (const auto& [name, var] : m.named_parameters()) out += name + " ";
    return out;
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("recurrent layers give states that go on where they stopped") {
        set_global_seed(4);
        nn::LSTM lstm(4, 3, {.num_layers = 2, .bidirectional = false});
        nn::GRU gru(4, 3);
        nn::RNN rnn(4, 3, 1, "relu");
        const Var x = randn({5, 2, 4});
        const auto [y, h, c] = lstm(x);
        CHECK(y.shape() == Shape{5, 2, 3});
        CHECK(h.shape() == Shape{2, 2, 3});
        CHECK_SAME(h[1], y[-1]);
        const auto [y1, h1, c1] = lstm(x[to(3)]);
        const auto [y2, h2, c2] = lstm(x[from(3)], h1, c1);
        CHECK_CLOSE(concat({y1, y2}), y);
        CHECK_CLOSE(h2, h);
        CHECK_CLOSE(c2, c);
        const auto [g, gh] = gru(x);
        CHECK_SAME(gh[0], g[-1]);
        const auto [r, rh] = rnn(x);
        CHECK_SAME(rh[0], r[-1]);
        CHECK(r.min().item() == 0);
    }

    TEST_CASE("names of recurrent parameters, in Jittor's order") {
        CHECK_EQ(names(nn::GRU(4, 3, {.num_layers = 2, .bias = false})),
                 "weight_ih_l0 weight_hh_l0 weight_ih_l1 weight_hh_l1 ");
        CHECK_EQ(
            names(nn::LSTM(4, 3, {.bidirectional = true, .proj_size = 2})),
            "weight_ih_l0 weight_ih_l0_reverse weight_hh_l0 weight_hh_l0_reverse weight_hr_l0 weight_hr_l0_reverse "
            "bias_ih_l0 bias_ih_l0_reverse bias_hh_l0 bias_hh_l0_reverse ");
        CHECK_EQ(names(nn::LSTMCell(4, 3)), "weight_ih weight_hh bias_ih bias_hh ");
    }

    TEST_CASE("dropout acts between recurrent layers, in training") {
        nn::GRU gru(4, 3, {.num_layers = 2, .dropout = 1});
        const Var x = randn({5, 2, 4}), y = std::get<0>(gru(x));
        CHECK_SAME(std::get<0>(gru(x * 2)), y);  // nothing of x comes through
        gru.eval();
        CHECK(difference(std::get<0>(gru(x)), y, 1e-3, 1e-3) != "");
    }

    TEST_CASE("weight norm rebuilds a recurrent weight, and sends gradients to g and v") {
        nn::LSTM lstm(4, 3);
        weightnorm::weight_norm(lstm, "weight_ih_l0", -1);
        Var g = lstm.getattr("weight_ih_l0_g"), v = lstm.getattr("weight_ih_l0_v");
        g.uniform_(0.5, 2), v.normal_();
        const Var x = randn({5, 2, 4}), y = std::get<0>(lstm(x));
        nn::LSTM plain(4, 3);
        for (const char* name : {"weight_hh_l0", "bias_ih_l0", "bias_hh_l0"}) plain.setattr(name, lstm.getattr(name));
        const Var w = v * (g / v.norm(2, 1, keepdims));
        plain.setattr("weight_ih_l0", w.detach());
        CHECK_CLOSE(std::get<0>(plain(x)), y);
        const Var gw = grad(std::get<0>(plain(x)).sum(), plain.getattr("weight_ih_l0"));
        const Vars expected = grad((w * gw.detach()).sum(), {g, v}), got = grad(y.sum(), {g, v});
        for (const std::size_t k : {0, 1}) CHECK_CLOSE(got[k], expected[k]);
    }

    TEST_CASE("weight norm of both weights of a recurrent layer learns, recorded or not") {
        nn::LSTM lstm(4, 3);
        for (const char* name : {"weight_ih_l0", "weight_hh_l0"}) weightnorm::weight_norm(lstm, name, -1);
        const Var x = randn({5, 2, 4});
        const Vars learn = lstm.parameters();
        const auto gradients = [&](bool retain) { return grad(std::get<0>(lstm(x)).sum(), learn, retain); };
        const Vars recorded = gradients(true), fused = gradients(false);
        for (std::size_t k = 0; k < learn.size(); ++k) {
            CHECK_CLOSE(fused[k], recorded[k]);
            CHECK(abs(fused[k]).max().item() > 0);
        }
    }

    TEST_CASE("BatchNorm learns running statistics, and uses them in eval mode") {
        nn::BatchNorm norm(2, {.momentum = 0.5});
        const Var x = array({{1.0, 10.0}, {3.0, 30.0}});
        norm(x);
        CHECK_CLOSE(norm.running_mean, array({1.0, 10.0}));
        CHECK_CLOSE(norm.running_var, array({1.0, 50.5}));  // of biased variances 1 and 100
        norm.eval();
        CHECK_CLOSE(norm(x), array({{0.0, 0.0}, {2.0, 20 / std::sqrt(50.5)}}));
        CHECK(norm.state_dict().contains("running_var"));
        CHECK_EQ(names(std::move(norm)), "weight bias ");
        CHECK(nn::str(norm).find("is_train=False") != std::string::npos);
    }

    TEST_CASE("recurrent layers refuse in words") {
        const Var x = zeros({5, 2, 4});
        nn::LSTM lstm(4, 3);
        CHECK_THROWS_WITH_AS(lstm(zeros({5, 4})), "LSTM: needs x of shape (steps, batch, 4), got (5, 4)", ShapeError);
        CHECK_THROWS_WITH_AS(lstm(zeros({0, 2, 4})), "LSTM: needs a step or more, got (0, 2, 4)", ShapeError);
        CHECK_THROWS_WITH_AS(nn::GRU(3, 2, {.batch_first = true})(x),
                             "GRU: needs x of shape (batch, steps, 3), got (5, 2, 4)", ShapeError);
        CHECK_THROWS_WITH_AS(lstm(x, zeros({1, 2, 4})), "LSTM: needs h0 of shape (1, 2, 3), got (1, 2, 4)", ShapeError);
        CHECK_THROWS_WITH_AS(lstm(x, zeros({1, 2, 3}), zeros({2, 3})), "LSTM: needs c0 of shape (1, 2, 3), got (2, 3)",
                             ShapeError);
        nn::GRU replaced(4, 3);
        replaced.setattr("weight_hh_l0", zeros({9, 2}));
        CHECK_THROWS_WITH_AS(replaced(x), "GRU: linear: needs x (..., in) and weight (out, in), got (2, 3) and (9, 2)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::LSTM(0, 3), "LSTM: needs input_size of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::GRU(3, 0), "GRU: needs hidden_size of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::RNN(3, 2, 0), "RNN: needs num_layers of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::LSTM(3, 2, {.proj_size = -1}), "LSTM: needs proj_size of 0 or more, got -1",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::GRU(3, 2, {.dropout = 1.5}), "GRU: needs dropout from 0 to 1, got 1.5", ValueError);
        CHECK_THROWS_WITH_AS(nn::RNN(3, 2, {.nonlinearity = "elu"}),
                             "RNN: needs nonlinearity to be tanh or relu, got elu", ValueError);
        CHECK_THROWS_WITH_AS(nn::RNNCell(3, 2, true, "elu"), "RNNCell: needs nonlinearity to be tanh or relu, got elu",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::GRUCell(0, 2), "GRUCell: needs input_size of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::LSTMCell(3, 2)(zeros({4, 2})), "LSTMCell: needs x of shape (batch, 3), got (4, 2)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::GRUCell(3, 2)(zeros({4, 3}), zeros({2})), "GRUCell: needs h of shape (4, 2), got (2,)",
                             ShapeError);
    }

    TEST_CASE("recurrent and normalising layers say that a Var is empty") {
        const auto refuses = [](auto&& layer, const std::string& name) {
            CHECK_THROWS_WITH_AS(layer(Var()), (name + ": needs a Var that holds something, got an empty one").c_str(),
                                 GraphError);
        };
        refuses(nn::RNN(3, 2), "RNN");
        refuses(nn::LSTM(3, 2), "LSTM");
        refuses(nn::GRU(3, 2), "GRU");
        refuses(nn::RNNCell(3, 2), "RNNCell");
        refuses(nn::LSTMCell(3, 2), "LSTMCell");
        refuses(nn::GRUCell(3, 2), "GRUCell");
        refuses(nn::BatchNorm(3), "BatchNorm");
        refuses(nn::InstanceNorm(3), "InstanceNorm");
        refuses(nn::LayerNorm(3), "LayerNorm");
        refuses(nn::GroupNorm(1, 3), "GroupNorm");
    }

    TEST_CASE("normalisations refuse numbers that can only be mistakes") {
        CHECK_THROWS_WITH_AS(nn::BatchNorm(3, -1e-5), "BatchNorm: needs eps of 0 or more, got -1e-05", ValueError);
        CHECK_THROWS_WITH_AS(nn::BatchNorm(3, {.momentum = 1.5}), "BatchNorm: needs momentum from 0 to 1, got 1.5",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::InstanceNorm(3, {.momentum = NAN}),
                             "InstanceNorm: needs momentum from 0 to 1, got nan", ValueError);
        CHECK_THROWS_WITH_AS(nn::LayerNorm(3, {.eps = NAN}), "LayerNorm: needs eps of 0 or more, got nan", ValueError);
        CHECK_THROWS_WITH_AS(nn::GroupNorm(1, 3, INFINITY), "GroupNorm: needs eps of 0 or more, got inf", ValueError);
        CHECK_NOTHROW(nn::BatchNorm(3, {.eps = 0, .momentum = 1}));
    }

    TEST_CASE("normalisations refuse in words") {
        CHECK_THROWS_WITH_AS(nn::BatchNorm(3)(zeros({2, 4})), "BatchNorm: needs 3 channels in axis 1, got (2, 4)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::BatchNorm(3)(zeros({0, 3})), "BatchNorm: needs numbers to learn from, got (0, 3)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::BatchNorm(0), "BatchNorm: needs num_features of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::InstanceNorm(3)(zeros({2, 3})), "InstanceNorm: needs 3 axes or more, got (2, 3)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::InstanceNorm(0), "InstanceNorm: needs num_features of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::LayerNorm(Shape{}), "LayerNorm: needs a shape of one axis or more, got ()",
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::LayerNorm(3)(zeros({2, 4})), "LayerNorm: needs last axes of shape (3,), got (2, 4)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(nn::GroupNorm(2, 3), "GroupNorm: needs channels that 2 groups divide, got 3", ValueError);
        CHECK_THROWS_WITH_AS(nn::GroupNorm(0, 3), "GroupNorm: needs num_groups of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::GroupNorm(1, 3)(zeros({3})), "GroupNorm: needs x (n, c, ...), got (3,)", ShapeError);
    }
}

}  // namespace jt::test
