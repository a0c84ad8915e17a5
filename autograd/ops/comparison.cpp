// Comparisons, and a choice by one.
#include "comparison.hpp"

#include "../../core/kernels/elementwise/elementwise.hpp"
#include "promote.hpp"

namespace jt {

using kernels::Compare;

namespace {

Var comparison(const char* name, Compare f, const Operand& x, const Operand& y) {
    const Dtype dtype = promote(type_of(name, x), type_of(name, y));
    check_operand(name, x, dtype);
    check_operand(name, y, dtype);
    const Var a = as_var(x, dtype), b = as_var(y, dtype);
    broadcast_shapes(name, a.shape(), b.shape());
    return constant(kernels::compare(f, a.array(), b.array()));
}

}  // namespace

Var equal(const Operand& x, const Operand& y) { return comparison("equal", Compare::eq, x, y); }
Var not_equal(const Operand& x, const Operand& y) { return comparison("not_equal", Compare::ne, x, y); }
Var less(const Operand& x, const Operand& y) { return comparison("less", Compare::lt, x, y); }
Var less_equal(const Operand& x, const Operand& y) { return comparison("less_equal", Compare::le, x, y); }
Var greater(const Operand& x, const Operand& y) { return comparison("greater", Compare::gt, x, y); }
Var greater_equal(const Operand& x, const Operand& y) { return comparison("greater_equal", Compare::ge, x, y); }

Var where(const Var& c, const Operand& x, const Operand& y) {
    static constexpr Op op{
        "where", [](const Var& g, const Call& call) -> Vars {
            const Var c = call.input(0);
            return {Var(), call.needs(1) ? where(c, g, 0) : Var(), call.needs(2) ? where(c, 0, g) : Var()};
        }};
    const Dtype dtype = promote(type_of(op.name, x), type_of(op.name, y));
    node_of(op.name, c);
    check_operand(op.name, x, dtype);
    check_operand(op.name, y, dtype);
    const Var mask = as_var(c, Dtype::bool_), a = as_var(x, dtype), b = as_var(y, dtype);
    broadcast_shapes(op.name, c.shape(), broadcast_shapes(op.name, a.shape(), b.shape()));
    return record(op, kernels::select(mask.array(), a.array(), b.array()), {mask, a, b});
}

Var masked_fill(const Var& x, const Var& mask, const Operand& value) {
    node_of("masked_fill", x);
    node_of("masked_fill", mask);
    type_of("masked_fill", value);
    return where(mask, value, x);
}

}  // namespace jt
