// Rules where a slope is infinite or NaN: no gradient of 0 becomes NaN, and none that is not 0 is lost.
#include <doctest/doctest.h>
#include <functional>

#include <limits>

#include "../../autograd/grad.hpp"
#include "../check.hpp"

namespace jt::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

struct Row {
    std::string name;
    std::function<Var(const Var&)> f;
    double at;  ///< where the slope is not finite
};

const std::vector<Row> rows = {
    {"pow to a number", [](const Var& x) { return pow(x, 0.5); }, 0},
    {"pow to a Var",
     [](const Var& x) {
         return pow(x, array({0.5, 0.5}, float64));
     },
     0},
    {"pow of 0",
     [](const Var& y) {
         return pow(array({0.0, 0.0}, float64), y);
     },
     -1},
    {"1 / x", [](const Var& x) { return 1 / x; }, 0},
    {"x / 0",
     [](const Var& x) {
         return x / array({0.0, 0.0}, float64);
     },
     2},
    {"x * infinity",
     [](const Var& x) {
         return x * array({inf, inf}, float64);
     },
     2},
    {"infinity * x",
     [](const Var& x) {
         return array({inf, inf}, float64) * x;
     },
     2},
    {"x * an infinite number", [](const Var& x) { return x * inf; }, 2},
    {"mod 0", [](const Var& y) { return mod(1, y); }, 0},
    {"hypot of 0 and 0", [](const Var& x) { return hypot(x, 0); }, 0},
    {"hypot of 0 and 0, right", [](const Var& y) { return hypot(0, y); }, 0},
    {"atan2 of 0 and 0", [](const Var& y) { return atan2(y, 0); }, 0},
    {"atan2 of 0 and 0, right", [](const Var& x) { return atan2(0, x); }, 0},
    {"prod with infinity",
     [](const Var& x) {
         return prod(stack({full({2}, inf, float64), x}), 0);
     },
     2},
    {"cumprod with infinity",
     [](const Var& x) {
         return cumprod(stack({full({2}, inf, float64), x}), 0)[1];
     },
     2},
    {"glu of infinity",
     [](const Var& x) {
         return glu(concat({full({2}, inf, float64), x}, 0), 0);
     },
     2},
    {"glu by NaN",
     [](const Var& x) {
         return glu(concat({x, full({2}, NAN, float64)}, 0), 0);
     },
     2},
    {"glu at NaN",
     [](const Var& x) {
         return glu(concat({ones({2}, float64), x}, 0), 0);
     },
     NAN},
    {"lerp by infinity", [](const Var& x) { return lerp(ones({2}, float64), x, inf); }, 2},
};

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("0 to a power and to the power 0") {
        const Var x = array({0.0, 2.0}), y = array({0.0, 1.0});
        const Vars g = grad(pow(x, y).sum(), {x, y});
        CHECK_CLOSE(g[0], {0, 1});
        CHECK_CLOSE(g[1], {0, 2 * std::log(2)});
        const Var zero = array({0.0, 0.0}), exponents = array({1.0, 3.0});
        const Vars at_zero = grad(pow(zero, exponents).sum(), {zero, exponents});
        CHECK_CLOSE(at_zero[0], {1, 0});
        CHECK_CLOSE(at_zero[1], {0, 0});
        CHECK_CLOSE(grad(pow(0, exponents).sum(), exponents), {0, 0});
    }

    TEST_CASE("a gradient of 0 stays 0 where the slope is not finite, and any other stays what it is") {
        for (const Row& row : rows) {
            CAPTURE(row.name);
            const Var x = array({row.at, row.at}, float64), g = array({0, 1}, float64);
            const auto gx = grad((row.f(x) * g).sum(), x).to_vector<double>();
            CHECK(gx[0] == 0);
            CHECK_FALSE(std::isfinite(gx[1]));
        }
    }

    TEST_CASE("so does a gradient of 0 in the second order") {
        const Var h = array({0, 1}, float64);
        const auto seen = [&](const Var& gx, const Var& target) {
            const auto second = grad((gx * h).sum(), target).to_vector<double>();
            CHECK(second[0] == 0);
            CHECK_FALSE(std::isfinite(second[1]));
        };
        for (const Row& row : rows) {
            CAPTURE(row.name);
            const Var x = array({row.at, row.at}, float64), a = array({1.0, 1.0}, float64);
            seen(grad((row.f(x) * a).sum(), x), a);
        }
        const Var x = array({2.0, 2.0}, float64), y = array({3.0, 3.0}, float64), a = array({inf, inf}, float64);
        seen(grad((x * y * a).sum(), x), y);
        seen(grad((x / y * a).sum(), x), y);
        seen(grad((cumprod(stack({x, y}), 0)[1] * a).sum(), x), y);
        const Var zero = array({0.0, 0.0}, float64);
        seen(grad((x / zero).sum(), x), zero);
    }

    TEST_CASE("a gradient of 0 keeps its derivative where the slope is finite") {
        // At a = 0 the gradient that reaches x is a * f'(x) = 0, and its derivative by a is f'(x).
        for (const Row& row : rows) {
            if (row.name.find("0") != std::string::npos || row.name.find("inf") != std::string::npos) continue;
            CAPTURE(row.name);
            const Var x = array({0.7, 1.3}, float64), a = array({0.0, 0.0}, float64);
            const Var slope = grad(row.f(x).sum(), x), gx = grad((row.f(x) * a).sum(), x);
            CHECK_SAME(gx, zeros({2}, float64));
            CHECK_CLOSE(grad(gx.sum(), a), slope);
        }
    }

    TEST_CASE("the derivative of x * y by both is 1 where both are 0") {
        const Var x = array({0.0}), y = array({0.0});
        CHECK(grad(grad(x * y, x), y).item() == 1);
        CHECK(grad(grad(x / (y + 1), x), y).item() == -1);
    }
}

}  // namespace jt::test
