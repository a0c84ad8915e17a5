// Activations: gradients against differences, values against PyTorch's numbers, and what they do at their edges.
#include <cmath>
#include <limits>

#include "op_rows.hpp"

namespace jt::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

const std::vector<Sample> singles = {{{5}}, {{3, 4}}, {{1}}, {{2, 1, 3}}, {{0}}, {{2, 0, 3}}, {{2, 3, 2, 2}}, {{1, 1}}};

template <Var (*f)(const Var&)>
Var of(const Vars& x) {
    return f(x[0]);
}

const std::vector<GradRow> grad_rows = {
    {"leaky_relu", [](const Vars& x) { return leaky_relu(x[0]) * leaky_relu(x[0], 0.3); }, singles},
    {"elu", [](const Vars& x) { return elu(x[0]) * elu(x[0], 0.3); }, singles},
    {"relu6", [](const Vars& x) { return (relu6(5 * x[0]) + 1) * x[0]; }, singles},
    {"hardtanh", [](const Vars& x) { return hardtanh(x[0]) * hardtanh(x[0], -0.5, 1.5) * x[0]; }, singles},
    {"gelu", of<gelu>, singles},
    {"silu", of<silu>, singles},
    {"mish", of<mish>, singles},
    {"softplus", [](const Vars& x) { return softplus(x[0]) + softplus(x[0], 3, 2.1); }, singles},
    {"log_sigmoid", of<log_sigmoid>, singles},
    {"softsign", of<softsign>, singles},
    {"prelu", [](const Vars& x) { return prelu(x[0], x[1]); }, {{{2, 3}, {3}}, {{2, 3, 2, 1}, {3}}, {{0, 3}, {3}}}},
    {"prelu: one weight", [](const Vars& x) { return x[0].prelu(x[1]); }, {{{2, 3}, {1}}, {{4}, {1}}, {{1}, {1}}}},
    {"glu",
     [](const Vars& x) { return glu(x[0]) * glu(x[0], 0) + glu(x[0], -2); },
     {{{2, 2}}, {{2, 2, 2}}, {{2, 2, 0}}}},
    {"glu: of nothing", [](const Vars& x) { return glu(x[0], 1); }, {{{3, 0, 2}}, {{3, 4, 2}}}},
};

// Those of one Var, with the value at -infinity and at infinity.
struct Edge {
    std::string name;
    Var (*f)(const Var&);
    double low, high;
};

const std::vector<Edge> edges = {
    {"leaky_relu", [](const Var& x) { return leaky_relu(x); }, -inf, inf},
    {"elu", [](const Var& x) { return elu(x); }, -1, inf},
    {"prelu", [](const Var& x) { return prelu(x, array({0.25})); }, -inf, inf},
    {"relu6", relu6, 0, 6},
    {"hardtanh", [](const Var& x) { return hardtanh(x); }, -1, 1},
    {"gelu", gelu, 0, inf},
    {"silu", silu, 0, inf},
    {"mish", mish, 0, inf},
    {"softplus", [](const Var& x) { return softplus(x); }, 0, inf},
    {"softsign", softsign, -1, 1},
};

// What is one pass, and the ops that it stands for.
struct Pass {
    std::string name;
    Op fused, composed;
};

Var mish_by_ops(const Vars& x) { return x[0] * tanh(log1p(exp(x[0]))); }

const std::vector<Pass> passes = {
    {"clamp", [](const Vars& x) { return clamp(x[0], -1, 1.5); },
     [](const Vars& x) { return minimum(maximum(x[0], -1), 1.5); }},
    {"leaky_relu", [](const Vars& x) { return leaky_relu(x[0], -2); },
     [](const Vars& x) { return where(x[0] > 0, x[0], x[0] * -2); }},
    {"elu", [](const Vars& x) { return elu(x[0], 1.5); },
     [](const Vars& x) { return where(x[0] > 0, x[0], expm1(minimum(0, x[0])) * 1.5); }},
    {"softplus", [](const Vars& x) { return softplus(x[0], 2, 3); },
     [](const Vars& x) { return log1p(exp(minimum(x[0] * 2, 3))) / 2 + maximum(x[0] - 1.5, 0); }},
    {"mish", of<mish>, mish_by_ops},
    {"gelu", of<gelu>, [](const Vars& x) { return x[0] * (0.5 + 0.5 * erf(x[0] * std::sqrt(0.5))); }},
    {"silu", of<silu>, [](const Vars& x) { return x[0] * sigmoid(x[0]); }},
    {"softsign", of<softsign>, [](const Vars& x) { return x[0] / (1 + abs(x[0])); }},
    {"lerp", [](const Vars& x) { return lerp(x[0], x[1], 0.25); },
     [](const Vars& x) { return x[0] + 0.25 * (x[1] - x[0]); }},
};

