// Arrays with known numbers, and naive ways to read and broadcast them, for the tests of the kernels.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "../../core/array.hpp"

namespace jt::test {

inline constexpr double NaN = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
inline constexpr Dtype floats[] = {float32, float64}, dtypes[] = {bool_, uint8, int32, int64, float32, float64};

/// Calls f(i, reference to element i) for every element.
template <class A, class F>
void each(A& x, F f) {
    dispatch(x.dtype(), [&](auto zero) {
        auto* p = x.template data<decltype(zero)>();
        for (std::int64_t i = 0; i < x.numel(); ++i) f(i, p[i]);
    });
}

inline Array array(const Shape& shape, const std::vector<double>& values, Dtype dtype = float64) {
    Array x(shape, dtype);
    each(x, [&](std::int64_t i, auto& e) {
        e = static_cast<std::remove_reference_t<decltype(e)>>(values[static_cast<std::size_t>(i)]);
    });
    return x;
}

/// Random numbers of [low, high), whole ones for integers.
inline Array numbers(const Shape& shape, Dtype dtype, double low = -3, double high = 3, unsigned seed = 1) {
    std::mt19937 random(seed);
    if (dtype == uint8 || dtype == bool_) low = std::max(low, 0.0);
    if (dtype == bool_) high = 2;
    std::vector<double> values(static_cast<std::size_t>(shape.numel()));
    for (auto& e : values) {
        e = std::uniform_real_distribution<double>(low, high)(random);
        if (!is_float(dtype)) e = std::floor(e);
    }
    return array(shape, values, dtype);
}

inline std::vector<double> values(const Array& x) {
    std::vector<double> out(static_cast<std::size_t>(x.numel()));
    each(x, [&](std::int64_t i, const auto& e) { out[static_cast<std::size_t>(i)] = static_cast<double>(e); });
    return out;
}

inline double at(const Array& x, std::int64_t i) { return values(x)[static_cast<std::size_t>(i)]; }

/// Where element i of an array of `out` finds its number in an array of `in` that is broadcast to it.
inline std::int64_t source(const Shape& in, const Shape& out, std::int64_t i) {
    std::int64_t at = 0, step = 1;
    for (int k = 1; k <= out.rank(); ++k) {
        const auto extent = out[static_cast<std::size_t>(out.rank() - k)], index = i % extent;
        i /= extent;
        const auto own = k <= in.rank() ? in[static_cast<std::size_t>(in.rank() - k)] : 1;
        if (own != 1) at += index * step;
        step *= own;
    }
    return at;
}

/// Sum of the products of two arrays' elements.
inline double dot(const Array& a, const Array& b) {
    const auto x = values(a), y = values(b);
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
    return sum;
}

inline bool same_bits(const Array& x, const Array& y) {
    return x.shape() == y.shape() && x.dtype() == y.dtype() && std::memcmp(x.raw(), y.raw(), x.bytes()) == 0;
}

/// Equal, both NaN, or closer than `rtol` of the larger of |y| and `scale`.
inline bool near(double x, double y, double rtol, double scale = 0) {
    return x == y || (x != x && y != y) || std::abs(x - y) <= rtol * std::max(std::abs(y), scale);
}

/// What float32 or float64 arithmetic may be off by.
inline double tolerance(Dtype dtype) { return dtype == float32 ? 1e-6 : 1e-14; }

}  // namespace jt::test
