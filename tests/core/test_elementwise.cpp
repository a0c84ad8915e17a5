// Holds element-wise kernels against the standard library, one element at a time.
#include <doctest/doctest.h>
#include <algorithm>

#include <cstdint>
#include <functional>
#include <string>

#include "../../core/kernels/elementwise/elementwise.hpp"
#include "arrays.hpp"
#include "tables.hpp"

using namespace jt;
using namespace jt::kernels;
using namespace jt::test;

namespace {

struct UnaryCase {
    std::string name;
    Unary op;
    double low, high;
    double (*f)(double);
};
const UnaryCase unaries[] = {
    {"neg", Unary::neg, -9, 9, [](double x) { return -x; }},
    {"abs", Unary::abs, -9, 9, [](double x) { return std::abs(x); }},
    {"exp", Unary::exp, -30, 30, [](double x) { return std::exp(x); }},
    {"log", Unary::log, 1e-6, 9, [](double x) { return std::log(x); }},
    {"sqrt", Unary::sqrt, 0, 9, [](double x) { return std::sqrt(x); }},
    {"tanh", Unary::tanh, -12, 12, [](double x) { return std::tanh(x); }},
    {"tanh near 0", Unary::tanh, -1e-3, 1e-3, [](double x) { return std::tanh(x); }},
    {"sigmoid", Unary::sigmoid, -20, 20, [](double x) { return 1 / (1 + std::exp(-x)); }},
    {"relu", Unary::relu, -9, 9, [](double x) { return x > 0 ? x : 0; }},
};

struct BinaryCase {
    std::string name;
    Binary op;
    double (*f)(double, double);
};
const BinaryCase binaries[] = {
    {"add", Binary::add, [](double x, double y) { return x + y; }},
    {"sub", Binary::sub, [](double x, double y) { return x - y; }},
    {"mul", Binary::mul, [](double x, double y) { return x * y; }},
    {"div", Binary::div, [](double x, double y) { return x / y; }},
    {"maximum", Binary::maximum, [](double x, double y) { return x > y ? x : y; }},
    {"minimum", Binary::minimum, [](double x, double y) { return x < y ? x : y; }},
    {"pow", Binary::pow, [](double x, double y) { return std::pow(x, y); }},
    {"tanh_grad", Binary::tanh_grad, [](double g, double y) { return g * (1 - y * y); }},
    {"sigmoid_grad", Binary::sigmoid_grad, [](double g, double y) { return g * y * (1 - y); }},
    {"relu_grad", Binary::relu_grad, [](double g, double y) { return y > 0 ? g : 0; }},
    {"abs_grad", Binary::abs_grad, [](double g, double x) { return x >= 0 ? g : -g; }},
};

bool needs_floats(Binary op) { return op == Binary::div || op >= Binary::tanh_grad; }

void check_zip(const BinaryCase& row, const Array& x, const Array& y) {
    const Array z = map(row.op, x, y);
    REQUIRE(z.dtype() == x.dtype());
    const auto a = values(x), b = values(y), c = values(z);
    for (std::int64_t i = 0; i < z.numel(); ++i) {
        const double p = a[source(x.shape(), z.shape(), i)], q = b[source(y.shape(), z.shape(), i)];
        double want = row.f(p, q);
        if (!is_float(x.dtype())) want = std::trunc(want);
        INFO(row.name, " ", std::string(name(x.dtype())), " ", text(x.shape()), " ", text(y.shape()), " at ", i);
        CHECK(near(c[i], want, tolerance(x.dtype()), std::abs(p) + std::abs(q)));
    }
}

// What the op takes: positive for div and pow.
Array operand(const BinaryCase& row, const Shape& shape, Dtype dtype, unsigned seed) {
    const bool positive = row.op == Binary::div || row.op == Binary::pow;
    return numbers(shape, dtype, positive ? 1 : dtype == uint8 ? 0 : -3, 4, seed);
}

// map_over of an x that somebody else holds leaves theirs alone, of one that nobody does stays where it is.
template <class... Y>
void check_over(const Array& want, auto op, Array x, const Y&... y) {
    const Array kept = x, before = x.clone();
    map_over(op, x, y...);
    CHECK(same_bits(x, want));
    CHECK(same_bits(kept, before));
    Array own = before.clone();
    const void* const place = own.raw();
    map_over(op, own, y...);
    CHECK(std::as_const(own).raw() == place);
    CHECK(same_bits(own, want));
}

}  // namespace

