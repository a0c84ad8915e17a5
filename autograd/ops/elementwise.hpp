// Ops that work element by element, and the operators. An Operand is a Var or a number, at least one of two is a Var;
// both sides broadcast, dtypes promote by Jittor's table (promote.hpp).
#pragma once
#include "../var.hpp"

namespace jt {

Var add(const Operand& x, const Operand& y);
Var sub(const Operand& x, const Operand& y);
Var mul(const Operand& x, const Operand& y);
/// Integers divide to float.
Var div(const Operand& x, const Operand& y);
/// x to the power y; x ** 2 is x * x. An integer to a negative power throws a ValueError.
Var pow(const Operand& x, const Operand& y);
/// The larger one; on a tie the gradient is y's alone, as Jittor (PyTorch differs: halves).
Var maximum(const Operand& x, const Operand& y);
Var minimum(const Operand& x, const Operand& y);
Var neg(const Var& x);
/// Gradient +1 at 0, as Jittor (PyTorch differs: 0).
Var abs(const Var& x);
Var exp(const Var& x);
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
/// The angle of the point (x, y) from the x axis, in [-pi, pi].
Var atan2(const Operand& y, const Operand& x);
/// Comparisons give bool.
Var equal(const Operand& x, const Operand& y);
Var not_equal(const Operand& x, const Operand& y);
Var less(const Operand& x, const Operand& y);
Var less_equal(const Operand& x, const Operand& y);
Var greater(const Operand& x, const Operand& y);
Var greater_equal(const Operand& x, const Operand& y);
/// c ? x : y; c is bool, or counts as true where it is not 0.
Var where(const Var& c, const Operand& x, const Operand& y);
/// Converted to dtype; float to float carries gradients.
Var cast(const Var& x, Dtype dtype);

inline Var operator+(const Operand& x, const Operand& y) { return add(x, y); }
inline Var operator-(const Operand& x, const Operand& y) { return sub(x, y); }
inline Var operator*(const Operand& x, const Operand& y) { return mul(x, y); }
inline Var operator/(const Operand& x, const Operand& y) { return div(x, y); }
inline Var operator-(const Var& x) { return neg(x); }
inline Var operator==(const Operand& x, const Operand& y) { return equal(x, y); }
inline Var operator!=(const Operand& x, const Operand& y) { return not_equal(x, y); }
inline Var operator<(const Operand& x, const Operand& y) { return less(x, y); }
inline Var operator<=(const Operand& x, const Operand& y) { return less_equal(x, y); }
inline Var operator>(const Operand& x, const Operand& y) { return greater(x, y); }
inline Var operator>=(const Operand& x, const Operand& y) { return greater_equal(x, y); }
/// Rebinds this handle to x + y; other handles keep the old Var.
inline Var& operator+=(Var& x, const Operand& y) { return x = add(x, y); }
inline Var& operator-=(Var& x, const Operand& y) { return x = sub(x, y); }
inline Var& operator*=(Var& x, const Operand& y) { return x = mul(x, y); }
inline Var& operator/=(Var& x, const Operand& y) { return x = div(x, y); }

}  // namespace jt
