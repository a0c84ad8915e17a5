#include <algorithm>
#include <cmath>
#include <limits>

#include "../../autograd/node.hpp"
#include "../../autograd/ops.hpp"
#include "../../autograd/ops/promote.hpp"
#include "image.hpp"

namespace jt {

namespace {

/// low ... high as 0 ... 1; equal numbers are 0.
Var normalized(const Var& x, const GridOptions& options) {
    if (!options.normalize || x.numel() == 0) return x;
    if (options.range) return (x - options.range->low) / (options.range->high - options.range->low);
    const Var low = x.min(), extent = x.max() - low;
    return (x - low) / (extent + (extent == 0));
}

/// Which of the cells of an axis an index is in, and where in it.
struct Cells {
    Cells(const char* index, std::int64_t size, std::int64_t padding)
        : number(index + ("/" + std::to_string(size + padding))),
          place(index + ("%" + std::to_string(size + padding)) + "-" + std::to_string(padding)) {}

    std::string number, place;
};

/// (c, h, w) of one image.
Var single(const char* op, const Var& x) {
    const bool batch = x.dim() == 4 && x.shape(0) == 1;
    Var image = batch ? x.squeeze(0) : x.dim() == 2 ? x.unsqueeze(0) : x;
    if (image.dim() != 3) fail<ShapeError>(op, ": needs images (n, c, h, w), (c, h, w) or (h, w), got ", x.shape());
    if (image.numel() == 0) fail<ShapeError>(op, ": needs at least one pixel, got ", x.shape());
    return image;
}

void check_options(const char* op, const GridOptions& options) {
    if (options.nrow < 1) fail<ValueError>(op, ": needs nrow of 1 or more, got ", options.nrow);
    if (options.padding < 0) fail<ValueError>(op, ": needs padding of 0 or more, got ", options.padding);
    if (!options.range) return;
    const auto [low, high] = *options.range;
    if (!(low < high && std::isfinite(high - low)))
        fail<ValueError>(op, ": needs a range that rises, got ", low, " and ", high);
}

/// `count` cells side by side, each with its padding, and that behind the last; what int64 does not hold is cut, since
/// no memory holds it either.
std::int64_t extent_of(std::int64_t count, std::int64_t size, std::int64_t padding) {
    std::int64_t out = 0;
    const bool too_large =
        __builtin_mul_overflow(count, size + padding, &out) || __builtin_add_overflow(out, padding, &out);
    return too_large ? std::numeric_limits<std::int64_t>::max() : out;
}

Var grid(const char* op, const Var& x, const GridOptions& options) {
    node_of(op, x);
    check_options(op, options);
    if (x.dim() > 4) fail<ShapeError>(op, ": needs images (n, c, h, w), got ", x.shape());
    Var images = normalized(x, options);
    if (x.dim() < 4 || x.shape(0) <= 1) return images;
    const auto [n, c, h, w] = sizes<4>(x);
    const std::int64_t padding = options.padding, nrow = std::min<std::int64_t>(options.nrow, n);
    const std::int64_t rows = (n - 1) / nrow + 1;
    const Shape shape{c, extent_of(rows, h, padding), extent_of(nrow, w, padding)};
    check_room(op, shape, images.dtype());
    const Cells down("i1", h, padding), across("i2", w, padding);
    return images.reindex(
        shape, {down.number + "*" + std::to_string(nrow) + "+" + across.number, "i0", down.place, across.place},
        options.pad_value);
}

/// Images (c, h, w) or (h, w) as (n, c, h, w).
Var stacked(const char* op, const Vars& images) {
    if (images.empty()) fail<ValueError>(op, ": needs at least one image, got none");
    Vars whole;
    for (const Var& image : images) {
        const Shape &shape = node_of(op, image).value.shape(), &first = images[0].shape();
        if (shape.rank() != 2 && shape.rank() != 3)
            fail<ShapeError>(op, ": needs images (c, h, w) or (h, w), got ", shape);
        if (shape != first) fail<ShapeError>(op, ": needs images of one shape, got ", first, " and ", shape);
        whole.push_back(shape.rank() == 2 ? image.unsqueeze(0) : image);
    }
    return stack(whole);
}

void write(const Var& x, const std::string& path, const GridOptions& options) {
    const no_grad guard;
    const Var image = single("save_image", grid("save_image", x, options));
    if (image.dtype() == uint8)
        fail<DtypeError>("save_image: needs numbers from 0 to 1, got uint8; imwrite takes bytes, (h, w, c)");
    imwrite(path, (float_of("save_image", image) * 255 + 0.5).clamp(0, 255).permute(1, 2, 0).cast(uint8));
}

}  // namespace

Var make_grid(const Var& x, const GridOptions& options) { return grid("make_grid", x, options); }

Var make_grid(const Vars& x, const GridOptions& options) { return grid("make_grid", stacked("make_grid", x), options); }

void save_image(const Var& x, const std::string& path, const GridOptions& options) { write(x, path, options); }

void save_image(const Vars& x, const std::string& path, const GridOptions& options) {
    write(stacked("save_image", x), path, options);
}

}  // namespace jt
