// Windows of images as columns.
#pragma once
#include "../../core/windows.hpp"
#include "../var.hpp"

namespace jt {

/// The windows of x (n, c, h, w) as columns: (n, c * kh * kw, windows), row by row. Padding is zeros; the gradient adds
/// up where windows overlap.
Var unfold(const Var& x, Pair kernel, Pair dilation = 1, Pair padding = 0, Pair stride = 1);
/// Its transpose: columns x (n, c * kh * kw, windows) added up where they came from, in zeros (n, c, h, w) of
/// `output_size` (h, w).
Var fold(const Var& x, Pair output_size, Pair kernel, Pair dilation = 1, Pair padding = 0, Pair stride = 1);

}  // namespace jt
