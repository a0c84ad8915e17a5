// 2-d convolution (cross-correlation, NCHW) and its two gradients, for float32 and float64. Shapes decide which kernel
// computes them (see winograd.hpp); what an image becomes does not depend on what the others of the batch hold.
#pragma once
#include "../../array.hpp"
#include "../../windows.hpp"

namespace jt::kernels {

/// x (N, C, H, W), w (O, C / groups, KH, KW), bias (O,) or empty: y (N, O, OH, OW). Shapes were checked by the caller.
/// Padding counts as zeros in all three, so that a weight or g of infinity gives NaN where it meets padding.
Array conv2d(const Array& x, const Array& w, const Array& bias, const Windows& windows);
/// Gradient for x of `x_shape`: g (N, O, OH, OW), w as above. Cells within a kernel's reach of the border may be NaN
/// when a weight is not finite.
Array conv2d_input(const Array& g, const Array& w, const Shape& x_shape, const Windows& windows);
/// Gradient for w of `w_shape`: g (N, O, OH, OW), x as above.
Array conv2d_weight(const Array& g, const Array& x, const Shape& w_shape, const Windows& windows);

}  // namespace jt::kernels
