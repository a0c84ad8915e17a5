// Winograd's convolution: 4 x 4 pixels of y come from 6 x 6 of x. Both tiles and the kernel w are taken to the values
// of polynomials at six points in either direction, where a convolution is a product:
//     y = A' [(G w G') * (B' x B)] A        gw = G' [(A g A') * (B' x B)] G
// (' transposes, * multiplies number by number.) Of the 36 positions each has its own product of matrices, tiles x
// channels times channels x channels. The gradient of the input is the convolution of g by the kernels turned about.
#include "winograd.hpp"

#include <algorithm>
#include <utility>

#include "../../array.hpp"
#include "winograd_tiles.hpp"

namespace jt::kernels {

namespace {

using Int = std::int64_t;

/// Tiles that go through the products at once: enough for the cost of reading the weight, few enough to stay in cache.
constexpr Int tiles_at_once = 48;

Int whole(Int n, Int part) { return (n + part - 1) / part; }

/// The tiles of y, and those of x, `side` long, that they hang on.
TileGrid tiles(const Convolution& c, Int channels, const Direction& v, const Direction& h, Int side) {
    const Int lanes = winograd_kernels().lanes;
    return {channels,
            v.in,
            h.in,
            side,
            v.padding,
            h.padding,
            whole(c.v.out, tile_step),
            whole(c.h.out, tile_step),
            whole(channels, lanes) * lanes};
}
TileGrid x_tiles(const Convolution& c) { return tiles(c, c.channels, c.v, c.h, tile_side); }
/// A direction of an image for itself.
Direction image(Int extent) { return {extent, extent, 1, 1, 0, 1}; }
TileGrid y_tiles(const Convolution& c) { return tiles(c, c.outputs, image(c.v.out), image(c.h.out), tile_step); }

std::vector<Int> cells(const TileGrid& g) {
    std::vector<Int> result;
    for (Int y = 0; y < g.side; ++y)
        for (Int x = 0; x < g.width; ++x) result.push_back(y * g.frame_row() + (g.left + x) * g.padded);
    return result;
}

/// A convolution under way, with room for all that it needs.
class Run {
public:
    /// `rows` kernels side by side, `columns` channels innermost.
    Run(const TileGrid& x, const TileGrid& y, Int rows, Int columns)
        : bands_(std::max(tiles_at_once / x.across, Int{1})),
          x_cells_(cells(x)),
          y_cells_(cells(y)),
          run_{x, y, step(bands_ * x.across * x.padded), step(bands_ * y.across * y.padded), step(rows * columns)},
          room_({x.frame_size() + y.frame_size() + positions * (run_.x_step + run_.y_step + run_.weight_step)},
                float32) {
        float* at = room_.data<float>();
        const auto take = [&](Int n) { return std::exchange(at, at + n); };
        run_.x.cells = x_cells_.data();
        run_.y.cells = y_cells_.data();
        run_.x_frame = take(x.frame_size());
        run_.y_frame = take(y.frame_size());
        std::fill(run_.x_frame, at, 0.0F);
        run_.x_tiles = take(positions * run_.x_step);
        run_.y_tiles = take(positions * run_.y_step);
        run_.weight = take(positions * run_.weight_step);
    }

    const WinogradRun& operator*() const { return run_; }
    const WinogradRun* operator->() const { return &run_; }

    /// Calls f(from, count) for all bands of so many images, some at a time.
    template <class F>
    void each_bands(Int images, F f) const {
        const Int all = images * run_.x.down;
        for (Int from = 0; from < all; from += bands_) f(from, std::min(bands_, all - from));
    }

private:
    /// From one position to the next: were it a multiple of a page, all positions of a tile would meet in few lines of
    /// the cache.
    static Int step(Int n) { return n + winograd_kernels().lanes; }

    Int bands_;
    std::vector<Int> x_cells_, y_cells_;
    WinogradRun run_;
    Array room_;
};

}  // namespace

bool winograd_pays(const Convolution& c) {
    const auto fits = [](const Direction& d) {
        return d.kernel == 3 && d.stride == 1 && d.dilation == 1 && 0 <= d.padding && d.padding <= 2 &&
               d.out == d.in + 2 * d.padding - 2;
    };
    if (!both(c, fits) || c.groups != 1) return false;
    const Int across = whole(c.h.out, tile_step), tiles = whole(c.v.out, tile_step) * across;
    const Int least = std::min(c.outputs, c.channels), most = std::max(c.outputs, c.channels);
    const bool precise = most <= 256, in_cache = across <= 256, filled = c.pixels() >= 6 * tiles;
    // To transform the weight costs as much as some tiles do, more of them when it leaves the cache.
    const bool many = c.images * tiles >= 32 + c.outputs * c.channels / 1024;
    return least >= 16 && precise && in_cache && filled && many;
}

Finite winograd(const Convolution& c, const float* x, const float* w, const float* bias, float* y) {
    const auto& simd = winograd_kernels();
    const TileGrid to = y_tiles(c);
    const Run run(x_tiles(c), to, c.channels, to.padded);
    simd.weights(*run, w);
    Finite finite(static_cast<std::size_t>(c.images), true);
    run.each_bands(c.images, [&](Int from, Int count) { simd.bands(*run, from, count, x, bias, y, finite.data()); });
    return finite;
}

bool winograd_weight(const Convolution& c, const float* g, const float* x, float* gw) {
    const auto& simd = winograd_kernels();
    const TileGrid from = x_tiles(c);
    const Run run(from, y_tiles(c), c.outputs, from.padded);
    std::fill_n(run->weight, positions * run->weight_step, 0.0F);
    run.each_bands(c.images, [&](Int band, Int count) { simd.weight_bands(*run, band, count, g, x); });
    return simd.weight_back(*run, gw);
}

}  // namespace jt::kernels