// Value, first and second gradients of f; the first once more without recording.
Vars to_second_order(const Op& f, const Vars& x) {
    const Var y = f(x), g = grad(y * y, x[0]);
    return {y, g, grad(f(x) * x[1], x[0], false), grad(g * g, x[0])};
}

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("what is one pass is what its ops are, in both orders") {
        const Vars x = {array({-3.0, -1.0, -0.25, 0.0, 0.5, 1.5, 2.0, 4.0, -7.0}, float64),
                        linspace(-1, 2, 9).float64()};
        for (const Dtype dtype : {float32, float64})
            for (const Pass& pass : passes) {
                CAPTURE(pass.name);
                const Vars in = as_dtype(x, dtype), got = to_second_order(pass.fused, in),
                           want = to_second_order(pass.composed, in);
                for (std::size_t k = 0; k < got.size(); ++k)
                    CHECK(difference(got[k], want[k].to_vector<double>(), 2e-6, 1e-5) == "");
            }
    }

    TEST_CASE("gradients of activations") { check_all(grad_rows); }

    TEST_CASE("values of activations are PyTorch's") {
        const Var x = array({-3.0, -1.0, 0.0, 0.5, 2.0});
        CHECK_CLOSE(leaky_relu(x, 0.1), {-0.3, -0.1, 0, 0.5, 2});
        CHECK_CLOSE(elu(x, 2), {-1.9004259, -1.2642411, 0, 0.5, 2});
        CHECK_CLOSE(gelu(x), {-0.00404969, -0.15865526, 0, 0.34573123, 1.9544997});
        CHECK_CLOSE(silu(x), {-0.14227761, -0.26894143, 0, 0.31122968, 1.7615942});
        CHECK_CLOSE(mish(x), {-0.14564747, -0.30340147, 0, 0.3752452, 1.943959});
        CHECK_CLOSE(softplus(x, 2), {1.2378426e-03, 6.3464008e-02, 0.34657359, 0.65663081, 2.0090749});
        CHECK_CLOSE(log_sigmoid(x), {-3.0485873, -1.3132616, -0.6931472, -0.474077, -0.12692802});
        CHECK_CLOSE(softsign(x), {-0.75, -0.5, 0, 0.33333334, 0.6666667});
        expect("hardtanh", hardtanh(x), "jt.Var([-1.  -1.   0.   0.5  1. ], dtype=float32)");
        expect("relu6", relu6(array({-1.0, 3.0, 7.0})), "jt.Var([0. 3. 6.], dtype=float32)");
        const Var y = array({{1, 2, 0, -1}, {3, 4, 1, 2}});
        CHECK_CLOSE(glu(y), {0.5, 0.53788286, 2.1931758, 3.523188});
        CHECK_CLOSE(glu(y, 0), {0.95257413, 1.9640275, 0, -0.880797});
        expect("prelu", prelu(array({{-2.0, 1.0}, {3.0, -4.0}}), array({0.5, 0.25})),
               "jt.Var([[-1.  1.]\n        [ 3. -1.]], dtype=float32)");
    }

    TEST_CASE("activations of integers") {
        const Var x = array({-2, 0, 8});
        expect("leaky_relu", leaky_relu(x, 0.5), "jt.Var([-1.  0.  8.], dtype=float32)");
        expect("prelu", prelu(x, array({0.5})), "jt.Var([-1.  0.  8.], dtype=float32)");
        expect("relu6", relu6(x), "jt.Var([0 0 6], dtype=int32)");
        expect("hardtanh", hardtanh(x, -1, 3), "jt.Var([-1  0  3], dtype=int32)");
        expect("hardtanh: floats", hardtanh(x, -0.5), "jt.Var([-0.5  0.   1. ], dtype=float32)");
        for (const auto f : {gelu, silu, mish, log_sigmoid, softsign}) {
            CHECK_CLOSE(f(x), f(x.float32()));
            CHECK(f(x).dtype() == float32);
            CHECK(f(array({1}, int64)).dtype() == float64);
        }
        for (const Var& y : {elu(x), softplus(x), glu(array({1, 2}))}) CHECK(y.dtype() == float32);
    }

    TEST_CASE("activations overflow nowhere, and let NaN pass") {
        for (const Edge& edge : edges)
            for (const Dtype dtype : {float32, float64}) {
                CAPTURE(edge.name);
                const Var x = array({-inf, -1e38, inf, 1e38, nan}, dtype), y = edge.f(x);
                CHECK(close(y[0].item(), edge.low, 0, 1e-9));
                CHECK(y[2].item() == edge.high);
                CHECK(std::isnan(y[4].item()));
                CHECK_FALSE(std::isnan(y[1].item() + y[3].item()));
                const Var g = grad((y[Slice{0, 4}]).sum(), x);
                CHECK_FALSE(std::isnan(g[Slice{0, 4}].sum().item()));
                const Var silent = grad((edge.f(x) * 0).sum(), x);
                CHECK_SAME(silent, zeros_like(x));
            }
    }

    TEST_CASE("activations far out") {
        CHECK_CLOSE(silu(array({-1e4, 1e4})), {0, 1e4});
        CHECK_CLOSE(mish(array({-1e4, 1e4})), {0, 1e4});
        CHECK_CLOSE(softplus(array({-1e4, 1e4})), {0, 1e4});
        CHECK_CLOSE(softplus(array({2.0}), 2, 3), {2.0243});
        CHECK_CLOSE(log_sigmoid(array({-200.0, 200.0})), {-30, 0});
        CHECK_CLOSE(log_sigmoid(array({-400.0}, float64)), {-300});
    }

    TEST_CASE("slopes of activations where they bend are Jittor's") {
        const auto slope = [](auto f, double at) {
            const Var x = array({at});
            return grad(f(x), x).item();
        };
        CHECK(slope([](const Var& x) { return leaky_relu(x, 0.25); }, 0) == 0.25);
        CHECK(slope([](const Var& x) { return elu(x, 3); }, 0) == 3);
        CHECK(slope([](const Var& x) { return prelu(x, array({0.25})); }, 0) == 1.25);
        CHECK(slope([](const Var& x) { return softplus(x, 1, 2); }, 2) == 0);
        CHECK(slope([](const Var& x) { return hardtanh(x); }, 1) == 0);
        for (const double at : {0, 6}) CHECK(slope(relu6, at) == 0);
        for (const auto f : {gelu, silu, mish}) {
            CHECK(slope(f, 1e4) == 1);
            CHECK(slope(f, inf) == 1);
            CHECK(std::abs(slope(f, -inf)) < 1e-9);  // of silu that of Jittor's sigmoid, which stops at 9.4e-14
        }
    }

    TEST_CASE("wrong calls of activations") {
        CHECK_THROWS_WITH_AS(
            prelu(ones({2, 3}), ones({2})),
            "prelu: needs a weight of shape (1,) or one for each channel of axis 1 of (2, 3), got (2,)", ShapeError);
        CHECK_THROWS_AS(prelu(ones({3}), ones({3})), ShapeError);
        CHECK_THROWS_AS(prelu(ones({2, 3}), ones({1, 3})), ShapeError);
        CHECK_THROWS_WITH_AS(hardtanh(ones({2}), 2, 1), "hardtanh: needs min_val up to max_val, got 2 and 1",
                             ValueError);
        CHECK_THROWS_AS(hardtanh(ones({2}), nan), ValueError);
        CHECK_THROWS_WITH_AS(glu(ones({2, 3})), "glu: needs an even number of elements along axis 1, got (2, 3)",
                             ShapeError);
    }
}

}  // namespace jt::test
