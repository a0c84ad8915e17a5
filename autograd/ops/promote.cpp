// Jittor's promotion table.
#include "promote.hpp"

#include <algorithm>

#include "../../core/kernels/elementwise/elementwise.hpp"

namespace jt {

namespace {

std::size_t common_size(OperandType x, OperandType y) {
    if (x.number != y.number) return size_of(x.number ? y.dtype : x.dtype);
    if (x.scalar == y.scalar) return x.scalar ? size_of(x.dtype) : std::max(size_of(x.dtype), size_of(y.dtype));
    return size_of(x.scalar ? y.dtype : x.dtype);
}

}  // namespace

Dtype promote_unequal(OperandType x, OperandType y) {
    const auto size = common_size(x, y);
    if (is_float(x.dtype) || is_float(y.dtype)) return size == 8 ? Dtype::float64 : Dtype::float32;
    if (size == 8) return Dtype::int64;
    const bool bytes = std::min(x.dtype, y.dtype) == Dtype::bool_ && std::max(x.dtype, y.dtype) == Dtype::uint8;
    const bool uint8_with_number = size == 1 && (x.scalar ? y.dtype : x.dtype) == Dtype::uint8;
    return bytes || uint8_with_number ? Dtype::uint8 : Dtype::int32;
}

Dtype to_float(Dtype dtype) { return size_of(dtype) == 8 ? Dtype::float64 : Dtype::float32; }

Dtype to_int(Dtype dtype) {
    if (dtype == Dtype::bool_) return Dtype::int32;
    return !is_float(dtype) ? dtype : size_of(dtype) == 8 ? Dtype::int64 : Dtype::int32;
}

int countable_axis(const char* op, const Var& x, int axis) {
    const int k = axis_of(op, x, axis);
    if (!fits<std::int32_t>(x.shape(k)))
        fail<ShapeError>(op, ": needs an axis that an int32 counts, got ", x.shape(), " along axis ", k);
    return k;
}

void check_integers(const char* op, const Operand& x, Dtype dtype) {
    if (!x.is_var())
        check_number(op, x.number(), dtype);
    else if (x.var().dtype() != dtype)
        kernels::check_numbers(op, x.var().array(), dtype);
}

}  // namespace jt
