// Functions of one number.
#include "elementwise.hpp"

#include "arithmetic.hpp"
#include "rules.hpp"

namespace jt {

using kernels::Binary;
using kernels::Unary;

namespace {

// The same of the floats that integers become.
Var mapped(const Op& op, Unary f, const Var& x) { return unary(op, f, float_of(op.name, x)); }

Array slope_times(Binary f, const Var& g, const Var& y) {
    return recording() ? kernels::map(f, g.array(), y.array()) : kernels::map(f, own_array(g), y.array());
}

Var tanh_grad(const Var& g, const Var& y) {
    static constexpr Op op{"tanh_grad", [](const Var& gg, const Call& call) -> Vars {
                               const Var g = call.input(0), y = call.input(1);
                               return {mul_grad(gg, 1 - y * y), mul_grad(gg, g * y * -2)};
                           }};
    return record(op, slope_times(Binary::tanh_grad, g, y), {g, y});
}

Var sigmoid_grad(const Var& g, const Var& y) {
    static constexpr Op op{"sigmoid_grad", [](const Var& gg, const Call& call) -> Vars {
                               const Var g = call.input(0), y = call.input(1);
                               return {mul_grad(gg, y * (1 - y)), mul_grad(gg, g * (1 - 2 * y))};
                           }};
    return record(op, slope_times(Binary::sigmoid_grad, g, y), {g, y});
}

Var relu_grad(const Var& g, const Var& y) {
    static constexpr Op op{"relu_grad", [](const Var& gg, const Call& call) -> Vars {
                               return {relu_grad(gg, call.input(1)), Var()};
                           }};
    return record(op, slope_times(Binary::relu_grad, g, y), {g, y});
}

Var abs_grad(const Var& g, const Var& x) {
    static constexpr Op op{"abs_grad", [](const Var& gg, const Call& call) -> Vars {
                               return {abs_grad(gg, call.input(1)), Var()};
                           }};
    return record(op, slope_times(Binary::abs_grad, g, x), {g, x});
}

}  // namespace

Var stepped(const Var& x, Array&& value) {
    Var y = constant(std::move(value));
    y.node()->scalar = x.node()->scalar;
    return y;
}

// Fused ones: one node each, whose own rule is the composed form.

Var unary(const Op& op, Unary f, const Var& x) {
    Var y = record(op, kernels::map(f, node_of(op.name, x).value), {x});
    y.node()->scalar = x.node()->scalar;
    return y;
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

Var floor(const Var& x) {
    const Array& value = node_of("floor", x).value;
    return is_float(value.dtype()) ? stepped(x, kernels::map(Unary::floor, value)) : stepped(x, Array(value));
}

Var cast(const Var& x, Dtype dtype) {
    static constexpr Op op{"cast",
                           [](const Var& g, const Call& call) -> Vars { return {cast(g, call.input(0).dtype())}; }};
    Var y = record(op, kernels::cast(node_of(op.name, x).value, dtype), {x});
    y.node()->scalar = x.node()->scalar;
    return y;
}

}  // namespace jt
