// Initial values: both forms of each give the same, writing keeps the node, and what they refuse.
#include "../../nn/init.hpp"

#include <functional>

#include "../../autograd/node.hpp"
#include "../../core/random.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/optim.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../check.hpp"
#include "../notes.hpp"

using namespace jt;

namespace {

using Make = std::function<Var(const Shape&, Dtype)>;
using Write = std::function<Var(const Var&)>;

struct Maker {
    std::string name;
    Make make;
};
struct Writer {
    std::string name;
    Write write;
};

const std::vector<Maker> makers = {
    {"constant", [](const Shape& s, Dtype d) { return init::constant(s, 2, d); }},
    {"zero", init::zero},
    {"one", init::one},
    {"random", [](const Shape& s, Dtype d) { return jt::rand(s, d); }},
    {"uniform", [](const Shape& s, Dtype d) { return init::uniform(s, -1, 2, d); }},
    {"gauss", [](const Shape& s, Dtype d) { return init::gauss(s, 1, 2, d); }},
    {"trunc_normal", [](const Shape& s, Dtype d) { return init::trunc_normal(s, 0, 1, -.5, 2, d); }},
    {"invariant_uniform", [](const Shape& s, Dtype d) { return init::invariant_uniform(s, "fan_out", d); }},
    {"relu_invariant_gauss", [](const Shape& s, Dtype d) { return init::relu_invariant_gauss(s, "fan_in", d); }},
    {"xavier_uniform", [](const Shape& s, Dtype d) { return init::xavier_uniform(s, 2, d); }},
    {"xavier_gauss", [](const Shape& s, Dtype d) { return init::xavier_gauss(s, 2, d); }},
    {"kaiming_uniform", [](const Shape& s, Dtype d) { return init::kaiming_uniform(s, .1, "fan_out", "relu", d); }},
    {"kaiming_normal", [](const Shape& s, Dtype d) { return init::kaiming_normal(s, .1, "fan_in", "leaky_relu", d); }},
    {"eye", [](const Shape& s, Dtype d) { return eye(s[0], s[1]).cast(d); }},
    {"constant", [](const Shape& s, Dtype d) { return init::constant(s, 2, d); }},
    {"constant", [](const Shape& s, Dtype d) { return init::constant(s, 2, d); }},
    {"gauss", [](const Shape& s, Dtype d) { return init::gauss(s, 1, 2, d); }},
};

// In the order of what they write.
const std::vector<Writer> writers = {
    {"constant_", [](const Var& w) { return init::constant_(w, 2); }},
    {"zero_", init::zero_},
    {"one_", init::one_},
    {"random_", init::random_},
    {"uniform_", [](const Var& w) { return init::uniform_(w, -1, 2); }},
    {"gauss_", [](const Var& w) { return init::gauss_(w, 1, 2); }},
    {"trunc_normal_", [](const Var& w) { return init::trunc_normal_(w, 0, 1, -.5, 2); }},
    {"invariant_uniform_", [](const Var& w) { return init::invariant_uniform_(w, "fan_out"); }},
    {"relu_invariant_gauss_", [](const Var& w) { return init::relu_invariant_gauss_(w); }},
    {"xavier_uniform_", [](const Var& w) { return init::xavier_uniform_(w, 2); }},
    {"xavier_gauss_", [](const Var& w) { return init::xavier_gauss_(w, 2); }},
    {"kaiming_uniform_", [](const Var& w) { return init::kaiming_uniform_(w, .1, "fan_out", "relu"); }},
    {"kaiming_normal_", [](const Var& w) { return init::kaiming_normal_(w, .1); }},
    {"eye_", init::eye_},
    {"fill", [](const Var& w) { return init::fill(w, 2); }},
    {"fill_", [](const Var& w) { return init::fill_(w, 2); }},
    {"normal_", [](const Var& w) { return init::normal_(w, 1, 2); }},
};

// The text of the error of writing to x.
std::string refused(const Write& write, const Var& x) {
    try {
        write(x);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("writing an initial value gives what making one gives, through the node") {
        REQUIRE_EQ(makers.size(), writers.size());
        for (std::size_t k = 0; k < makers.size(); ++k)
            for (const Dtype dtype : {float32, float64}) {
                CAPTURE(writers[k].name);
                const Var w = full({5, 3}, 7, dtype), same_node = w;
                set_global_seed(5);
                const Var made = makers[k].make({5, 3}, dtype);
                set_global_seed(5);
                const Var got = writers[k].write(w);
                CHECK_SAME(same_node, made);
                CHECK_EQ(got.node(), w.node());
                CHECK(got.requires_grad());
                CHECK(made.requires_grad());
            }
    }

    TEST_CASE("a parameter that is written stays the one that its optimizer holds") {
        nn::Linear m(3, 2);
        nn::SGD opt(m.parameters(), {.lr = .5});
        init::constant_(m.weight, 2);
        opt.step(m(ones({1, 3})).sum());
        CHECK_CLOSE(m.weight, std::vector<double>(6, 1.5));
        for (const Var& p : m.parameters()) init::zero_(p);
        CHECK_CLOSE(m.weight, std::vector<double>(6, 0));
    }

    TEST_CASE("initial values of integers, of nothing, and truncated ones stay within their bounds") {
        CHECK_SAME(init::constant_(zeros({2}, int32), 3), full({2}, 3, int32));
        CHECK_SAME(init::eye_(zeros({2, 2}, int32)), array({{1, 0}, {0, 1}}));
        CHECK_SAME(init::constant({2}), zeros({2}));
        CHECK_EQ(init::xavier_uniform({0, 3}).shape(), Shape{0, 3});
        CHECK_EQ(init::kaiming_normal({3, 0}, 0, "fan_in").shape(), Shape{3, 0});
        const Var x = init::trunc_normal({2000}, 1, 3, 0, 1.5);
        CHECK_GE(x.min().item(), 0);
        CHECK_LE(x.max().item(), 1.5);
        CHECK_EQ(x.mean().item(), doctest::Approx(.755).epsilon(.03));
    }

    TEST_CASE("trunc_normal warns when its mean is far outside") {
        const test::Notes notes;
        init::trunc_normal({2}, 0, 1, 2, 3);
        CHECK(notes.list.empty());
        init::trunc_normal({2}, 0, 1, 2.1, 3);
        CHECK_EQ(notes.list.size(), 1);
    }

    TEST_CASE("writing refuses what is no leaf before anything is drawn") {
        const Var computed = ones({2, 2}) * 2;
        nn::Linear normed(2, 3);
        weightnorm::weight_norm(normed, "weight", -1);
        const Var state = get_rng_state();
        for (const Writer& writer : writers) {
            CAPTURE(writer.name);
            CHECK(refused(writer.write, Var()).ends_with("needs a Var that holds something, got an empty one"));
            CHECK_EQ(refused(writer.write, computed),
                     "assign: needs a leaf, got the result of mul; assign to what it was computed from");
            CHECK(refused(writer.write, normed.weight).starts_with("assign: "));
        }
        CHECK_SAME(get_rng_state(), state);
    }

    TEST_CASE("what needs fans refuses a Var of one axis") {
        const Var state = get_rng_state();
        for (const Writer& writer : writers) {
            const std::string name = writer.name.substr(0, writer.name.size() - 1);
            const bool has_fans = name.starts_with("xavier") || name.starts_with("kaiming") ||
                                  name.find("invariant") != std::string::npos;
            if (!has_fans) continue;
            CHECK_EQ(refused(writer.write, zeros({3})), name + ": needs two axes or more, got (3,)");
            CHECK_EQ(refused(writer.write, zeros({2, 2}, int32)), name + ": needs a float dtype, got int32");
        }
        CHECK_SAME(get_rng_state(), state);
    }

    TEST_CASE("what initial values refuse") {
        const Var state = get_rng_state(), w = zeros({3}), n = zeros({2, 2}, int32);
        CHECK_THROWS_WITH_AS(init::eye_(w), "eye_: needs two axes, got (3,)", ShapeError);
        CHECK_THROWS_WITH_AS(init::uniform_(n), "uniform: needs a float dtype, got int32", DtypeError);
        CHECK_THROWS_WITH_AS(init::gauss_(n), "normal: needs a float dtype, got int32", DtypeError);
        CHECK_THROWS_WITH_AS(init::random_(n), "rand: needs a float dtype, got int32", DtypeError);
        CHECK_THROWS_WITH_AS(init::trunc_normal_(n), "trunc_normal: needs a float dtype, got int32", DtypeError);
        CHECK_THROWS_WITH_AS(init::trunc_normal({2}, 0, 0), "trunc_normal: needs a std above 0, got 0", ValueError);
        CHECK_THROWS_WITH_AS(init::trunc_normal({2}, 0, 1, 2, 2), "trunc_normal: needs a below b, got 2 and 2",
                             ValueError);
        CHECK_THROWS_WITH_AS(init::trunc_normal({2}, NAN), "trunc_normal: needs a finite mean, got nan", ValueError);
        CHECK_THROWS_WITH_AS(init::gauss_(w, 0, -1), "normal: needs a std of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(init::gauss_(w, NAN, 1), "normal: needs a finite mean and std, got nan and 1", ValueError);
        Var copy = w;
        CHECK_THROWS_WITH_AS(copy.normal_(0, NAN), "normal_: needs a std of 0 or more, got nan", ValueError);
        CHECK_THROWS_WITH_AS(copy.uniform_(0, INFINITY), "uniform_: needs finite bounds, got 0 and inf", ValueError);
        CHECK_THROWS_WITH_AS(init::uniform_(w, NAN, 1), "uniform: needs finite bounds, got nan and 1", ValueError);
        CHECK_THROWS_AS(init::xavier_uniform({2, 2}, NAN), ValueError);
        CHECK_THROWS_AS(init::xavier_gauss({2, 2}, -1), ValueError);
        CHECK_THROWS_AS(init::kaiming_normal({2, 2}, NAN), ValueError);
        CHECK_THROWS_WITH_AS(init::invariant_uniform({2, 2}, "fan"),
                             "invariant_uniform: needs a mode of fan_in or fan_out, got fan", ValueError);
        CHECK_THROWS_WITH_AS(
            init::kaiming_normal({2, 2}, 0, "fan_in", "gelu"),
            "calculate_gain: needs linear, sigmoid, tanh, relu, leaky_relu, selu, conv1d or the like, got gelu",
            ValueError);
        CHECK_THROWS_AS(init::xavier_gauss({2, -1}), ShapeError);
        CHECK_THROWS_WITH_AS(init::constant_(n, 1.5), doctest::Contains("1.5"), ValueError);
        CHECK_SAME(get_rng_state(), state);
        CHECK_SAME(n, zeros({2, 2}, int32));
    }
}
