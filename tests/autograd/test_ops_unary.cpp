// Functions of one number: what follows from each row of unary_rows.def.
#include <cmath>
#include <limits>

#include "op_rows.hpp"

namespace jt::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

struct UnaryRow {
    std::string name;
    Var (*f)(const Var&);
    Var (Var::*method)() const;
    double (*reference)(double);
    double low, high;
    Makes makes;
};

const std::vector<UnaryRow> rows = {
#define UNARY(name, value, low, high, makes) \
    {#name, name, &Var::name, [](double x) -> double { return value; }, low, high, Makes::makes},
#include "unary_rows.def"
};

/// Where a slope jumps or is not finite.
struct Edge {
    std::string name;
    Var (*f)(const Var&);
    double at, slope;
};

#define EDGE(name, at, slope) \
    Edge { #name, name, at, slope }

const std::vector<Edge> edges = {
    EDGE(abs, 0, 1),      EDGE(abs, nan, nan),      EDGE(relu, 0, 0),     EDGE(relu, nan, nan), EDGE(sqrt, 0, inf),
    EDGE(rsqrt, 0, -inf), EDGE(log, 0, inf),        EDGE(exp, inf, inf),  EDGE(sin, nan, nan),  EDGE(cos, nan, nan),
    EDGE(asin, 1, inf),   EDGE(acos, -1, -inf),     EDGE(acosh, 1, inf),  EDGE(atanh, -1, inf), EDGE(atan, inf, 0),
    EDGE(asinh, -inf, 0), EDGE(asinh, 1e30, 1e-30), EDGE(log1p, -1, inf), EDGE(log2, 0, inf),   EDGE(log10, 0, inf),
    EDGE(cbrt, 0, inf),   EDGE(erf, inf, 0),        EDGE(erfinv, 1, inf), EDGE(ceil, 2, 0),     EDGE(round, 0.5, 0),
    EDGE(rint, nan, 0),   EDGE(trunc, inf, 0),      EDGE(isinf, inf, 0),  EDGE(tanh, nan, nan), EDGE(sigmoid, nan, nan),
    EDGE(floor, 2, 0),    EDGE(sign, 0, 0),         EDGE(isnan, nan, 0),
};

const std::vector<Sample> shapes = {{{5}}, {{3, 4}}, {{1}}, {{2, 1, 3}}, {{0}}, {{2, 0, 3}}, {{2, 3, 2, 2}}, {{1, 1}}};
const std::vector<double> everywhere = {-inf, -20, -1e-3, 0, 1e-3, 20, inf, nan};

void check_values(const UnaryRow& row, const Var& x) {
    CAPTURE(str(x));
    const Var y = row.f(x);
    std::vector<double> expected;
    for (const double number : x.to_vector<double>()) expected.push_back(row.reference(number));
    CHECK(y.dtype() == made_of(row.makes, x.dtype()));
    CHECK_EQ(distance(y, expected), "");
    CHECK_SAME((x.*row.method)(), y);
}

void check_dtypes(const UnaryRow& row) {
    for (const Dtype dtype : {float32, float64}) {
        check_values(row, cast(random_inputs({{123}}, row.low, row.high)[0], dtype));
        check_values(row, array(everywhere, dtype));
    }
    for (const Dtype dtype : {bool_, uint8, int32, int64}) check_values(row, cast(array({-2, 0, 3}), dtype));
    CHECK((ones({2}) + row.f(array({1}, float64))).dtype() == float32);
}

// Something is added to x, so that a gradient that should be 0 can be wrong.
void check_gradients(const UnaryRow& row) {
    check(GradRow{row.name, [&](const Vars& x) { return row.f(x[0]) + x[0] * 0.1; }, shapes, row.low, row.high});
    const Var x = random_inputs({{4}}, row.low, row.high)[0], none = zeros({4}, float64);
    CHECK(row.f(x).is_stop_grad() == flat(row.makes));
    if (flat(row.makes)) return;
    const Var gx = grad((row.f(x) * none).sum(), x);
    CHECK_SAME(gx, zeros({4}, float64));
    CHECK_CLOSE(grad(gx.sum(), none), grad(row.f(x).sum(), x));
}

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("functions of one number") {
        for (const UnaryRow& row : rows) {
            CAPTURE(row.name);
            check_dtypes(row);
            check_gradients(row);
        }
    }

    TEST_CASE("slopes of functions of one number at their edges, which a gradient of 0 does not see") {
        for (const Edge& edge : edges) {
            CAPTURE(edge.name);
            const Var x = array({edge.at, edge.at}), g = array({0.0, 1.0}), no_slope = x * 0.0;
            CHECK_CLOSE(grad((edge.f(x) * g + no_slope).sum(), x), {0, edge.slope});
            const Var a = array({1.0, 1.0}), gx = grad((edge.f(x) * a + no_slope).sum(), x);
            const Vars second = grad((gx * g + a * 0.0 + x * 0.0).sum(), {a, x});
            CHECK_CLOSE(second[0], {0, edge.slope});
            CHECK(second[1][0].item() == 0);
        }
    }

    TEST_CASE("the sign of zero") {
        expect("abs", abs(array({-0.0})), "jt.Var([0.], dtype=float32)");
        for (const auto f : {floor, ceil, round, rint, trunc, expm1, log1p, sin, tan, asin, atan, sinh, asinh, atanh,
                             erf, erfinv, cbrt})
            CHECK_EQ(str(f(array({-0.0}))), "jt.Var([-0.], dtype=float32)");
    }

    TEST_CASE("erfinv near its ends") {
        for (const double x : {0.99, 0.9966, 0.997, 0.9999, 0.999999, 0.99999994}) {
            const double near = cast(array({x}), float32).item();
            CHECK_EQ(distance(erfinv(array({near, -near})), {inverse_erf(near), -inverse_erf(near)}), "");
        }
        for (const double left : {1e-3, 1e-7, 1e-11}) {
            const double x = 1 - left, y = erfinv(array({x}, float64)).item();
            CHECK(std::erfc(y) == doctest::Approx(1 - x).epsilon(1e-13));
        }
    }

    TEST_CASE("halves to whole numbers") {
        const Var x = array({-2.5, -1.5, -0.5, 0.49999997, 0.5, 1.5, 2.5});
        CHECK_CLOSE(round(x), {-3, -2, -1, 0, 1, 2, 3});
        CHECK_CLOSE(rint(x), {-2, -2, 0, 0, 0, 2, 2});
        expect("round_int", round_int(x), "jt.Var([-3 -2 -1  0  1  2  3], dtype=int32)");
        expect("ceil_int", ceil_int(array({0.5}, float64)), "jt.Var([1], dtype=int64)");
        expect("floor_int", floor_int(array({true})), "jt.Var([1], dtype=int32)");
    }

    TEST_CASE("sigmoid stops at Jittor's floor") {
        CHECK(sigmoid(array({-200.0})).item() == doctest::Approx(9.357623e-14).epsilon(1e-5));
        CHECK(sigmoid(array({-1e4}, float64)).item() == doctest::Approx(1 / (1 + std::exp(300.0))).epsilon(1e-9));
        CHECK(log(sigmoid(array({-200.0}))).item() == doctest::Approx(-30).epsilon(1e-6));
    }
}

}  // namespace jt::test
