// The ops that reduce over axes: gradients against differences, values and errors against what is written here.
#include <cmath>
#include <limits>

#include "op_rows.hpp"

namespace jt::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

using Reduction = Var (*)(const Var&, const Axes&, KeepDims);

// Every axis and list of axes of `shape`, with and without keepdims, as one function of x.
Var all_ways(Reduction f, const Var& x) {
    const int n = x.ndim();
    Var total = sum(f(x, {}, {})) + sum(f(x, {}, keepdims) * 2);
    for (int a = -n; a < n; ++a) {
        total += sum(f(x, a, {}) * (a + 0.5)) + sum(f(x, a, keepdims) * x);
        for (int b = 0; b < n; ++b)
            if ((a + n) % n != b) total += sum(f(x, {a, b}, {}) * 0.25) + sum(f(x, {b, a}, keepdims) * x * x);
    }
    return total;
}

const std::vector<Sample> shapes = {{{5}},       {{3, 4}}, {{1}},          {{2, 3, 4}},
                                    {{2, 1, 3}}, {{1, 1}}, {{2, 2, 2, 3}}, {{3, 2, 2, 1, 2}}};
const std::vector<Sample> with_empty = {{{5}},          {{3, 4}}, {{1}},    {{2, 3, 4}}, {{2, 1, 3}},      {{1, 1}},
                                        {{2, 2, 2, 3}}, {{0}},    {{0, 3}}, {{2, 0, 3}}, {{3, 2, 2, 1, 2}}};

Var norm2(const Var& x, const Axes& axes, KeepDims keep) { return norm(x, 2, axes, keep); }
Var norm1(const Var& x, const Axes& axes, KeepDims keep) { return norm(x, 1, axes, keep); }
Var sum_squares(const Var& x, const Axes& axes, KeepDims keep) { return sum(x * x, axes, keep); }

const std::vector<GradRow> grad_rows = {
    {"sum", [](const Vars& x) { return all_ways(sum, x[0]); }, with_empty},
    {"sum: of squares", [](const Vars& x) { return all_ways(sum_squares, x[0]); }, with_empty, -1, 1},
    {"sum: one axis",
     [](const Vars& x) { return sum(x[0], 1); },
     {{{3, 4}}, {{2, 3, 4}}, {{2, 0, 4}}, {{0, 2}}, {{3, 1}}}},
    {"mean", [](const Vars& x) { return all_ways(mean, x[0]); }, shapes},
    {"max", [](const Vars& x) { return all_ways(max, x[0]); }, shapes},
    {"min", [](const Vars& x) { return all_ways(min, x[0]); }, shapes},
    {"prod", [](const Vars& x) { return all_ways(prod, x[0]); }, with_empty, -1, 1},
    {"logsumexp", [](const Vars& x) { return all_ways(logsumexp, x[0]); }, shapes},
    {"std", [](const Vars& x) { return std(x[0]) + std(x[0], 0, keepdims) * x[0]; }, {{{3, 4}}, {{5}}, {{2, 3, 2}}}},
    {"normalize",
     [](const Vars& x) {
         return normalize(x[0]) + normalize(x[0], 1, 0, 0.1) + normalize(x[0], 2, {0, 1});
     },
     {{{3, 4}}, {{2, 3, 2}}},
     0.5,
     2},
    {"norm: largest", [](const Vars& x) { return norm(x[0], inf, -1, keepdims) * x[0]; }, {{{3, 4}}, {{5}}}},
    {"argmin",
     [](const Vars& x) { return argmin(x[0], 0).second + argmin(x[0]).second * 2; },
     {{{3, 4}}, {{5}}, {{1}}}},
    {"norm", [](const Vars& x) { return all_ways(norm2, x[0]); }, shapes, 0.5, 2},
    {"norm: below eps", [](const Vars& x) { return norm(x[0], 2, -1, keepdims, 9) * x[0]; }, {{{3, 4}}}, -1, 1},
    {"norm: p = 1", [](const Vars& x) { return all_ways(norm1, x[0]); }, shapes, 0.5, 2},
    {"norm: default axis", [](const Vars& x) { return norm(x[0]); }, {{{3, 4}}, {{2, 3, 4}}, {{0, 2}}}},
    {"argmax", [](const Vars& x) { return argmax(x[0], 0).second + sum(argmax(x[0] * x[0], -1, keepdims).second); },
     shapes},
    {"sum_to",
     [](const Vars& x) {
         return sum_to(x[0], {3, 1}) * sum_to(x[0] * x[0], {1});
     },
     {{{3, 4}}, {{2, 3, 4}}, {{3, 1}}, {{0, 3, 2}}}},
};

