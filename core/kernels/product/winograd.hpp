// Convolution by kernels of 3 x 3 or 5 x 5 in float32: Winograd's F(4 x 4, 3 x 3) with a quarter of the
// multiplications, F(2 x 2, 5 x 5) with 36 of 100.
//
// On random numbers the result differs from float64's by 0.7e-6 to 2.4e-6 of its largest number, by 3.2e-6 at 256
// channels, for 5 x 5 by 0.6e-6 to 1.6e-6, 2.2e-6 at 256 channels and 1.0e-6 to 2.3e-6 in the gradient of the weight,
// where the direct kernel's does by 0.1e-6 to 0.9e-6; so what should be zero may be as far from it. Where an image of
// the result holds a number that is not finite, it is said here, and the direct kernel has to compute that image: NaN
// and infinity spread as far as they do there.
#pragma once
#include <vector>

#include "conv_geometry.hpp"

namespace jt::kernels {

/// Whether a convolution and the gradient of its weight are computed so: the kernel fits, and there is enough to do.
bool winograd_pays(const Convolution& c);

/// Whether the result for each image is finite.
using Finite = std::vector<unsigned char>;

/// y = w * x + bias (or null)
Finite winograd(const Convolution& c, const float* x, const float* w, const float* bias, float* y);
/// gw = g * x; whether it is finite.
bool winograd_weight(const Convolution& c, const float* g, const float* x, float* gw);

}  // namespace jt::kernels
