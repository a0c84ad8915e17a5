// Functions of one number: a row each, from which values, dtypes, NaN, shapes and gradients follow.
#include <cmath>
#include <limits>

#include "op_rows.hpp"

namespace jt::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

/// A function, what it is of a double, and the range of its numbers.
struct UnaryRow {
    std::string name;
    Var (*f)(const Var&);
    double (*reference)(double);
    double low = -3, high = 3;
};

const std::vector<UnaryRow> rows = {
    {"exp", exp, std::exp},
    {"log", log, std::log, 0.1, 9},
    {"sqrt", sqrt, std::sqrt, 0.1, 9},
    {"rsqrt", rsqrt, [](double x) { return 1 / std::sqrt(x); }, 0.1, 9},
    {"tanh", tanh, std::tanh},
    {"sin", sin, std::sin, -9, 9},
    {"cos", cos, std::cos, -9, 9},
};

const std::vector<Sample> shapes = {{{5}}, {{3, 4}}, {{1}}, {{2, 1, 3}}, {{0}}, {{2, 0, 3}}, {{2, 3, 2, 2}}};

void check_values(const UnaryRow& row, Dtype dtype) {
    const Var x = as_dtype(random_inputs({{3, 41}}, row.low, row.high), dtype)[0], y = row.f(x);
    std::vector<double> expected;
    for (const double number : x.to_vector<double>()) expected.push_back(row.reference(number));
    CHECK(y.dtype() == dtype);
    CHECK_EQ(difference(y, expected, dtype == float32 ? 1e-6 : 1e-14, dtype == float32 ? 1e-6 : 1e-15), "");
}

void check(const UnaryRow& row) {
    CAPTURE(row.name);
    check_values(row, float32);
    check_values(row, float64);
    CHECK_CLOSE(row.f(array({1, 2})), {row.reference(1), row.reference(2)});
    CHECK(row.f(array({1, 2})).dtype() == float32);
    CHECK(row.f(array({true, true})).dtype() == float32);
    CHECK(row.f(array({1, 2}, int64)).dtype() == float64);
    CHECK(std::isnan(row.f(array({nan})).item()));
    CHECK_THROWS_WITH_AS(row.f(Var()), (row.name + ": needs a Var that holds something, got an empty one").c_str(),
                         GraphError);
    check(GradRow{row.name, [&](const Vars& x) { return row.f(x[0]); }, shapes, row.low, row.high});
}

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("functions of one number") {
        for (const UnaryRow& row : rows) check(row);
    }

    TEST_CASE("functions of one number in steps have no gradient") {
        expect("floor", floor(array({1.5, -1.5, -0.0, inf, nan})), "jt.Var([ 1. -2. -0. inf nan], dtype=float32)");
        expect("floor: integers", floor(array({3, -4})), "jt.Var([ 3 -4], dtype=int32)");
        expect("sign", sign(array({2.5, -0.1, 0.0, nan, -inf})), "jt.Var([ 1. -1.  0. nan -1.], dtype=float32)");
        expect("sign: integers", sign(array({5, -7, 0})), "jt.Var([ 1 -1  0], dtype=int32)");
        expect("sign: bool", sign(array({true, false})), "jt.Var([ True False], dtype=bool)");
        expect("isnan", isnan(array({1.0, nan, inf}, float64)), "jt.Var([False  True False], dtype=bool)");
        expect("isnan: integers", isnan(array({1, 2})), "jt.Var([False False], dtype=bool)");
        for (Var (*f)(const Var&) : {floor, sign, isnan}) {
            CHECK(f(zeros({2, 0, 3})).shape() == Shape{2, 0, 3});
            CHECK(f(zeros({2, 1})).is_stop_grad());
            CHECK_THROWS_WITH_AS(f(Var()), doctest::Contains("needs a Var that holds something"), GraphError);
        }
        const Var x = array({1.5, 2.5});
        CHECK_CLOSE(grad((floor(x) * x + sign(x) * x).sum(), x), {2, 3});
    }

    TEST_CASE("atan2 knows the quadrant") {
        expect("atan2", atan2(array({1.0, 1.0, -1.0, 0.0}), array({1.0, -1.0, -1.0, -1.0})),
               "jt.Var([ 0.7853982  2.3561945 -2.3561945  3.1415927], dtype=float32)");
        expect("atan2: number", atan2(array({0, 1}), 1), "jt.Var([0.        0.7853982], dtype=float32)");
        CHECK(atan2(zeros({3, 1}), ones({4}, float64)).shape() == Shape{3, 4});
        CHECK(std::isnan(atan2(array({nan}), 1).item()));
        CHECK_THROWS_WITH_AS(atan2(zeros({2}), zeros({3})), "atan2: needs shapes that broadcast, got (2,) and (3,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(atan2(Var(), 1), "atan2: needs a Var that holds something, got an empty one", GraphError);
        check(GradRow{"atan2",
                      [](const Vars& x) { return atan2(x[0], x[1]); },
                      {{{3, 4}, {3, 4}}, {{3, 1}, {4}}, {{1}, {2, 3}}, {{0}, {1}}},
                      0.5,
                      2});
        check(GradRow{"atan2: number", [](const Vars& x) { return atan2(x[0], 0.7) + atan2(-0.3, x[0]); }, shapes, 0.5,
                      2});
    }
}

}  // namespace jt::test
