// Convolution by kernels of 3 x 3 in float32 with a quarter of the multiplications: Winograd's F(4 x 4, 3 x 3).
//
// On random numbers the result differs from float64's by 0.7e-6 to 1.6e-6 of its largest number, by 2.6e-6 at 256
// channels, where the direct kernel's does by 0.1e-6 to 0.9e-6; so what should be zero may be as far from it. Where an
// image of the result holds a number that is not finite, it is said here, and the direct kernel has to compute that
// image: NaN and infinity spread as far as they do there.
#pragma once
#include <vector>

#include "../../array.hpp"
#include "../../windows.hpp"

namespace jt::kernels {

/// Whether a convolution of x by w and its gradients are computed so: the kernel fits, and there is enough to do.
bool winograd_pays(const Shape& x, const Shape& w, const Windows& windows, Dtype dtype);

/// Whether the result for each image is finite.
using Finite = std::vector<unsigned char>;

/// All write their last argument; shapes as in conv.hpp.
Finite winograd(const Array& x, const Array& w, const Array& bias, const Windows& windows, Array& y);
Finite winograd_input(const Array& g, const Array& w, const Windows& windows, Array& gx);
/// Whether gw is finite.
bool winograd_weight(const Array& g, const Array& x, const Windows& windows, Array& gw);

}  // namespace jt::kernels
