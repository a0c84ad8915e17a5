// Other names by which Jittor calls functions of these headers.
#pragma once
#include "arithmetic.hpp"
#include "comparison.hpp"
#include "create.hpp"

namespace jt {

inline Var subtract(const Operand& x, const Operand& y) { return sub(x, y); }
inline Var multiply(const Operand& x, const Operand& y) { return mul(x, y); }
inline Var divide(const Operand& x, const Operand& y) { return div(x, y); }
inline Var ternary(const Var& c, const Operand& x, const Operand& y) { return where(c, x, y); }
inline Var random(const Shape& shape, Dtype dtype = float32) { return rand(shape, dtype); }

}  // namespace jt
