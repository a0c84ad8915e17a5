// Functions of one number.
#include "elementwise.hpp"

#include <numbers>

#include "../detect.hpp"
#include "arithmetic.hpp"
#include "rules.hpp"

namespace jt {

using kernels::Binary;
using kernels::Unary;

Var mapped(const Op& op, Unary f, const Var& x) { return unary(op, f, float_of(op.name, x)); }

namespace {

// No slope but 0; whole numbers already where they are integers.
Var whole(const char* op, Unary f, const Var& x) {
    const Array& value = node_of(op, x).value;
    return stepped(op, x, is_float(value.dtype()) ? kernels::map(f, value) : Array(value));
}

// The same as integers.
Var whole_int(const char* op, Unary f, const Var& x) {
    const Array& value = node_of(op, x).value;
    if (detecting) [[unlikely]]
        check_value(op, value, {x});
    const Dtype dtype = value.dtype();
    return stepped(op, x, is_float(dtype) ? kernels::map(f, value) : kernels::cast(value, to_int(dtype)));
}

// f(g, y), recorded where it may be asked for its own gradient.
Var slope_times(const Op& op, Binary f, const Var& g, const Var& y) {
    const Array& slope = y.node()->value;
    return recording() ? record(op, kernels::map(f, g.node()->value, slope), {g, y}) : map_spent(f, g, slope);
}

Var tanh_grad(const Var& g, const Var& y) {
    static constexpr Op op{"tanh_grad", [](const Var& gg, const Call& call) -> Vars {
                               const Var g = call.input(0), y = call.input(1);
                               return {mul_grad(gg, 1 - y * y), mul_grad(gg, g * y * -2)};
                           }};
    return slope_times(op, Binary::tanh_grad, g, y);
}

Var sigmoid_grad(const Var& g, const Var& y) {
    static constexpr Op op{"sigmoid_grad", [](const Var& gg, const Call& call) -> Vars {
                               const Var g = call.input(0), y = call.input(1);
                               return {mul_grad(gg, y * (1 - y)), mul_grad(gg, g * (1 - 2 * y))};
                           }};
    return slope_times(op, Binary::sigmoid_grad, g, y);
}

Var relu_grad(const Var& g, const Var& y) {
    static constexpr Op op{"relu_grad", [](const Var& gg, const Call& call) -> Vars {
                               return {relu_grad(gg, call.input(1)), Var()};
                           }};
    return slope_times(op, Binary::relu_grad, g, y);
}

Var abs_grad(const Var& g, const Var& x) {
    static constexpr Op op{"abs_grad", [](const Var& gg, const Call& call) -> Vars {
                               return {abs_grad(gg, call.input(1)), Var()};
                           }};
    return slope_times(op, Binary::abs_grad, g, x);
}

}  // namespace

Var stepped(const char* op, const Var& x, Array&& value) {
    if (detecting) [[unlikely]]
        check_value(op, value, {x});
    return like_scalar(constant(std::move(value)), x);
}

// Fused ones: one node each, whose own rule is the composed form.

Var unary(const Op& op, Unary f, const Var& x) {
    return like_scalar(record(op, kernels::map(f, node_of(op.name, x).value), {x}), x);
}

Var abs(const Var& x) {
    static constexpr Op op{"abs", of_input<abs_grad>};
    return unary(op, Unary::abs, x);
}

Var exp(const Var& x) {
    static constexpr Op op{"exp", times<[](const Var&, const Var& y) { return y; }>};
    return mapped(op, Unary::exp, x);
}

Var expm1(const Var& x) {
    static constexpr Op op{"expm1", times<[](const Var& x, const Var&) { return exp(x); }>};
    return mapped(op, Unary::expm1, x);
}

Var log(const Var& x) {
    static constexpr Op op{"log", of_input<div_grad>};
    return mapped(op, Unary::log, x);
}

Var log1p(const Var& x) {
    static constexpr Op op{"log1p",
                           [](const Var& g, const Call& call) -> Vars { return {div_grad(g, 1 + call.input(0))}; }};
    return mapped(op, Unary::log1p, x);
}

Var log2(const Var& x) {
    static constexpr Op op{"log2", [](const Var& g, const Call& call) -> Vars {
                               return {div_grad(g, call.input(0) * std::numbers::ln2)};
                           }};
    return mapped(op, Unary::log2, x);
}

Var log10(const Var& x) {
    static constexpr Op op{"log10", [](const Var& g, const Call& call) -> Vars {
                               return {div_grad(g, call.input(0) * std::numbers::ln10)};
                           }};
    return mapped(op, Unary::log10, x);
}

Var sqrt(const Var& x) {
    static constexpr Op op{"sqrt",
                           [](const Var& g, const Call& call) -> Vars { return {div_grad(g, 2 * call.output())}; }};
    return mapped(op, Unary::sqrt, x);
}

Var tanh(const Var& x) {
    static constexpr Op op{"tanh", of_output<tanh_grad>};
    return mapped(op, Unary::tanh, x);
}

Var sigmoid(const Var& x) {
    static constexpr Op op{"sigmoid", of_output<sigmoid_grad>};
    return mapped(op, Unary::sigmoid, x);
}

Var relu(const Var& x) {
    static constexpr Op op{"relu", of_output<relu_grad>};
    return mapped(op, Unary::relu, x);
}

Var sin(const Var& x) {
    static constexpr Op op{"sin", times<[](const Var& x, const Var&) { return cos(x); }>};
    return mapped(op, Unary::sin, x);
}

Var cos(const Var& x) {
    static constexpr Op op{"cos", times<[](const Var& x, const Var&) { return -sin(x); }>};
    return mapped(op, Unary::cos, x);
}

Var rsqrt(const Var& x) {
    static constexpr Op op{"rsqrt", times<[](const Var&, const Var& y) { return y * y * y * -0.5; }>};
    return mapped(op, Unary::rsqrt, x);
}

Var tan(const Var& x) {
    static constexpr Op op{"tan", times<[](const Var&, const Var& y) { return 1 + y * y; }>};
    return mapped(op, Unary::tan, x);
}

Var asin(const Var& x) {
    static constexpr Op op{"asin", times<[](const Var& x, const Var&) { return rsqrt(1 - x * x); }>};
    return mapped(op, Unary::asin, x);
}

Var acos(const Var& x) {
    static constexpr Op op{"acos", times<[](const Var& x, const Var&) { return -rsqrt(1 - x * x); }>};
    return mapped(op, Unary::acos, x);
}

Var atan(const Var& x) {
    static constexpr Op op{"atan", times<[](const Var& x, const Var&) { return 1 / (1 + x * x); }>};
    return mapped(op, Unary::atan, x);
}

Var sinh(const Var& x) {
    static constexpr Op op{"sinh", times<[](const Var& x, const Var&) { return cosh(x); }>};
    return mapped(op, Unary::sinh, x);
}

Var cosh(const Var& x) {
    static constexpr Op op{"cosh", times<[](const Var& x, const Var&) { return sinh(x); }>};
    return mapped(op, Unary::cosh, x);
}

Var asinh(const Var& x) {
    static constexpr Op op{"asinh", times<[](const Var& x, const Var&) { return 1 / hypot(x, 1); }>};
    return mapped(op, Unary::asinh, x);
}

Var acosh(const Var& x) {
    static constexpr Op op{"acosh", times<[](const Var& x, const Var&) { return rsqrt(x - 1) * rsqrt(x + 1); }>};
    return mapped(op, Unary::acosh, x);
}

Var atanh(const Var& x) {
    static constexpr Op op{"atanh", times<[](const Var& x, const Var&) { return 1 / (1 - x * x); }>};
    return mapped(op, Unary::atanh, x);
}

Var erf(const Var& x) {
    static constexpr Op op{
        "erf", times<[](const Var& x, const Var&) { return exp(-x * x) * (2 * std::numbers::inv_sqrtpi); }>};
    return mapped(op, Unary::erf, x);
}

Var erfinv(const Var& x) {
    static constexpr Op op{
        "erfinv", times<[](const Var&, const Var& y) { return exp(y * y) * (0.5 / std::numbers::inv_sqrtpi); }>};
    return mapped(op, Unary::erfinv, x);
}

Var cbrt(const Var& x) {
    static constexpr Op op{"cbrt", times<[](const Var&, const Var& y) { return 1 / (3 * y * y); }>};
    return mapped(op, Unary::cbrt, x);
}

Var sqr(const Var& x) {
    node_of("sqr", x);
    return x * x;
}

Var sign(const Var& x) {
    const Array& value = node_of("sign", x).value;
    if (!is_float(value.dtype())) return cast(sign(cast(x, Dtype::float64)), value.dtype());
    return stepped("sign", x, kernels::map(Unary::sign, value));
}

Var floor(const Var& x) { return whole("floor", Unary::floor, x); }
Var ceil(const Var& x) { return whole("ceil", Unary::ceil, x); }
Var round(const Var& x) { return whole("round", Unary::round, x); }
Var rint(const Var& x) { return whole("rint", Unary::rint, x); }
Var trunc(const Var& x) { return whole("trunc", Unary::trunc, x); }
Var floor_int(const Var& x) { return whole_int("floor_int", Unary::floor_int, x); }
Var ceil_int(const Var& x) { return whole_int("ceil_int", Unary::ceil_int, x); }
Var round_int(const Var& x) { return whole_int("round_int", Unary::round_int, x); }

Var cast(const Var& x, Dtype dtype) {
    static constexpr Op op{"cast",
                           [](const Var& g, const Call& call) -> Vars { return {cast(g, call.input(0).dtype())}; }};
    return like_scalar(record(op, kernels::cast(node_of(op.name, x).value, dtype), {x}), x);
}

Var to(const Var& x, Dtype dtype) { return cast(x, dtype); }
Var type_as(const Var& x, const Var& y) {
    for (const auto& each : {x, y}) node_of("type_as", each);
    return cast(x, y.dtype());
}

}  // namespace jt
