#include "geometry.hpp"

#include <algorithm>
#include <cmath>

#include "../../autograd/ops.hpp"
#include "../../core/kernels/image/resample.hpp"
#include "../../core/numpy_random.hpp"
#include "../../core/python_random.hpp"
#include "image.hpp"

namespace jt::transform {

namespace {

Pair checked(const char* op, Pair size) {
    if (size.h < 1 || size.w < 1) fail<ValueError>(op, ": needs a size of 1 or more, got ", size);
    return size;
}

double checked_p(const char* op, double p) {
    if (!(p >= 0 && p <= 1)) fail<ValueError>(op, ": needs p from 0 to 1, got ", p);
    return p;
}

void check_range(const char* name, Range range, bool fits) {
    if (!fits || !(range.low <= range.high))
        fail<ValueError>("RandomCropAndResize: needs ", name, " from a low to a high positive number, got ", range.low,
                         " and ", range.high);
}

/// The places from `first` on that an axis has: where they are there, and from 0 on.
struct Overlap {
    Overlap(std::int64_t place, std::int64_t size, std::int64_t extent)
        : first(std::clamp(place, -size, extent)),
          here{std::clamp<std::int64_t>(first, 0, extent), std::clamp<std::int64_t>(first + size, 0, extent)},
          there{*here.start - first, *here.stop - first} {}
    explicit operator bool() const { return *here.start < *here.stop; }

    std::int64_t first;  ///< or where just as little of it overlaps
    Slice here, there;
};

struct Box {
    std::int64_t top, left, height, width;
};

std::int64_t rounded(double x) { return static_cast<std::int64_t>(std::nearbyint(x)); }

/// The widest or highest middle of an image whose shape lies in the range.
Box middle(std::int64_t height, std::int64_t width, Range ratio) {
    const double shape = static_cast<double>(width) / static_cast<double>(height);
    const auto h = shape < ratio.low ? rounded(static_cast<double>(width) / ratio.low) : height;
    const auto w = shape > ratio.high ? rounded(static_cast<double>(height) * ratio.high) : width;
    return {(height - h) / 2, (width - w) / 2, h, w};
}

Box drawn_box(std::int64_t height, std::int64_t width, const RandomCropAndResizeOptions& options) {
    for (int attempt = 0; attempt < 10; ++attempt) {
        const double area =
            drawing::python_uniform(options.scale.low, options.scale.high) * static_cast<double>(height * width);
        const double ratio =
            std::exp(drawing::python_uniform(std::log(options.ratio.low), std::log(options.ratio.high)));
        const double w = std::nearbyint(std::sqrt(area * ratio)), h = std::nearbyint(std::sqrt(area / ratio));
        if (!(w > 0 && w <= static_cast<double>(width) && h > 0 && h <= static_cast<double>(height))) continue;
        const auto part_height = static_cast<std::int64_t>(h), part_width = static_cast<std::int64_t>(w);
        const auto top = drawing::python_randint(0, height - part_height);
        return {top, drawing::python_randint(0, width - part_width), part_height, part_width};
    }
    return middle(height, width, options.ratio);
}

}  // namespace

Var crop(const Var& x, std::int64_t top, std::int64_t left, std::int64_t height, std::int64_t width) {
    const Var image = image_of("crop", x);
    if (height < 1 || width < 1) fail<ValueError>("crop: needs a size of 1 or more, got ", Shape{height, width});
    const Shape shape{height, width, image.shape(2)};
    check_room("crop", shape, uint8);
    const Overlap rows(top, height, image.shape(0)), columns(left, width, image.shape(1));
    Var out = zeros(shape, uint8);
    if (rows && columns) out[{rows.there, columns.there}] = image[{rows.here, columns.here}];
    return out;
}

Var resize(const Var& x, Pair size) {
    checked("resize", size);
    const Var image = image_of("resize", x);
    const std::int64_t height = image.shape(0), channels = image.shape(2);
    for (const std::int64_t rows : {height, std::int64_t{size.h}})
        check_room("resize", {rows, size.w, channels}, uint8);
    return array(kernels::resampled(image.array(), size.h, size.w));
}

Var hflip(const Var& x) { return image_of("hflip", x).flip(1); }
Var vflip(const Var& x) { return image_of("vflip", x).flip(0); }

Resize::Resize(Pair size) : size_(checked("Resize", size)) {}

CenterCrop::CenterCrop(Pair size) : size_(checked("CenterCrop", size)) {}

Var CenterCrop::operator()(const Var& x) const {
    const Var image = image_of("CenterCrop", x);
    const auto first = [](std::int64_t extent, int size) { return rounded(static_cast<double>(extent - size) / 2); };
    return crop(image, first(image.shape(0), size_.h), first(image.shape(1), size_.w), size_.h, size_.w);
}

RandomCrop::RandomCrop(Pair size) : size_(checked("RandomCrop", size)) {}

Var RandomCrop::operator()(const Var& x) const {
    const Var image = image_of("RandomCrop", x);
    const std::int64_t down = image.shape(0) - size_.h, across = image.shape(1) - size_.w;
    if (down < 0 || across < 0)
        fail<ShapeError>("RandomCrop: needs an image of ", size_, " or more, got ", image.shape()[to(2)]);
    const auto top = drawing::numpy_randint(down + 1);
    return crop(image, top, drawing::numpy_randint(across + 1), size_.h, size_.w);
}

RandomCropAndResize::RandomCropAndResize(Pair size, const RandomCropAndResizeOptions& options)
    : size_(checked("RandomCropAndResize", size)), options_(options) {
    check_range("scale", options.scale, options.scale.low >= 0);
    check_range("ratio", options.ratio, options.ratio.low > 0);
}

Var RandomCropAndResize::operator()(const Var& x) const {
    const Var image = image_of("RandomCropAndResize", x);
    const Box box = drawn_box(image.shape(0), image.shape(1), options_);
    return transform::resize(crop(image, box.top, box.left, box.height, box.width), size_);
}

RandomHorizontalFlip::RandomHorizontalFlip(double p) : p_(checked_p("RandomHorizontalFlip", p)) {}

Var RandomHorizontalFlip::operator()(const Var& x) const {
    const Var image = image_of("RandomHorizontalFlip", x);
    return drawing::python_random() < p_ ? hflip(image) : image;
}

RandomVerticalFlip::RandomVerticalFlip(double p) : p_(checked_p("RandomVerticalFlip", p)) {}

Var RandomVerticalFlip::operator()(const Var& x) const {
    const Var image = image_of("RandomVerticalFlip", x);
    return drawing::python_random() < p_ ? vflip(image) : image;
}

}  // namespace jt::transform
