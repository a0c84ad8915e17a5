// Functions in the rows of unary_rows.def and binary_rows.def that the C library lacks.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

namespace {

/// By Newton's method, from the tangent at 0; its last step moves by nothing.
[[maybe_unused]] double inverse_erf(double x) {
    if (!(std::abs(x) < 1)) return std::abs(x) == 1 ? x * std::numeric_limits<double>::infinity() : NAN;
    double y = 0;
    for (int k = 0; k < 60; ++k) y += (x - std::erf(y)) * std::exp(std::min(y * y, 30.0)) * 0.88622692545275801;
    return y;
}

/// The remainder with the sign of y.
[[maybe_unused]] double floored_mod(double x, double y) {
    const double rest = std::fmod(x, y);
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

}  // namespace
