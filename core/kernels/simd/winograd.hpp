// Winograd's convolution of some bands of tiles: the image to cells of channels, the tiles transformed, a product of
// matrices for each position, the tiles transformed back, and the cells to an image. A vector is one cell of several
// channels.
#pragma once
#include "../product/winograd_tiles.hpp"
#include "gemm.hpp"

namespace jt::kernels::JT_ISA {

// The transforms of one direction are made from the points 0, a, -a, b, -b and infinity: with a = 1/b = sqrt(1/2) they
// lose a third of the digits that 1 and 2, the usual ones, do.
inline constexpr float point_a = 0.70710678118654752F, point_b = 1.41421356237309505F;

/// Tile of x: multiplies by the transposed B.
struct ToProducts {
    static constexpr int from = 6, to = 6;
    template <class V>
    static void apply(const V (&d)[6], V (&t)[6]) {
        const V even_a = d[4] - 2 * d[2], odd_a = point_a * (d[3] - 2 * d[1]);
        const V even_b = d[4] - 0.5F * d[2], odd_b = point_b * (d[3] - 0.5F * d[1]);
        t[0] = d[0] - 2.5F * d[2] + d[4];
        t[1] = even_a + odd_a;
        t[2] = even_a - odd_a;
        t[3] = even_b + odd_b;
        t[4] = even_b - odd_b;
        t[5] = d[1] - 2.5F * d[3] + d[5];
    }
};

/// Products to a tile of y: multiplies by the transposed A.
struct FromProducts {
    static constexpr int from = 6, to = 4;
    template <class V>
    static void apply(const V (&m)[6], V (&y)[4]) {
        const V even_a = m[1] + m[2], odd_a = point_a * (m[1] - m[2]);
        const V even_b = m[3] + m[4], odd_b = point_b * (m[3] - m[4]);
        y[0] = m[0] + even_a + even_b;
        y[1] = odd_a + odd_b;
        y[2] = 0.5F * even_a + 2 * even_b;
        y[3] = 0.5F * odd_a + 2 * odd_b + m[5];
    }
};

/// Tile of y's gradient: multiplies by A.
struct GradientToProducts {
    static constexpr int from = 4, to = 6;
    template <class V>
    static void apply(const V (&g)[4], V (&t)[6]) {
        const V even_a = g[0] + 0.5F * g[2], odd_a = point_a * (g[1] + 0.5F * g[3]);
        const V even_b = g[0] + 2 * g[2], odd_b = point_b * (g[1] + 2 * g[3]);
        t[0] = g[0];
        t[1] = even_a + odd_a;
        t[2] = even_a - odd_a;
        t[3] = even_b + odd_b;
        t[4] = even_b - odd_b;
        t[5] = g[3];
    }
};

/// Kernel: multiplies by G.
struct KernelToProducts {
    static constexpr int from = 3, to = 6;
    template <class V>
    static void apply(const V (&w)[3], V (&t)[6]) {
        const V even_a = w[0] + 0.5F * w[2], odd_a = point_a * w[1];
        const V even_b = w[0] + 2 * w[2], odd_b = point_b * w[1];
        t[0] = w[0];
        t[1] = (even_a + odd_a) / -1.5F;
        t[2] = (even_a - odd_a) / -1.5F;
        t[3] = (even_b + odd_b) / 6;
        t[4] = (even_b - odd_b) / 6;
        t[5] = w[2];
    }
};

/// Sums of products to the gradient of a kernel: multiplies by the transposed G.
struct ProductsToKernel {
    static constexpr int from = 6, to = 3;
    template <class V>
    static void apply(const V (&m)[6], V (&w)[3]) {
        const V even_a = (m[1] + m[2]) / -1.5F, odd_a = (m[1] - m[2]) / -1.5F;
        const V even_b = (m[3] + m[4]) / 6, odd_b = (m[3] - m[4]) / 6;
        w[0] = m[0] + even_a + even_b;
        w[1] = point_a * odd_a + point_b * odd_b;
        w[2] = 0.5F * even_a + 2 * even_b + m[5];
    }
};

/// Squares of vectors: the one at (i, j) lies at p + i * row + j * column.
template <class T>
struct Square {
    T* p;
    Int row, column;
};

/// y = x transformed along its columns, then along its rows.
template <class F>
[[gnu::noinline]] void transform(const Square<const float>& x, const Square<float>& y) {
    Vec<float> half[F::to][F::from], in[F::from], out[F::to];
    for (int j = 0; j < F::from; ++j) {
        for (int i = 0; i < F::from; ++i) in[i] = load(x.p + i * x.row + j * x.column);
        F::apply(in, out);
        for (int i = 0; i < F::to; ++i) half[i][j] = out[i];
    }
    for (int i = 0; i < F::to; ++i) {
        F::apply(half[i], out);
        for (int j = 0; j < F::to; ++j) store(y.p + i * y.row + j * y.column, out[j]);
    }
}

/// The same for all vectors of `padded` channels.
template <class F>
void transform_channels(Square<const float> x, Square<float> y, Int padded) {
    for (Int c = 0; c < padded; c += lanes<float>, x.p += lanes<float>, y.p += lanes<float>) transform<F>(x, y);
}

/// Of the rows and columns of a matrix, those that are left for a square.
inline Int left(Int all, Int at) { return all - at < lanes<float> ? all - at : lanes<float>; }

/// Loads a square of vectors of x, zeros where x has ended, and transposes it.
inline void load_transposed(Inner<float> x, Vec<float> (&square)[lanes<float>]) {
    constexpr int W = lanes<float>;
    float rest[W * W] = {};
    if (x.columns < W) {
        copy(x, rest, W);
        x = {rest, W, x.rows, W};
    }
#pragma GCC unroll 16
    for (int i = 0; i < W; ++i) square[i] = i < x.rows ? load(x.from + i * x.step) : Vec<float>{};
    transpose<1, float>(square);
}

/// Planes to cells of channels: to[cells[j] + i] = x(i, j), zeros up to a whole vector.
inline void planes_to_cells(const Inner<float>& x, float* to, const Int* cells) {
    Vec<float> square[lanes<float>];
    for (Int i = 0; i < x.rows; i += lanes<float>)
        for (Int j = 0; j < x.columns; j += lanes<float>) {
            const Int columns = left(x.columns, j);
            load_transposed({x.from + i * x.step + j, x.step, left(x.rows, i), columns}, square);
#pragma GCC unroll 16
            for (int k = 0; k < lanes<float>; ++k)
                if (k < columns) store(to + cells[j + k] + i, square[k]);
        }
}

/// And back, plus a bias (or null) for each channel. False when there are numbers that are not finite.
inline bool cells_to_planes(const float* from, const Int* cells, const float* bias, const Inner<float>& shape,
                            float* to) {
    constexpr int W = lanes<float>;
    Vec<float> square[W], nan_if_any{};
    for (Int i = 0; i < shape.rows; i += W)
        for (Int j = 0; j < shape.columns; j += W) {
            const Int rows = left(shape.rows, i), columns = left(shape.columns, j);
#pragma GCC unroll 16
            for (int k = 0; k < W; ++k) square[k] = k < columns ? load(from + cells[j + k] + i) : Vec<float>{};
            transpose<1, float>(square);
            float* row = to + i * shape.step + j;
#pragma GCC unroll 16
            for (int k = 0; k < W; ++k, row += shape.step) {
                if (k >= rows) break;
                if (bias) square[k] += bias[i + k];
                nan_if_any += square[k] - square[k];
                columns == W ? put_back(row, square[k]) : put_back(row, square[k], columns);
            }
        }
    return !any(nan_if_any != 0);
}

/// The rows of the image that a band has.
struct BandRows {
    Int above, from, count;
    BandRows(const TileGrid& g, Int band) {
        const Int first = band % g.down * tile_step - g.top, end = first + g.side;
        from = first < 0 ? 0 : first;
        above = from - first;
        count = (end < g.height ? end : g.height) - from;
    }
    Inner<float> of(const TileGrid& g, const float* images, Int band) const {
        return {images + band / g.down * g.image_size() + from * g.width, g.height * g.width, g.channels,
                count * g.width};
    }
};

/// A band of an image to transformed tiles.
template <class F>
void read_band(const TileGrid& g, const float* images, Int band, float* frame, const Square<float>& tiles) {
    const BandRows rows(g, band);
    const Int row = g.frame_row(), end = rows.above + rows.count;
    for (Int i = 0; i < rows.above * row; ++i) frame[i] = 0;
    for (Int i = end * row; i < g.side * row; ++i) frame[i] = 0;
    planes_to_cells(rows.of(g, images, band), frame + rows.above * row, g.cells);
    for (Int t = 0; t < g.across; ++t)
        transform_channels<F>({frame + t * tile_step * g.padded, row, g.padded},
                              {tiles.p + t * g.padded, tiles.row, tiles.column}, g.padded);
}

/// Transformed tiles to a band of an image.
inline bool write_band(const TileGrid& g, const Square<const float>& tiles, float* frame, const float* bias, Int band,
                       float* images) {
    for (Int t = 0; t < g.across; ++t)
        transform_channels<FromProducts>({tiles.p + t * g.padded, tiles.row, tiles.column},
                                         {frame + t * tile_step * g.padded, g.frame_row(), g.padded}, g.padded);
    const Inner<float> shape = BandRows(g, band).of(g, images, band);
    return cells_to_planes(frame, g.cells, bias, shape, images + (shape.from - images));
}

/// The tiles of a band, the k-th of those under way.
inline Square<float> band_tiles(const TileGrid& g, float* tiles, Int step, Int k) {
    return {tiles + k * g.across * g.padded, tile_side * step, step};
}

inline void winograd_bands(const WinogradRun& p, Int from, Int count, const float* x, const float* bias, float* y,
                           unsigned char* finite) {
    for (Int k = 0; k < count; ++k)
        read_band<ToProducts>(p.x, x, from + k, p.x_frame, band_tiles(p.x, p.x_tiles, p.x_step, k));
    for (Int at = 0; at < positions; ++at)
        gemm<float>({false, false, count * p.x.across, p.y.padded, p.x.channels, 1, p.x_tiles + at * p.x_step,
                     p.x.padded, p.weight + at * p.weight_step, p.y.padded, 0, p.y_tiles + at * p.y_step, p.y.padded},
                    nullptr);
    for (Int k = 0; k < count; ++k) {
        const auto [tiles, row, column] = band_tiles(p.y, p.y_tiles, p.y_step, k);
        if (!write_band(p.y, {tiles, row, column}, p.y_frame, bias, from + k, y)) finite[(from + k) / p.y.down] = 0;
    }
}

inline void winograd_weight_bands(const WinogradRun& p, Int from, Int count, const float* y, const float* x) {
    for (Int k = 0; k < count; ++k) {
        read_band<ToProducts>(p.x, x, from + k, p.x_frame, band_tiles(p.x, p.x_tiles, p.x_step, k));
        read_band<GradientToProducts>(p.y, y, from + k, p.y_frame, band_tiles(p.y, p.y_tiles, p.y_step, k));
    }
    for (Int at = 0; at < positions; ++at)
        gemm<float>({true, false, p.y.channels, p.x.padded, count * p.x.across, 1, p.y_tiles + at * p.y_step,
                     p.y.padded, p.x_tiles + at * p.x_step, p.x.padded, 1, p.weight + at * p.weight_step, p.x.padded},
                    nullptr);
}

inline void winograd_weights(const WinogradRun& p, const KernelGrid& grid, const float* w) {
    Int cells[9];
    for (Int k = 0; k < 9; ++k) cells[k] = (grid.flipped ? 8 - k : k) * p.y.padded;
    for (Int i = 0; i < grid.rows; ++i) {
        planes_to_cells({w + i * grid.row, grid.column, grid.columns, 9}, p.y_frame, cells);
        transform_channels<KernelToProducts>({p.y_frame, 3 * p.y.padded, p.y.padded},
                                             {p.weight + i * p.y.padded, tile_side * p.weight_step, p.weight_step},
                                             p.y.padded);
    }
}

inline bool winograd_weight_back(const WinogradRun& p, float* w) {
    const Int padded = p.x.padded;
    Int cells[9];
    for (Int k = 0; k < 9; ++k) cells[k] = k * padded;
    bool finite = true;
    for (Int o = 0; o < p.y.channels; ++o, w += 9 * p.x.channels) {
        transform_channels<ProductsToKernel>({p.weight + o * padded, tile_side * p.weight_step, p.weight_step},
                                             {p.x_frame, 3 * padded, padded}, padded);
        finite &= cells_to_planes(p.x_frame, cells, nullptr, {w, 9, p.x.channels, 9}, w);
    }
    return finite;
}

}  // namespace jt::kernels::JT_ISA
