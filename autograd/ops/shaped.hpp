// Functions that two numbers shape: a pass for the value and one for the gradient. Private to autograd/ops.
#pragma once
#include "composed.hpp"
#include "rules.hpp"

namespace jt {

struct Numbers {
    double a, b = 0;
};

/// f of a Var of floats and two numbers.
inline Var shaped(const Op& op, kernels::Shaped f, const Var& x, const Numbers& n) {
    return like_scalar(record(op, kernels::map(f, x.array(), x.array(), n.a, n.b), {x}, n), x);
}

/// f(g, x) of two numbers, written over g where nobody needs it.
inline Var shaped_grad(const Op& op, kernels::Shaped f, const Var& g, const Var& x, const Numbers& n) {
    if (!recording()) return map_spent(f, g, x.array(), n.a, n.b);
    return record(op, kernels::map(f, g.array(), x.array(), n.a, n.b), {g, x}, n);
}

/// The rule of a function of straight pieces, whose gradient in x is f(g, x).
template <kernels::Shaped f>
Vars straight(const Var& g, const Call& call) {
    static constexpr Op op{"shaped_grad", [](const Var& gg, const Call& call) -> Vars {
                               return {shaped_grad(op, f, gg, call.input(1), call.params<Numbers>()), Var()};
                           }};
    return {shaped_grad(op, f, g, call.input(0), call.params<Numbers>())};
}

/// The rule of a curved one; what f(g, x) is the gradient of, `composed` says in Vars.
template <kernels::Shaped f, Var (*composed)(const Var& x, const Numbers& n)>
Vars curved(const Var& g, const Call& call) {
    static constexpr Op op{"shaped_grad", [](const Var& gg, const Call& call) -> Vars {
                               return composed_gradients(call, [&](const Vars& in) {
                                   return gg * grad(in[0] * composed(in[1], call.params<Numbers>()), in[1]);
                               });
                           }};
    return {shaped_grad(op, f, g, call.input(0), call.params<Numbers>())};
}

}  // namespace jt
