#include "labelled_images.hpp"

#include <algorithm>

namespace jt::dataset {

namespace {

/// The k-th of some images as (height, width, 3): three times the gray, where that is all there is.
Array image_of(const Array& images, std::int64_t k) {
    const std::int64_t height = images.shape()[1], width = images.shape()[2];
    const std::int64_t pixels = height * width, channels = images.rank() == 3 ? 1 : 3;
    Array image({height, width, 3}, uint8);
    const auto* from = images.data<std::uint8_t>() + k * pixels * channels;
    auto* to = image.data<std::uint8_t>();
    for (std::int64_t i = 0; i < 3 * pixels; ++i) to[i] = from[i * channels / 3];
    return image;
}

}  // namespace

std::tuple<Var, int> ImageDataset::item(std::int64_t k) const {
    const Var x = array(image_of(data_.images, k));
    return {transform_ ? transform_(x) : x, std::as_const(data_.labels).data<std::uint8_t>()[k]};
}

}  // namespace jt::dataset
