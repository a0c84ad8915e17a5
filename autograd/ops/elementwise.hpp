// Functions of one number, element by element.
#pragma once
#include "../var.hpp"

namespace jt {

/// Gradient +1 at 0, as Jittor (PyTorch differs: 0).
Var abs(const Var& x);
Var exp(const Var& x);
/// exp(x) - 1, without the loss near 0.
Var expm1(const Var& x);
Var log(const Var& x);
Var sqrt(const Var& x);
Var tanh(const Var& x);
/// 1 / (1 + exp(min(-x, 30))), as Jittor: never below 9.4e-14.
Var sigmoid(const Var& x);
/// x > 0 ? x : 0; gradient 0 at 0; NaN stays NaN.
Var relu(const Var& x);
Var sin(const Var& x);
Var cos(const Var& x);
/// 1 / sqrt(x).
Var rsqrt(const Var& x);
/// The largest whole number not above x; no gradient. Integers stay as they are.
Var floor(const Var& x);
/// -1, 0 or 1, NaN where x is; keeps the dtype; no gradient.
Var sign(const Var& x);
/// Whether an element is NaN, as bool.
Var isnan(const Var& x);
/// Whether an element is neither NaN nor infinite, as bool.
Var isfinite(const Var& x);
/// Converted to dtype; float to float carries gradients.
Var cast(const Var& x, Dtype dtype);

}  // namespace jt
