// Convolution and pooling of images.
#pragma once
#include <utility>

#include "../../core/windows.hpp"
#include "../var.hpp"

namespace jt {

/// Cross-correlation of x (n, c, h, w), weight (o, c / groups, kh, kw), bias (o,) or empty. The last two extents become
/// (in + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1, rounded down; integers become float.
Var conv2d(const Var& x, const Var& weight, const Var& bias = {}, Pair stride = 1, Pair padding = 0, Pair dilation = 1,
           int groups = 1);
/// The same by windows, whose kernel is the weight's.
Var conv2d(const Var& x, const Var& weight, const Var& bias, const Windows& windows);
/// Largest element of each window of the last two of four axes, without a stride the kernel's; the gradient goes to the
/// first largest. The extents become (in + 2 * padding - kernel) / stride + 1, rounded down, or up with ceil_mode; then
/// a last window that would start behind the input is dropped, as in PyTorch. Padding is at most half the kernel.
Var max_pool2d(const Var& x, Pair kernel, std::optional<Pair> stride = {}, Pair padding = 0, bool ceil_mode = false);
/// The same, and where in its plane of h * w each of them stands: int32.
std::pair<Var, Var> max_pool2d_with_indices(const Var& x, Pair kernel, std::optional<Pair> stride = {},
                                            Pair padding = 0, bool ceil_mode = false);
/// The mean likewise. Padding counts as zeros with count_include_pad; without it the divisor is the number of elements.
Var mean_pool2d(const Var& x, Pair kernel, std::optional<Pair> stride = {}, Pair padding = 0, bool ceil_mode = false,
                bool count_include_pad = true);
/// The windows of x (n, c, h, w) as columns: (n, c * kh * kw, windows), row by row. Padding is zeros; the gradient adds
/// up where windows overlap.
Var unfold(const Var& x, Pair kernel, Pair dilation = 1, Pair padding = 0, Pair stride = 1);
/// Its transpose: columns x (n, c * kh * kw, windows) added up where they came from, in zeros (n, c, h, w) of
/// `output_size` (h, w).
Var fold(const Var& x, Pair output_size, Pair kernel, Pair dilation = 1, Pair padding = 0, Pair stride = 1);

}  // namespace jt
