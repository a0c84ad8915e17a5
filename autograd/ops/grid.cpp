// Pixels are picked by index Vars; how near each is gives the gradient to the grid.
#include "grid.hpp"

#include <algorithm>

#include "arithmetic.hpp"
#include "comparison.hpp"
#include "create.hpp"
#include "elementwise.hpp"
#include "index.hpp"
#include "join.hpp"
#include "logic.hpp"
#include "product.hpp"
#include "promote.hpp"
#include "shape.hpp"

namespace jt {

namespace {

// The pixels at rows and columns (n, 1, H, W), which are whole; 0 where they are outside.
Var pixels(const Var& x, const Var& rows, const Var& columns) {
    const auto [n, c, h, w] = sizes<4>(x);
    const Var inside = (rows >= 0) & (rows < h) & (columns >= 0) & (columns < w);
    const auto places = [&inside](const Var& v) { return where(inside, v.detach(), 0).int64(); };
    const Var image = arange(n).reshape(n, 1, 1, 1), channel = arange(c).reshape(c, 1, 1);
    return where(inside, getitem(x, {image, channel, places(rows), places(columns)}), 0);
}

Var blended(const Var& x, const Var& y_at, const Var& x_at) {
    const Var top = floor(y_at), left = floor(x_at), down = y_at - top, right = x_at - left;
    const auto row = [&](const Var& at) { return pixels(x, at, left) * (1 - right) + pixels(x, at, left + 1) * right; };
    return row(top) * (1 - down) + row(top + 1) * down;
}

// Mirrored into the range between low and high.
Var reflected(const Var& at, double low, double high) {
    const double span = high - low;
    if (span == 0) return zeros_like(at);
    const Var way = abs(at - low), over = fmod(way, span);
    return where(fmod(floor(way / span), 2) == 0, over, span - over) + low;
}

// From -1 to 1 along n pixels to 0 to n - 1.
Var unnormalized(const Var& at, std::int64_t n, GridPadding padding_mode, bool align_corners) {
    Var pixel = align_corners ? (at + 1) / 2 * (n - 1) : ((at + 1) * n - 1) / 2;
    if (padding_mode == GridPadding::zeros) return pixel;
    if (padding_mode == GridPadding::border) return clamp(pixel, 0, n - 1);
    const double edge = align_corners ? 0 : 0.5;
    return clamp(reflected(pixel, -edge, static_cast<double>(n - 1) + edge), 0, n - 1);
}

void check_grid(const Var& input, const Var& grid) {
    const Shape &shape = node_of("grid_sample", input).value.shape(), &at = node_of("grid_sample", grid).value.shape();
    if (shape.size() != 4 || at.size() != 4 || shape[0] != at[0] || at[3] != 2)
        fail<ShapeError>("grid_sample: needs an image (n, c, h, w) and a grid (n, H, W, 2), got ", shape, " and ", at);
    if (shape[2] < 1 || shape[3] < 1) fail<ShapeError>("grid_sample: needs h and w of 1 or more, got ", shape);
}

// Where n pixels are between -1 and 1.
Var centres(std::int64_t n, bool align_corners, Dtype dtype) {
    const no_grad guard;
    const std::int64_t steps = align_corners ? std::max<std::int64_t>(n - 1, 1) : n;
    return cast((arange(n, Dtype::float64) * 2 - (n - 1)) / steps, dtype);
}

}  // namespace

Var grid_sample(const Var& input, const Var& grid, ResizeMode mode, GridPadding padding_mode, bool align_corners) {
    check_grid(input, grid);
    const Var x = float_of("grid_sample", input), at = unsqueeze(float_of("grid_sample", grid), 1);
    const auto along = [&](int k, std::int64_t n) {
        return unnormalized(getitem(at, {ellipsis, k}), n, padding_mode, align_corners);
    };
    const Var x_at = along(0, x.shape(3)), y_at = along(1, x.shape(2));
    return mode == ResizeMode::nearest ? pixels(x, round(y_at), round(x_at)) : blended(x, y_at, x_at);
}

Var affine_grid(const Var& theta, const Shape& size, bool align_corners) {
    const Shape& shape = node_of("affine_grid", theta).value.shape();
    if (size.size() != 4 || shape != Shape{size[0], 2, 3})
        fail<ShapeError>("affine_grid: needs theta (n, 2, 3) and a size (n, c, h, w), got ", shape, " and ", size);
    check_shape("affine_grid", size);
    const std::int64_t h = size[2], w = size[3];
    const Var t = float_of("affine_grid", theta);
    const Var x = centres(w, align_corners, t.dtype()), y = centres(h, align_corners, t.dtype()).reshape(h, 1);
    const Var base = stack({broadcast(x, {h, w}), broadcast(y, {h, w}), ones({h, w}, t.dtype())}, 2);
    return matmul(base.reshape(h * w, 3), t, false, true).reshape(size[0], h, w, 2);
}

}  // namespace jt
