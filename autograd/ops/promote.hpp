// Which dtype two operands compute in, as binary_dtype_infer in Jittor's src/misc/nano_string.h: the wider size, and
// float if either is float. So int64 with float32 is float64; the table is symmetric.
//
//              bool     uint8    int32    int64    float32  float64
//     bool     bool     uint8    int32    int64    float32  float64
//     uint8             uint8    int32    int64    float32  float64
//     int32                      int32    int64    float32  float64
//     int64                               int64    float64  float64
//     float32                                      float32  float64
//
// A number's size never counts, and that of a Var flagged scalar not beside one that is not: float32 + 1.5 and float32
// * (a float64 sum) are float32. Flagged are 1-d arrays of one element, what zeros, ones and full make, sum, mean, max
// and min over all axes, and what unary ops, casts and broadcasts make of a flagged Var; a binary op's result is not.
// Of two flagged Vars the left one's size counts. Comparisons give bool; division and the functions from exp to relu
// give the float of the common size. Jittor differs: bool / bool and bool with a float number are float16 there, bool
// with an integer number is int8, and a number to the left of a float64 scalar makes it float32.
#pragma once
#include "../node.hpp"

namespace jt {

/// What promotion needs to know of an operand.
struct OperandType {
    Dtype dtype;
    bool scalar;
    bool number = false;  ///< no Var at all
};
inline OperandType type_of(const char* op, const Operand& x) {
    if (!x.is_var()) return {x.number().dtype, true, true};
    const Node& node = node_of(op, x.var());
    return {node.value.dtype(), node.scalar};
}

Dtype promote_unequal(OperandType x, OperandType y);
/// The common dtype: float if either is, of the wider size; a scalar does not count for the size, a
/// number never (`1 - x` and `x - 1` agree).
inline Dtype promote(OperandType x, OperandType y) { return x.dtype == y.dtype ? x.dtype : promote_unequal(x, y); }
/// The float dtype of a division or a transcendental function.
Dtype to_float(Dtype dtype);
/// Integers of a float's size; other dtypes are kept, but for bool, which is int32.
Dtype to_int(Dtype dtype);
/// x, or the floats that its integers become.
inline Var float_of(const char* op, const Var& x) {
    const Dtype dtype = node_of(op, x).value.dtype();
    return is_float(dtype) ? x : x.cast(to_float(dtype));
}

/// y, a scalar where x is one.
inline Var like_scalar(Var y, const Var& x) {
    y.node()->scalar = x.node()->scalar;
    return y;
}

/// The axis counted from the front; throws in the name of `op`, a GraphError for an empty x, a ShapeError for the axis.
inline int axis_of(const char* op, const Var& x, int axis) {
    return normalize_axis(op, axis, node_of(op, x).value.rank());
}

/// The same of an axis along which an int32 says where elements are; a ShapeError when it cannot.
int countable_axis(const char* op, const Var& x, int axis);

void check_integers(const char* op, const Operand& x, Dtype dtype);
/// Throws a ValueError in the name of `op` when `dtype`, which one operand is promoted to, does not hold another one.
inline void check_operand(const char* op, const Operand& x, Dtype dtype) {
    if (!is_float(dtype)) check_integers(op, x, dtype);
}

/// The operand as a Var of `dtype`; a number becomes a constant of shape (1,).
inline Var as_var(const Operand& x, Dtype dtype) {
    if (!x.is_var()) return constant(x.number(), dtype);
    return x.var().node()->value.dtype() == dtype ? x.var() : x.var().cast(dtype);
}

}  // namespace jt
