// Ops that work element by element.
#include "elementwise.hpp"

#include "../../core/kernels/elementwise/elementwise.hpp"
#include "../../core/kernels/xt/flat.hpp"
#include "create.hpp"
#include "promote.hpp"

namespace jt {

using kernels::Binary;
using kernels::Compare;
using kernels::Unary;

namespace {

// ---- binary ops

// What a binary op remembers when one side was a number: the number, and which side it stood on.
struct NumberSide {
    double value;
    bool left;
};

// A byte more or less than a byte's numbers is right after wrapping around, but not the larger of two, nor a power.
bool wraps(Binary f, Dtype dtype) {
    return dtype == Dtype::uint8 && (f == Binary::add || f == Binary::sub || f == Binary::mul);
}

Var zip(const Op& op, Binary f, const Operand& x, const Operand& y, Dtype dtype) {
    const Dtype held = wraps(f, dtype) ? Dtype::int32 : dtype;
    check_operand(op.name, x, held);
    check_operand(op.name, y, held);
    if (x.is_var() && y.is_var()) {
        const Var a = as_var(x, dtype), b = as_var(y, dtype);
        return record(op, kernels::zip(f, a.array(), b.array()), {a, b});
    }
    if (!x.is_var() && !y.is_var()) return zip(op, f, constant(x.number(), dtype), y, dtype);
    const bool left = !x.is_var();
    const Scalar number = left ? x.number() : y.number();
    const Var v = as_var(left ? y : x, dtype);
    Array value = left ? kernels::zip(f, number, v.array()) : kernels::zip(f, v.array(), number);
    return record(op, std::move(value), {v}, NumberSide{number.value, left});
}

Var binary(const Op& op, Binary f, const Operand& x, const Operand& y) {
    return zip(op, f, x, y, promote(kind_of(op.name, x), kind_of(op.name, y)));
}

Var binary_float(const Op& op, Binary f, const Operand& x, const Operand& y) {
    return zip(op, f, x, y, to_float(promote(kind_of(op.name, x), kind_of(op.name, y))));
}

// The gradients of a binary op from those of its sides: for_x(x, y) and for_y(x, y), called only where wanted.
template <class ForX, class ForY>
Vars by_side(const Call& call, ForX for_x, ForY for_y) {
    const Var v = call.input(0);
    if (call.size() == 2) {
        const Var w = call.input(1);
        return {call.needs(0) ? for_x(Operand(v), Operand(w)) : Var(),
                call.needs(1) ? for_y(Operand(v), Operand(w)) : Var()};
    }
    const auto& side = call.params<NumberSide>();
    const Operand number(side.value);
    return {side.left ? for_y(number, Operand(v)) : for_x(Operand(v), number)};
}

// ---- unary ops

Var float_of(const char* op, const Var& x) {
    const Dtype dtype = node_of(op, x).value.dtype();
    return is_float(dtype) ? x : cast(x, to_float(dtype));
}

Var unary(const Op& op, Unary f, const Var& x) {
    Var y = record(op, kernels::map(f, node_of(op.name, x).value), {x});
    y.node()->scalar = x.node()->scalar;
    return y;
}

// The same of the floats that integers become.
Var mapped(const Op& op, Unary f, const Var& x) { return unary(op, f, float_of(op.name, x)); }

// What has no slope but 0 is no part of the graph.
Var stepped(const Var& x, Array&& value) {
    Var y = constant(std::move(value));
    y.node()->scalar = x.node()->scalar;
    return y;
}

// ---- gradients

// g * number or g / number of a rule: with one input, whose gradient nobody else will ask of g.
Var by_number(const Op& op, Binary f, const Var& g, const Scalar& number) {
    return recording() ? binary(op, f, g, number) : make_var(kernels::zip(f, taken(g), number));
}

// g * y and g / y, but 0 where g is 0 and y has no finite product with it: the slope of a rule may be infinite where no
// gradient comes in. Where g is 0 and y is finite they are what * and / are, in their derivatives too.
Var mul_grad(const Var& g, const Operand& y) {
    static constexpr Op op{"mul_grad", [](const Var& gg, const Call& call) -> Vars {
                               return by_side(
                                   call, [&](Operand, Operand y) { return mul_grad(gg, y); },
                                   [&](Operand g, Operand) { return mul_grad(gg, g); });
                           }};
    return y.is_var() ? binary(op, Binary::mul_grad, g, y) : by_number(op, Binary::mul_grad, g, y.number());
}

Var div_grad(const Var& g, const Operand& y) {
    static constexpr Op op{"div_grad", [](const Var& gg, const Call& call) -> Vars {
                               return by_side(
                                   call, [&](Operand, Operand y) { return div_grad(gg, y); },
                                   [&](Operand, Operand y) { return -div_grad(mul_grad(gg, call.output()), y); });
                           }};
    return y.is_var() ? binary(op, Binary::div_grad, g, y) : by_number(op, Binary::div_grad, g, y.number());
}

// The rule g * slope(x, y) of y = f(x).
template <auto slope>
Vars times(const Var& g, const Call& call) {
    return {mul_grad(g, slope(call.input(0), call.output()))};
}

// Fused ones: one node each, whose own rule is the composed form.

Array along(Binary f, const Var& g, const Var& y) {
    return recording() ? kernels::zip(f, g.array(), y.array()) : kernels::zip(f, taken(g), y.array());
}

Var tanh_grad(const Var& g, const Var& y) {
    static constexpr Op op{"tanh_grad", [](const Var& gg, const Call& call) -> Vars {
                               const Var g = call.input(0), y = call.input(1);
                               return {mul_grad(gg, 1 - y * y), mul_grad(gg, g * y * -2)};
                           }};
    return record(op, along(Binary::tanh_grad, g, y), {g, y});
}

Var sigmoid_grad(const Var& g, const Var& y) {
    static constexpr Op op{"sigmoid_grad", [](const Var& gg, const Call& call) -> Vars {
                               const Var g = call.input(0), y = call.input(1);
                               return {mul_grad(gg, y * (1 - y)), mul_grad(gg, g * (1 - 2 * y))};
                           }};
    return record(op, along(Binary::sigmoid_grad, g, y), {g, y});
}

Var relu_grad(const Var& g, const Var& y) {
    static constexpr Op op{"relu_grad", [](const Var& gg, const Call& call) -> Vars {
                               return {relu_grad(gg, call.input(1)), Var()};
                           }};
    return record(op, along(Binary::relu_grad, g, y), {g, y});
}

Var abs_grad(const Var& g, const Var& x) {
    static constexpr Op op{"abs_grad", [](const Var& gg, const Call& call) -> Vars {
                               return {abs_grad(gg, call.input(1)), Var()};
                           }};
    return record(op, along(Binary::abs_grad, g, x), {g, x});
}

// The slopes of z = x ** y. x ** 0 is 1 everywhere, and 0 ** y is 0 for every y above 0: flat, though y * x ** (y - 1)
// and z * log(x) are then infinite or NaN.
Var pow_slope_x(const Operand& x, const Operand& y) {
    if (y.is_var()) return where(y.var() == 0, 0, y * pow(x, y - 1));
    const double exponent = y.number().value;
    if (exponent == 0) return zeros_like(x.var());
    return exponent * pow(x, exponent - 1);
}

Var pow_slope_y(const Operand& x, const Operand& y, const Var& z) {
    return where((x == 0) * (y >= 0), 0, z * log(as_var(x, z.dtype())));
}

void check_power(const Scalar& power) {
    if (power.value < 0) fail<ValueError>("pow: needs powers of 0 or more for integers, got ", power);
}

// An integer to a negative power is none.
void check_powers(const Operand& x, const Operand& y) {
    if (is_float(promote(kind_of("pow", x), kind_of("pow", y)))) return;
    if (!y.is_var()) return check_power(y.number());
    for (const auto power : y.var().to_vector<std::int64_t>()) check_power(power);
}

Var comparison(const char* name, Compare f, const Operand& x, const Operand& y) {
    const Dtype dtype = promote(kind_of(name, x), kind_of(name, y));
    check_operand(name, x, dtype);
    check_operand(name, y, dtype);
    const Var a = as_var(x, dtype), b = as_var(y, dtype);
    broadcast_shapes(name, a.shape(), b.shape());
    return constant(kernels::compare(f, a.array(), b.array()));
}

}  // namespace

Var add(const Operand& x, const Operand& y) {
    static constexpr Op op{
        "add", [](const Var& g, const Call& call) -> Vars { return call.each_needed([&](std::size_t) { return g; }); }};
    return binary(op, Binary::add, x, y);
}

Var sub(const Operand& x, const Operand& y) {
    static constexpr Op op{"sub", [](const Var& g, const Call& call) -> Vars {
                               return by_side(
                                   call, [&](Operand, Operand) { return g; }, [&](Operand, Operand) { return -g; });
                           }};
    return binary(op, Binary::sub, x, y);
}

Var mul(const Operand& x, const Operand& y) {
    static constexpr Op op{"mul", [](const Var& g, const Call& call) -> Vars {
                               return by_side(
                                   call, [&](Operand, Operand y) { return mul_grad(g, y); },
                                   [&](Operand x, Operand) { return mul_grad(g, x); });
                           }};
    return binary(op, Binary::mul, x, y);
}

Var div(const Operand& x, const Operand& y) {
    static constexpr Op op{"div", [](const Var& g, const Call& call) -> Vars {
                               return by_side(
                                   call, [&](Operand, Operand y) { return div_grad(g, y); },
                                   [&](Operand, Operand y) { return -div_grad(mul_grad(g, call.output()), y); });
                           }};
    return binary_float(op, Binary::div, x, y);
}

Var pow(const Operand& x, const Operand& y) {
    static constexpr Op op{"pow", [](const Var& g, const Call& call) -> Vars {
                               return by_side(
                                   call, [&](Operand x, Operand y) { return mul_grad(g, pow_slope_x(x, y)); },
                                   [&](Operand x, Operand y) { return mul_grad(g, pow_slope_y(x, y, call.output())); });
                           }};
    if (x.is_var() && !y.is_var() && y.number().value == 2) return x * x;
    check_powers(x, y);
    return binary(op, Binary::pow, x, y);
}

Var maximum(const Operand& x, const Operand& y) {
    static constexpr Op op{"maximum", [](const Var& g, const Call& call) -> Vars {
                               return by_side(
                                   call, [&](Operand x, Operand y) { return where(x > y, g, 0); },
                                   [&](Operand x, Operand y) { return where(x > y, 0, g); });
                           }};
    return binary(op, Binary::maximum, x, y);
}

Var minimum(const Operand& x, const Operand& y) {
    static constexpr Op op{"minimum", [](const Var& g, const Call& call) -> Vars {
                               return by_side(
                                   call, [&](Operand x, Operand y) { return where(x < y, g, 0); },
                                   [&](Operand x, Operand y) { return where(x < y, 0, g); });
                           }};
    return binary(op, Binary::minimum, x, y);
}

Var neg(const Var& x) {
    static constexpr Op op{"neg", [](const Var& g, const Call&) -> Vars { return {-g}; }};
    return unary(op, Unary::neg, x);
}

Var abs(const Var& x) {
    static constexpr Op op{"abs", [](const Var& g, const Call& call) -> Vars { return {abs_grad(g, call.input(0))}; }};
    return unary(op, Unary::abs, x);
}

Var exp(const Var& x) {
    static constexpr Op op{"exp", times<[](const Var&, const Var& y) { return y; }>};
    return mapped(op, Unary::exp, x);
}

Var log(const Var& x) {
    static constexpr Op op{"log", [](const Var& g, const Call& call) -> Vars { return {div_grad(g, call.input(0))}; }};
    return mapped(op, Unary::log, x);
}

Var sqrt(const Var& x) {
    static constexpr Op op{"sqrt",
                           [](const Var& g, const Call& call) -> Vars { return {div_grad(g, 2 * call.output())}; }};
    return mapped(op, Unary::sqrt, x);
}

Var tanh(const Var& x) {
    static constexpr Op op{"tanh",
                           [](const Var& g, const Call& call) -> Vars { return {tanh_grad(g, call.output())}; }};
    return mapped(op, Unary::tanh, x);
}

Var sigmoid(const Var& x) {
    static constexpr Op op{"sigmoid",
                           [](const Var& g, const Call& call) -> Vars { return {sigmoid_grad(g, call.output())}; }};
    return mapped(op, Unary::sigmoid, x);
}

Var relu(const Var& x) {
    static constexpr Op op{"relu",
                           [](const Var& g, const Call& call) -> Vars { return {relu_grad(g, call.output())}; }};
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

Var sign(const Var& x) {
    const Array& value = node_of("sign", x).value;
    if (is_float(value.dtype())) return stepped(x, kernels::sign(value));
    return stepped(x, Array((cast(x > 0, value.dtype()) - cast(x < 0, value.dtype())).array()));
}

Var isnan(const Var& x) {
    const Array& value = node_of("isnan", x).value;
    return stepped(x, is_float(value.dtype()) ? kernels::isnan(value) : Array::zeros(value.shape(), Dtype::bool_));
}

Var atan2(const Operand& y, const Operand& x) {
    static constexpr Op op{
        "atan2", [](const Var& g, const Call& call) -> Vars {
            const Var y = call.input(0), x = call.input(1), square = x * x + y * y;
            return call.each_needed([&](std::size_t k) { return mul_grad(g, k == 0 ? x / square : -y / square); });
        }};
    const Dtype dtype = to_float(promote(kind_of(op.name, y), kind_of(op.name, x)));
    const Var a = as_var(y, dtype), b = as_var(x, dtype);
    return record(op, kernels::atan2(a.array(), b.array()), {a, b});
}

Var equal(const Operand& x, const Operand& y) { return comparison("equal", Compare::eq, x, y); }
Var not_equal(const Operand& x, const Operand& y) { return comparison("not_equal", Compare::ne, x, y); }
Var less(const Operand& x, const Operand& y) { return comparison("less", Compare::lt, x, y); }
Var less_equal(const Operand& x, const Operand& y) { return comparison("less_equal", Compare::le, x, y); }
Var greater(const Operand& x, const Operand& y) { return comparison("greater", Compare::gt, x, y); }
Var greater_equal(const Operand& x, const Operand& y) { return comparison("greater_equal", Compare::ge, x, y); }

Var where(const Var& c, const Operand& x, const Operand& y) {
    static constexpr Op op{
        "where", [](const Var& g, const Call& call) -> Vars {
            const Var c = call.input(0);
            return {Var(), call.needs(1) ? where(c, g, 0) : Var(), call.needs(2) ? where(c, 0, g) : Var()};
        }};
    const Dtype dtype = promote(kind_of(op.name, x), kind_of(op.name, y));
    node_of(op.name, c);
    check_operand(op.name, x, dtype);
    check_operand(op.name, y, dtype);
    const Var mask = as_var(c, Dtype::bool_), a = as_var(x, dtype), b = as_var(y, dtype);
    broadcast_shapes(op.name, c.shape(), broadcast_shapes(op.name, a.shape(), b.shape()));
    return record(op, kernels::select(mask.array(), a.array(), b.array()), {mask, a, b});
}

Var cast(const Var& x, Dtype dtype) {
    static constexpr Op op{"cast",
                           [](const Var& g, const Call& call) -> Vars { return {cast(g, call.input(0).dtype())}; }};
    Var y = record(op, kernels::cast(node_of(op.name, x).value, dtype), {x});
    y.node()->scalar = x.node()->scalar;
    return y;
}

}  // namespace jt
