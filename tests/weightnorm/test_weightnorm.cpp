// Weight norm against Jittor's printed numbers, PyTorch's, and closed forms with g and v perturbed.
#include "../../weightnorm/weightnorm.hpp"

#include <numeric>

#include "../../autograd/grad.hpp"
#include "../../core/random.hpp"
#include "../../core/warn.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../../nn/optim.hpp"
#include "../check.hpp"

using namespace jt;
using weightnorm::remove_weight_norm;
using weightnorm::weight_norm;
using weightnorm::WeightNorm;

namespace {

// A module with one array and one product, for weights of any rank.
struct Holder : nn::Module {
    explicit Holder(const Var& value) : w(attr("w", value)) {}
    Var& w;
    Var execute(const Var& x) override { return w * x; }
};

// Numbers without a pattern that an axis could hide in.
Var wavy(const Shape& shape, double phase, Dtype dtype = jt::float64) {
    const Shape s = shape;
    std::vector<double> values(static_cast<std::size_t>(s.numel()));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(1.7 * static_cast<double>(i) + phase) + 0.3;
    return array(values.data(), shape, dtype);
}

// w = v * (g / |v|) and its gradients for g and v: the formulas of core/kernels/elementwise/fused.hpp in plain loops
// over double.
struct ClosedForm {
    std::vector<double> w, dg, dv;

    ClosedForm(const Var& v, const Var& g, const Var& G, AxisSet axes) {
        const auto a = v.to_vector<double>(), scale = g.to_vector<double>(), up = G.to_vector<double>();
        std::vector<std::size_t> group = groups(v.shape(), axes);
        std::vector<double> squares(scale.size()), dots(scale.size());
        for (std::size_t i = 0; i < a.size(); ++i) {
            squares[group[i]] += a[i] * a[i];
            dots[group[i]] += a[i] * up[i];
        }
        for (std::size_t k = 0; k < scale.size(); ++k) dg.push_back(dots[k] / std::sqrt(squares[k]));
        for (std::size_t i = 0; i < a.size(); ++i) {
            const double n = std::sqrt(squares[group[i]]), s = scale[group[i]] / n;
            w.push_back(a[i] * s);
            dv.push_back(s * (up[i] - a[i] * dots[group[i]] / (n * n)));
        }
    }

private:
    // For each element, which entry of g it belongs to.
    static std::vector<std::size_t> groups(const Shape& shape, AxisSet axes) {
        std::vector<std::size_t> out(static_cast<std::size_t>(shape.numel()));
        for (std::size_t i = 0; i < out.size(); ++i) {
            std::size_t rest = i, step = 1;
            for (int k = shape.rank() - 1; k >= 0; --k) {
                const auto extent = static_cast<std::size_t>(shape[static_cast<std::size_t>(k)]);
                if (!contains(axes, k)) {
                    out[i] += rest % extent * step;
                    step *= extent;
                }
                rest /= extent;
            }
        }
        return out;
    }
};

// v = (i - 9.3) / 7 and G = sin(i), i = 0..23, of shape (2, 3, 4): what PyTorch's numbers below were computed from.
Var torch_v() { return (arange(24).float64() - 9.3).reshape({2, 3, 4}) / 7; }

Var torch_G() {
    std::vector<double> angles(24);
    for (std::size_t i = 0; i < 24; ++i) angles[i] = std::sin(static_cast<double>(i));
    return array(angles, jt::float64).reshape({2, 3, 4});
}

// What PyTorch gives for g = 0.7, 1.2, 1.7, ...: the first three of w and of dv, and dg.
struct TorchCase {
    weightnorm::Dim dim;
    Shape g;
    std::vector<double> w, dg, dv;
};

void check_torch_case(const TorchCase& e, const Var& g_value) {
    Holder m(torch_v());
    weight_norm(m, "w", e.dim);
    const Var g = m.getattr("w_g"), v = m.getattr("w_v");
    REQUIRE_EQ(g.shape(), e.g);
    Var(g).assign(g_value.reshape(e.g));
    const Vars d = grad(m(torch_G()).sum(), {g, v});
    CHECK_EQ(test::difference(m.w.reshape({24})[Slice{0, 3}], e.w, 1e-8, 1e-9), "");
    CHECK_EQ(test::difference(d[0], e.dg, 1e-8, 1e-9), "");
    CHECK_EQ(test::difference(d[1].reshape({24})[Slice{0, 3}], e.dv, 1e-8, 1e-9), "");
}

struct AxesCase {
    Shape shape;
    Axes axes;
};

// Ranks 1 to 4 on shapes whose extents all differ: every axis, from the front and from the back, and lists.
std::vector<AxesCase> axes_cases() {
    std::vector<AxesCase> cases;
    for (const Shape& shape : {Shape{5}, Shape{3, 4}, Shape{4, 2, 3}, Shape{3, 5, 2, 4}}) {
        for (int axis = -shape.rank(); axis < shape.rank(); ++axis) cases.push_back({shape, axis});
        cases.push_back({shape, {}});
    }
    cases.push_back({{4, 2, 3}, {1, 2}});
    cases.push_back({{4, 2, 3}, {0, -1}});
    cases.push_back({{3, 5, 2, 4}, {1, 2, 3}});
    cases.push_back({{3, 5, 2, 4}, {0, 2}});
    cases.push_back({{3, 5, 2, 4}, {3, 1}});
    return cases;
}

void check_against_closed_form(const AxesCase& c, Dtype dtype, double tolerance) {
    Holder m(wavy(c.shape, 0.1, dtype));
    weight_norm(m, "w", c.axes);
    const Var v = m.getattr("w_v"), g = m.getattr("w_g"), x = wavy(c.shape, 2.3, dtype);
    Var(v).assign(wavy(c.shape, 0.9));
    Var(g).assign(wavy(g.shape(), 1.4));
    const ClosedForm expected(v, g, x, axis_set("test", c.axes, v.ndim()));
    const Var loss = m(x).sum();
    CHECK_EQ(test::difference(m.w, expected.w, tolerance, tolerance), "");
    const Vars recorded = grad(loss, {g, v});
    CHECK_EQ(test::difference(recorded[0], expected.dg, tolerance, tolerance), "");
    CHECK_EQ(test::difference(recorded[1], expected.dv, tolerance, tolerance), "");
    const Vars fused = grad(loss, {g, v}, false);
    CHECK_EQ(test::difference(fused[0], expected.dg, tolerance, tolerance), "");
    CHECK_EQ(test::difference(fused[1], expected.dv, tolerance, tolerance), "");
}

// A layer and its data, small enough to read; the numbers below are what Jittor 1.3.11 prints for them.
struct Reference {
    nn::Linear m{2, 3};
    Var x = array({{1., 2.}, {.5, -1.}, {-2., .25}, {1., 1.}});
    Var y = array({{1., 0., 0.}, {0., 1., 0.}, {0., 0., 1.}, {1., 1., 1.}});

