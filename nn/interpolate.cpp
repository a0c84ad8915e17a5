// A scale factor becomes a size.
#include "interpolate.hpp"

#include <cmath>
#include <limits>

#include "../autograd/node.hpp"
#include "module/repr.hpp"

namespace jt::nn {

namespace {

int scaled(std::int64_t n, double factor) {
    const double size = std::trunc(static_cast<double>(n) * factor);
    if (!(size >= 1 && size <= std::numeric_limits<int>::max()))
        fail<ValueError>("interpolate: needs a scale_factor that makes an extent an int of 1 or more, got ", factor,
                         " for ", n);
    return static_cast<int>(size);
}

Pair size_of(const Var& x, const InterpolateOptions& options) {
    const Shape& shape = node_of("interpolate", x).value.shape();
    if (options.size.has_value() == options.scale_factor.has_value())
        fail<ValueError>("interpolate: needs either a size or a scale_factor, got ", options.size ? "both" : "neither");
    if (options.size) return *options.size;
    if (shape.size() != 4) fail<ShapeError>("interpolate: needs an image (n, c, h, w), got ", shape);
    return {scaled(shape[2], options.scale_factor->h), scaled(shape[3], options.scale_factor->w)};
}

}  // namespace

std::string text(Factor factor) {
    const std::string h = text(Float{factor.h});
    return factor.h == factor.w ? h : "(" + h + ", " + text(Float{factor.w}) + ")";
}

Var interpolate(const Var& x, Pair size, ResizeMode mode, bool align_corners) {
    return resize(x, size, mode, align_corners);
}

Var interpolate(const Var& x, const InterpolateOptions& options) {
    return resize(x, size_of(x, options), options.mode, options.align_corners);
}

}  // namespace jt::nn