Var matrix() { return array({{3, 1, 2}, {0, 5, 4}}); }

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("gradients of reductions") { check_all(grad_rows); }
    TEST_CASE("values of reductions") {
        expect("sum", sum(matrix()), "jt.Var([15], dtype=int32)");
        expect("sum: 0", sum(matrix(), 0), "jt.Var([3 6 6], dtype=int32)");
        expect("sum: -1", sum(matrix(), -1, keepdims), "jt.Var([[6]\n        [9]], dtype=int32)");
        expect("sum: all, kept", matrix().sum({}, keepdims), "jt.Var([[15]], dtype=int32)");
        expect("sum: bool", sum(array({true, true, false})), "jt.Var([2], dtype=int32)");
        expect("sum: uint8", sum(full({300}, 255, uint8)), "jt.Var([76500], dtype=int32)");
        expect("sum: int64", sum(full({2}, 3e9, int64)), "jt.Var([6000000000], dtype=int64)");
        expect("sum: empty", sum(zeros({0, 3}), 0), "jt.Var([0. 0. 0.], dtype=float32)");
        expect("sum: nothing left", sum(zeros({0, 3}), 1), "jt.Var([], dtype=float32)");
        expect("sum: NaN", sum(array({{1.0, nan}, {inf, 2.0}}), 1), "jt.Var([nan inf], dtype=float32)");
        expect("mean", mean(matrix(), 1), "jt.Var([2. 3.], dtype=float32)");
        expect("mean: bool", mean(array({true, false})), "jt.Var([0.5], dtype=float32)");
        expect("mean: int64", mean(array({1, 2}, int64)), "jt.Var([1.5], dtype=float64)");
        expect("mean: of nothing", mean(zeros({0})), "jt.Var([nan], dtype=float32)");
        expect("max", max(matrix(), 0), "jt.Var([3 5 4], dtype=int32)");
        expect("max: all", matrix().max(), "jt.Var([5], dtype=int32)");
        expect("max: NaN", max(array({{1.0, nan, 2.0}, {-inf, -inf, -1.0}}), 1), "jt.Var([nan -1.], dtype=float32)");
        expect("max: bool", max(array({false, true})), "jt.Var([ True], dtype=bool)");
        expect("max: none left", max(zeros({0, 3}), 1), "jt.Var([], dtype=float32)");
        expect("min", min(matrix(), {0, 1}, keepdims), "jt.Var([[0]], dtype=int32)");
        expect("sum_to", sum_to(matrix(), {2, 1}), "jt.Var([[6]\n        [9]], dtype=int32)");
        expect("sum_to: lower rank", sum_to(matrix(), {3}), "jt.Var([3 6 6], dtype=int32)");
    }

    TEST_CASE("values of places, products and truths") {
        expect("argmax", argmax(matrix(), 1).first, "jt.Var([0 1], dtype=int32)");
        expect("argmax: value", argmax(matrix(), 1, keepdims).second, "jt.Var([[3]\n        [5]], dtype=int32)");
        expect("argmax: kept", argmax(matrix(), 0, keepdims).first, "jt.Var([[0 1 1]], dtype=int32)");
        expect("argmax: tie", argmax(array({1, 7, 7}), 0).first, "jt.Var([1], dtype=int32)");
        expect("argmax: inf value", argmax(array({{-inf, -inf}, {1.0, inf}}), -1).second,
               "jt.Var([-inf  inf], dtype=float32)");
        expect("argmax: bool", argmax(array({false, true}), 0).second, "jt.Var([ True], dtype=bool)");
        expect("argmax: among all", matrix().argmax({}, keepdims).first, "jt.Var([[4]], dtype=int32)");
        expect("argmin", argmin(matrix(), 1).first, "jt.Var([1 0], dtype=int32)");
        expect("argmin: columns", argmin(matrix(), 0).first, "jt.Var([1 0 0], dtype=int32)");
        expect("argmin: all", argmin(array({3.0, nan, 1.0})).second, "jt.Var([nan], dtype=float32)");
        expect("argmin: NaN of columns", argmin(array({{3.0, nan}, {1.0, 2.0}}), 0).first,
               "jt.Var([1 0], dtype=int32)");
        expect("prod", prod(matrix(), 1), "jt.Var([6 0], dtype=int32)");
        expect("prod: all, kept", matrix().prod({}, keepdims), "jt.Var([[0]], dtype=int32)");
        expect("prod: bool", prod(array({true, true})), "jt.Var([1], dtype=int32)");
        expect("prod: nothing", prod(zeros({2, 0}), 1), "jt.Var([1. 1.], dtype=float32)");
        expect("prod: wraps", prod(full({33}, 2, int32)), "jt.Var([0], dtype=int32)");
        expect("prod: far apart", prod(array({1e30, 1e30, 1e-30, 1e-30, 2.0})), "jt.Var([2.], dtype=float32)");
        expect("any", any(array({{0.0, nan}, {0.0, 0.0}}), 1), "jt.Var([ True False], dtype=bool)");
        expect("any: nothing", any(zeros({0})), "jt.Var([False], dtype=bool)");
        expect("all", all(matrix(), 0, keepdims), "jt.Var([[False  True  True]], dtype=bool)");
        expect("all: nothing", zeros({0}).all(), "jt.Var([ True], dtype=bool)");
        expect("count_nonzero", count_nonzero(matrix(), 1), "jt.Var([3 2], dtype=int32)");
    }

    TEST_CASE("values of norms, variances and logarithms of sums") {
        expect("norm", norm(array({{3, 4}, {6, 8}})), "jt.Var([ 5. 10.], dtype=float32)");
        expect("norm: p = 1", norm(array({{3, -4}, {6, 8}}), 1, 0), "jt.Var([ 9. 12.], dtype=float32)");
        expect("norm: all", norm(array({{1, 1}, {1, 1}}), 2, {}, keepdims), "jt.Var([[2.]], dtype=float32)");
        expect("norm: zero", norm(zeros({2, 3})), "jt.Var([1.e-15 1.e-15], dtype=float32)");
        expect("norm: huge", norm(array({3e20, 4e20})), "jt.Var([5.e+20], dtype=float32)");
        expect("norm: largest", norm(array({{3, -4}, {nan, 8}}), inf), "jt.Var([ 4. nan], dtype=float32)");
        expect("norm: eps", norm(zeros({2, 3}), 2, -1, {}, 0.25), "jt.Var([0.5 0.5], dtype=float32)");
        expect("normalize", normalize(array({{3, 4}})), "jt.Var([[0.6 0.8]], dtype=float32)");
        expect("std", std(array({1.0, 2.0, 4.0})), "jt.Var([1.5275252], dtype=float32)");
        expect("std: of one number", std(full({4}, 3.0)), "jt.Var([0.001], dtype=float32)");
        expect("logsumexp", logsumexp(array({{1e4, 1e4}, {-1e4, -1e4}}), 1),
               "jt.Var([10000.693 -9999.307], dtype=float32)");
        expect("logsumexp: edges", logsumexp(array({{-inf, -inf}, {inf, 0.0}, {nan, 0.0}}), 1),
               "jt.Var([-inf  inf  nan], dtype=float32)");
        expect("logsumexp: nothing", logsumexp(zeros({2, 0}), 1), "jt.Var([-inf -inf], dtype=float32)");
    }

    TEST_CASE("shapes of reductions") {
        const Var x = zeros({2, 3, 4});
        CHECK(sum(x).shape() == Shape{1});
        CHECK(sum(x, {}, keepdims).shape() == Shape{1, 1, 1});
        CHECK(sum(x, {0, -1}).shape() == Shape{3});
        CHECK(mean(x, 1, keepdims).shape() == Shape{2, 1, 4});
        CHECK(max(x, {-2}).shape() == Shape{2, 4});
        CHECK(norm(x).shape() == Shape{2, 3});
        CHECK(x.argmax(1).first.shape() == Shape{2, 4});
        CHECK(x.argmax(1).second.shape() == Shape{2, 4});
        CHECK(x.argmax(1, keepdims).first.shape() == Shape{2, 1, 4});
        CHECK(argmax(zeros({5}), 0).first.shape() == Shape{1});
    }

    TEST_CASE("a tie of max or min gives each the full gradient, one of argmax only the first") {
        const Var x = array({{1.0, 7.0, 7.0}, {2.0, 2.0, 2.0}});
        CHECK_EQ(str(grad(max(x, 1), x)), "jt.Var([[0. 1. 1.]\n        [1. 1. 1.]], dtype=float32)");
        CHECK_EQ(str(grad(min(x, 1), x)), "jt.Var([[1. 0. 0.]\n        [1. 1. 1.]], dtype=float32)");
        CHECK_EQ(str(grad(argmax(x, 1).second, x)), "jt.Var([[0. 1. 0.]\n        [1. 0. 0.]], dtype=float32)");
    }

    TEST_CASE("the norm of zero has gradient zero") {
        for (const Dtype dtype : {float32, float64}) {
            const Var x = array({{0, 0}, {3, 4}}, dtype);
            CHECK_CLOSE(grad(norm(x), x), std::vector<double>{0, 0, 0.6, 0.8});
            const Var tiny = array({{1e-20, 0.0}}, dtype);
            CHECK_CLOSE(grad(norm(tiny), tiny), std::vector<double>{0, 0});
        }
    }

    TEST_CASE("gradients of products see one zero, and of logsumexp no number at all") {
        const Var x = array({2.0, 0.0, 3.0}), y = array({0.0, 0.0, 3.0}), z = array({-inf, -inf});
        CHECK_CLOSE(grad(prod(x), x), {0, 6, 0});
        CHECK_CLOSE(grad(prod(y), y), {0, 0, 0});
        for (const Var& zeros : {x.float64(), y.float64(), array({{0, -2, 3}, {1, 0, 0}}, float64)})
            check_differences([](const Vars& v) { return prod(v[0], -1) + prod(v[0]); }, {zeros});
        CHECK_CLOSE(grad(logsumexp(z), z), {0, 0});
        const Var big = array({1e4, 1e4 + 1});
        CHECK_CLOSE(grad(logsumexp(big), big), {0.26894142, 0.73105858});
    }

    TEST_CASE("the variance of numbers far from 0") {
        const Var x = array({1000000.25, 1000000.75, 1000001.25, 999999.75});
        CHECK(var(x).item() == doctest::Approx(0.3125).epsilon(1e-6));
    }

    TEST_CASE("a long float sum keeps its digits") {
        CHECK(mean(full({3, 1000000}, 0.1), 1).to_vector<double>()[2] == doctest::Approx(0.1).epsilon(1e-6));
    }

    TEST_CASE("wrong calls of reductions") {
        const Var x = zeros({2, 3});
        CHECK_THROWS_WITH_AS(max(zeros({0, 3}), 0), "max: needs at least one element to choose from, got (0, 3)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(min(zeros({0})), "min: needs at least one element to choose from, got (0,)", ShapeError);
        CHECK_THROWS_WITH_AS(norm(x, 1, 2), "norm: needs an axis from -2 to 1, got 2", ShapeError);
        CHECK_THROWS_WITH_AS(norm(x, 3), "norm: needs p of 1, 2 or infinity, got 3", ValueError);
        CHECK_THROWS_WITH_AS(norm(x, 2, 0, {}, -1), "norm: needs eps of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(argmin(zeros({0})), "argmin: needs at least one element to choose from, got (0,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(argmin(zeros({2200000000, 0}).reshape({0, 2200000000}), 1),
                             "argmin: needs an axis that an int32 counts, got (0, 2200000000) along axis 1",
                             ShapeError);
        CHECK_THROWS_WITH_AS(argmax(zeros({2, 0}), 1), "argmax: needs at least one element to choose from, got (2, 0)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(sum_to(x, {2, 2}), "sum_to: needs a shape that broadcasts to (2, 3), got (2, 2)",
                             ShapeError);
    }
}

}  // namespace jt::test
