// Winograd's convolution by K x K kernels: (7 - K) x (7 - K) pixels of y come from 6 x 6 of x. Both tiles and the
// kernel w are taken to the values of polynomials at six points in either direction, where a convolution is a product:
//     y = A' [(G w G') * (B' x B)] A        gw = G' [(A g A') * (B' x B)] G
// (' transposes, * multiplies number by number.) Of the 36 positions each has its own product of matrices, tiles x
// channels times channels x channels. The gradient of the input is the convolution of g by the kernels turned about.
#include "winograd.hpp"

#include <algorithm>
#include <utility>

#include "../../array.hpp"
#include "conv_shares.hpp"
#include "products.hpp"
#include "winograd_tiles.hpp"

namespace jt::kernels {

namespace {

using Int = std::int64_t;

/// Tiles that go through the products at once: enough for the cost of reading the weight, few enough to stay in cache.
constexpr Int tiles_at_once = 48;

Int whole(Int n, Int part) { return (n + part - 1) / part; }
/// Channels, filled up to whole vectors.
Int padded(Int channels) { return whole(channels, products<float>().lanes) * products<float>().lanes; }
/// How far apart tiles are; those of y are as long.
Int tile_step(const Convolution& c) { return tile_side - c.h.kernel + 1; }

/// The tiles of y, and those of x, `side` long, that they hang on.
TileGrid tiles(const Convolution& c, Int channels, const Direction& v, const Direction& h, Int side) {
    const Int step = tile_step(c), down = whole(c.v.out, step), across = whole(c.h.out, step);
    return {channels, v.in, h.in, side, step, v.padding, h.padding, down, across, padded(channels)};
}
TileGrid x_tiles(const Convolution& c) { return tiles(c, c.channels, c.v, c.h, tile_side); }
/// A direction of an image for itself.
Direction image(Int extent) { return {extent, extent, 1, 1, 0, 1}; }
TileGrid y_tiles(const Convolution& c) { return tiles(c, c.outputs, image(c.v.out), image(c.h.out), tile_step(c)); }

std::vector<Int> cells(const TileGrid& g) {
    std::vector<Int> result;
    for (Int y = 0; y < g.side; ++y)
        for (Int x = 0; x < g.width; ++x) result.push_back(y * g.frame_row() + (g.left + x) * g.padded);
    return result;
}

/// From one position to the next: were it a multiple of a page, all positions of a tile would meet in few lines of the
/// cache.
Int step(Int n) { return n + products<float>().lanes; }

/// A convolution, and how many bands go through its products at once.
struct Work {
    Int bands;
    std::vector<Int> x_cells, y_cells;
    WinogradRun run;

    /// `rows` kernels side by side, `columns` channels innermost.
    Work(const TileGrid& x, const TileGrid& y, Int rows, Int columns)
        : bands(std::max(tiles_at_once / x.across, Int{1})),
          x_cells(cells(x)),
          y_cells(cells(y)),
          run{x, y, step(bands * x.across * x.padded), step(bands * y.across * y.padded), step(rows * columns)} {
        run.x.cells = x_cells.data();
        run.y.cells = y_cells.data();
    }

    Int weight_size() const { return positions * run.weight_step; }
};

/// A convolution under way, with frames and tiles of its own and a weight that others may share.
class Run {
public:
    Run(const Work& work, float* weight)
        : bands_(work.bands),
          run_(work.run),
          room_({run_.x.frame_size() + run_.y.frame_size() + positions * (run_.x_step + run_.y_step)}, float32) {
        float* at = room_.data<float>();
        const auto take = [&](Int n) { return std::exchange(at, at + n); };
        run_.x_frame = take(run_.x.frame_size());
        run_.y_frame = take(run_.y.frame_size());
        std::fill(run_.x_frame, at, 0.0F);
        run_.x_tiles = take(positions * run_.x_step);
        run_.y_tiles = take(positions * run_.y_step);
        run_.weight = weight;
    }

    const WinogradRun& operator*() const { return run_; }

    /// Calls f(from, count) for all bands of some images, some at a time.
    template <class F>
    void each_bands(Images images, F f) const {
        const Int end = images.end * run_.x.down;
        for (Int from = images.from * run_.x.down; from < end; from += bands_) f(from, std::min(bands_, end - from));
    }

private:
    Int bands_;
    WinogradRun run_;
    Array room_;
};

}  // namespace

bool winograd_pays(const Convolution& c) {
    const auto fits = [](const Direction& d) {
        return (d.kernel == 3 || d.kernel == 5) && d.stride == 1 && d.dilation == 1 && 0 <= d.padding &&
               d.padding < d.kernel && d.out == d.in + 2 * d.padding - d.reach();
    };
    if (!both(c, fits) || c.v.kernel != c.h.kernel || c.groups != 1) return false;
    const Int step = tile_step(c), across = whole(c.h.out, step), tiles = whole(c.v.out, step) * across;
    const Int least = std::min(c.outputs, c.channels), most = std::max(c.outputs, c.channels);
    const bool precise = most <= 256, in_cache = across <= 256;
    // What a tile takes, measured in multiplications of the direct kernel: its products, and its transforms by vectors.
    const Int cost = 45 * c.outputs * c.channels + 375 * (padded(c.outputs) + padded(c.channels));
    const bool faster = tiles * cost <= c.work();
    // To transform the weight costs as much as some tiles do, more of them when it leaves the cache.
    const bool many = c.images * tiles >= 32 + c.outputs * c.channels / 1024;
    return least >= 16 && precise && in_cache && faster && many;
}

Finite winograd(const Convolution& c, const float* x, const float* w, const float* bias, float* y) {
    const auto& simd = winograd_kernels(c.h.kernel);
    const TileGrid to = y_tiles(c);
    const Work work(x_tiles(c), to, c.channels, to.padded);
    Array weight({work.weight_size()}, float32);
    float* const transformed = weight.data<float>();
    simd.weights(*Run(work, transformed), w);
    Finite finite(static_cast<std::size_t>(c.images), true);
    each_share(c, [&](Images images) {
        const Run run(work, transformed);
        run.each_bands(images, [&](Int from, Int count) { simd.bands(*run, from, count, x, bias, y, finite.data()); });
    });
    return finite;
}

bool winograd_weight(const Convolution& c, const float* g, const float* x, float* gw) {
    const auto& simd = winograd_kernels(c.h.kernel);
    const TileGrid from = x_tiles(c);
    const Work work(from, y_tiles(c), c.outputs, from.padded);
    Array weight({work.weight_size()}, float32);
    float* const all = weight.data<float>();
    add_shares(c, all, work.weight_size(), [&](Images images, float* sum) {
        const Run run(work, sum);
        run.each_bands(images, [&](Int band, Int count) { simd.weight_bands(*run, band, count, g, x); });
    });
    return simd.weight_back(*Run(work, all), gw);
}

}  // namespace jt::kernels
