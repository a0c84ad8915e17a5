// Convolution as products over shifted views of the image, without copies of patches (im2col). Private to core/kernels.
#pragma once
#include "conv_shares.hpp"

namespace jt::kernels {

/// What fills the vectors: pixels of the output, its channels, or pixels of a single channel.
enum class Lanes { pixels, channels, depthwise };

/// The one that wastes the least.
template <class T>
Lanes best_lanes(const Convolution& c);

/// y = w * x + bias (or null) for some images; x, w, y are those of the whole batch.
template <class T>
void direct(const Convolution& c, Lanes lanes, Images images, const T* x, const T* w, const T* bias, T* y);
/// gw += g * x over some images.
template <class T>
void direct_weight(const Convolution& c, Lanes lanes, Images images, const T* g, const T* x, T* gw);

}  // namespace jt::kernels
