// Max and mean pooling of the last two axes, for float32 and float64.
#pragma once
#include "../../array.hpp"
#include "../../windows.hpp"

namespace jt::kernels {

/// Windows without dilation, padding at most half the kernel; the output extent is (in + 2 * padding - kernel) / stride
/// + 1, rounded up with ceil_mode, save that (as in PyTorch) a last window that would start behind the input is
/// dropped.
struct Pooling {
    Windows windows;
    bool ceil_mode = false, count_include_pad = true;
};

/// The output's last two extents for an input of (h, w).
void pool_extents(const Pooling& p, std::int64_t h, std::int64_t w, std::int64_t out[2]);

struct MaxPooled {
    Array value, index;  ///< index: int32, position within the H * W plane of the first largest element (NaN wins)
};
/// x (N, C, H, W). Padding never wins.
MaxPooled max_pool(const Array& x, const Pooling& p);
/// Zeros of `x_shape` with g added at `index` in each plane; and its transpose, x read at `index`.
Array unpool(const Array& g, const Array& index, const Shape& x_shape);
Array pool_at(const Array& x, const Array& index);

/// Mean over each window; padding counts as zeros with count_include_pad (what lies behind it, with ceil_mode, does
/// not), else the divisor is the number of real cells.
Array mean_pool(const Array& x, const Pooling& p);
/// Its transpose: g spread over the windows of an input of `x_shape`.
Array mean_unpool(const Array& g, const Shape& x_shape, const Pooling& p);

}  // namespace jt::kernels
