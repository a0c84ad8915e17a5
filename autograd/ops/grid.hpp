// Images read at places that are Vars.
#pragma once
#include "resize.hpp"

namespace jt {

/// What lies outside an image: zeros, its nearest pixel, or the image mirrored at its edges (with align_corners at the
/// centres of its outer pixels).
enum class GridPadding { zeros, border, reflection };

/// input (n, c, h, w) at the places (x, y) of grid (n, H, W, 2): (n, c, H, W). -1 and 1 are the edges of the image, or
/// with align_corners the centres of its outer pixels. Nearest takes halves away from 0, as Jittor, and gives the grid
/// no gradient. Integers become floats. NaN where the grid is not finite and the mode bilinear. A ShapeError for other
/// shapes, and for h or w of 0.
Var grid_sample(const Var& input, const Var& grid, ResizeMode mode = ResizeMode::bilinear,
                GridPadding padding_mode = GridPadding::zeros, bool align_corners = false);
/// The grid (n, h, w, 2) that shows an image of `size` (n, c, h, w) moved by theta (n, 2, 3): theta times (x, y, 1) of
/// each pixel. Of one pixel x or y is 0 (Jittor fails).
Var affine_grid(const Var& theta, const Shape& size, bool align_corners = false);

}  // namespace jt
