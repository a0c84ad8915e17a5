#include "transform.hpp"

#include <cmath>
#include <utility>

#include "../../autograd/ops.hpp"
#include "image.hpp"

namespace jt::transform {

namespace {

void check_function(const char* name, const Transform& transform) {
    if (!transform) fail<ValueError>(name, ": needs functions, got an empty one");
}

void check_channels(int num_output_channels) {
    if (num_output_channels != 1 && num_output_channels != 3)
        fail<ValueError>("gray: needs 1 or 3 output channels, got ", num_output_channels);
}

/// One number a channel, for (..., c, h, w).
Var by_channel(const PerChannel& numbers) { return array<float>(numbers).reshape({-1, 1, 1}); }

template <class F>
PerChannel each(PerChannel numbers, F f) {
    for (float& number : numbers) number = f(number);
    return numbers;
}

void check_normalized(const Var& x, const PerChannel& numbers) {
    if (x.dim() < 3 || (numbers.size() != 1 && x.shape(-3) != static_cast<std::int64_t>(numbers.size())))
        fail<ShapeError>("ImageNormalize: needs (..., c, h, w) of as many channels as numbers, got ", x.shape(),
                         " and ", numbers.size());
}

constexpr auto reciprocal_255 = static_cast<float>(1 / 255.0);

}  // namespace

Compose::Compose(std::vector<Transform> transforms) : transforms_(std::move(transforms)) {
    for (const Transform& transform : transforms_) check_function("Compose", transform);
}

Var Compose::operator()(Var x) const {
    for (const Transform& transform : transforms_) x = transform(x);
    return x;
}

Lambda::Lambda(Transform lambd) : lambd_(std::move(lambd)) { check_function("Lambda", lambd_); }

Var to_tensor(const Var& x) {
    if (node_of("to_tensor", x).value.dtype() != uint8) return x;
    return image_of("to_tensor", x).permute(2, 0, 1).float32() * reciprocal_255;
}

ImageNormalize::ImageNormalize(const PerChannel& mean, const PerChannel& std) : mean_(mean), std_(std) {
    if (mean.empty() || std.empty()) fail<ValueError>("ImageNormalize: needs a mean and a std, got none");
    if (mean.size() != std.size() && mean.size() != 1 && std.size() != 1)
        fail<ValueError>("ImageNormalize: needs as many means as stds, or one, got ", mean.size(), " and ", std.size());
    for (const float number : mean)
        if (!std::isfinite(number)) fail<ValueError>("ImageNormalize: needs a finite mean, got ", number);
    for (const float deviation : std)
        if (!(deviation > 0 && std::isfinite(deviation)))
            fail<ValueError>("ImageNormalize: needs a finite std above 0, got ", deviation);
}

Var ImageNormalize::operator()(const Var& x) const {
    const bool image = node_of("ImageNormalize", x).value.dtype() == uint8;
    const Var channels = image ? image_of("ImageNormalize", x).permute(2, 0, 1).float32() : x;
    check_normalized(channels, mean_);
    check_normalized(channels, std_);
    if (!image) return (channels - by_channel(mean_)) / by_channel(std_);
    return (channels - by_channel(each(mean_, [](float mean) { return mean * 255; }))) *
           by_channel(each(std_, [](float deviation) { return reciprocal_255 / deviation; }));
}

Var gray(const Var& x, int num_output_channels) {
    check_channels(num_output_channels);
    const Var image = image_of("gray", x);
    Var out = image[{_, _, to(1)}];
    if (image.shape(2) > 2) {
        const Var colours = image[{_, _, to(3)}].int32() * array({19595, 38470, 7471});
        out = ((colours.sum(2, keepdims) + 32768) / 65536).cast(uint8);
    }
    return out.expand(-1, -1, num_output_channels);
}

Gray::Gray(int num_output_channels) : num_output_channels_(num_output_channels) { check_channels(num_output_channels); }

Var Gray::operator()(const Var& x) const { return gray(x, num_output_channels_).permute(2, 0, 1).float32() / 255; }

}  // namespace jt::transform
