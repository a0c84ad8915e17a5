// Arithmetic of two, and its operators. An Operand is a Var or a number, at least one of two is a Var; both sides
// broadcast, dtypes promote by Jittor's table (promote.hpp).
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
/// x - y * floor(x / y): the sign of y; of integers, as Jittor, x - y * trunc(x / y): the sign of x. An integer by 0
/// throws a ValueError here, in fmod and in floor_divide.
Var mod(const Operand& x, const Operand& y);
/// x - y * trunc(x / y): the sign of x.
Var fmod(const Operand& x, const Operand& y);
/// x / y without its fraction, as integers of the promoted size: Jittor's x // y (PyTorch differs: -7 // 2 is -4, and
/// floats stay floats). No gradient.
Var floor_divide(const Operand& x, const Operand& y);
/// The larger one; on a tie the gradient is y's alone, as Jittor (PyTorch differs: halves).
Var maximum(const Operand& x, const Operand& y);
Var minimum(const Operand& x, const Operand& y);
/// sqrt(x * x + y * y), without overflow on the way.
Var hypot(const Operand& x, const Operand& y);
/// start + weight * (end - start).
Var lerp(const Var& start, const Operand& end, const Operand& weight);
/// maximum(x, min_v), then minimum with max_v: gradient 0 at both bounds, as Jittor (PyTorch differs: 1). A bound may
/// be a Var. A ValueError for a number min_v above a number max_v.
Var clamp(const Var& x, std::optional<Operand> min_v = {}, std::optional<Operand> max_v = {});
/// clamp of x's dtype, whose gradient is that of x, whatever the bounds.
Var safe_clip(const Var& x, double left = -1e300, double right = 1e300);
/// The angle of the point (x, y) from the x axis, in [-pi, pi].
Var atan2(const Operand& y, const Operand& x);
Var neg(const Var& x);

inline Var operator+(const Operand& x, const Operand& y) { return add(x, y); }
inline Var operator-(const Operand& x, const Operand& y) { return sub(x, y); }
inline Var operator*(const Operand& x, const Operand& y) { return mul(x, y); }
inline Var operator/(const Operand& x, const Operand& y) { return div(x, y); }
inline Var operator%(const Operand& x, const Operand& y) { return mod(x, y); }
inline Var operator-(const Var& x) { return neg(x); }
/// Rebinds this handle to x + y; other handles keep the old Var.
inline Var& operator+=(Var& x, const Operand& y) { return x = add(x, y); }
inline Var& operator-=(Var& x, const Operand& y) { return x = sub(x, y); }
inline Var& operator*=(Var& x, const Operand& y) { return x = mul(x, y); }
inline Var& operator/=(Var& x, const Operand& y) { return x = div(x, y); }
inline Var& operator%=(Var& x, const Operand& y) { return x = mod(x, y); }

}  // namespace jt
