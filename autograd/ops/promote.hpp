// Which dtype two operands compute in: Jittor's table with its scalar flag (`jittor.md` 1.2, `decisions.md` Vars 1).
#pragma once
#include "../node.hpp"

namespace jt {

/// What promotion needs to know of an operand.
struct Kind {
    Dtype dtype;
    bool scalar;
    bool number = false;  ///< no Var at all
};
Kind kind_of(const char* op, const Operand& x);

/// The common dtype: float if either is, of the wider size; a scalar does not count for the size, a
/// number never (`1 - x` and `x - 1` agree).
Dtype promote(Kind x, Kind y);
/// The float dtype of a division or a transcendental function.
Dtype to_float(Dtype dtype);

/// Throws a ValueError in the name of `op` when an integer dtype does not hold the number; floats and bool take any.
void check_number(const char* op, Scalar number, Dtype dtype);

/// The operand as a Var of `dtype`; a number becomes a constant of shape (1,).
Var as_var(const Operand& x, Dtype dtype);

}  // namespace jt
