// The long tail: element-wise functions whose value is one xtensor expression.
#include <cmath>
#include <limits>

#include "../../core/kernels/xt.hpp"
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

namespace jt {

namespace {

// A question about each element, as bool; integers are asked as floats.
template <class F>
Var asked(const char* op, const Var& x, F f) {
    return stepped(x, kernels::flat_xt<bool>(f, float_of(op, x).array()));
}

constexpr double half_sqrt_pi = 0.88622692545275801;

double inverse_erf(double number) {
    const double x = std::abs(number);
    if (!(x < 1)) return x == 1 ? number * std::numeric_limits<double>::infinity() : NAN;
    const double left = std::log1p(-x * x), a = 4.3307467508 + left / 2;  // 2 / (pi * 0.147)
    double y = std::sqrt(std::sqrt(a * a - left / 0.147) - a);
    for (int k = 0; k < 3; ++k) {
        const double over = x < 0.5 ? std::erf(y) - x : 1 - x - std::erfc(y);
        y -= over * std::exp(y * y) * half_sqrt_pi;
    }
    return std::copysign(y, number);
}

}  // namespace

Var isnan(const Var& x) {
    return asked("isnan", x, [](const auto& v) { return xt::isnan(v); });
}

Var isinf(const Var& x) {
    return asked("isinf", x, [](const auto& v) { return xt::isinf(v); });
}

Var isfinite(const Var& x) {
    return asked("isfinite", x, [](const auto& v) { return xt::isfinite(v); });
}

// xt::sign of NaN is 1.
Var sign(const Var& x) {
    const Array& value = node_of("sign", x).value;
    if (!is_float(value.dtype())) return cast(sign(cast(x, Dtype::float64)), value.dtype());
    return stepped(x, kernels::flat_xt([](const auto& v) { return xt::where(xt::isnan(v), v, xt::sign(v)); }, value));
}

// Newton's method from Winitzki's formula (A handy approximation for the error function and its inverse, 2008); near 1
// by erfc, which keeps what is left.
Var erfinv(const Var& x) {
    static constexpr Op op{"erfinv", times<[](const Var&, const Var& y) { return exp(y * y) * half_sqrt_pi; }>};
    const Var v = float_of(op.name, x);
    const auto each = [](const auto& v) { return xt::make_lambda_xfunction(inverse_erf, v); };
    return like_scalar(record(op, kernels::flat_xt(each, v.array()), {v}), v);
}

}  // namespace jt