    Reference() {
        m.load_state_dict({{"weight", array({{3., 4.}, {0., 5.}, {1., 0.}})}, {"bias", array({.1, .2, .3})}});
    }
    Var loss() { return nn::mse_loss(m(x), y); }
    // The losses before each of six steps.
    std::vector<double> train(nn::Optimizer& opt) {
        std::vector<double> losses;
        for (int i = 0; i < 6; ++i) {
            const Var l = loss();
            losses.push_back(l.item());
            opt.step(l);
        }
        return losses;
    }
};

std::string losses_differ(const std::vector<double>& got, const std::vector<double>& expected) {
    return test::difference(array(got, jt::float64), expected, 2e-6, 1e-7);
}

std::string joined(const std::vector<std::string>& names) {
    return std::accumulate(names.begin(), names.end(), std::string(),
                           [](const std::string& a, const std::string& b) { return a.empty() ? b : a + " " + b; });
}

}  // namespace

TEST_SUITE("weightnorm") {
    TEST_CASE("w, dg and dv equal the closed forms for every choice of axes, g and v perturbed") {
        for (const auto& c : axes_cases()) {
            CAPTURE(text(c.shape));
            CAPTURE(c.axes.size());
            check_against_closed_form(c, jt::float64, 1e-12);
            check_against_closed_form(c, jt::float32, 2e-5);
        }
    }

    TEST_CASE("six training steps give Jittor's losses for every set-up") {
        SUBCASE("plain") {
            Reference r;
            nn::SGD opt(r.m.parameters(), {.lr = 0.05});
            CHECK_EQ(losses_differ(r.train(opt), {28.01021, 24.49032, 21.45003, 18.82197, 16.5484, 14.57975}), "");
        }
        SUBCASE("dim -1") {
            Reference r;
            weight_norm(r.m, "weight", -1);
            nn::SGD opt(r.m.parameters(), {.lr = 0.05});
            CHECK_EQ(losses_differ(r.train(opt), {28.01021, 24.4932, 21.46436, 18.85133, 16.59307, 14.63804}), "");
            CHECK_CLOSE(r.m.getattr("weight_g"), {3.45851, 3.684414, .6778582});
            CHECK_CLOSE(r.m.getattr("weight_v"), {2.888636, 4.081547, -.3242768, 4.991305, .9989068, -.05151517});
            CHECK_CLOSE(r.m.bias, {-.2417884, -.1958097, .319361});
        }
        SUBCASE("dim -1, optimizer made after a forward") {
            Reference r;
            weight_norm(r.m, "weight", -1);
            r.loss();
            nn::SGD opt(r.m.parameters(), {.lr = 0.05});
            CHECK_EQ(losses_differ(r.train(opt), {28.01021, 24.4932, 21.46436, 18.85133, 16.59307, 14.63804}), "");
        }
        SUBCASE("dim -1, optimizer over g, v and bias by name") {
            Reference r;
            weight_norm(r.m, "weight", -1);
            nn::SGD opt({r.m.getattr("weight_g"), r.m.getattr("weight_v"), r.m.bias}, {.lr = 0.05});
            CHECK_EQ(losses_differ(r.train(opt), {28.01021, 24.4932, 21.46436, 18.85133, 16.59307, 14.63804}), "");
        }
        SUBCASE("dim 0") {
            Reference r;
            weight_norm(r.m, "weight", 0);
            nn::SGD opt(r.m.parameters(), {.lr = 0.05});
            CHECK_EQ(losses_differ(r.train(opt), {28.01021, 24.49375, 21.46691, 18.85601, 16.59924, 14.64468}), "");
        }
    }

    TEST_CASE("six training steps with momentum, and with Adam, give Jittor's losses") {
        SUBCASE("dim -1, momentum and weight decay") {
            Reference r;
            weight_norm(r.m, "weight", -1);
            nn::SGD opt(r.m.parameters(), {.lr = 0.05, .momentum = 0.9, .weight_decay = 0.01});
            CHECK_EQ(losses_differ(r.train(opt), {28.01021, 24.46612, 18.67586, 12.29983, 6.813645, 3.143708}), "");
        }
        SUBCASE("dim -1, Adam") {
            // The gradient of v[1][1] is 0 in the first step. Jittor's is rounding noise, 4.8e-7, of which Adam makes a
            // whole step, so the same noise is added here.
            Reference r;
            weight_norm(r.m, "weight", -1);
            const Var noise = array({{0., 0.}, {0., 4.8e-7}, {0., 0.}});
            bool first = true;
            r.m.getattr("weight_v").register_hook([&](const Var& g) {
                return std::exchange(first, false) ? g + noise : Var();
            });
            nn::Adam opt(r.m.parameters(), {.lr = 0.05});
            CHECK_EQ(losses_differ(r.train(opt), {28.01021, 27.11096, 26.22966, 25.36688, 24.52334, 23.69977}), "");
        }
    }

    TEST_CASE("the first step's gradients are Jittor's") {
        Reference r;
        weight_norm(r.m, "weight", -1);
        const Vars g = grad(r.loss(), {r.m.bias, r.m.getattr("weight_g"), r.m.getattr("weight_v")});
        CHECK_CLOSE(g[0], {1.483333, 1.675, -.05});
        CHECK_CLOSE(g[1], {6.143333, 5.127083, 1.233333});
        CHECK_CLOSE(g[2], {.4473329, -.3355002, 1.433333, 0, 0, .2375});
    }

    TEST_CASE("gradients and second derivatives of a small case are Jittor's") {
        Reference r;
        r.m.bias.assign(zeros({3}));
        weight_norm(r.m, "weight", -1);
        const Var y = r.m(array({{1., 2.}})), loss = (y * array({1., -2., 3.})).sum();
        const Var g = r.m.getattr("weight_g"), v = r.m.getattr("weight_v"), w = r.m.weight;
        const Vars d = grad(loss, {g, v, w});
        CHECK_CLOSE(d[0], {2.2, -4, 3});
        CHECK_CLOSE(d[1], {-.32, .24, -2, 0, 0, 6});
        CHECK_CLOSE(d[2], {1, 2, -2, -4, 3, 6});
        const Var dv = grad(y.sum(), v);
        const Vars second = grad((dv * dv).sum(), {v, g});
        CHECK_CLOSE(second[0][0], {.2432, -.2624});
        CHECK_CLOSE(second[1], {.064, .4, 8});
    }

    TEST_CASE("a zero row is Jittor's clamp") {
        for (const Dtype dtype : {jt::float32, jt::float64}) {
            Holder m(array({{0., 0.}, {1e-20, 0.}, {3., 4.}}, dtype));
            weight_norm(m, "w", -1);
            const Var g = m.getattr("w_g"), v = m.getattr("w_v"), G = array({{5., 7.}, {1., 2.}, {1., 1.}}, dtype);
            for (const bool record : {true, false}) {
                const Vars d = grad(m(G).sum(), {g, v}, record);
                CHECK_EQ(test::difference(g, {1e-15, 1e-15, 5}, 1e-6, 0), "");
                CHECK_EQ(test::difference(m.w, {0, 0, 1e-20, 0, 3, 4}, 1e-6, 0), "");
                CHECK_EQ(test::difference(d[0], {0, 1e-5, 1.4}, 1e-6, 0), "");
                CHECK_EQ(test::difference(d[1], {5, 7, 1, 2, .16, -.12}, 1e-5, 1e-7), "");
            }
        }
    }

    TEST_CASE("huge and tiny weights are right, and powers of two change no bit") {
        const Var v = wavy({4, 6}, 0.4, jt::float32), g = wavy({4, 1}, 0.2, jt::float32),
                  G = wavy({4, 6}, 1.1, jt::float32);
        const Var w = rescale(v, g, 2), dv = grad((w * G).sum(), v, false);
        for (const int k : {-40, -7, 1, 60, 66}) {
            CAPTURE(k);
            const double scale = std::ldexp(1.0, k);
            const Var scaled = v.detach() * scale, w2 = rescale(scaled, g, 2);
            CHECK_SAME(w2, w);
            const Var d2 = grad((w2 * G).sum(), scaled, false) * scale;
            CHECK_EQ(test::difference(d2, dv, 1e-5, 1e-6), "");
        }
        const Var large = array({{1e20, -2e20}});
        CHECK_CLOSE(rescale(large, array({{1.}}), 2), {1 / std::sqrt(5.), -2 / std::sqrt(5.)});
    }

    TEST_CASE("a weight without elements works") {
        nn::Linear m(0, 3);
        weight_norm(m, "weight", -1);
        const Var y = m(zeros({2, 0}));
        CHECK_EQ(y.shape(), Shape{2, 3});
        CHECK_EQ(test::difference(y, {0, 0, 0, 0, 0, 0}, 0, 0), "");
        const Vars d = grad(y.sum(), m.parameters(), false);
        CHECK_EQ(test::difference(d[1], {0, 0, 0}, 0, 0), "");
    }

    TEST_CASE("keep and all are PyTorch's dim") {
        const TorchCase expected[] = {
            {weightnorm::keep({0}),
             {2, 1, 1},
             {-0.366053972, -0.32669333, -0.287332688},
             {-0.587952755, 0.061927961},
             {-0.084712935, 0.156241851, 0.184038615}},
            {weightnorm::keep({1}),
             {1, 3, 1},
             {-0.361711325, -0.322817634, -0.283923943},
             {-0.335750899, -0.374173784, 0.177229999},
             {-0.047234405, 0.18693995, 0.210485063}},
            {weightnorm::keep({-1}),
             {1, 1, 4},
             {-0.387020361, -0.577607295, -0.68972124},
             {0.541929725, 0.055455983, -0.449444866, -0.553488785},
             {0.087282595, 0.422916333, 0.480787263}},
        };
        for (const auto& e : expected) check_torch_case(e, arange(static_cast<int>(e.g.numel())).float64() * 0.5 + 0.7);
        check_torch_case({weightnorm::all,
                          {1, 1, 1},
                          {-0.339767634, -0.30323348, -0.266699326},
                          {-0.24021709099},
                          {-0.016056085, 0.200867391, 0.219939724}},
                         array({1.3}, jt::float64));
    }

    TEST_CASE("keeping the only axis norms each element by itself") {
        Holder vector(array({3., -4.}));
        weight_norm(vector, "w", weightnorm::keep({0}));
        CHECK_CLOSE(vector.getattr("w_g"), {3, 4});
        CHECK_CLOSE(vector.getattr("w"), {3, -4});
    }

    TEST_CASE("g has Jittor's shapes") {
        const auto g_shape = [](const Shape& shape, const Axes& axes) {
            Holder m(wavy(shape, 0));
            weight_norm(m, "w", axes);
            return m.getattr("w_g").shape();
        };
        CHECK_EQ(g_shape({3, 2}, -1), Shape{3, 1});
        CHECK_EQ(g_shape({3, 2}, 0), Shape{1, 2});
        CHECK_EQ(g_shape({3, 2}, {0, 1}), Shape{1, 1});
        CHECK_EQ(g_shape({5}, -1), Shape{1});
        CHECK_EQ(g_shape({2, 3, 2, 2}, -1), Shape{2, 3, 2, 1});
        CHECK_EQ(g_shape({2, 3, 2, 2}, std::vector<int>{1, 2, 3}), Shape{2, 1, 1, 1});
        Holder without_dim(wavy({3, 2}, 0));
        weight_norm(without_dim, "w");
        CHECK_EQ(without_dim.getattr("w_g").shape(), Shape{3, 1});
    }

    TEST_CASE("attributes: order, state and parameters before, after, and after removal") {
        nn::Linear m(2, 3);
        const Var before = m.weight.clone();
        weight_norm(m, "weight", -1);
        CHECK_EQ(joined(m.attributes()), "bias weight_g weight_v weight");
        CHECK_EQ(joined(m.state_dict().names()), "bias weight_g weight_v");
        CHECK_EQ(joined(m.named_parameters().names()), "bias weight_g weight_v");
        CHECK(m.hasattr("__fhook2__"));
        CHECK_THROWS_WITH_AS(m.setattr("weight", zeros({3, 2})),
                             "Linear.weight is derived: set weight_g and weight_v instead", KeyError);
        CHECK_THROWS_WITH_AS(m.delattr("weight"), "Linear.weight is derived: set weight_g and weight_v instead",
                             KeyError);
        remove_weight_norm(m);
        CHECK_EQ(joined(m.attributes()), "weight bias");
        CHECK_EQ(joined(m.state_dict().names()), "weight bias");
        CHECK_FALSE(m.hasattr("__fhook2__"));
        CHECK_EQ(test::difference(m.weight, before, 1.2e-7, 0), "");
        CHECK(m.weight.requires_grad());
    }

    TEST_CASE("removal folds the current g and v, not the weight of the last call") {
        Reference r;
        weight_norm(r.m, "weight", -1);
        r.loss();
        r.m.getattr("weight_g").assign(array({10., 5., 2.}).reshape({3, 1}));
        remove_weight_norm(r.m);
        CHECK_CLOSE(r.m.weight, {6, 8, 0, 5, 2, 0});
        CHECK_CLOSE(grad(r.m(r.x).sum(), r.m.weight)[0], {.5, 2.25});
        CHECK_THROWS_WITH_AS(remove_weight_norm(r.m), "weight_norm of 'weight' not found in Linear(2, 3, float32[3,])",
                             KeyError);
    }

    TEST_CASE("a weight set between calls is that of the last call until the next one") {
        Reference r;
        weight_norm(r.m, "weight", -1);
        r.m.getattr("weight_g").assign(array({10., 5., 2.}).reshape({3, 1}));
        CHECK_CLOSE(r.m.weight, {3, 4, 0, 5, 1, 0});
        r.m(r.x);
        CHECK_CLOSE(r.m.weight, {6, 8, 0, 5, 2, 0});
    }

    TEST_CASE("a frozen weight stays frozen under weight_norm and after it") {
        Reference r;
        r.m.weight.stop_grad();
        weight_norm(r.m, "weight", -1);
        CHECK(r.m.getattr("weight_g").is_stop_grad());
        CHECK(r.m.getattr("weight_v").is_stop_grad());
        r.loss();
        remove_weight_norm(r.m);
        CHECK(r.m.weight.is_stop_grad());
    }

    TEST_CASE("a failed weight_norm changes nothing and says why") {
        nn::Linear m(2, 3), no_bias(2, 3, false);
        const auto attributes = m.attributes();
        CHECK_THROWS_WITH_AS(weight_norm(m, "wieght"),
                             "weight_norm: 'wieght' of Linear(2, 3, float32[3,]) is no parameter; it has: weight bias",
                             KeyError);
        CHECK_THROWS_WITH_AS(weight_norm(m, "weight", 2), "weight_norm: needs an axis from -2 to 1, got 2", ShapeError);
        CHECK_THROWS_WITH_AS(weight_norm(m, "weight", {0, -2}), "weight_norm: needs each axis once, got -2 twice",
                             ShapeError);
        CHECK_THROWS_WITH_AS(weight_norm(no_bias, "bias"),
                             "weight_norm: 'bias' of Linear(2, 3, None) is no parameter; it has: weight bias",
                             KeyError);
        CHECK_EQ(m.attributes(), attributes);
        CHECK_FALSE(m.hasattr("__fhook2__"));
        weight_norm(m, "weight", -1);
        CHECK_THROWS_WITH_AS(weight_norm(m, "weight", 0),
                             "weight_norm: 'weight' of Linear(2, 3, float32[3,]) has a weight_norm already", KeyError);
        Holder taken(zeros({2}));
        taken.setattr("w_g", zeros({1}));
        CHECK_THROWS_WITH_AS(weight_norm(taken, "w"),
                             "weight_norm: 'w' of Holder() needs the name 'w_g', which is taken", KeyError);
        CHECK_THROWS_WITH_AS(weight_norm(m, "weight_v"),
                             "weight_norm: 'weight_v' of Linear(2, 3, float32[3,]) belongs to a weight_norm already",
                             KeyError);
        CHECK_THROWS_WITH_AS(m.delattr("weight_g"), "Linear.weight is rebuilt from weight_g, which cannot be deleted",
                             KeyError);
        nn::Sequential net(nn::make<nn::Linear>(2, 3));
        CHECK_THROWS_WITH_AS(weight_norm(net, "0"),
                             "weight_norm: '0' of Sequential is a module; norm one of its parameters", KeyError);
        taken.register_buffer("mean", zeros({2}));
        CHECK_THROWS_WITH_AS(weight_norm(taken, "mean"),
                             "weight_norm: 'mean' of Holder() is no parameter; it has: w w_g mean", KeyError);
    }

    TEST_CASE("two names of one module are normalised and removed in any order") {
        nn::Linear m(2, 3);
        weight_norm(m, "weight", -1);
        weight_norm(m, "bias", -1);
        CHECK_EQ(joined(m.attributes()), "weight_g weight_v weight bias_g bias_v bias");
        SUBCASE("weight first") { remove_weight_norm(m, "weight"), remove_weight_norm(m, "bias"); }
        SUBCASE("bias first") { remove_weight_norm(m, "bias"), remove_weight_norm(m, "weight"); }
        CHECK_EQ(joined(m.attributes()), "weight bias");
        CHECK_FALSE(m.hasattr("__fhook2__"));
    }

    TEST_CASE("user hooks see the rebuilt weight and outlive weight norm, and the other way round") {
        Reference r;
        std::vector<double> seen;
        weight_norm(r.m, "weight", -1);
        r.m.register_pre_forward_hook(
            [&](nn::Module& m, const Vars&) { seen.push_back(m.getattr("weight").to_vector<double>()[0]); });
        r.m.getattr("weight_g").assign(array({10., 5., 2.}).reshape({3, 1}));
        r.m(r.x);
        CHECK_EQ(seen.back(), doctest::Approx(6));
        r.m.remove_pre_forward_hook();
        CHECK(r.m.hasattr("__fhook2__"));
        r.m.getattr("weight_g").assign(array({5., 5., 2.}).reshape({3, 1}));
        r.m(r.x);
        CHECK_CLOSE(r.m.weight, {3, 4, 0, 5, 2, 0});
        CHECK_EQ(seen.size(), 1);
    }

    TEST_CASE("normed modules that are made in one expression are drawn from left to right by every compiler") {
        set_global_seed(7);
        nn::Linear a(3, 4), b(4, 2);
        const Var next = rand({2});
        weight_norm(a, "weight", 0);
        set_global_seed(7);
        nn::Sequential net(weight_norm(nn::make<nn::Linear>(3, 4), "weight", 0), nn::make<nn::ReLU>(),
                           weight_norm(nn::make<nn::Linear>(4, 2), "weight"));
        CHECK_SAME(rand({2}), next);
        for (const char* name : {"weight_g", "weight_v", "weight", "bias"})
            CHECK_SAME(net[0]->getattr(name), a.getattr(name));
        CHECK_SAME(net[2]->getattr("weight_v"), b.weight);
        CHECK_SAME(net[2]->getattr("bias"), b.bias);
    }

    TEST_CASE("what was added and normed before its container was made stays as it is, with a word about it") {
        nn::ModulePtr last = nn::make<nn::Linear>(4, 2), first = nn::make<nn::Linear>(3, 4);
        first->setattr("scale", ones({4}));
        weight_norm(first, "scale");
        const Var v = first->getattr("weight").clone();
        std::vector<std::string> notes;
        const auto previous = set_warning_handler([&](const std::string& note) { notes.push_back(note); });
        const nn::Sequential net(std::move(first), std::move(last));
        set_warning_handler(previous);
        CHECK_SAME(net[0]->getattr("weight"), v);
        REQUIRE_EQ(notes.size(), 1);
        CHECK_EQ(notes[0].find("Sequential: its modules were not made from left to right and changed since"), 0);
    }

    TEST_CASE("an optimizer made before weight_norm, or before its removal, says so") {
        Reference r;
        nn::SGD before(r.m.parameters(), {.lr = 0.05});
        weight_norm(r.m, "weight", -1);
        const Var loss = r.loss();
        CHECK_THROWS_WITH_AS(
            before.step(loss),
            "optimizer: weight was replaced by weight_g, weight_v; make the optimizer after the change", GraphError);
        nn::SGD during(r.m.parameters(), {.lr = 0.05});
        remove_weight_norm(r.m);
        CHECK_THROWS_WITH_AS(during.step(r.loss()),
                             "optimizer: weight_g was replaced by weight; make the optimizer after the change",
                             GraphError);
        nn::Sequential net(nn::make<nn::Linear>(2, 3));
        nn::SGD outer(net.parameters(), {.lr = 0.05});
        weight_norm(net[0], "weight");
        CHECK_THROWS_WITH_AS(
            outer.step(net(r.x).sum()),
            "optimizer: 0.weight was replaced by 0.weight_g, 0.weight_v; make the optimizer after the change",
            GraphError);
    }

    TEST_CASE("an optimizer made between two weight norms of a shared Var says so") {
        Holder a(wavy({3, 2}, 0.5)), b(a.w);
        weight_norm(a, "w");
        nn::SGD opt(b.parameters(), {.lr = 0.1});
        weight_norm(b, "w");
        CHECK_THROWS_WITH_AS(opt.step(b(ones({3, 2})).sum()),
                             "optimizer: w was replaced by w_g, w_v; make the optimizer after the change", GraphError);
    }

    TEST_CASE("a shared Var stays plain where weight norm was not asked for") {
        Holder a(wavy({3, 2}, 0.5)), b(a.w);
        weight_norm(a, "w");
        nn::SGD opt(b.parameters(), {.lr = 0.1});
        CHECK_NOTHROW(opt.step(b(ones({3, 2})).sum()));
    }

    TEST_CASE("the same module twice in one graph adds its gradients up") {
        Reference r;
        weight_norm(r.m, "weight", -1);
        const Var g = r.m.getattr("weight_g");
        const Var once = grad(r.m(r.x).sum(), g), twice = grad(r.m(r.x).sum() + r.m(r.x).sum(), g);
        CHECK_EQ(test::difference(twice, once * 2, 1e-6, 1e-6), "");
    }

    TEST_CASE("loading a Jittor state that holds the rebuilt weight") {
        Reference r;
        weight_norm(r.m, "weight", -1);
        std::vector<std::string> notes;
        const auto previous = set_warning_handler([&](const std::string& note) { notes.push_back(note); });
        nn::StateDict state;
        for (const auto& [name, var] : r.m.state_dict()) state.add(name, var.clone());
        SUBCASE("that agrees with g and v") {
            state.add("weight", r.m.weight.clone());
            r.m.load_state_dict(state);
            CHECK(notes.empty());
        }
        SUBCASE("that is a step behind") {
            state.add("weight", r.m.weight.clone() * 1.5);
            r.m.load_state_dict(state);
            REQUIRE_EQ(notes.size(), 1);
            CHECK_EQ(notes[0], "load_state_dict: weight in the file differs from its g and v by 2.5; g and v are used");
        }
        set_warning_handler(previous);
        CHECK_CLOSE(r.m.weight, {3, 4, 0, 5, 1, 0});
    }

    TEST_CASE("load_state_dict rebuilds the weight at once") {
        Reference r;
        weight_norm(r.m, "weight", -1);
        r.m.load_state_dict({{"bias", zeros({3})},
                             {"weight_g", array({10., 5., 2.}).reshape({3, 1})},
                             {"weight_v", r.m.getattr("weight_v").clone()}});
        CHECK_CLOSE(r.m.weight, {6, 8, 0, 5, 2, 0});
    }

    TEST_CASE("a clone owns its g, v and weight norm") {
        const nn::ModulePtr original = nn::make<nn::Linear>(2, 3);
        weight_norm(*original, "weight", 0);
        Reference r;
        const nn::ModulePtr copy = original->clone();
        const Var before = copy(r.x);
        nn::SGD opt(original->parameters(), {.lr = 0.05});
        for (int i = 0; i < 10; ++i) opt.step(nn::mse_loss(original(r.x), r.y));
        CHECK_SAME(copy(r.x), before);
        CHECK_EQ(joined(copy->attributes()), "bias weight_g weight_v weight");
        CHECK_EQ(copy->getattr("weight_g").shape(), Shape{1, 2});
        copy->getattr("weight_g").assign(zeros({1, 2}));
        CHECK_EQ(test::difference(copy(r.x), copy->getattr("bias").broadcast({4, 3}), 0, 0), "");
        remove_weight_norm(copy);
        CHECK_EQ(joined(copy->attributes()), "weight bias");
    }

    TEST_CASE("forward changes neither g nor v, and eval and no_grad rebuild as well") {
        Reference r;
        weight_norm(r.m, "weight", -1);
        const Var g = r.m.getattr("weight_g").clone(), v = r.m.getattr("weight_v").clone();
        for (int i = 0; i < 100; ++i) r.m(r.x);
        CHECK_SAME(r.m.getattr("weight_g"), g);
        CHECK_SAME(r.m.getattr("weight_v"), v);
        {
            const no_grad guard;
            r.m.eval();
            r.m(r.x);
            CHECK(r.m.weight.is_stop_grad());
        }
        CHECK_CLOSE(grad(r.loss(), r.m.getattr("weight_g")), {6.143333, 5.127083, 1.233333});
    }

    TEST_CASE("WeightNorm as an object: Jittor's words") {
        nn::Linear m(3, 4);
        const WeightNorm wn("weight", -1);
        const WeightNorm applied = wn.apply(m, "weight", -1);
        CHECK_EQ(applied.name, "weight");
        CHECK(m.hasattr("weight_g"));
        CHECK_SAME(wn.compute_weight(m), m.weight);
        wn.remove(m);
        CHECK_FALSE(m.hasattr("weight_g"));
        CHECK_THROWS_WITH_AS(wn.remove(m), "weight_norm of 'weight' not found in Linear(3, 4, float32[4,])", KeyError);
    }

    TEST_CASE("integer weights become float32, float64 stays float64") {
        Holder ints(array({{3, 4}, {0, 5}}));
        weight_norm(ints, "w");
        CHECK_EQ(ints.getattr("w_g").dtype(), jt::float32);
        CHECK_CLOSE(ints.getattr("w"), {3, 4, 0, 5});
        Holder doubles(wavy({2, 3}, 1));
        weight_norm(doubles, "w");
        CHECK_EQ(doubles.getattr("w").dtype(), jt::float64);
    }
}
