// Images made larger or smaller.
#pragma once
#include "functional.hpp"
#include "layers/options.hpp"

namespace jt::nn {

/// What the extents of an image are multiplied by: `2`, or one number for h and one for w.
struct Factor {
    Factor(double both) : Factor(both, both) {}
    Factor(double h, double w) : h(h), w(w) {}

    double h, w;
};
/// "2.0" of two equal ones, or "(2.0, 1.5)".
std::string text(Factor factor);

/// Either the new h and w, or what they are multiplied by and cut to whole numbers.
struct InterpolateOptions {
    ByName by_name = {};
    std::optional<Pair> size = {};
    std::optional<Factor> scale_factor = {};
    ResizeMode mode = ResizeMode::bilinear;
    bool align_corners = false;
};

/// resize as Jittor's nn.interpolate: bilinear unless said otherwise (PyTorch: nearest). As there, the formulas take
/// the ratio of the sizes, never scale_factor itself. A ValueError for both a size and a factor, or neither.
Var interpolate(const Var& x, Pair size, ResizeMode mode = ResizeMode::bilinear, bool align_corners = false);
Var interpolate(const Var& x, const InterpolateOptions& options);

}  // namespace jt::nn
