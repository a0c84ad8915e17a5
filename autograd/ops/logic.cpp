// Logical and bitwise ops: no gradients.
#include "logic.hpp"

#include "comparison.hpp"
#include "rules.hpp"

namespace jt {

using kernels::Binary;

namespace {

// A rule is never asked for: integers and bools take no gradients.
Var whole_numbers(const char* name, Binary f, const Operand& x, const Operand& y, Dtype (*made_of)(Dtype)) {
    const Op op{name, nullptr};
    const Dtype dtype = promote(type_of(name, x), type_of(name, y));
    if (is_float(dtype)) fail<DtypeError>(name, ": needs integers or bools, got ", dtype);
    return binary(op, f, x, y, made_of(dtype));
}

Var bitwise(const char* name, Binary f, const Operand& x, const Operand& y) {
    return whole_numbers(name, f, x, y, [](Dtype dtype) { return dtype; });
}

Var logical(const char* name, Binary f, const Operand& x, const Operand& y) {
    type_of(name, x);
    type_of(name, y);
    const Var a = not_equal(x, 0), b = not_equal(y, 0);
    broadcast_shapes(name, a.shape(), b.shape());
    return constant(kernels::map(f, a.array(), b.array()));
}

}  // namespace

Var logical_and(const Operand& x, const Operand& y) { return logical("logical_and", Binary::bitwise_and, x, y); }
Var logical_or(const Operand& x, const Operand& y) { return logical("logical_or", Binary::bitwise_or, x, y); }
Var logical_xor(const Operand& x, const Operand& y) { return logical("logical_xor", Binary::bitwise_xor, x, y); }

Var logical_not(const Var& x) {
    node_of("logical_not", x);
    return equal(x, 0);
}

Var bitwise_and(const Operand& x, const Operand& y) { return bitwise("bitwise_and", Binary::bitwise_and, x, y); }
Var bitwise_or(const Operand& x, const Operand& y) { return bitwise("bitwise_or", Binary::bitwise_or, x, y); }
Var bitwise_xor(const Operand& x, const Operand& y) { return bitwise("bitwise_xor", Binary::bitwise_xor, x, y); }

Var bitwise_not(const Var& x) {
    const Dtype dtype = node_of("bitwise_not", x).value.dtype();
    if (dtype == Dtype::bool_) return logical_not(x);
    return bitwise("bitwise_not", Binary::bitwise_xor, x, constant(-1, dtype));
}

Var left_shift(const Operand& x, const Operand& y) {
    return whole_numbers("left_shift", Binary::left_shift, x, y, to_int);
}

Var right_shift(const Operand& x, const Operand& y) {
    return whole_numbers("right_shift", Binary::right_shift, x, y, to_int);
}

}  // namespace jt
