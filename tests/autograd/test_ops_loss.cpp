// Softmax, cross entropy and rescale: gradients against differences, values against written numbers and composed forms.
#include <cmath>
#include <limits>

#include "op_rows.hpp"

namespace jt::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

const std::vector<Sample> shapes = {{{5}},       {{3, 4}}, {{1}},    {{2, 3, 2}},
                                    {{2, 1, 3}}, {{3, 1}}, {{0, 3}}, {{2, 2, 2, 3}}};

Var each_axis(Var (*f)(const Var&, std::optional<int>), const Var& x) {
    Var total = f(x, {}) * x + x;
    for (int k = -x.ndim(); k < x.ndim(); ++k) total += f(x, k) * (k + 0.5);
    return total;
}

// Losses of four rows of which one has a class out of range.
Var losses(const Var& x) { return cross_entropy_rows(x, array({2, 0, 7, 1}), array({1.0, 0.5, 2.0, 3.0})); }

const std::vector<GradRow> grad_rows = {
    {"softmax", [](const Vars& x) { return each_axis(softmax, x[0]); }, shapes},
    {"softmax: over nothing", [](const Vars& x) { return softmax(x[0], -1); }, {{{2, 0}}, {{0}}}},
    {"log_softmax", [](const Vars& x) { return each_axis(log_softmax, x[0]); }, shapes},
    {"log_softmax: over nothing", [](const Vars& x) { return log_softmax(x[0], -1); }, {{{2, 0}}, {{0}}}},
    {"cross_entropy_rows", [](const Vars& x) { return losses(x[0]); }, {{{4, 3}}, {{4, 5}}}},
    {"cross_entropy_rows: one class too high",
     [](const Vars& x) {
         return cross_entropy_rows(x[0], array({2, 3, 1}), ones({3}));
     },
     {{{3, 3}}}},
    {"cross_entropy_rows: of none",
     [](const Vars& x) { return cross_entropy_rows(x[0], zeros({0}, int32), zeros({0})); },
     {{{0, 3}}}},
};

// The definition, in ops that have their own tests.
Var composed(const Var& v, const Var& g, const Axes& axes) {
    return v * (g / sqrt(maximum(sum(v * v, axes, keepdims), 1e-30)));
}

// Every single axis and list of axes of a rank, negative ones and all of them too.
std::vector<Axes> axes_of(int rank) {
    std::vector<Axes> all = {{}};
    for (int set = 1; set < 1 << rank; ++set) {
        Axes axes;
        for (int k = 0; k < rank; ++k)
            if (set >> k & 1) axes.push_back(k % 2 ? k : k - rank);
        all.push_back(axes);
    }
    return all;
}

Shape norm_shape(const Shape& shape, const Axes& axes) { return norm(zeros(shape), 2, axes, keepdims).shape(); }

