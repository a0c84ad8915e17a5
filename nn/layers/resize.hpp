// Images of another size as layers.
#pragma once
#include "../interpolate.hpp"
#include "../module/repr.hpp"

namespace jt::nn {

/// resize to a size (h, w). Throws a ValueError for one below 1; a call throws a ShapeError for x that is no image.
class Resize : public Module {
public:
    explicit Resize(Pair size, ResizeMode mode = ResizeMode::nearest, bool align_corners = false);
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const Pair size;
    const ResizeMode mode;
    const bool align_corners;
};

/// interpolate by a factor, or one for h and one for w: `nn::make<nn::Upsample>(nn::Factor{2, 1.5})`. Throws a
/// ValueError for a factor that is not above 0; a call throws one for a factor that makes no size of 1 or more, a
/// ShapeError for x that is no image.
class Upsample : public Module {
public:
    explicit Upsample(Factor scale_factor, ResizeMode mode = ResizeMode::nearest, bool align_corners = false);
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const Factor scale_factor;
    const ResizeMode mode;
    const bool align_corners;
};
class UpsamplingNearest2d : public Upsample {
public:
    explicit UpsamplingNearest2d(Factor scale_factor) : Upsample(scale_factor) {}
    std::string extra_repr() const override { return repr(scale_factor); }
};
class UpsamplingBilinear2d : public Upsample {
public:
    explicit UpsamplingBilinear2d(Factor scale_factor) : Upsample(scale_factor, ResizeMode::bilinear) {}
    std::string extra_repr() const override { return repr(scale_factor); }
};

/// x (n, c * r * r, h, w) to (n, c, h * r, w * r): each r * r channels become the pixels of a square. Throws a
/// ValueError for r below 1; a call throws a ShapeError for channels that r * r does not divide.
class PixelShuffle : public Module {
public:
    explicit PixelShuffle(int upscale_factor);
    Var execute(const Var& x) override;
    std::string extra_repr() const override { return repr(upscale_factor); }

    const int upscale_factor;
};

}  // namespace jt::nn
