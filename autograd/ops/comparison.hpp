// Comparisons, their operators, and a choice by one. An Operand is a Var or a number, at least one of two is a Var;
// both sides broadcast, dtypes promote by Jittor's table (promote.hpp).
#pragma once
#include "../var.hpp"

namespace jt {

/// Comparisons give bool.
Var equal(const Operand& x, const Operand& y);
Var not_equal(const Operand& x, const Operand& y);
Var less(const Operand& x, const Operand& y);
Var less_equal(const Operand& x, const Operand& y);
Var greater(const Operand& x, const Operand& y);
Var greater_equal(const Operand& x, const Operand& y);
/// c ? x : y; c is bool, or counts as true where it is not 0.
Var where(const Var& c, const Operand& x, const Operand& y);
/// value where the mask holds, x elsewhere.
Var masked_fill(const Var& x, const Var& mask, const Operand& value);

inline Var operator==(const Operand& x, const Operand& y) { return equal(x, y); }
inline Var operator!=(const Operand& x, const Operand& y) { return not_equal(x, y); }
inline Var operator<(const Operand& x, const Operand& y) { return less(x, y); }
inline Var operator<=(const Operand& x, const Operand& y) { return less_equal(x, y); }
inline Var operator>(const Operand& x, const Operand& y) { return greater(x, y); }
inline Var operator>=(const Operand& x, const Operand& y) { return greater_equal(x, y); }

}  // namespace jt
