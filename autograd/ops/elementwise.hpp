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
/// log(1 + x), without the loss near 0.
Var log1p(const Var& x);
Var log2(const Var& x);
Var log10(const Var& x);
Var sqrt(const Var& x);
Var tanh(const Var& x);
/// 1 / (1 + exp(min(-x, 30))), as Jittor: never below 9.4e-14.
Var sigmoid(const Var& x);
/// x > 0 ? x : 0; gradient 0 at 0; NaN stays NaN.
Var relu(const Var& x);
Var sin(const Var& x);
Var cos(const Var& x);
Var tan(const Var& x);
Var asin(const Var& x);
Var acos(const Var& x);
Var atan(const Var& x);
Var sinh(const Var& x);
Var cosh(const Var& x);
Var asinh(const Var& x);
Var acosh(const Var& x);
Var atanh(const Var& x);
/// 2 / sqrt(pi) times the integral of exp(-t * t) from 0 to x.
Var erf(const Var& x);
/// The number whose erf is x.
Var erfinv(const Var& x);
/// 1 / sqrt(x).
Var rsqrt(const Var& x);
/// The cube root, of negative numbers too.
Var cbrt(const Var& x);
/// x * x.
Var sqr(const Var& x);
/// Whole numbers near x: the largest not above it, the smallest not below it, the nearest one (halves away from 0, as
/// Jittor; PyTorch's round is rint here), the nearest one (halves to the even one), that without x's fraction. No
/// gradient; integers stay as they are.
Var floor(const Var& x);
Var ceil(const Var& x);
Var round(const Var& x);
Var rint(const Var& x);
Var trunc(const Var& x);
/// The same as integers of x's size.
Var floor_int(const Var& x);
Var ceil_int(const Var& x);
Var round_int(const Var& x);
/// -1, 0 or 1, NaN where x is; keeps the dtype; no gradient.
Var sign(const Var& x);
/// Whether an element is NaN, as bool.
Var isnan(const Var& x);
Var isinf(const Var& x);
/// Whether an element is neither NaN nor infinite, as bool.
Var isfinite(const Var& x);
/// Converted to dtype; float to float carries gradients.
Var cast(const Var& x, Dtype dtype);
Var to(const Var& x, Dtype dtype);
/// To y's dtype.
Var type_as(const Var& x, const Var& y);

}  // namespace jt
