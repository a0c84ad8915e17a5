// The ops that work element by element: gradients against differences, values and errors against what is written here.
#include <cmath>
#include <limits>

#include "op_rows.hpp"

namespace jt::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

const std::vector<Sample> singles = {{{5}}, {{3, 4}}, {{1}}, {{2, 1, 3}}, {{0}}, {{2, 0, 3}}, {{2, 3, 2, 2}}, {{1, 1}}};

Var pattern() { return array({1, 0, 0, 1}); }

const std::vector<Sample> masked = {
    {{4}, {4}},       {{3, 4}, {4}}, {{4}, {2, 3, 4}}, {{1}, {3, 4}},
    {{3, 1}, {1, 4}}, {{1}, {1}},    {{0, 4}, {4}},    {{0, 1}, {1}},
};

const std::vector<GradRow> grad_rows = {
    {"pow: 2 and 3", [](const Vars& x) { return pow(x[0], 2) + pow(x[0], 3); }, singles},
    {"pow: 0, 1, -1", [](const Vars& x) { return pow(x[0], 0) * x[0] + pow(x[0], 1) + pow(x[0], -1); }, singles, 0.5,
     2},
    {"where", [](const Vars& x) { return where(pattern(), x[0], x[1]); }, masked},
    {"where: numbers",
     [](const Vars& x) { return where(pattern(), x[0], 0) + 3 * where(pattern(), 1.5, x[0]); },
     {{{4}}, {{3, 4}}, {{1}}, {{0, 4}}}},
    {"cast", [](const Vars& x) { return cast(x[0], x[0].dtype()) * x[0]; }, singles},
    {"sqr", [](const Vars& x) { return sqr(x[0]); }, singles},
    {"safe_clip", [](const Vars& x) { return safe_clip(x[0], -3, 3) * x[0]; }, {{{3, 4}}, {{1}}, {{0}}}},
    {"clamp: Vars", [](const Vars& x) { return x[0].clamp(x[1], x[2] + 2) * x[0]; }, {{{3, 4}, {4}, {3, 1}}}},
    {"clamp", [](const Vars& x) { return x[0].clamp(-1, 1.9) * x[0] + x[0].clamp({}, 1) * 3 + x[0].clamp(0.1); },
     singles},
    {"lerp", [](const Vars& x) { return lerp(x[0], x[1], 0.25) * x[0].lerp(0.5, x[1]); }, masked},
    {"masked_fill", [](const Vars& x) { return masked_fill(x[0], pattern(), x[1]) * x[0]; }, masked},
};

using Binary = Var (*)(const Operand&, const Operand&);

