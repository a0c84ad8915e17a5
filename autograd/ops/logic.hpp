// Logical and bitwise ops, and their operators. An Operand is a Var or a number, at least one of two is a Var; both
// sides broadcast.
#pragma once
#include "../var.hpp"

namespace jt {

/// As bool; what is not 0 counts as true, NaN too.
Var logical_and(const Operand& x, const Operand& y);
Var logical_or(const Operand& x, const Operand& y);
Var logical_xor(const Operand& x, const Operand& y);
Var logical_not(const Var& x);
/// Of integers bit by bit, of bools as the logical ones; a DtypeError for floats.
Var bitwise_and(const Operand& x, const Operand& y);
Var bitwise_or(const Operand& x, const Operand& y);
Var bitwise_xor(const Operand& x, const Operand& y);
Var bitwise_not(const Var& x);
/// x times 2 to the y, wrapping around, and x divided by it, rounded down; bools count as int32. Shifted by less than 0
/// or by all its bits and more an integer is 0, or -1 to the right when negative.
Var left_shift(const Operand& x, const Operand& y);
Var right_shift(const Operand& x, const Operand& y);

inline Var operator&(const Operand& x, const Operand& y) { return bitwise_and(x, y); }
inline Var operator|(const Operand& x, const Operand& y) { return bitwise_or(x, y); }
inline Var operator^(const Operand& x, const Operand& y) { return bitwise_xor(x, y); }
inline Var operator~(const Var& x) { return bitwise_not(x); }
inline Var operator<<(const Operand& x, const Operand& y) { return left_shift(x, y); }
inline Var operator>>(const Operand& x, const Operand& y) { return right_shift(x, y); }
/// Rebinds this handle; other handles keep the old Var.
inline Var& operator&=(Var& x, const Operand& y) { return x = bitwise_and(x, y); }
inline Var& operator|=(Var& x, const Operand& y) { return x = bitwise_or(x, y); }
inline Var& operator^=(Var& x, const Operand& y) { return x = bitwise_xor(x, y); }
inline Var& operator<<=(Var& x, const Operand& y) { return x = left_shift(x, y); }
inline Var& operator>>=(Var& x, const Operand& y) { return x = right_shift(x, y); }

}  // namespace jt
