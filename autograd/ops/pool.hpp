// Pooling of images.
#pragma once
#include <optional>
#include <utility>

#include "../../core/windows.hpp"
#include "../var.hpp"

namespace jt {

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

}  // namespace jt
