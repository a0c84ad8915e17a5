// Arithmetic of two, and the products that rules are made of.
#include "arithmetic.hpp"

#include "../detect.hpp"
#include "comparison.hpp"
#include "elementwise.hpp"
#include "rules.hpp"
#include "shaped.hpp"

namespace jt {

using kernels::Binary;
using kernels::Shaped;
using kernels::Unary;

namespace {

Var with_number(const Op& op, Binary f, const Var& x, const Scalar& y) {
    return record(op, kernels::map(f, x.node()->value, y), {x}, NumberSide{y.value, false});
}

// A byte more or less than a byte's numbers is right after wrapping around, but not the larger of two, nor a power.
bool wraps(Binary f, Dtype dtype) {
    return dtype == Dtype::uint8 && (f == Binary::add || f == Binary::sub || f == Binary::mul);
}

}  // namespace

Var binary(const Op& op, Binary f, const Operand& x, const Operand& y, Dtype dtype) {
    const Dtype held = wraps(f, dtype) ? Dtype::int32 : dtype;
    check_operand(op.name, x, held);
    check_operand(op.name, y, held);
    if (x.is_var() && y.is_var()) {
        const Var a = as_var(x, dtype), b = as_var(y, dtype);
        return record(op, kernels::map(f, a.array(), b.array()), {a, b});
    }
    if (!x.is_var() && !y.is_var()) return binary(op, f, constant(x.number(), dtype), y, dtype);
    if (x.is_var()) return with_number(op, f, as_var(x, dtype), y.number());
    const Var v = as_var(y, dtype);
    return record(op, kernels::map(f, x.number(), v.array()), {v}, NumberSide{x.number().value, true});
}

Var binary_float(const Op& op, Binary f, const Operand& x, const Operand& y) {
    return binary(op, f, x, y, to_float(promote(type_of(op.name, x), type_of(op.name, y))));
}

namespace {

// g * number or g / number of a rule: with one input, whose gradient nobody else will ask of g.
Var by_number(const Op& op, Binary f, const Var& g, const Scalar& number) {
    return recording() ? with_number(op, f, g, number) : map_spent(f, g, number);
}

// mul_grad where nobody else will ask of g: over its numbers, unless they are needed.
Var last_mul_grad(const Var& g, const Var& y) {
    return recording() ? mul_grad(g, y) : map_spent(Binary::mul_grad, g, y.array());
}

// The slopes of z = x ** y. x ** 0 is 1 everywhere, and 0 ** y is 0 for every y above 0: flat, though y * x ** (y - 1)
// and z * log(x) are then infinite or NaN.
Var pow_slope_x(const Operand& x, const Operand& y) {
    if (y.is_var()) return where(y.var() == 0, 0, y * pow(x, y - 1));
    const double exponent = y.number().value;
    if (exponent == 0) return constant(Array::zeros(x.var().shape(), x.var().dtype()));
    return exponent * pow(x, exponent - 1);
}

Var pow_slope_y(const Operand& x, const Operand& y, const Var& z) {
    return where((x == 0) * (y >= 0), 0, z * log(as_var(x, z.dtype())));
}

// x - y * whole(x / y): its slope in y is -whole(x / y).
template <Var (*whole)(const Var&)>
Vars quotient_rule(const Var& g, const Call& call) {
    return by_side(
        call, [&](Operand, Operand) { return g; }, [&](Operand x, Operand y) { return mul_grad(g, -whole(x / y)); });
}

// Among integers there are no negative powers and no division by 0: check(y) for each y.
void check_integers(const char* op, const Operand& x, const Operand& y,
                    void (*check)(const char* op, const Scalar& y)) {
    if (is_float(promote(type_of(op, x), type_of(op, y)))) return;
    if (!y.is_var()) return check(op, y.number());
    for (const auto number : y.var().to_vector<std::int64_t>()) check(op, number);
}

void check_power(const char* op, const Scalar& power) {
    if (power.value < 0) fail<ValueError>(op, ": needs powers of 0 or more for integers, got ", power);
}

void check_divisor(const char* op, const Scalar& divisor) {
    if (divisor.value == 0) fail<ValueError>(op, ": needs divisors other than 0 for integers, got 0");
}

}  // namespace

Var binary(const Op& op, Binary f, const Operand& x, const Operand& y) {
    return binary(op, f, x, y, promote(type_of(op.name, x), type_of(op.name, y)));
}

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

Var add(const Operand& x, const Operand& y) {
    static constexpr Op op{
        "add", [](const Var& g, const Call& call) -> Vars { return call.each_needed([&](std::size_t) { return g; }); },
        true};
    return binary(op, Binary::add, x, y);
}

Var sub(const Operand& x, const Operand& y) {
    static constexpr Op op{"sub",
                           [](const Var& g, const Call& call) -> Vars {
                               return by_side(
                                   call, [&](Operand, Operand) { return g; }, [&](Operand, Operand) { return -g; });
                           },
                           true};
    return binary(op, Binary::sub, x, y);
}

namespace {

Vars mul_rule(const Var& g, const Call& call) {
    if (call.size() == 1) return {mul_grad(g, call.params<NumberSide>().value)};
    const Var x = call.input(0), y = call.input(1);
    if (!call.needs(1)) return {last_mul_grad(g, y)};
    const Var of_x = call.needs(0) ? mul_grad(g, y) : Var();
    return {of_x, last_mul_grad(g, x)};
}

}  // namespace

Var mul(const Operand& x, const Operand& y) {
    static constexpr Op op{"mul", mul_rule, true};
    return binary(op, Binary::mul, x, y);
}

Var div(const Operand& x, const Operand& y) {
    static constexpr Op op{"div",
                           [](const Var& g, const Call& call) -> Vars {
                               return by_side(
                                   call, [&](Operand, Operand y) { return div_grad(g, y); },
                                   [&](Operand, Operand y) { return -div_grad(mul_grad(g, call.output()), y); });
                           },
                           true};
    return binary_float(op, Binary::div, x, y);
}

namespace {

// Of floats by one number, to be differentiated no further.
bool in_one_pass(const Var& x, const NumberSide& side) {
    return !recording() && x.dtype() == Dtype::float32 && !side.left && side.value != 0;
}

Vars pow_rule(const Var& g, const Call& call) {
    if (call.size() == 1 && in_one_pass(call.input(0), call.params<NumberSide>())) {
        const double y = call.params<NumberSide>().value;
        return {map_spent(Shaped::pow_grad, g, call.input(0).array(), y, y - 1)};
    }
    return by_side(
        call, [&](Operand x, Operand y) { return mul_grad(g, pow_slope_x(x, y)); },
        [&](Operand x, Operand y) { return mul_grad(g, pow_slope_y(x, y, call.output())); });
}

}  // namespace

Var pow(const Operand& x, const Operand& y) {
    static constexpr Op op{"pow", pow_rule};
    if (x.is_var() && !y.is_var() && y.number().value == 2) return x * x;
    check_integers(op.name, x, y, check_power);
    return binary(op, Binary::pow, x, y);
}

Var mod(const Operand& x, const Operand& y) {
    static constexpr Op op{"mod", quotient_rule<floor>};
    check_integers(op.name, x, y, check_divisor);
    return binary(op, Binary::mod, x, y);
}

Var fmod(const Operand& x, const Operand& y) {
    static constexpr Op op{"fmod", quotient_rule<trunc>};
    check_integers(op.name, x, y, check_divisor);
    return binary(op, Binary::fmod, x, y);
}

Var floor_divide(const Operand& x, const Operand& y) {
    static constexpr Op op{"floor_divide", nullptr};
    const Dtype dtype = promote(type_of(op.name, x), type_of(op.name, y));
    check_integers(op.name, x, y, check_divisor);
    if (!is_float(dtype)) return binary(op, Binary::floor_divide, x, y, to_int(dtype));
    const no_grad guard;
    if (detecting) [[unlikely]]
        binary(op, Binary::div, x, y, dtype);
    return binary(op, Binary::floor_divide, x, y, dtype);
}

Var hypot(const Operand& x, const Operand& y) {
    static constexpr Op op{"hypot", [](const Var& g, const Call& call) -> Vars {
                               return by_side(
                                   call, [&](Operand x, Operand) { return mul_grad(g, x / call.output()); },
                                   [&](Operand, Operand y) { return mul_grad(g, y / call.output()); });
                           }};
    return binary_float(op, Binary::hypot, x, y);
}

Var atan2(const Operand& y, const Operand& x) {
    static constexpr Op op{"atan2", [](const Var& g, const Call& call) -> Vars {
                               return by_side(
                                   call, [&](Operand y, Operand x) { return mul_grad(g, x / (x * x + y * y)); },
                                   [&](Operand y, Operand x) { return -mul_grad(g, y / (x * x + y * y)); });
                           }};
    return binary_float(op, Binary::atan2, y, x);
}

namespace {

bool are_like(const Var& x, const Operand& y) {
    return y.is_var() && is_float(x.dtype()) && x.dtype() == y.var().dtype() && x.shape() == y.var().shape();
}

Var lerp_by_number(const Var& start, const Var& end, double weight) {
    static constexpr Op op{"lerp", [](const Var& g, const Call& call) -> Vars {
                               const Var part = mul_grad(g, constant(call.params<double>(), g.dtype()));
                               return {call.needs(0) ? g - part : Var(), part};
                           }};
    return record(op, kernels::map(Shaped::lerp, start.array(), end.array(), weight, 0), {start, end}, weight);
}

// Between two numbers, of floats.
Var clamp_between(const Var& x, const Numbers& bounds) {
    static constexpr Op op{"clamp", straight<Shaped::clamp_grad>};
    return shaped(op, Shaped::clamp, x, bounds);
}

}  // namespace

Var lerp(const Var& start, const Operand& end, const Operand& weight) {
    for (const Operand* x : {&end, &weight}) type_of("lerp", *x);
    node_of("lerp", start);
    if (!weight.is_var() && are_like(start, end)) return lerp_by_number(start, end.var(), weight.number().value);
    return start + weight * (end - start);
}

Var clamp(const Var& x, std::optional<Operand> min_v, std::optional<Operand> max_v) {
    node_of("clamp", x);
    for (const auto& bound : {min_v, max_v})
        if (bound && bound->is_var()) node_of("clamp", bound->var());
    if (min_v && max_v && !min_v->is_var() && !max_v->is_var() && !(min_v->number().value <= max_v->number().value))
        fail<ValueError>("clamp: needs min_v up to max_v, got ", min_v->number(), " and ", max_v->number());
    if (min_v && max_v && !min_v->is_var() && !max_v->is_var() && is_float(x.dtype()))
        return clamp_between(x, {min_v->number().value, max_v->number().value});
    const Var above = min_v ? maximum(x, *min_v) : x.clone();
    return max_v ? minimum(above, *max_v) : above;
}

Var safe_clip(const Var& x, double left, double right) {
    static constexpr Op op{"safe_clip", [](const Var& g, const Call&) -> Vars { return {g}; }};
    const Dtype dtype = node_of("safe_clip", x).value.dtype();
    if (!(left <= right)) fail<ValueError>("safe_clip: needs left up to right, got ", left, " and ", right);
    Array value = without_grad([&] {
                      const Var v = cast(x, is_float(dtype) ? dtype : Dtype::float64);
                      return cast(clamp(v, left, right), dtype);
                  }).array();
    return like_scalar(record(op, std::move(value), {x}), x);
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
    static constexpr Op op{"neg", [](const Var& g, const Call&) -> Vars { return {-g}; }, true};
    return unary(op, Unary::neg, x);
}

}  // namespace jt