TEST_SUITE("core") {
    TEST_CASE("map gives the function of each element, for any length") {
        for (const auto& row : unaries)
            for (Dtype dtype : floats)
                for (std::int64_t n = 0; n <= 70; ++n) {
                    const Array x = numbers({n}, dtype, row.low, row.high), y = map(row.op, x);
                    const auto a = values(x), b = values(y);
                    INFO(row.name, " of ", n);
                    for (std::size_t i = 0; i < a.size(); ++i)
                        CHECK(near(b[i], row.f(a[i]), tolerance(dtype) / 2, 1e-30));
                }
    }

    TEST_CASE("an element's bits depend neither on its place nor on the length") {
        for (const auto& row : unaries)
            for (Dtype dtype : floats) {
                const Array x = numbers({70}, dtype, row.low, row.high), y = map(row.op, x);
                for (std::int64_t i = 0; i < 70; ++i) {
                    const Array one = map(row.op, array({1}, {at(x, i)}, dtype));
                    CHECK(at(one, 0) == at(y, i));
                }
            }
    }

    TEST_CASE("functions keep NaN, infinities and Jittor's edges") {
        for (Dtype dtype : floats) {
            const auto f = [dtype](Unary op, double x) { return at(map(op, array({1}, {x}, dtype)), 0); };
            for (const auto& row : unaries) CHECK(std::isnan(f(row.op, NaN)));
            CHECK(f(Unary::exp, inf) == inf);
            CHECK(f(Unary::exp, -inf) == 0);
            CHECK(f(Unary::exp, 1000) == inf);
            CHECK(f(Unary::exp, 0) == 1);
            const double far = dtype == float32 ? 88.5 : 709.5, tiny = dtype == float32 ? -87.25 : -708.25;
            CHECK(near(f(Unary::exp, far), std::exp(far), tolerance(dtype) / 2));
            CHECK(near(f(Unary::exp, tiny), std::exp(tiny), tolerance(dtype) / 2));
            CHECK(f(Unary::exp, 2 * tiny) == 0);
            CHECK(std::signbit(f(Unary::tanh, -0.0)));
            CHECK(f(Unary::log, 0) == -inf);
            CHECK(f(Unary::log, inf) == inf);
            CHECK(std::isnan(f(Unary::log, -1)));
            CHECK(std::isnan(f(Unary::sqrt, -1)));
            CHECK(f(Unary::tanh, inf) == 1);
            CHECK(f(Unary::tanh, -inf) == -1);
            CHECK(f(Unary::tanh, 50) == 1);
            CHECK_FALSE(std::signbit(f(Unary::abs, -0.0)));
            CHECK_FALSE(std::signbit(f(Unary::relu, -0.0)));
            CHECK(f(Unary::relu, -inf) == 0);
            CHECK(f(Unary::sigmoid, inf) == 1);
            const double top = dtype == float32 ? 30 : 300;
            CHECK(f(Unary::sigmoid, -inf) == f(Unary::sigmoid, -top));
            CHECK(near(f(Unary::sigmoid, -1000), std::exp(-top), 1e-5));
        }
    }

    TEST_CASE("a power has the same bits whatever stands beside it") {
        Array x = numbers({1000}, float32, 0.1, 9, 1), y = numbers({1000}, float32, -3, 3, 2);
        for (std::int64_t i = 0; i < 1000; i += 3) x.data<float>()[i] = -2;
        const Array z = map(Binary::pow, x, y);
        for (std::int64_t i = 1; i < 1000; i += 3) {
            const Array one = map(Binary::pow, array({1}, {at(x, i)}, float32), array({1}, {at(y, i)}, float32));
            REQUIRE(at(one, 0) == at(z, i));
        }
    }

    TEST_CASE("neg and abs take integers, the others say what they need") {
        CHECK(values(map(Unary::neg, array({2}, {3, -4}, int32))) == std::vector<double>{-3, 4});
        CHECK(values(map(Unary::abs, array({2}, {3, -4}, int64))) == std::vector<double>{3, 4});
        CHECK(values(map(Unary::abs, array({2}, {3, 200}, uint8))) == std::vector<double>{3, 200});
        CHECK(values(map(Unary::neg, array({2}, {0, 1}, bool_))) == std::vector<double>{0, 1});
        CHECK_THROWS_WITH_AS(map(Unary::exp, numbers({2}, int32)), "exp: needs float32 or float64, got int32",
                             DtypeError);
        CHECK_THROWS_WITH_AS(map(Binary::tanh_grad, numbers({2}, int32), numbers({2}, int32)),
                             "tanh_grad: needs float32 or float64, got int32", DtypeError);
        CHECK_THROWS_WITH_AS(map(Binary::add, numbers({2}, int32), numbers({2}, float32)),
                             "add: needs one dtype, got int32 and float32", DtypeError);
    }

    TEST_CASE("map of two works on every dtype, any length, and on single numbers of either side") {
        for (const auto& row : binaries)
            for (Dtype dtype : dtypes) {
                if (dtype == bool_ || (needs_floats(row.op) && !is_float(dtype))) continue;
                if (dtype == uint8 && row.op == Binary::sub) continue;
                for (std::int64_t n : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 70}) {
                    check_zip(row, operand(row, {n}, dtype, 1), operand(row, {n}, dtype, 2));
                    check_zip(row, operand(row, {n}, dtype, 1), operand(row, {1}, dtype, 2));
                    check_zip(row, operand(row, {1, 1}, dtype, 1), operand(row, {2, n}, dtype, 2));
                }
            }
    }

    TEST_CASE("map of two broadcasts both sides over axes of any size") {
        const std::pair<Shape, Shape> shapes[] = {
            {{3, 4}, {4}},
            {{4}, {3, 4}},
            {{3, 1}, {3, 4}},
            {{3, 4}, {3, 1}},
            {{3, 1}, {1, 4}},
            {{2, 3, 4}, {3, 1}},
            {{2, 1, 4}, {3, 1}},
            {{2, 3, 1, 5}, {1, 3, 4, 1}},
            {{2, 1, 3, 1, 2, 1}, {2, 1, 3, 1, 2}},
            {{1, 1}, {5}},
            {{5}, {1, 1, 1}},
            {{}, {2, 2}},
            {{}, {}},
            {{0, 3}, {3}},
            {{2, 0, 3}, {2, 1, 1}},
            {{1}, {0}},
            {{3, 20}, {20}},
            {{20, 2}, {20, 1}},
            {{2, 3, 20}, {2, 1, 20}},
        };
        for (const auto& row : binaries)
            for (const auto& [x, y] : shapes)
                for (Dtype dtype : floats) check_zip(row, operand(row, x, dtype, 1), operand(row, y, dtype, 2));
        CHECK_THROWS_AS(map(Binary::add, numbers({2, 3}, float32), numbers({4}, float32)), ShapeError);
    }

    TEST_CASE("64 axes broadcast") {
        Shape a(64, 1), b(64, 1);
        for (std::size_t k = 0; k < 64; k += 8) (k % 16 == 0 ? a : b)[k] = 2;
        check_zip(binaries[1], numbers(a, float64, -3, 3, 1), numbers(b, float64, -3, 3, 2));
    }

    TEST_CASE("a number is converted once") {
        const Array x = array({3}, {1, 2, 3}, float32);
        CHECK(same_bits(map(Binary::add, x, 0.1), map(Binary::add, x, array({1}, {0.1}, float32))));
        CHECK(same_bits(map(Binary::sub, 0.1, x), map(Binary::sub, array({1}, {0.1}, float32), x)));
        CHECK(values(map(Binary::mul, array({2}, {3, 4}, int32), 2.9)) == std::vector<double>{6, 8});
        CHECK(map(Binary::mul, numbers({0}, float32), 2).numel() == 0);
    }

    TEST_CASE("NaN of either side passes through maximum, minimum and the gradients") {
        for (Dtype dtype : floats) {
            const Array a = array({3}, {NaN, 1, 2}, dtype), b = array({3}, {1, NaN, 3}, dtype);
            for (Binary op : {Binary::maximum, Binary::minimum}) {
                CHECK(std::isnan(at(map(op, a, b), 0)));
                CHECK(std::isnan(at(map(op, a, b), 1)));
                CHECK(at(map(op, a, b), 2) == (op == Binary::maximum ? 3 : 2));
            }
            const Array g = array({3}, {5, 5, 5}, dtype), y = array({3}, {NaN, 0, -2}, dtype);
            CHECK(std::isnan(at(map(Binary::relu_grad, g, y), 0)));
            CHECK(at(map(Binary::relu_grad, array({1}, {inf}, dtype), 0), 0) == 0);
            CHECK(std::isnan(at(map(Binary::abs_grad, g, y), 0)));
            CHECK(at(map(Binary::abs_grad, g, y), 1) == 5);
            CHECK(at(map(Binary::abs_grad, g, y), 2) == -5);
        }
    }

    TEST_CASE("integers wrap around and stay whole") {
        const double low = -2147483648.0;
        const auto f = [](Binary op, double x, double y, Dtype dtype) {
            return at(map(op, array({1}, {x}, dtype), array({1}, {y}, dtype)), 0);
        };
        CHECK(f(Binary::add, 2147483647.0, 1, int32) == low);
        CHECK(f(Binary::sub, 1, 2, uint8) == 255);
        CHECK(f(Binary::floor_divide, low, -1, int32) == low);
        CHECK(f(Binary::floor_divide, -7, 2, int32) == -3);
        CHECK(f(Binary::floor_divide, 7, 255, uint8) == 0);
        CHECK(f(Binary::pow, 3, 4, int64) == 81);
        CHECK(f(Binary::pow, -2, 3, int32) == -8);
        CHECK(f(Binary::pow, 0, 0, uint8) == 1);
        CHECK(at(map(Unary::abs, array({1}, {low}, int32)), 0) == low);
    }

    TEST_CASE("bool arithmetic is or, and, and stays 0 or 1") {
        const Array x = array({4}, {0, 0, 1, 1}, bool_), y = array({4}, {0, 1, 0, 1}, bool_);
        const auto table = [&](Binary op) { return values(map(op, x, y)); };
        using Row = std::vector<double>;
        CHECK(table(Binary::add) == Row{0, 1, 1, 1});
        CHECK(table(Binary::maximum) == Row{0, 1, 1, 1});
        CHECK(table(Binary::mul) == Row{0, 0, 0, 1});
        CHECK(table(Binary::minimum) == Row{0, 0, 0, 1});
        CHECK(table(Binary::sub) == Row{0, 1, 1, 0});
        CHECK(table(Binary::pow) == Row{1, 0, 1, 1});
        CHECK(values(map(Binary::add, x, 2.0)) == Row{1, 1, 1, 1});
    }

    TEST_CASE("map_over writes over a left side that nobody else holds, and over no other") {
        for (Dtype dtype : floats)
            for (std::int64_t n = 0; n <= 70; ++n) {
                const Array x = numbers({n}, dtype, -3, 3, 1), y = numbers({n}, dtype, -3, 3, 2);
                check_over(map(Binary::sub, x, y), Binary::sub, x, y);
                check_over(map(Binary::mul, x, 1.5), Binary::mul, x, 1.5);
                check_over(map(Shaped::lerp, x, y, 0.25, 0), Shaped::lerp, x, y, 0.25, 0.0);
            }
    }

    TEST_CASE("map_over of what does not fit gives what map gives") {
        Array x = numbers({1, 3}, float32), whole = numbers({3, 5}, float32, -9, 9), other = whole;
        const Array y = numbers({2, 1}, float32), want = map(Binary::add, x, y);
        const Array halves = map(Binary::floor_divide, whole, 2), quotients = map(Binary::floor_divide, whole, whole);
        map_over(Binary::add, x, y);
        CHECK(same_bits(x, want));
        map_over(Binary::floor_divide, other, whole);
        CHECK(same_bits(other, quotients));
        map_over(Binary::floor_divide, whole, 2);
        CHECK(same_bits(whole, halves));
    }

    TEST_CASE("compare broadcasts, and NaN differs from everything") {
        const std::pair<Compare, std::function<bool(double, double)>> ops[] = {
            {Compare::eq, std::equal_to<>()}, {Compare::ne, std::not_equal_to<>()},
            {Compare::lt, std::less<>()},     {Compare::le, std::less_equal<>()},
            {Compare::gt, std::greater<>()},  {Compare::ge, std::greater_equal<>()}};
        const std::pair<Shape, Shape> shapes[] = {
            {{40}, {40}}, {{4, 5}, {5}}, {{4, 1}, {1, 5}}, {{7}, {1}}, {{1}, {7}}};
        for (const auto& [op, f] : ops) {
            for (Dtype dtype : dtypes)
                for (const auto& [p, q] : shapes) {
                    const Array x = numbers(p, dtype, -2, 2, 1), y = numbers(q, dtype, -2, 2, 2), z = compare(op, x, y);
                    REQUIRE(z.dtype() == bool_);
                    for (std::int64_t i = 0; i < z.numel(); ++i)
                        CHECK(at(z, i) == f(at(x, source(p, z.shape(), i)), at(y, source(q, z.shape(), i))));
                }
            const Array z = compare(op, array({2}, {NaN, 1}, float32), array({2}, {NaN, NaN}, float32));
            CHECK(values(z) == std::vector<double>(2, op == Compare::ne ? 1 : 0));
        }
    }

    TEST_CASE("select broadcasts its three arrays") {
        const Shape shapes[] = {{2, 3, 4}, {3, 4}, {4}, {3, 1}, {1}, {2, 1, 1}};
        for (Dtype dtype : dtypes)
            for (const auto& cs : shapes)
                for (const auto& xs : shapes)
                    for (const auto& ys : shapes) {
                        const Array c = numbers(cs, bool_), x = numbers(xs, dtype, 0, 9, 1);
                        const Array y = numbers(ys, dtype, 0, 9, 2), z = select(c, x, y);
                        const auto a = values(c), p = values(x), q = values(y), r = values(z);
                        bool good = true;
                        for (std::int64_t i = 0; i < z.numel(); ++i)
                            good = good && r[i] == (a[source(cs, z.shape(), i)] ? p[source(xs, z.shape(), i)]
                                                                                : q[source(ys, z.shape(), i)]);
                        CHECK(good);
                    }
        CHECK(select(numbers({0}, bool_), numbers({1}, float32), numbers({1}, float32)).numel() == 0);
        CHECK_THROWS_WITH_AS(select(numbers({1}, bool_), numbers({1}, float32), numbers({1}, int32)),
                             "select: needs one dtype, got float32 and int32", DtypeError);
    }

    TEST_CASE("cast truncates, and anything but 0 is true") {
        const std::vector<double> x = {0, 1, 2.75, 100};
        for (Dtype from : dtypes)
            for (Dtype to : dtypes) {
                const Array a = array({4}, x, from), b = cast(a, to);
                REQUIRE(b.dtype() == to);
                for (std::int64_t i = 0; i < 4; ++i)
                    CHECK(at(b, i) == (to == bool_ ? at(a, i) != 0 : is_float(to) ? at(a, i) : std::trunc(at(a, i))));
            }
        CHECK(values(cast(array({3}, {-2.75, 0.5, NaN}), bool_)) == std::vector<double>{1, 1, 1});
        CHECK(at(cast(array({1}, {-2.75}), int32), 0) == -2);
        for (Dtype to : {uint8, int32, int64}) CHECK(cast(array({4}, {NaN, inf, -inf, 1e30}), to).numel() == 4);
    }

    TEST_CASE("whole numbers of floats are integers of their size, on every instruction set and at every length") {
        const std::pair<Unary, double (*)(double)> ops[] = {{Unary::round_int, std::round},
                                                            {Unary::floor_int, std::floor},
                                                            {Unary::ceil_int, std::ceil},
                                                            {Unary::trunc_int, std::trunc}};
        const std::vector<double> few = {
            NaN,  inf, -inf, 1e30, -1e30,      2147483648.0, -2147483648.0,         2147483647.0, 0.5,
            -0.5, 1.5, -2.5, -0.0, 0.49999997, 8388607.5,    9223372036854775807.0, -7.75};
        for (Dtype dtype : floats)
            for (const auto& [op, f] : ops)
                for (std::size_t n = 0; n <= few.size(); ++n) {
                    const Array x = array({static_cast<std::int64_t>(n)},
                                          {few.begin(), few.begin() + static_cast<std::ptrdiff_t>(n)}, dtype);
                    const Dtype whole = dtype == float64 ? int64 : int32;
                    std::vector<double> parts = values(x);
                    std::transform(parts.begin(), parts.end(), parts.begin(), f);
                    Array want(x.shape(), whole), got(x.shape(), whole);
                    each(want, [&](std::int64_t i, auto& e) {
                        e = number_cast<std::decay_t<decltype(e)>>(parts[static_cast<std::size_t>(i)]);
                    });
                    CHECK(same_bits(map(op, x), want));
                    if (op == Unary::trunc_int) CHECK(same_bits(cast(x, whole), want));
                    for (const Rows* table : jt::test::float_tables(dtype)) {
                        table->map[static_cast<int>(op)](x.raw(), got.raw(), x.numel());
                        CHECK(same_bits(got, want));
                    }
                }
    }

    TEST_CASE("floor_divide of floats is an integer of their size, in every form and never in place") {
        for (Dtype dtype : floats)
            for (const auto& [p, q] : {std::pair<Shape, Shape>{{40}, {40}}, {{4, 19}, {19}}, {{4, 1}, {1, 5}}}) {
                Array x = numbers(p, dtype, -90, 90, 1);
                const Array y = numbers(q, dtype, -3, 3, 2);
                const Dtype whole = dtype == float64 ? int64 : int32;
                const auto f = [](const auto& a, const auto& b) { return map(Binary::floor_divide, a, b); };
                CHECK(same_bits(f(x, y), cast(map(Binary::div, x, y), whole)));
                CHECK(same_bits(f(x, Scalar(-2.5)), cast(map(Binary::div, x, -2.5), whole)));
                CHECK(same_bits(f(Scalar(-50), y), cast(map(Binary::div, -50, y), whole)));
                CHECK(same_bits(f(x, Scalar(0)), cast(map(Binary::div, x, 0), whole)));
            }
    }

    TEST_CASE("glu is one half times the sigmoid of the other") {
        for (Dtype dtype : floats)
            for (const auto& [shape, axis] :
                 {std::pair<Shape, int>{{2, 6, 5}, 1}, {{34}, 0}, {{3, 40}, 1}, {{0, 4}, 1}, {{4, 70000}, 0}}) {
                const Array x = numbers(shape, dtype, -9, 9), y = glu(x, axis);
                const std::int64_t n = y.shape()[static_cast<std::size_t>(axis)] * step_along(shape, axis);
                bool good = true;
                const auto in = values(x), out = values(y);
                for (std::int64_t i = 0; i < y.numel(); ++i) {
                    const auto a = static_cast<std::size_t>(i / n * 2 * n + i % n), b = a + static_cast<std::size_t>(n);
                    good = good && near(out[static_cast<std::size_t>(i)], in[a] / (1 + std::exp(-in[b])),
                                        test::tolerance(dtype), 1);
                }
                CHECK(good);
            }
    }

    TEST_CASE("arithmetic has the same bits on every instruction set") {
        for (const auto& row : binaries)
            for (Dtype dtype : floats)
                for (int form = 0; form < 3; ++form) {
                    const Array x = operand(row, {2, 37}, dtype, 1), y = operand(row, {2, 37}, dtype, 2);
                    const auto tables = jt::test::float_tables(dtype);
                    Array first = Array::zeros({2, 37}, dtype), other = Array::zeros({2, 37}, dtype);
                    for (const Rows* table : tables) {
                        table->binary[static_cast<int>(row.op)][form](x.raw(), y.raw(), other.raw(), 37, {2, 37, 37});
                        if (table == tables[0]) first = other.clone();
                        CHECK(same_bits(first, other));
                    }
                }
    }
}
