// 2-d convolution (cross-correlation, NCHW) and its two gradients, for float32 and float64.
#pragma once
#include "../../array.hpp"

namespace jt::kernels {

/// Geometry, vertical first. The output extent is (in + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1.
struct ConvParams {
    std::int64_t stride[2] = {1, 1}, padding[2] = {0, 0}, dilation[2] = {1, 1}, groups = 1;
};

/// x (N, C, H, W), w (O, C / groups, KH, KW), bias (O,) or empty: y (N, O, OH, OW). Shapes were checked by the caller.
/// Padding counts as zeros in all three, so that a weight or g of infinity gives NaN where it meets padding.
Array conv2d(const Array& x, const Array& w, const Array& bias, const ConvParams& p);
/// Gradient for x of `x_shape`: g (N, O, OH, OW), w as above. Cells within a kernel's reach of the border may be NaN
/// when a weight is not finite.
Array conv2d_input(const Array& g, const Array& w, const Shape& x_shape, const ConvParams& p);
/// Gradient for w of `w_shape`: g (N, O, OH, OW), x as above.
Array conv2d_weight(const Array& g, const Array& x, const Shape& w_shape, const ConvParams& p);

}  // namespace jt::kernels
