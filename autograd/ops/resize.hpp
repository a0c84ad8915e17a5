// Images of another size.
#pragma once
#include "../../core/windows.hpp"
#include "../var.hpp"

namespace jt {

/// What a pixel between others is: the one above and to the left of it, or the mean of four, weighted by how near they
/// are.
enum class ResizeMode { nearest, bilinear };

/// img (n, c, h, w) with h and w of `size`, by the formulas of resize in Jittor's python/jittor/nn.py. With
/// align_corners pixel i comes from i * (h - 1) / (H - 1), so that the outer ones meet (PyTorch has this for bilinear
/// only); otherwise from i * h / H when nearest, and (i + 0.5) * h / H - 0.5 within the image when bilinear. These are
/// computed in float32. Bilinear makes floats of integers. Throws a ShapeError for another rank, and for h, w or a size
/// of 0.
Var resize(const Var& img, Pair size, ResizeMode mode = ResizeMode::nearest, bool align_corners = false);

}  // namespace jt