const std::vector<Shape> weights = {{5}, {3, 4}, {2, 3, 4}, {2, 3, 4, 5}};

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("gradients of softmax and cross entropy") { check_all(grad_rows); }

    TEST_CASE("values of softmax") {
        const Var x = array({{1, 2, 3}, {3, 2, 1}});
        CHECK_CLOSE(softmax(x, -1),
                    std::vector<double>{0.09003057, 0.24472847, 0.66524096, 0.66524096, 0.24472847, 0.09003057});
        CHECK_CLOSE(softmax(x, 0), std::vector<double>{0.11920292, 0.5, 0.88079708, 0.88079708, 0.5, 0.11920292});
        CHECK_CLOSE(sum(x.softmax()), std::vector<double>{1});
        CHECK_CLOSE(log_softmax(x, 1),
                    std::vector<double>{-2.40760596, -1.40760596, -0.40760596, -0.40760596, -1.40760596, -2.40760596});
        CHECK(softmax(x, 1).dtype() == float32);
        CHECK(log_softmax(array({1, 2}, int64), 0).dtype() == float64);
    }

    TEST_CASE("softmax of huge logits") {
        for (const Dtype dtype : {float32, float64}) {
            CHECK_CLOSE(softmax(array({1e4, 0, -1e4}, dtype), 0), std::vector<double>{1, 0, 0});
            CHECK_CLOSE(log_softmax(array({1e4, 0, -1e4}, dtype), 0), std::vector<double>{0, -1e4, -2e4});
            CHECK_CLOSE(softmax(array({-1e38, -1e38}, dtype), 0), std::vector<double>{0.5, 0.5});
            CHECK_CLOSE(softmax(array({1.0, -inf}, dtype), 0), std::vector<double>{1, 0});
            CHECK(std::isnan(softmax(array({-inf, -inf}, dtype), 0).to_vector<double>()[0]));
            CHECK(std::isnan(softmax(array({1.0, nan}, dtype), 0).to_vector<double>()[0]));
            CHECK(std::isnan(log_softmax(array({1.0, nan}, dtype), 0).to_vector<double>()[0]));
            const Var x = array({{1e4, 0, -1e4}}, dtype);
            CHECK_CLOSE(cross_entropy_rows(x, array({1}), ones({1})), std::vector<double>{1e4});
            CHECK_CLOSE(grad(cross_entropy_rows(x, array({1}), ones({1})), x), std::vector<double>{1, -1, 0});
        }
    }

    TEST_CASE("values of cross entropy are Jittor's") {
        const Var x = array({{1.0, 2.0, 3.0}, {3.0, 2.0, 1.0}});
        const Var loss = mean(cross_entropy_rows(x, array({2, 0}), ones({2})));
        CHECK_CLOSE(loss, std::vector<double>{0.407605946});
        CHECK_CLOSE(grad(loss, x)[0], std::vector<double>{0.0450153, 0.1223642, -0.1673795});
        CHECK_CLOSE(losses(zeros({4, 3})), std::vector<double>{std::log(3.0), std::log(3.0) / 2, 0, 3 * std::log(3.0)});
        const Var y = zeros({4, 3});
        CHECK_CLOSE(grad(losses(y), y)[2], std::vector<double>{0, 0, 0});
        CHECK_CLOSE(cross_entropy_rows(x, array({-1, 0}), ones({2})), std::vector<double>{0, 0.40760596});
        CHECK_CLOSE(cross_entropy_rows(x, array({2.0, 0.0}), array({1, 1})),
                    std::vector<double>{0.40760596, 0.40760596});
    }

    TEST_CASE("cross entropy agrees with log_softmax") {
        const Var x = random_inputs({{4, 3}}, -2, 2)[0];
        const Var hot = array({{0, 0, 1}, {1, 0, 0}, {0, 0, 0}, {0, 1, 0}}), w = array({1.0, 0.5, 2.0, 3.0}, float64);
        CHECK_EQ(difference(losses(x), -sum(log_softmax(x, 1) * hot, 1) * w, 1e-13, 1e-13), "");
    }

    TEST_CASE("gradients of rescale") {
        for (const auto& shape : weights)
            for (const auto& axes : axes_of(shape.rank()))
                check(
                    GradRow{"rescale",
                            [&](const Vars& x) { return rescale(x[0], x[1], axis_set("rescale", axes, x[0].ndim())); },
                            {{shape, norm_shape(shape, axes)}},
                            0.3,
                            2});
        check(GradRow{"rescale: empty",
                      [](const Vars& x) { return rescale(x[0], x[1], 2); },
                      {{{2, 0}, {2, 1}}, {{0, 3}, {0, 1}}},
                      0.3,
                      2});
    }

    TEST_CASE("rescale is its composed form, recorded or not") {
        for (const Dtype dtype : {float32, float64})
            for (const auto& shape : weights)
                for (const auto& axes : axes_of(shape.rank())) {
                    CAPTURE(text(shape));
                    const double tolerance = dtype == float32 ? 2e-6 : 1e-14;
                    const Vars x = as_dtype(random_inputs({shape, norm_shape(shape, axes), shape}, -2, 2), dtype);
                    const auto loss = [&](const Var& w) { return sum(w * x[2]); };
                    const Var w = rescale(x[0], x[1], axis_set("rescale", axes, shape.rank())),
                              expected = composed(x[0], x[1], axes);
                    CHECK_EQ(difference(w, expected, tolerance, tolerance), "");
                    const Vars gradients = grad(loss(expected), {x[0], x[1]});
                    const Vars recorded = grad(loss(w), {x[0], x[1]}), fused = grad(loss(w), {x[0], x[1]}, false);
                    for (std::size_t k = 0; k < 2; ++k) {
                        CHECK_EQ(difference(recorded[k], gradients[k], 10 * tolerance, 10 * tolerance), "");
                        CHECK_EQ(difference(fused[k], gradients[k], 10 * tolerance, 10 * tolerance), "");
                    }
                }
    }

    TEST_CASE("rescale of a zero row is zero, and its gradients are Jittor's") {
        for (const bool retain : {true, false}) {
            const Var v = array({{0.0, 0.0}, {3.0, 4.0}}), g = array({{1e-15}, {10.0}});
            const Var w = rescale(v, g, 2);
            CHECK_CLOSE(w, std::vector<double>{0, 0, 6, 8});
            const Vars gradients = grad(sum(w * array({{1.0, 2.0}, {1.0, 1.0}})), {v, g}, retain);
            CHECK_CLOSE(gradients[0], std::vector<double>{1, 2, 0.32, -0.24});
            CHECK_CLOSE(gradients[1], std::vector<double>{0, 1.4});
        }
    }

    TEST_CASE("rescale of a row below 1e-15 has the slope g / 1e-15") {
        for (const Dtype dtype : {float32, float64})
            for (const bool retain : {true, false}) {
                const Var v = array({{5e-16, 0}}, dtype), g = array({{1e-15}}, dtype);
                const Var w = rescale(v, g, 2);
                CHECK_CLOSE(grad(sum(w * array({{1, 2}}, dtype)) * 1e-16, v, retain) * 1e16, {1, 2});
            }
    }

    TEST_CASE("rescale of huge and tiny rows") {
        for (const bool retain : {true, false})
            for (const double scale : {1e20, 1e-10}) {
                const Var v = array({{3 * scale, 4 * scale}}), g = array({{5.0}});
                const Var w = rescale(v, g, 2);
                CHECK_CLOSE(w, std::vector<double>{3, 4});
                const Vars gradients = grad(sum(w * array({{1.0, 0.0}})), {v, g}, retain);
                CHECK_CLOSE(gradients[0] * scale, std::vector<double>{0.64, -0.48});
                CHECK_CLOSE(gradients[1], std::vector<double>{0.6});
            }
    }

    TEST_CASE("wrong calls of softmax, cross entropy and rescale") {
        const Var x = zeros({2, 3}), t = array({0, 1});
        CHECK_THROWS_WITH_AS(cross_entropy_rows(array({{1, 2}}), t, ones({2})),
                             "cross_entropy: needs float logits, got int32", DtypeError);
        CHECK_THROWS_WITH_AS(
            cross_entropy_rows(x, array({1}), ones({1})),
            "cross_entropy: needs logits (n, c), classes (n,) and weights (n,), got (2, 3), (1,) and (1,)", ShapeError);
        CHECK_THROWS_WITH_AS(
            cross_entropy_rows(x, t, ones({3})),
            "cross_entropy: needs logits (n, c), classes (n,) and weights (n,), got (2, 3), (2,) and (3,)", ShapeError);
        CHECK_THROWS_WITH_AS(rescale(x, zeros({2, 1}), 6), "rescale: needs axes below 2, got others", ShapeError);
        CHECK_THROWS_WITH_AS(rescale(x, zeros({2}), 2), "rescale: needs g of shape (2, 1), got (2,)", ShapeError);
        CHECK_THROWS_WITH_AS(rescale(x, zeros({2, 1}, float64), 2),
                             "rescale: needs v and g of one float dtype, got float32 and float64", DtypeError);
        CHECK_THROWS_WITH_AS(rescale(array({{1}}), array({{1}}), 2),
                             "rescale: needs v and g of one float dtype, got int32 and int32", DtypeError);
    }
}

}  // namespace jt::test
