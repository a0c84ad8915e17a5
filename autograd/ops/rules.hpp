// What the rules of element-wise ops are made of. Private to autograd/ops.
#pragma once
#include "../../core/kernels/elementwise/elementwise.hpp"
#include "promote.hpp"

namespace jt {

/// What a binary op remembers when one side was a number: the number, and which side it stood on.
struct NumberSide {
    double value;
    bool left;
};

/// f of both sides in their promoted dtype, or the one given; numbers are held by it.
Var binary(const Op& op, kernels::Binary f, const Operand& x, const Operand& y);
Var binary(const Op& op, kernels::Binary f, const Operand& x, const Operand& y, Dtype dtype);
/// The same in floats.
Var binary_float(const Op& op, kernels::Binary f, const Operand& x, const Operand& y);
/// A value of x that has no slope but 0, and so is no part of the graph.
Var stepped(const char* op, const Var& x, Array&& value);
/// f of a Var, which keeps its dtype and whether it is a scalar.
Var unary(const Op& op, kernels::Unary f, const Var& x);
/// The same of the floats that integers become.
Var mapped(const Op& op, kernels::Unary f, const Var& x);

/// f(g, operands) as the gradient of a rule that nothing records, written over g's numbers where nobody needs them.
template <class F, class... Y>
Var map_spent(F f, const Var& g, const Y&... operands) {
    Var result = spent(g);
    kernels::map_over(f, result.node()->value, operands...);
    return result;
}

/// The product along one axis, which stays as 1.
Var prod_along(const Var& x, int axis);

/// The gradients of a binary op from those of its sides: for_x(x, y) and for_y(x, y), called only where wanted.
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

/// g * y and g / y, but 0 where g is 0 and y has no finite product with it: the slope of a rule may be infinite where
/// no gradient comes in. Where g is 0 and y is finite they are what * and / are, in their derivatives too.
Var mul_grad(const Var& g, const Operand& y);
Var div_grad(const Var& g, const Operand& y);

/// The rule g * slope(x, y) of y = f(x).
template <auto slope>
Vars times(const Var& g, const Call& call) {
    return {mul_grad(g, slope(call.input(0), call.output()))};
}

/// The rules f(g, x) and f(g, y).
template <auto f>
Vars of_input(const Var& g, const Call& call) {
    return {f(g, call.input(0))};
}
template <auto f>
Vars of_output(const Var& g, const Call& call) {
    return {f(g, call.output())};
}

}  // namespace jt
