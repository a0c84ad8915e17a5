// Resize, Upsample and PixelShuffle: what they compute and their printed forms.
#include "resize.hpp"

#include <cmath>

#include "../../autograd/ops/shape.hpp"
#include "checks.hpp"

namespace jt::nn {

namespace {

const char* name_of(ResizeMode mode) { return mode == ResizeMode::nearest ? "nearest" : "bilinear"; }

Factor above_0(Factor factor) {
    for (const double number : {factor.h, factor.w})
        if (!(std::isfinite(number) && number > 0))
            fail<ValueError>("Upsample: needs a scale_factor above 0, got ", number);
    return factor;
}

}  // namespace

Resize::Resize(Pair size, ResizeMode mode, bool align_corners)
    : size(at_least(1, "Resize", "h", size.h), at_least(1, "Resize", "w", size.w)),
      mode(mode),
      align_corners(align_corners) {}

Var Resize::execute(const Var& x) {
    image_shape(*this, x);
    return jt::resize(x, size, mode, align_corners);
}

std::string Resize::extra_repr() const { return repr(size, name_of(mode), align_corners); }

Upsample::Upsample(Factor scale_factor, ResizeMode mode, bool align_corners)
    : scale_factor(above_0(scale_factor)), mode(mode), align_corners(align_corners) {}

Var Upsample::execute(const Var& x) {
    image_shape(*this, x);
    return interpolate(x, {.scale_factor = scale_factor, .mode = mode, .align_corners = align_corners});
}

std::string Upsample::extra_repr() const {
    return repr(scale_factor, Named{"mode", name_of(mode)}, Named{"align_corners", align_corners});
}

PixelShuffle::PixelShuffle(int upscale_factor)
    : upscale_factor(at_least(1, "PixelShuffle", "an upscale_factor", upscale_factor)) {}

Var PixelShuffle::execute(const Var& x) {
    const Shape& shape = image_shape(*this, x);
    const std::int64_t n = shape[0], r = upscale_factor, c = shape[1] / r / r, h = shape[2], w = shape[3];
    if (shape[1] % r != 0 || shape[1] / r % r != 0)
        fail<ShapeError>("PixelShuffle: needs channels that ", r, " * ", r, " divides, got ", shape);
    return x.reshape({n, c, r, r, h, w}).transpose({0, 1, 4, 2, 5, 3}).reshape({n, c, h * r, w * r});
}

}  // namespace jt::nn
