// Making, filling and copying arrays.
#include "array.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "fill.hpp"

namespace jt {

Array::Array(Shape shape, Dtype dtype) : shape_(std::move(shape)), dtype_(dtype) {
    std::int64_t size = 8;  // bytes of the widest dtype, with empty axes counted as 1
    bool possible = shape_.rank() <= max_rank;
    numel_ = 1;
    for (const auto extent : shape_) {
        possible = possible && extent >= 0 && !__builtin_mul_overflow(size, std::max<std::int64_t>(extent, 1), &size);
        numel_ = possible ? numel_ * extent : 0;
    }
    if (!possible) check_shape("array", shape_);
    buffer_ = Buffer(bytes());
}

Array Array::like(const Array& x) { return Array(x, Buffer(x.bytes())); }

Array Array::reshaped(Shape shape) const {
    Array out = *this;
    out.shape_ = std::move(shape);
    return out;
}

Array Array::with_buffer(Buffer buffer) const { return Array(*this, std::move(buffer)); }

Array Array::clone() const {
    Array out = like(*this);
    std::memcpy(out.raw(), std::as_const(*this).raw(), bytes());
    return out;
}

void Array::unshare() {
    if (buffer_) *this = clone();
}

Array Array::full(const Shape& shape, const Scalar& value, Dtype dtype) {
    Array out(shape, dtype);
    dispatch(dtype, [&]<class T>(T) { fill(out.data<T>(), out.numel(), value.as<T>()); });
    return out;
}

Array Array::zeros(const Shape& shape, Dtype dtype) {
    Array out(shape, dtype);
    std::memset(out.raw(), 0, out.bytes());
    return out;
}

void check_room(const char* op, const Shape& shape, Dtype dtype) {
    check_shape(op, shape);
    const Array room(shape, dtype);
}

}  // namespace jt
