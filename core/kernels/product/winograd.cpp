// Winograd's convolution: 4 x 4 pixels of y come from 6 x 6 of x. Both tiles and the kernel w are taken to the values
// of polynomials at six points in either direction, where a convolution is a product:
//     y = A' [(G w G') * (B' x B)] A        gw = G' [(A g A') * (B' x B)] G
// (' transposes, * multiplies number by number.) Of the 36 positions each has its own product of matrices, tiles x
// channels times channels x channels. The gradient of the input is the convolution of g by the kernels turned about.
#include "winograd.hpp"

#include <algorithm>
#include <utility>

#include "winograd_tiles.hpp"

namespace jt::kernels {

namespace {

using Int = std::int64_t;

/// Tiles that go through the products at once: enough for the cost of reading the weight, few enough to stay in cache.
constexpr Int tiles_at_once = 48;

Int whole(Int n, Int part) { return (n + part - 1) / part; }

/// Tiles of x for the tiles of y; those of y itself are as long as their step.
TileGrid tiles_of(const Array& x, const Array& y, Pair padding, Int side) {
    const Shape &in = x.shape(), &out = y.shape();
    const Int lanes = winograd_kernels().lanes;
    const Int down = whole(out[2], tile_step), across = whole(out[3], tile_step);
    return {in[1], in[2], in[3], side, padding[0], padding[1], down, across, whole(in[1], lanes) * lanes};
}

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

/// y = x * kernels + bias
Finite convolve(const Array& x, const Array& w, const KernelGrid& kernels, const Array& bias, Pair padding, Array& y) {
    const auto& simd = winograd_kernels();
    const TileGrid to = tiles_of(y, y, 0, tile_step);
    const Run run(tiles_of(x, y, padding, tile_side), to, kernels.rows, to.padded);
    simd.weights(*run, kernels, w.data<float>());
    Finite finite(static_cast<std::size_t>(x.shape()[0]), true);
    float* const result = y.data<float>();
    run.each_bands(x.shape()[0], [&](Int from, Int count) {
        simd.bands(*run, from, count, x.data<float>(), bias ? bias.data<float>() : nullptr, result, finite.data());
    });
    return finite;
}

}  // namespace

bool winograd_pays(const Shape& x, const Shape& w, const Windows& p, Dtype dtype) {
    const auto all = [](Pair pair, int n) { return pair.h == n && pair.w == n; };
    if (dtype != float32 || !all(p.kernel, 3) || !all(p.stride, 1) || !all(p.dilation, 1) || p.groups != 1 ||
        std::max(p.padding.h, p.padding.w) > 2)
        return false;
    const Int height = p.count(0, x[2]), width = p.count(1, x[3]);
    const Int across = whole(width, tile_step), tiles = whole(height, tile_step) * across;
    const Int least = std::min(w[0], w[1]), most = std::max(w[0], w[1]);
    const bool precise = most <= 256, in_cache = across <= 256, filled = height * width >= 6 * tiles;
    // To transform the weight costs as much as some tiles do, more of them when it leaves the cache.
    const bool many = x[0] * tiles >= 32 + w[0] * w[1] / 1024;
    return least >= 16 && precise && in_cache && filled && many;
}

Finite winograd(const Array& x, const Array& w, const Array& bias, const Windows& p, Array& y) {
    const Int channels = w.shape()[1];
    return convolve(x, w, {channels, w.shape()[0], 9, 9 * channels, false}, bias, p.padding, y);
}

Finite winograd_input(const Array& g, const Array& w, const Windows& p, Array& gx) {
    const Int channels = w.shape()[1];
    const Pair around{2 - p.padding.h, 2 - p.padding.w};
    return convolve(g, w, {w.shape()[0], channels, 9 * channels, 9, true}, Array(), around, gx);
}

bool winograd_weight(const Array& g, const Array& x, const Windows& p, Array& gw) {
    const auto& simd = winograd_kernels();
    const TileGrid from = tiles_of(x, g, p.padding, tile_side);
    const Run run(from, tiles_of(g, g, 0, tile_step), g.shape()[1], from.padded);
    std::fill_n(run->weight, positions * run->weight_step, 0.0F);
    run.each_bands(x.shape()[0], [&](Int band, Int count) {
        simd.weight_bands(*run, band, count, g.data<float>(), x.data<float>());
    });
    return simd.weight_back(*run, gw.data<float>());
}

}  // namespace jt::kernels
