// Images made larger or smaller as Pillow makes them.
#pragma once
#include "../../array.hpp"

namespace jt::kernels {

/// A uint8 image (h, w, c) at another size, as Pillow's resize by BILINEAR, bit for bit: each new row and column is a
/// weighted mean of all that its place covers in the old image. The last of 2 and of 4 channels is opacity, by which
/// the others weigh. Pillow 13 takes rows before columns where the height shrinks more, which may differ by 1.
Array resampled(const Array& image, std::int64_t height, std::int64_t width);

}  // namespace jt::kernels
