// The geometry of a convolution. Private to core/kernels.
#pragma once
#include <algorithm>

#include "../../shape.hpp"
#include "../../windows.hpp"

namespace jt::kernels {

/// One direction: output o and kernel cell k meet at input o * stride + k * dilation - padding, where there is one.
/// Padding may be negative.
struct Direction {
    std::int64_t in, out, kernel, stride, padding, dilation;

    std::int64_t reach() const { return (kernel - 1) * dilation; }
    /// With the outputs between and after, those of stride 1, as far as there is input.
    Direction dense() const {
        return {in, std::max((out - 1) * stride + 1, in + padding - reach()), kernel, 1, padding, dilation};
    }
};

struct Convolution {
    std::int64_t images, groups, channels, outputs;  ///< channels and outputs of a group
    Direction v, h;

    std::int64_t image_size() const { return channels * v.in * h.in; }
    std::int64_t pixels() const { return v.out * h.out; }
    std::int64_t output_size() const { return outputs * pixels(); }
    std::int64_t cells() const { return v.kernel * h.kernel; }
    std::int64_t taps() const { return channels * cells(); }
    std::int64_t weight_size() const { return outputs * taps(); }            ///< of a group
    std::int64_t work() const { return groups * weight_size() * pixels(); }  ///< multiplications of an image
};

/// Of conv2d, shapes as in conv.hpp.
inline Convolution convolution(const Shape& x, const Shape& w, const Windows& p) {
    const auto direction = [&](int k) {
        return Direction{x[2 + k], p.count(k, x[2 + k]), p.kernel[k], p.stride[k], p.padding[k], p.dilation[k]};
    };
    return {x[0], p.groups, w[1], w[0] / p.groups, direction(0), direction(1)};
}

/// Whether both directions have the property f.
template <class F>
bool both(const Convolution& c, F f) {
    return f(c.v) && f(c.h);
}

}  // namespace jt::kernels