Var vec(Dtype dtype) { return array({2, 3}, dtype); }

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("gradients of element-wise ops") { check_all(grad_rows); }
    TEST_CASE("values of binary ops") {
        expect("operator+", array({{1}, {2}}) + array({10, 20}), "jt.Var([[11 21]\n        [12 22]], dtype=int32)");
        expect("operator-", 1 - array({1, 2}) - array({1.5, -1}), "jt.Var([-1.5  0. ], dtype=float32)");
        expect("operator*", array({1, 2}) * 0.5, "jt.Var([0.5 1. ], dtype=float32)");
        expect("operator/", array({1, 2}) / array({2, 4}), "jt.Var([0.5 0.5], dtype=float32)");
        expect("mul: bool", mul(array({true, false}), array({true, true})), "jt.Var([ True False], dtype=bool)");
        expect("pow: 0.5", pow(array({4, 9}), 0.5), "jt.Var([2. 3.], dtype=float32)");
        expect("pow: inverse", pow(array({2.0, 4.0}), -1), "jt.Var([0.5  0.25], dtype=float32)");
        expect("maximum: integers", maximum(array({1, 5}), 3), "jt.Var([3 5], dtype=int32)");
        expect("minimum: number", minimum(array({1, 5}), 3.5), "jt.Var([1.  3.5], dtype=float32)");
    }

    TEST_CASE("values of remainders and quotients") {
        const Var x = array({-7, 7, -7, 7}), y = array({3, 3, -3, -3});
        expect("operator%", x % y, "jt.Var([-1  1 -1  1], dtype=int32)");
        expect("fmod", fmod(x, y), "jt.Var([-1  1 -1  1], dtype=int32)");
        expect("floor_divide", floor_divide(x, y), "jt.Var([-2  2  2 -2], dtype=int32)");
        expect("mod: floats", x.float32() % y, "jt.Var([ 2.  1. -1. -2.], dtype=float32)");
        expect("fmod: floats", x.fmod(y.float32()), "jt.Var([-1.  1. -1.  1.], dtype=float32)");
        expect("floor_divide: floats", array({-7.5, 7.5}).floor_divide(2), "jt.Var([-3  3], dtype=int32)");
        expect("floor_divide: float64", array({1.0}, float64).floor_divide(0.3), "jt.Var([3], dtype=int64)");
        expect("floor_divide: bool", array({true}).floor_divide(array({true})), "jt.Var([1], dtype=int32)");
        expect("mod: lowest", array({std::numeric_limits<std::int32_t>::min()}) % -1, "jt.Var([0], dtype=int32)");
        expect("mod: far", array({1e30, -1e30}) % 7, "jt.Var([1. 6.], dtype=float32)");
        expect("mod: rounded up", fmod(array({2.9999998, -2.9999998}), array({1.0, 0.99999994})),
               "jt.Var([ 0.99999976 -0.9999999 ], dtype=float32)");
        for (const Binary f : {mod, fmod, floor_divide}) {
            CHECK_THROWS_WITH_AS(f(array({1, 2}), 0),
                                 doctest::Contains("needs divisors other than 0 for integers, got 0"), ValueError);
            CHECK_THROWS_AS(f(array({1, 2}), array({1, 0})), ValueError);
        }
        CHECK_SAME(floor_divide(array({1.0, nan}), 0),
                   array({std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::min()}));
        Var z = array({7});
        z %= 4;
        expect("operator%=", z, "jt.Var([3], dtype=int32)");
    }

    TEST_CASE("values of hypot, lerp, clamp and masked_fill") {
        expect("hypot", hypot(array({3e30, 0.0}), array({4e30, 0.0})), "jt.Var([5.e+30 0.e+00], dtype=float32)");
        expect("lerp", lerp(array({1, 2}), 3, 0.5), "jt.Var([2.  2.5], dtype=float32)");
        expect("sqr", array({-3, 2}).sqr(), "jt.Var([9 4], dtype=int32)");
        expect("clamp", clamp(array({-2, 0, 2}), -1, 1), "jt.Var([-1  0  1], dtype=int32)");
        expect("clamp: NaN", clamp(array({nan, 3.0}), 0, 1), "jt.Var([nan  1.], dtype=float32)");
        expect("clamp: nothing", array({5}).clamp(), "jt.Var([5], dtype=int32)");
        const Var x = array({-1.0, 1.0});
        CHECK_CLOSE(grad(clamp(x, -1, 1).sum(), x), {0, 0});
        CHECK_THROWS_WITH_AS(clamp(x, 2, 1), "clamp: needs min_v up to max_v, got 2 and 1", ValueError);
        CHECK_THROWS_AS(clamp(x, nan, 1), ValueError);
        expect("safe_clip", safe_clip(array({-3, 5, 1}), -1.5, 2.5), "jt.Var([-1  2  1], dtype=int32)");
        CHECK_SAME(safe_clip(x), x);
        CHECK_CLOSE(grad(x.safe_clip(-0.5, 0.25).sum(), x), {1, 1});
        CHECK_THROWS_WITH_AS(safe_clip(x, 2, 1), "safe_clip: needs left up to right, got 2 and 1", ValueError);
        expect("masked_fill", masked_fill(array({1, 2, 3}), array({1, 0, 1}), 9), "jt.Var([9 2 9], dtype=int32)");
    }

    TEST_CASE("values of logical and bitwise ops") {
        const Var x = array({12, 10, -1}), y = array({10, 3, 1}), t = array({true, false}), u = array({true, true});
        expect("operator&", x & y, "jt.Var([8 2 1], dtype=int32)");
        expect("operator|", x | y, "jt.Var([14 11 -1], dtype=int32)");
        expect("operator^", x ^ y, "jt.Var([ 6  9 -2], dtype=int32)");
        expect("operator~", ~x, "jt.Var([-13 -11   0], dtype=int32)");
        expect("operator<<", x << y, "jt.Var([12288    80    -2], dtype=int32)");
        expect("operator>>", x >> y, "jt.Var([ 0  1 -1], dtype=int32)");
        expect("left_shift", left_shift(array({1, 1, 1}), array({31, 32, -1})),
               "jt.Var([-2147483648           0           0], dtype=int32)");
        expect("right_shift", right_shift(array({-8, -8, 8}), array({64, -1, 99})), "jt.Var([-1 -1  0], dtype=int32)");
        expect("left_shift: bool", t << 3, "jt.Var([8 0], dtype=int32)");
        expect("right_shift: int64", array({-1}, int64) >> 63, "jt.Var([-1], dtype=int64)");
        expect("bitwise_and", bitwise_and(t, u), "jt.Var([ True False], dtype=bool)");
        expect("bitwise_or", bitwise_or(t, u), "jt.Var([ True  True], dtype=bool)");
        expect("bitwise_xor", bitwise_xor(t, u), "jt.Var([False  True], dtype=bool)");
        expect("bitwise_not", bitwise_not(t), "jt.Var([False  True], dtype=bool)");
        expect("bitwise_not: uint8", ~array({1, 255}, uint8), "jt.Var([254   0], dtype=uint8)");
        expect("logical_not", logical_not(array({0.0, 2.0, nan})), "jt.Var([ True False False], dtype=bool)");
        for (const Binary f : {bitwise_and, bitwise_or, bitwise_xor, left_shift, right_shift})
            CHECK_THROWS_WITH_AS(f(x, 0.5), doctest::Contains("needs integers or bools, got float32"), DtypeError);
        CHECK_THROWS_WITH_AS(~array({0.5}), "bitwise_not: needs integers or bools, got float32", DtypeError);
        CHECK_THROWS_WITH_AS(array({1, 2}, uint8) & 300, "bitwise_and: needs a number that uint8 holds, got 300",
                             ValueError);
        Var z = array({6});
        expect("operator&=", z &= 3, "jt.Var([2], dtype=int32)");
        expect("operator|=", z |= 8, "jt.Var([10], dtype=int32)");
        expect("operator^=", z ^= 1, "jt.Var([11], dtype=int32)");
        expect("operator<<=", z <<= 2, "jt.Var([44], dtype=int32)");
        expect("operator>>=", z >>= 1, "jt.Var([22], dtype=int32)");
    }

    TEST_CASE("values of comparisons, where and cast") {
        expect("operator==", array({{1}, {2}}) == array({1, 2}),
               "jt.Var([[ True False]\n        [False  True]], dtype=bool)");
        expect("operator!=", array({1, 2}) != 1, "jt.Var([False  True], dtype=bool)");
        expect("operator<", 1 < array({1, 2}), "jt.Var([False  True], dtype=bool)");
        expect("operator<=", array({1, 2}) <= 1, "jt.Var([ True False], dtype=bool)");
        expect("operator>", array({1, 2}) > array({0.5, 2.5}), "jt.Var([ True False], dtype=bool)");
        expect("operator>=", array({true, false}) >= true, "jt.Var([ True False], dtype=bool)");
        expect("where", where(array({2.0, 0.0, nan}), 1, array({5, 6, 7})), "jt.Var([1 6 1], dtype=int32)");
        expect("where: broadcast", where(array({{true}, {false}}), array({1, 2}), 0.5),
               "jt.Var([[1.  2. ]\n        [0.5 0.5]], dtype=float32)");
        expect("where: numbers", where(array({true, false}), 1, 0), "jt.Var([1 0], dtype=int32)");
        expect("to", array({1.5}).to(int32), "jt.Var([1], dtype=int32)");
        expect("type_as", array({1.5}).type_as(array({true})), "jt.Var([ True], dtype=bool)");
        expect("cast", cast(array({1.9, -1.9, 0.0}), int32), "jt.Var([ 1 -1  0], dtype=int32)");
        expect("cast: bool", cast(array({0.5, 0.0, nan}), bool_), "jt.Var([ True False  True], dtype=bool)");
        expect("cast: float64", cast(array({0.1}), float64), "jt.Var([0.1], dtype=float64)");
    }

    TEST_CASE("Jittor's promotion table") {
        const Dtype d[] = {bool_, int32, int64, float32, float64};
        const Dtype table[5][5] = {{bool_, int32, int64, float32, float64},
                                   {int32, int32, int64, float32, float64},
                                   {int64, int64, int64, float64, float64},
                                   {float32, float32, float64, float32, float64},
                                   {float64, float64, float64, float64, float64}};
        const Dtype quotient[5][5] = {{float32, float32, float64, float32, float64},
                                      {float32, float32, float64, float32, float64},
                                      {float64, float64, float64, float64, float64},
                                      {float32, float32, float64, float32, float64},
                                      {float64, float64, float64, float64, float64}};
        for (int i = 0; i < 5; ++i)
            for (int j = 0; j < 5; ++j) {
                CAPTURE(i);
                CAPTURE(j);
                const Var x = vec(d[i]), y = vec(d[j]);
                for (const Var& z : {x + y, x - y, x * y, maximum(x, y), minimum(x, y), pow(x, y), where(x > 0, x, y)})
                    CHECK(z.dtype() == table[i][j]);
                CHECK((x / y).dtype() == quotient[i][j]);
                CHECK((x == y).dtype() == bool_);
            }
    }

    TEST_CASE("a scalar does not widen") {
        const Var f = vec(float32), i = vec(int32), l = vec(int64), b = vec(bool_), d = vec(float64);
        CHECK((f + 1).dtype() == float32);
        CHECK((f + 1.5).dtype() == float32);
        CHECK((f * array({2}, float64)).dtype() == float32);
        CHECK((f + d.sum()).dtype() == float32);
        CHECK((f + d.mean()).dtype() == float32);
        CHECK((f + d.max()).dtype() == float32);
        CHECK((f + d.sum() * 2.0).dtype() == float64);
        CHECK((f + d[0]).dtype() == float64);
        CHECK((f + -d.sum()).dtype() == float32);
        CHECK((f + broadcast(d.sum(), {2})).dtype() == float32);
        CHECK((f + d.sum().float32().float64()).dtype() == float32);
        CHECK((f + d.sum(0, keepdims)).dtype() == float32);
        CHECK((i + 1.5).dtype() == float32);
        CHECK((i + true).dtype() == int32);
        CHECK((l + 1.5).dtype() == float64);
        CHECK((b + 1).dtype() == int32);
        CHECK((b + 1.5).dtype() == float32);
        CHECK((b + true).dtype() == bool_);
        CHECK((d * 0.1).dtype() == float64);
        CHECK((ones({2}, float64) * f).dtype() == float32);
        CHECK((zeros({2}, float64) + f).dtype() == float32);
        CHECK((d.sum() + f.sum()).dtype() == float64);
        CHECK((f.sum() + d.sum()).dtype() == float32);
        CHECK((vec(uint8) + vec(uint8)).dtype() == uint8);
        CHECK((vec(uint8) + 1).dtype() == uint8);
        CHECK((vec(uint8) + i).dtype() == int32);
        CHECK((vec(uint8) + b).dtype() == uint8);
    }

    TEST_CASE("a number never narrows a float64 Var, whichever side it stands on") {
        const Var s = array({0.1}, float64);
        for (const Var& y : {s * 2, 2 * s, 2.5 * s, 1 - s, s / 3, 1 / s, pow(s, 3), pow(2, s), maximum(0, s),
                             where(s > 0, s, 0), where(s > 0, 0, s)})
            CHECK(y.dtype() == float64);
        CHECK((s * 0.1).item() == 0.1 * 0.1);
        CHECK((array({1, 2}, float64) * 0.1).to_vector<double>() == std::vector<double>{0.1, 0.2});
    }

    TEST_CASE("ties and edges go as Jittor's") {
        const Var a = array({1.0, 2.0}), b = array({1.0, 1.0});
        CHECK_EQ(str(grad(maximum(a, b), {a, b})[0]), "jt.Var([0. 1.], dtype=float32)");
        CHECK_EQ(str(grad(maximum(a, b), {a, b})[1]), "jt.Var([1. 0.], dtype=float32)");
        CHECK_EQ(str(grad(minimum(a, b), {a, b})[0]), "jt.Var([0. 0.], dtype=float32)");
        CHECK_EQ(str(grad(minimum(a, b), {a, b})[1]), "jt.Var([1. 1.], dtype=float32)");
        CHECK_EQ(str(grad(maximum(a, 1), a)), "jt.Var([0. 1.], dtype=float32)");
        CHECK_EQ(str(grad(maximum(1, a), a)), "jt.Var([1. 1.], dtype=float32)");
        const Var zero = array({0.0});
        CHECK(grad(pow(zero, 0.5), zero).item() == inf);
        CHECK(grad(pow(zero, 3), zero).item() == 0);
        CHECK(grad(pow(zero, 0), zero).item() == 0);
        CHECK(std::isnan((zero / zero).item()));
    }

    TEST_CASE("pow by a number uses the exponent as written") {
        const Var x = array({3.0}, float64);
        CHECK(grad(pow(x, 0.1), x).item() == doctest::Approx(0.1 * std::pow(3.0, 0.1 - 1)).epsilon(1e-15));
        CHECK(grad(pow(0.1, x), x).item() == doctest::Approx(std::pow(0.1, 3.0) * std::log(0.1)).epsilon(1e-15));
    }

    TEST_CASE("a cast between floats carries gradients, one to integers none") {
        const Var x = array({1.5, 2.5});
        const Var g = grad(sum(cast(x, float64) * array({2, 3}, float64)), x);
        CHECK_EQ(str(g), "jt.Var([2. 3.], dtype=float32)");
        CHECK_FALSE(cast(x, int32).requires_grad());
        const auto heard =
            warnings_of([&] { CHECK_EQ(str(grad(sum(cast(x, int32) * 1.5), x)), "jt.Var([0. 0.], dtype=float32)"); });
        CHECK(heard.size() == 1);
    }

    TEST_CASE("compound assignment rebinds one handle") {
        Var a = array({1.0, 2.0});
        const Var before = a;
        expect("operator+=", a += 1, "jt.Var([2. 3.], dtype=float32)");
        expect("operator-=", a -= array({0.0, 1.0}), "jt.Var([2. 2.], dtype=float32)");
        expect("operator*=", a *= 6, "jt.Var([12. 12.], dtype=float32)");
        expect("operator/=", a /= 2, "jt.Var([6. 6.], dtype=float32)");
        CHECK_EQ(str(a), "jt.Var([6. 6.], dtype=float32)");
        CHECK_EQ(str(before), "jt.Var([1. 2.], dtype=float32)");
        CHECK_EQ(str(grad(a, before)), "jt.Var([3. 3.], dtype=float32)");
    }

    TEST_CASE("wrong calls of element-wise ops") {
        const Var a = zeros({2, 3}), b = zeros({4});
        CHECK_THROWS_WITH_AS(where(a, b, 0), "where: needs shapes that broadcast, got (2, 3) and (4,)", ShapeError);
        CHECK_THROWS_WITH_AS(where(a, a, b), "where: needs shapes that broadcast, got (2, 3) and (4,)", ShapeError);
        const Var bytes = array({100, 200}, uint8), ints = array({5, 6});
        CHECK_EQ(str(bytes + 100), "jt.Var([200  44], dtype=uint8)");
        CHECK_THROWS_WITH_AS((void)(bytes < 300), "less: needs a number that uint8 holds, got 300", ValueError);
        CHECK_THROWS_WITH_AS((void)(3000000000LL >= ints),
                             "greater_equal: needs a number that int32 holds, got 3000000000", ValueError);
        CHECK_THROWS_WITH_AS(ints + 3000000000LL, "add: needs a number that int32 holds, got 3000000000", ValueError);
    }
}

}  // namespace jt::test
