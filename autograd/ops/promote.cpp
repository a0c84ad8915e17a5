// Jittor's promotion table.
#include "promote.hpp"

#include <algorithm>

#include "../ops.hpp"

namespace jt {

namespace {

std::size_t common_size(Kind x, Kind y) {
    if (x.number != y.number) return size_of(x.number ? y.dtype : x.dtype);
    if (x.scalar == y.scalar) return x.scalar ? size_of(x.dtype) : std::max(size_of(x.dtype), size_of(y.dtype));
    return size_of(x.scalar ? y.dtype : x.dtype);
}

}  // namespace

Dtype promote_unequal(Kind x, Kind y) {
    const auto size = common_size(x, y);
    if (is_float(x.dtype) || is_float(y.dtype)) return size == 8 ? Dtype::float64 : Dtype::float32;
    if (size == 8) return Dtype::int64;
    const bool bytes = std::min(x.dtype, y.dtype) == Dtype::bool_ && std::max(x.dtype, y.dtype) == Dtype::uint8;
    const bool uint8_with_number = size == 1 && (x.scalar ? y.dtype : x.dtype) == Dtype::uint8;
    return bytes || uint8_with_number ? Dtype::uint8 : Dtype::int32;
}

Dtype to_float(Dtype dtype) { return size_of(dtype) == 8 ? Dtype::float64 : Dtype::float32; }

void check_number(const char* op, Scalar number, Dtype dtype) {
    if (is_float(dtype) || dtype == Dtype::bool_) return;
    dispatch(dtype, [&](auto zero) {
        if (static_cast<double>(number_cast<decltype(zero)>(number.value)) != number.value)
            fail<ValueError>(op, ": needs a number that ", dtype, " holds, got ", number.value);
    });
}

Var as_var(const Operand& x, Dtype dtype) {
    if (!x.is_var()) return constant(x.number(), dtype);
    return x.var().dtype() == dtype ? x.var() : cast(x.var(), dtype);
}

}  // namespace jt
