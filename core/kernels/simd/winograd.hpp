// Winograd's convolution of some bands: their images to cells, the cells to transformed tiles, a product of matrices
// for each position, and all the way back.
#pragma once
#include "../product/winograd_tiles.hpp"
#include "cells.hpp"
#include "conv.hpp"
#include "winograd_transforms.hpp"

namespace jt::kernels::JT_ISA {

/// The rows of its image that a band covers: `above` of them are missing before the first, `from`.
struct BandRows {
    Int above, from, count;
    BandRows(const TileGrid& g, Int band) {
        const Int first = band % g.down * g.step - g.top, end = first + g.side;
        from = first < 0 ? 0 : first;
        above = from - first;
        count = (end < g.height ? end : g.height) - from;
    }
};

template <class T>
Planes<T> band_planes(const TileGrid& g, T* images, Int band, const BandRows& rows) {
    T* const image = images + band / g.down * g.image_size();
    return {image + rows.from * g.width, g.height * g.width, g.channels, rows.count * g.width};
}

/// A band of an image to transformed tiles.
template <class F>
void read_band(const TileGrid& g, const float* images, Int band, float* frame, const Square<float>& tiles) {
    const BandRows rows(g, band);
    const Int row = g.frame_row(), end = rows.above + rows.count;
    for (Int i = 0; i < rows.above * row; ++i) frame[i] = 0;
    for (Int i = end * row; i < g.side * row; ++i) frame[i] = 0;
    planes_to_cells<float>(band_planes(g, images, band, rows), frame + rows.above * row, listed(g.cells));
    for (Int t = 0; t < g.across; ++t)
        transform_channels<F>({frame + t * g.step * g.padded, row, g.padded},
                              {tiles.p + t * g.padded, tiles.row, tiles.column}, g.padded);
}

/// Transformed tiles to a band of an image. False when some number is not finite.
template <class F>
bool write_band(const TileGrid& g, const Square<float>& tiles, float* frame, const float* bias, Int band,
                float* images) {
    for (Int t = 0; t < g.across; ++t)
        transform_channels<F>({tiles.p + t * g.padded, tiles.row, tiles.column},
                              {frame + t * g.step * g.padded, g.frame_row(), g.padded}, g.padded);
    return cells_to_planes<float>(frame, listed(g.cells), bias, band_planes(g, images, band, BandRows(g, band)));
}

/// The transformed tiles of the k-th band under way.
inline Square<float> band_tiles(const TileGrid& g, float* tiles, Int step, Int k) {
    return {tiles + k * g.across * g.padded, tile_side * step, step};
}

/// y_tiles = x_tiles * weight, position by position.
inline void multiply_tiles(const WinogradRun& p, Int tiles) {
    for (Int at = 0; at < positions; ++at)
        all_columns(MatrixProduct<float>{.m = tiles,
                                         .n = p.y.padded,
                                         .k = p.x.channels,
                                         .alpha = 1,
                                         .a = p.x_tiles + at * p.x_step,
                                         .a_row = {p.x.padded},
                                         .a_column = {1},
                                         .b = p.weight + at * p.weight_step,
                                         .b_row = {p.y.padded},
                                         .beta = 0,
                                         .c = p.y_tiles + at * p.y_step,
                                         .c_row = p.y.padded});
}

/// weight += transposed y_tiles * x_tiles
inline void add_tile_products(const WinogradRun& p, Int tiles) {
    for (Int at = 0; at < positions; ++at)
        all_columns(MatrixProduct<float>{.m = p.y.channels,
                                         .n = p.x.padded,
                                         .k = tiles,
                                         .alpha = 1,
                                         .a = p.y_tiles + at * p.y_step,
                                         .a_row = {1},
                                         .a_column = {p.y.padded},
                                         .b = p.x_tiles + at * p.x_step,
                                         .b_row = {p.x.padded},
                                         .beta = 1,
                                         .c = p.weight + at * p.weight_step,
                                         .c_row = p.x.padded});
}

template <Int K>
void winograd_bands(const WinogradRun& p, Int from, Int count, const float* x, const float* bias, float* y,
                    unsigned char* finite) {
    for (Int k = 0; k < count; ++k)
        read_band<ToProducts>(p.x, x, from + k, p.x_frame, band_tiles(p.x, p.x_tiles, p.x_step, k));
    multiply_tiles(p, count * p.x.across);
    for (Int k = 0; k < count; ++k)
        if (!write_band<FromProducts<K>>(p.y, band_tiles(p.y, p.y_tiles, p.y_step, k), p.y_frame, bias, from + k, y))
            finite[(from + k) / p.y.down] = 0;
}

template <Int K>
void winograd_weight_bands(const WinogradRun& p, Int from, Int count, const float* g, const float* x) {
    for (Int k = 0; k < count; ++k) {
        read_band<ToProducts>(p.x, x, from + k, p.x_frame, band_tiles(p.x, p.x_tiles, p.x_step, k));
        read_band<GradientToProducts<K>>(p.y, g, from + k, p.y_frame, band_tiles(p.y, p.y_tiles, p.y_step, k));
    }
    add_tile_products(p, count * p.x.across);
}

/// The tiles of y, which are filled later, have room for the cells of a row of kernels.
template <Int K>
void winograd_weights(const WinogradRun& p, const float* w) {
    const Int padded = p.y.padded;
    for (Int i = 0; i < p.x.channels; ++i) {
        planes_to_cells<float>({w + i * K * K, K * K * p.x.channels, p.y.channels, K * K}, p.y_tiles, Places{padded});
        transform_channels<KernelToProducts<K>>(
            {p.y_tiles, K * padded, padded}, {p.weight + i * padded, tile_side * p.weight_step, p.weight_step}, padded);
    }
}

/// So have those of x, which are read by now.
template <Int K>
bool winograd_weight_back(const WinogradRun& p, float* w) {
    const Int padded = p.x.padded;
    bool finite = true;
    for (Int o = 0; o < p.y.channels; ++o) {
        transform_channels<ProductsToKernel<K>>({p.weight + o * padded, tile_side * p.weight_step, p.weight_step},
                                                {p.x_tiles, K * padded, padded}, padded);
        finite &= cells_to_planes<float>(p.x_tiles, Places{padded}, nullptr,
                                         {w + o * K * K * p.x.channels, K * K, p.x.channels, K * K});
    }
    return finite;
}

}  // namespace jt::kernels::JT_ISA
