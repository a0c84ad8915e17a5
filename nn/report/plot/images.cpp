// Images in a grid.
#include <algorithm>
#include <cmath>

#include "../../../autograd/node.hpp"
#include "../../../autograd/ops.hpp"
#include "../../../core/printable.hpp"
#include "../plot.hpp"
#include "axes.hpp"

namespace jt::plot {

namespace {

constexpr double top = 36, gap = 6, caption_height = 18;

// As (n, h, w, c), from 0 to 1.
Var levels_of(const Images& images) {
    const Var given = images.images.defined() ? Var(images.images) : zeros({0, 1, 1});
    const Shape& shape = given.shape();
    if (shape.rank() != 3 && !(shape.rank() == 4 && (shape[1] == 1 || shape[1] == 3)))
        fail<ShapeError>("Images: needs (n, h, w), (n, 1, h, w) or (n, 3, h, w), got ", shape);
    if (!(std::abs(images.high - images.low) > 0) || !std::isfinite(images.high - images.low))
        fail<ValueError>("Images: needs low and high that differ, got ", images.low, " and ", images.high);
    const no_grad guard;
    const Var x = shape.rank() == 3 ? unsqueeze(given, 1) : given;
    return (transpose(x, {0, 2, 3, 1}).cast(float64) - images.low) / (images.high - images.low);
}

// Where each image stands.
class Grid {
public:
    Grid(const Area& area, const Shape& shape, const Images& images)
        : area_{area.x, area.y + top, area.width, area.height - top},
          ratio_(static_cast<double>(shape[2]) / static_cast<double>(shape[1])),
          below_(images.captions.empty() ? 0 : caption_height) {
        const auto n = static_cast<int>(std::min<std::int64_t>(shape[0], 10000));
        columns_ = images.columns > 0 ? images.columns : 1;
        for (int columns = 1; images.columns == 0 && columns <= n; ++columns)
            if (width_in(columns, n) > width_in(columns_, n)) columns_ = columns;
        width_ = width_in(columns_, n);
    }

    Area cell(std::int64_t k) const {
        const double height = width_ / ratio_;
        const std::int64_t row = k / columns_, column = k % columns_;
        return {area_.x + static_cast<double>(column) * (width_ + gap),
                area_.y + static_cast<double>(row) * (height + gap + below_), width_, height};
    }

private:
    // Of an image, when there are that many columns.
    double width_in(int columns, int n) const {
        const double rows = std::ceil(static_cast<double>(n) / columns);
        const double wide = (area_.width - gap * (columns - 1)) / columns;
        const double high = (area_.height - gap * (rows - 1)) / rows - below_;
        return std::max(std::min(wide, high * ratio_), 1.);
    }

    Area area_;
    double ratio_, below_;
    int columns_;
    double width_;
};

void check(const Images& images, std::int64_t n) {
    if (images.columns < 0) fail<ValueError>("Images: needs 0 columns or more, got ", images.columns);
    if (!images.captions.empty() && static_cast<std::int64_t>(images.captions.size()) != n)
        fail<ValueError>("Images: needs a caption for each of ", n, " images, got ", images.captions.size());
}

}  // namespace

ImageList::ImageList(const Vars& images) : Var(images.empty() ? Var() : stack(images)) {}

void draw(Page& page, const Area& area, const Images& images) {
    const Var levels = levels_of(images);
    check(images, levels.shape(0));
    heading(page, area, images.title);
    if (levels.numel() == 0) return;
    const Grid grid(area, levels.shape(), images);
    for (std::int64_t k = 0; k < levels.shape(0); ++k) {
        const Var image = levels[static_cast<int>(k)];
        const Area cell = grid.cell(k);
        page.image(cell, levels.shape(3) == 1 ? squeeze(image, 2) : image);
        page.box(cell, "none", "#bbb");
        if (!images.captions.empty())
            page.text(cell.x + cell.width / 2, cell.y + cell.height + 14,
                      shortened(images.captions[static_cast<std::size_t>(k)],
                                static_cast<std::size_t>((cell.width + gap) / 6)),
                      {12, ink, "middle"});
    }
}

}  // namespace jt::plot
