// What the SIMD builds of products, convolutions and pooling offer, and the choice among them. Private to core/kernels.
#pragma once
#include "../simd/cpu.hpp"
#include "gemm.hpp"

namespace jt::kernels {

/// Blocks of a that stay in the second cache: rows and depth.
inline constexpr std::int64_t gemm_block_m = 192, gemm_block_k = 256;

/// One group of a convolution as a product, see conv.cpp. A tap is one cell of the kernel in one input channel; the
/// lists are `taps` long.
struct ConvTaps {
    std::int64_t channels, taps;        ///< output channels; taps of each
    std::int64_t pixels;                ///< length of a row of output pixels, a multiple of the lanes
    std::int64_t plane_step;            ///< from the planes of one image to the next
    const std::int64_t* plane_at;       ///< where in the planes a tap meets output pixel 0, in the order of the weight
    const std::int64_t* plane_by_cell;  ///< the same, input channels innermost
};

template <class T>
struct Products {
    std::int64_t lanes;
    /// scratch: room for gemm_block_m * gemm_block_k numbers when blocks of a are worth a copy, or null.
    void (*gemm)(const Gemm<T>& p, T* scratch);
    /// y = w * planes
    void (*conv)(const ConvTaps& p, const T* w, const T* planes, T* y);
    /// planes += w * g, with w transposed: (taps, channels), the taps as in plane_by_cell
    void (*conv_input)(const ConvTaps& p, const T* w, const T* g, T* planes);
    /// w += g * transposed planes, summed over images
    void (*conv_weight)(const ConvTaps& p, std::int64_t images, const T* g, const T* planes, T* w);
    /// The largest of each of `count` windows of 2 x 2 side by side in two rows, `width` apart, and its place: `at` is
    /// that of top[0]. False, and nothing done, when they are too few for a vector.
    bool (*max_pool_row)(const T* top, std::int64_t width, std::int64_t at, std::int64_t count, T* value,
                         std::int32_t* index);
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
