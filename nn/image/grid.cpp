#include <algorithm>

#include "../../autograd/node.hpp"
#include "../../autograd/ops.hpp"
#include "image.hpp"

namespace jt {

namespace {

/// low ... high as 0 ... 1.
Var normalized(const Var& x, const GridOptions& options) {
    if (!options.normalize) return x;
    if (options.range) return (x - options.range->low) / (options.range->high - options.range->low);
    return (x - x.min()) / (x.max() - x.min());
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
    const Var image = x.dim() == 4 ? x.squeeze(0) : x.dim() == 2 ? x.unsqueeze(0) : x;
    if (image.dim() != 3) fail<ShapeError>(op, ": needs images (n, c, h, w), (c, h, w) or (h, w), got ", x.shape());
    return image;
}

}  // namespace

Var make_grid(const Var& x, const GridOptions& options) {
    node_of("make_grid", x);
    if (options.nrow < 1) fail<ValueError>("make_grid: needs nrow of 1 or more, got ", options.nrow);
    if (options.padding < 0) fail<ValueError>("make_grid: needs padding of 0 or more, got ", options.padding);
    if (x.dim() > 4) fail<ShapeError>("make_grid: needs images (n, c, h, w), got ", x.shape());
    const Var images = normalized(x, options);
    if (x.dim() < 4 || x.shape(0) <= 1) return images;
    const auto [n, c, h, w] = sizes<4>(x);
    const std::int64_t padding = options.padding, nrow = std::min<std::int64_t>(options.nrow, n);
    const std::int64_t rows = (n + nrow - 1) / nrow;
    const Cells down("i1", h, padding), across("i2", w, padding);
    return images.reindex(
        {c, h * rows + (rows + 1) * padding, w * nrow + (nrow + 1) * padding},
        {down.number + "*" + std::to_string(nrow) + "+" + across.number, "i0", down.place, across.place},
        options.pad_value);
}

Var make_grid(const Vars& x, const GridOptions& options) { return make_grid(stack(x), options); }

void save_image(const Var& x, const std::string& path, const GridOptions& options) {
    const no_grad guard;
    const Var image = single("save_image", make_grid(x, options));
    imwrite(path, (image * 255 + 0.5).clamp(0, 255).permute(1, 2, 0).cast(uint8));
}

void save_image(const Vars& x, const std::string& path, const GridOptions& options) {
    save_image(stack(x), path, options);
}

}  // namespace jt
