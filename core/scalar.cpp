// Wording and checking numbers.
#include "scalar.hpp"

namespace jt {

std::string text(const Scalar& number) {
    return number.exact ? text(static_cast<long long>(number.integer)) : text(number.value);
}

void fail_to_hold(const char* op, const Scalar& number, Dtype dtype) {
    fail<ValueError>(op, ": needs a number that ", dtype, " holds, got ", number);
}

void check_number(const char* op, const Scalar& number, Dtype dtype) {
    if (!dispatch(dtype, [&]<class T>(T) { return number.fits<T>(); })) fail_to_hold(op, number, dtype);
}

}  // namespace jt
