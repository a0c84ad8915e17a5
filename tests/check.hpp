// Comparing Vars with numbers in tests, with a message that names the first element that differs.
#pragma once
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "../autograd/ops.hpp"

namespace jt::test {

/// Whether two numbers are within atol + rtol * |expected|; infinity and NaN are close to themselves only.
inline bool close(double got, double expected, double rtol, double atol) {
    if (std::isnan(expected)) return std::isnan(got);
    return got == expected || (std::isfinite(expected) && std::abs(got - expected) <= atol + rtol * std::abs(expected));
}

/// Empty when every element of x is close to the expected one; else the first one that is not.
inline std::string difference(const Var& x, const std::vector<double>& expected, double rtol, double atol) {
    const auto got = x.to_vector<double>();
    if (got.size() != expected.size())
        return std::to_string(got.size()) + " elements, expected " + std::to_string(expected.size());
    for (std::size_t i = 0; i < got.size(); ++i)
        if (!close(got[i], expected[i], rtol, atol))
            return "element " + std::to_string(i) + " is " + text(got[i]) + ", expected " + text(expected[i]);
    return "";
}

inline std::string difference(const Var& x, const Var& y, double rtol, double atol) {
    if (x.shape() != y.shape()) return "shape " + text(x.shape()) + ", expected " + text(y.shape());
    return difference(x, y.to_vector<double>(), rtol, atol);
}

inline bool bitwise_equal(const Var& x, const Var& y) {
    return x.shape() == y.shape() && x.dtype() == y.dtype() && difference(x, y, 0, 0).empty();
}

}  // namespace jt::test

#define CHECK_CLOSE(x, ...) CHECK_EQ(::jt::test::difference(x, __VA_ARGS__, 1e-5, 1e-6), std::string())
#define CHECK_SAME(x, y) CHECK(::jt::test::bitwise_equal(x, y))
