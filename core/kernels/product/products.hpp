// What the SIMD builds of products, convolutions and pooling offer, and the choice among them. Private to core/kernels.
#pragma once
#include "../simd/cpu.hpp"
#include "gemm.hpp"

namespace jt::kernels {

/// Blocks of a that stay in the second cache: rows and depth.
inline constexpr std::int64_t gemm_block_m = 192, gemm_block_k = 256;

/// One group of a convolution as a product, see conv_direct.cpp. A tap is one cell of the kernel in one input channel;
/// it meets a pixel of the output at tap_at[tap] + pixel_at[pixel] of the image.
struct ConvTaps {
    std::int64_t outputs;          ///< channels
    std::int64_t taps;             ///< of each output channel
    std::int64_t pixels;           ///< of each output channel; where they fill the vectors, a multiple of the lanes
    const std::int64_t* tap_at;    ///< in the order of the weight
    const std::int64_t* pixel_at;  ///< where pixels fill the vectors, null: they lie side by side
    std::int64_t plane_step;       ///< from one image to the next
};

/// One channel of a depthwise convolution: rows x columns pixels from planes whose rows are `width` long, and can be
/// read up to a whole vector.
struct DepthwiseTaps {
    std::int64_t rows, columns, width, taps;
    const std::int64_t* tap_at;
};

/// Rows of an image: the numbers at p[i * row + j * column] for i < rows, j < columns.
template <class T>
struct ImageRows {
    const T* p;
    std::int64_t rows, columns, row, column;
};

/// down x across windows of rows x columns cells, row_step and `step` apart, in an image whose rows are `width` long;
/// those of the output are out_width.
struct WindowGrid {
    std::int64_t down, across, row_step, step, rows, columns, width, out_width;
};

template <class T>
struct Products {
    std::int64_t lanes;
    /// scratch: room for gemm_block_m * gemm_block_k numbers when blocks of a are worth a copy, or null.
    void (*gemm)(const Gemm<T>& p, T* scratch);
    /// Copies rows, and adds `plus` to each number.
    void (*copy_rows)(const ImageRows<T>& from, T plus, T* to, std::int64_t to_step);
    /// Pixels in the vectors: y = w * planes, and w += g * transposed planes, summed over images.
    void (*conv_pixels)(const ConvTaps& p, const T* w, const T* planes, T* y);
    void (*conv_pixels_weight)(const ConvTaps& p, std::int64_t images, const T* g, const T* planes, T* w);
    /// Output channels in the vectors: w as those kernels need it, channels filled up to whole vectors, and back.
    void (*to_panels)(const ConvTaps& p, const T* w, T* panels);
    void (*from_panels)(const ConvTaps& p, const T* panels, T* w);
    /// y = panels * x + bias (or null), and panels += g * x.
    void (*conv_channels)(const ConvTaps& p, const T* panels, const T* x, const T* bias, T* y);
    void (*conv_channels_weight)(const ConvTaps& p, const T* g, const T* x, T* panels);
    void (*depthwise)(const DepthwiseTaps& p, const T* w, T bias, const T* x, T* y);
    /// The largest of each window and its place (`at` is that of top[0]); the sum of each window divided by `cells`.
    /// False, and nothing done, when the windows are too few for a vector or too far apart.
    bool (*max_pool_windows)(const WindowGrid& r, const T* top, std::int64_t at, T* value, std::int32_t* index);
    bool (*mean_pool_windows)(const WindowGrid& r, const T* top, T cells, T* value);
};

template <class T>
const Products<T>& products();

namespace base {
extern const Products<float> products_float;
extern const Products<double> products_double;
}  // namespace base
#if defined(__x86_64__)
namespace v3 {
extern const Products<float> products_float;
extern const Products<double> products_double;
}  // namespace v3
namespace v4 {
extern const Products<float> products_float;
extern const Products<double> products_double;
}  // namespace v4
#endif

}  // namespace jt::kernels
