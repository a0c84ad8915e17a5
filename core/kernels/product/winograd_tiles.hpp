// What the SIMD builds of Winograd's convolution offer, and the choice among them; winograd.cpp says how it works.
// Private to core/kernels.
#pragma once
#include <cstdint>

namespace jt::kernels {

/// A tile of x is tile_side x tile_side cells; it and the tile of y that hangs on it meet in `positions` products.
inline constexpr std::int64_t tile_side = 6, positions = tile_side * tile_side;

/// Images of `channels` planes, cut into tiles of `side` x `side` cells that start `step` apart, the first one `top`
/// and `left` before the image. A row of tiles is a band; bands are counted on over the images.
struct TileGrid {
    std::int64_t channels, height, width;
    std::int64_t side, step, top, left;
    std::int64_t down, across;       ///< tiles
    std::int64_t padded;             ///< channels, filled up to whole vectors
    const std::int64_t* cells = {};  ///< where the pixels of a band's rows, one after the other, lie in its frame

    /// A frame is one band with the channels innermost, and zeros where the image has ended.
    std::int64_t frame_width() const { return step * (across - 1) + side; }
    std::int64_t frame_row() const { return frame_width() * padded; }
    std::int64_t frame_size() const { return side * frame_row(); }
    std::int64_t image_size() const { return channels * height * width; }
};

/// A convolution under way. Transformed operands lie as (positions, tiles or channels, padded channels).
struct WinogradRun {
    TileGrid x, y;
    std::int64_t x_step, y_step, weight_step;      ///< from one position to the next
    float *x_frame = nullptr, *y_frame = nullptr;  ///< of one band
    float *x_tiles = nullptr, *y_tiles = nullptr;  ///< of some bands
    float* weight = nullptr;                       ///< the kernels, or the sums for their gradient
};

/// For kernels of K x K.
struct WinogradKernels {
    /// p.weight = transformed w (channels of y, channels of x, K, K)
    void (*weights)(const WinogradRun& p, const float* w);
    /// Bands [from, from + count) of y = p.weight * x + bias (or null); clears finite[image] where y is not finite.
    void (*bands)(const WinogradRun& p, std::int64_t from, std::int64_t count, const float* x, const float* bias,
                  float* y, unsigned char* finite);
    /// p.weight += transformed y * transformed x, (positions, channels of y, padded channels of x), over those bands.
    void (*weight_bands)(const WinogradRun& p, std::int64_t from, std::int64_t count, const float* y, const float* x);
    /// w = p.weight transformed back; false when it is not finite.
    bool (*weight_back)(const WinogradRun& p, float* w);
};

/// Those for kernels of 3 x 3 or of 5 x 5.
const WinogradKernels& winograd_kernels(std::int64_t kernel);

namespace base {
extern const WinogradKernels winograd_kernels[2];
}
#if defined(__x86_64__)
namespace v3 {
extern const WinogradKernels winograd_kernels[2];
}
namespace v4 {
extern const WinogradKernels winograd_kernels[2];
}
#endif

}  // namespace jt::kernels
