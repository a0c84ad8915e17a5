// Holds the functions of floats against the C library over all exponents, in every instruction set.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "tables.hpp"

using namespace jt;
using namespace jt::kernels;

namespace {

template <class T>
using Limits = std::numeric_limits<T>;

// Numbers of either sign with every exponent there is, from 0 over the subnormal ones to infinity and NaN.
template <class T>
std::vector<T> every_exponent(int each) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr int mantissa = Limits<T>::digits - 1, sign = 8 * sizeof(T) - 1;
    constexpr Bits all = (Bits{1} << mantissa) - 1;
    std::mt19937_64 random(1);
    constexpr Bits last = (Bits{1} << (sign - mantissa)) - 1;
    std::vector<T> numbers;
    for (Bits exponent = 0; exponent <= last; ++exponent)
        for (int k = 0; k < (exponent == last ? 1 : each); ++k) {
            const Bits any = static_cast<Bits>(random()) & all, small = any >> random() % mantissa;
            const Bits rest = k == 0 ? 0 : k == 1 ? 1 : k == 2 ? all : exponent == 0 ? small : any;
            for (const Bits negative : {Bits{0}, Bits{1} << sign})
                numbers.push_back(std::bit_cast<T>(negative | exponent << mantissa | rest));
        }
    numbers.push_back(Limits<T>::quiet_NaN());
    return numbers;
}

// How far `got` is from `want` in units of the last place that a T has there; infinite where they differ in kind.
template <class T>
double ulps(T got, long double want) {
    const T rounded = static_cast<T>(want);
    if (rounded != rounded) return got != got ? 0 : Limits<double>::infinity();
    if (std::isinf(rounded) || rounded == 0)
        return got == rounded && std::signbit(got) == std::signbit(rounded) ? 0 : Limits<double>::infinity();
    if (!std::isfinite(got)) return Limits<double>::infinity();
    const int exponent = std::max(std::ilogb(rounded), Limits<T>::min_exponent - 1);
    return static_cast<double>(std::abs(got - want) / std::ldexp(1.0L, exponent - Limits<T>::digits + 1));
}

struct Worst {
    double ulps = 0, at = 0;
    template <class T>
    void see(T x, T got, long double want) {
        const double off = ::ulps(got, want);
        if (!(off <= ulps)) ulps = off, at = static_cast<double>(x);
    }
};

struct Function {
    std::string name;
    Unary op;
    double most;  // ulp
    long double (*f)(long double);
};
const Function functions[] = {
    {"exp", Unary::exp, 1, [](long double x) { return std::exp(x); }},
    {"log", Unary::log, 1, [](long double x) { return std::log(x); }},
    {"sqrt", Unary::sqrt, 0.501, [](long double x) { return std::sqrt(x); }},
    {"tanh", Unary::tanh, 2.5, [](long double x) { return std::tanh(x); }},
    {"rsqrt", Unary::rsqrt, 1.5, [](long double x) { return 1 / std::sqrt(x); }},
    {"sin", Unary::sin, 2, [](long double x) { return std::sin(x); }},
    {"cos", Unary::cos, 2, [](long double x) { return std::cos(x); }},
    {"floor", Unary::floor, 0, [](long double x) { return std::floor(x); }},
    {"expm1", Unary::expm1, 2, [](long double x) { return std::expm1(x); }},
    {"log1p", Unary::log1p, 1, [](long double x) { return std::log1p(x); }},
    {"log2", Unary::log2, 1.5, [](long double x) { return std::log2(x); }},
    {"log10", Unary::log10, 1, [](long double x) { return std::log10(x); }},
    {"cbrt", Unary::cbrt, 1, [](long double x) { return std::cbrt(x); }},
    {"tan", Unary::tan, 2.5, [](long double x) { return std::tan(x); }},
    {"asin", Unary::asin, 2, [](long double x) { return std::asin(x); }},
    {"acos", Unary::acos, 2, [](long double x) { return std::acos(x); }},
    {"atan", Unary::atan, 2, [](long double x) { return std::atan(x); }},
    {"sinh", Unary::sinh, 2, [](long double x) { return std::sinh(x); }},
    {"cosh", Unary::cosh, 2, [](long double x) { return std::cosh(x); }},
    {"asinh", Unary::asinh, 2, [](long double x) { return std::asinh(x); }},
    {"acosh", Unary::acosh, 1.5, [](long double x) { return std::acosh(x); }},
    {"atanh", Unary::atanh, 2, [](long double x) { return std::atanh(x); }},
    {"erf", Unary::erf, 2.5, [](long double x) { return std::erf(x); }},
    {"round", Unary::round, 0, [](long double x) { return std::round(x); }},
    {"rint", Unary::rint, 0, [](long double x) { return std::rint(x); }},
    {"ceil", Unary::ceil, 0, [](long double x) { return std::ceil(x); }},
    {"trunc", Unary::trunc, 0, [](long double x) { return std::trunc(x); }},
};
// 1 / (1 + exp(min(-x, top))), as Jittor.
const Function sigmoids[] = {
    {"sigmoid", Unary::sigmoid, 2.5,
     [](long double x) { return x != x ? x : 1 / (1 + std::exp(std::min(-x, 30.0L))); }},
    {"sigmoid", Unary::sigmoid, 2.5,
     [](long double x) { return x != x ? x : 1 / (1 + std::exp(std::min(-x, 300.0L))); }},
};

