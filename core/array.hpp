// Arrays without gradients: a shape, a dtype and a shared row-major buffer that always starts at element 0.
#pragma once
#include "buffer.hpp"
#include "scalar.hpp"
#include "shape.hpp"

namespace jt {

/// A contiguous row-major array. Copies share the buffer until one is written to: a pointer from a non-const Array is
/// to a buffer of its own, and valid for writing until that Array is copied.
class Array {
public:
    Array() = default;
    /// Uninitialised elements. Throws a ShapeError for an impossible shape, a MemoryError for an impossible size.
    Array(Shape shape, Dtype dtype);
    /// Uninitialised elements, shape and dtype as of x.
    static Array like(const Array& x);
    /// All elements `value`, converted to `dtype`; all zero.
    static Array full(const Shape& shape, const Scalar& value, Dtype dtype);
    static Array zeros(const Shape& shape, Dtype dtype);

    const Shape& shape() const { return shape_; }
    int rank() const { return shape_.rank(); }
    std::int64_t numel() const { return numel_; }
    Dtype dtype() const { return dtype_; }
    std::size_t bytes() const { return static_cast<std::size_t>(numel_) * size_of(dtype_); }
    const Buffer& buffer() const { return buffer_; }
    bool unique() const { return buffer_.unique(); }
    explicit operator bool() const { return static_cast<bool>(buffer_); }

    /// The elements, to write: copied first when another Array shares them.
    void* raw() {
        if (!buffer_.unique()) unshare();
        return buffer_.data();
    }
    const void* raw() const { return buffer_.data(); }
    /// The same as the type behind dtype(), which T must be.
    template <class T>
    T* data() {
        return static_cast<T*>(raw());
    }
    template <class T>
    const T* data() const {
        return static_cast<const T*>(buffer_.data());
    }

    /// The same elements in the same order under another shape of equal size; shares the buffer.
    Array reshaped(Shape shape) const;
    /// The same shape and dtype over another buffer of the same size.
    Array with_buffer(Buffer buffer) const;
    /// A copy that owns its own buffer.
    Array clone() const;

private:
    Array(const Array& like, Buffer&& buffer)
        : shape_(like.shape_), numel_(like.numel_), dtype_(like.dtype_), buffer_(std::move(buffer)) {}

    void unshare();

    Shape shape_;
    std::int64_t numel_ = 0;
    Dtype dtype_ = Dtype::float32;
    Buffer buffer_;
};

/// Throws in the name of `op` where such an Array is not possible, and a MemoryError where there is no room for it: for
/// ops that work on what is as large before they make their output.
void check_room(const char* op, const Shape& shape, Dtype dtype);

}  // namespace jt
