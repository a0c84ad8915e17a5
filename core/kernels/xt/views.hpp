// What is a strided view of an array, made dense.
#pragma once
#include "../../array.hpp"

namespace jt::kernels {

/// x backwards along axes.
Array flip(const Array& x, AxisSet axes);

/// Windows of kernel[k] elements, dilation[k] apart, every stride[k] along the last two axes.
struct Windows {
    std::int64_t kernel[2], dilation[2], padding[2], stride[2];

    /// How many there are along an axis of n elements.
    std::int64_t count(int k, std::int64_t n) const {
        return (n + 2 * padding[k] - dilation[k] * (kernel[k] - 1) - 1) / stride[k] + 1;
    }
};
/// x (n, c, h, w) to (n, c * kh * kw, windows): each window is a column. Padding is zeros.
Array unfold(const Array& x, const Windows& w);
/// The transpose of unfold: columns added into zeros of `shape`, where they came from.
Array fold(const Array& columns, const Shape& shape, const Windows& w);

}  // namespace jt::kernels