template <class T>
void hold(const Function& row) {
    const auto x = every_exponent<T>(sizeof(T) == 4 ? 200 : 40);
    std::vector<T> y(x.size());
    for (const Rows* table : jt::test::float_tables(dtype_of<T>)) {
        table->map[static_cast<int>(row.op)](x.data(), y.data(), static_cast<std::int64_t>(x.size()));
        Worst worst;
        for (std::size_t i = 0; i < x.size(); ++i) worst.see(x[i], y[i], row.f(x[i]));
        INFO(row.name, " of ", std::string(name(dtype_of<T>)), " is off most at ", worst.at);
        CHECK(worst.ulps <= row.most);
    }
}

// Of floats: in ulp above 0, and below it as it is.
void hold_gelu() {
    const auto x = every_exponent<float>(2000);
    std::vector<float> y(x.size());
    for (const Rows* table : jt::test::float_tables(float32)) {
        table->map[static_cast<int>(Unary::gelu)](x.data(), y.data(), static_cast<std::int64_t>(x.size()));
        Worst above;
        long double below = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const long double want = x[i] < -20 ? 0 : x[i] / 2.0L * std::erfc(-x[i] * std::sqrt(0.5L));
            if (x[i] < 0)
                below = std::max(below, std::abs(y[i] - want));
            else
                above.see(x[i], y[i], want);
        }
        INFO("gelu is off most at ", above.at);
        CHECK(above.ulps <= 3.5);
        CHECK(below <= 1e-7L);
    }
}

// A power by one number, and by as many as there are.
template <class T>
void hold_pow() {
    const auto x = every_exponent<T>(sizeof(T) == 4 ? 8 : 4);
    const auto n = static_cast<std::int64_t>(x.size());
    std::vector<T> z(x.size());
    for (const Rows* table : jt::test::float_tables(dtype_of<T>))
        for (const T y : {T(-64.5),
                          T(-3),
                          T(-2.5),
                          T(-1),
                          T(-0.5),
                          T(-0.0),
                          T(0),
                          T(0.001),
                          T(1) / 3,
                          T(0.5),
                          T(1),
                          T(1.5),
                          T(2),
                          T(2.5),
                          T(3),
                          T(40),
                          T(63.5),
                          T(65),
                          T(66),
                          T(1e30),
                          Limits<T>::infinity(),
                          -Limits<T>::infinity(),
                          Limits<T>::quiet_NaN()})
            for (const Form form : {Form::vs, Form::vv}) {
                const std::vector<T> ys(form == Form::vs ? 1 : x.size(), y);
                table->binary[static_cast<int>(Binary::pow)][static_cast<int>(form)](x.data(), ys.data(), z.data(), n,
                                                                                     {});
                Worst worst;
                for (std::size_t i = 0; i < x.size(); ++i)
                    worst.see(x[i], z[i], std::pow(static_cast<long double>(x[i]), static_cast<long double>(y)));
                INFO("pow of ", std::string(name(dtype_of<T>)), " to ", y, " is off most at ", worst.at);
                CHECK(worst.ulps <= (y == 3 ? 1.5 : 1));
            }
}

}  // namespace

TEST_SUITE("core") {
    TEST_CASE("functions of every exponent keep the ulp that their header names") {
        for (const auto& row : functions) hold<float>(row), hold<double>(row);
        hold<float>(sigmoids[0]);
        hold<double>(sigmoids[1]);
        hold_gelu();
        hold_pow<float>();
        hold_pow<double>();
    }
}
