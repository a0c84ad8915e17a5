// Convolutions from tiles: products whose operands lie anywhere in the planes of an image, each tap a shifted view of
// it. Either the pixels of the output fill the vectors or its channels do.
#pragma once
#include <iterator>

#include "cells.hpp"

namespace jt::kernels::JT_ISA {

/// Taps after which sums are put down and taken up again, so that the pixels they need stay in the first cache.
inline constexpr Int most_taps = 256;

/// All of c; n is a multiple of the lanes.
template <class T, class... Kinds>
void all_columns(Product<T, Kinds...> p) {
    const Parts rows(p.m, most_rows), panels(p.n / lanes<T>, widest(rows.largest()));
    const T* const b = p.b;
    T* const c = p.c;
    for (Int t = 0; t < panels.count; ++t) {
        p.b = b + panels.start(t) * lanes<T>;
        p.c = c + panels.start(t) * lanes<T>;
        column(p, rows, panels.size(t));
    }
}

/// Where the vectors of a row lie: side by side, the last one so that it ends with the row, which is at least as long.
template <class T>
Int vector_at(Int v, Int columns) {
    const Int at = v * lanes<T>;
    return at + lanes<T> <= columns || columns < lanes<T> ? at : columns - lanes<T>;
}

/// Every second number from p on, a vector of them; nothing behind the last one is read.
template <class T, int... L>
Vec<T> every_second(const T* p, std::integer_sequence<int, L...>) {
    constexpr int W = lanes<T>;
    return __builtin_shufflevector(load(p), load(p + W - 1), (2 * L < W ? 2 * L : 2 * L + 1)...);
}

/// The same for each number f(j) of a row: a vector g(j) at a time, or one by one where it is shorter.
template <class T, class F, class G>
void fill_row(T* to, Int columns, F f, G g) {
    if (columns < lanes<T>)
        for (Int j = 0; j < columns; ++j) few_rounds(), to[j] = f(j);
    else
        for (Int v = 0; v * lanes<T> < columns; ++v) {
            const Int j = vector_at<T>(v, columns);
            store<T>(to + j, g(j));
        }
}

template <class T>
void copy_rows(const ImageRows<T>& from, T plus, T* to, Int to_step) {
    constexpr auto all = std::make_integer_sequence<int, lanes<T>>();
    const Int step = from.column;
    const T* p = from.p;
    for (Int i = 0; i < from.rows; ++i, p += from.row, to += to_step) {
        const auto one = [&](Int j) { return p[j * step] + plus; };
        if (step == 1)
            fill_row(to, from.columns, one, [&](Int j) { return load(p + j) + plus; });
        else if (step == 2)
            fill_row(to, from.columns, one, [&](Int j) { return every_second(p + 2 * j, all) + plus; });
        else
            for (Int j = 0; j < from.columns; ++j) to[j] = one(j);
    }
}

template <class T>
void conv_pixels(const ConvTaps& p, const T* w, const T* planes, T* y) {
    const Parts blocks(p.taps, most_taps);
    for (Int s = 0; s < blocks.count; ++s) {
        const Int at = blocks.start(s);
        all_columns(Product<T, Even<T>, Listed<T>>{.m = p.outputs,
                                                   .n = p.pixels,
                                                   .k = blocks.size(s),
                                                   .alpha = 1,
                                                   .a = w + at,
                                                   .a_row = {p.taps},
                                                   .a_column = {1},
                                                   .b = planes,
                                                   .b_row = {listed(p.tap_at + at)},
                                                   .beta = s == 0 ? T{0} : T{1},
                                                   .c = y,
                                                   .c_row = p.pixels});
    }
}

template <class T>
void conv_pixels_weight(const ConvTaps& p, Int images, const T* g, const T* planes, T* w) {
    all_dots(Dots<T>{.m = p.outputs,
                     .n = p.taps,
                     .k = p.pixels,
                     .images = images,
                     .a = g,
                     .a_row = p.pixels,
                     .a_image = p.outputs * p.pixels,
                     .b = planes,
                     .b_row = listed(p.tap_at),
                     .b_image = p.plane_step,
                     .alpha = 1,
                     .beta = 1,
                     .c = w,
                     .c_row = p.taps});
}

/// The output channels in panels as wide as a tile: a panel of a weight, or of sums for its gradient, is dense and has
/// a row for each tap.
struct Panel {
    Int first, width, channels;  ///< the first channel, and how many with and without those that fill up the vectors
};
template <class T, class F>
void each_panel(Int outputs, F f) {
    const Parts panels((outputs + lanes<T> - 1) / lanes<T>, widest(most_rows));
    for (Int t = 0; t < panels.count; ++t) {
        const Int first = panels.start(t) * lanes<T>, width = panels.size(t) * lanes<T>;
        f(Panel{first, width, width < outputs - first ? width : outputs - first});
    }
}

/// Pixels and taps that are at work at once: their sums, and the numbers they are sums of, stay in the first cache.
inline constexpr Int most_pixels = 192, most_channel_taps = 256;

template <class T>
void to_panels(const ConvTaps& p, const T* w, T* panels) {
    each_panel<T>(p.outputs, [&](const Panel& panel) {
        copy_transposed({w + panel.first * p.taps, p.taps, panel.channels, p.taps}, panels + panel.first * p.taps,
                        panel.width);
    });
}

template <class T>
void from_panels(const ConvTaps& p, const T* panels, T* w) {
    each_panel<T>(p.outputs, [&](const Panel& panel) {
        copy_transposed({panels + panel.first * p.taps, panel.width, p.taps, panel.channels}, w + panel.first * p.taps,
                        p.taps);
    });
}

/// sums = x * a panel of the weight, pixels [from, from + count).
template <class T>
void pixel_sums(const ConvTaps& p, const Panel& panel, const T* weight, const T* x, Int from, Int count, T* sums) {
    const Parts blocks(p.taps, most_channel_taps);
    for (Int s = 0; s < blocks.count; ++s) {
        const Int tap = blocks.start(s);
        column(Product<T, Listed<T>, Even<T>>{.m = count,
                                              .n = panel.width,
                                              .k = blocks.size(s),
                                              .alpha = 1,
                                              .a = x,
                                              .a_row = listed(p.pixel_at + from),
                                              .a_column = {listed(p.tap_at + tap)},
                                              .b = weight + tap * panel.width,
                                              .b_row = {panel.width},
                                              .beta = s == 0 ? T{0} : T{1},
                                              .c = sums,
                                              .c_row = panel.width},
               Parts(count, most_rows), panel.width / lanes<T>);
    }
}

template <class T>
void conv_channels(const ConvTaps& p, const T* panels, const T* x, const T* bias, T* y) {
    alignas(vec_bytes) T sums[most_pixels * panel_width<T>];
    const Parts blocks(p.pixels, most_pixels);
    each_panel<T>(p.outputs, [&](const Panel& panel) {
        for (Int s = 0; s < blocks.count; ++s) {
            const Int from = blocks.start(s), count = blocks.size(s);
            pixel_sums(p, panel, panels + panel.first * p.taps, x, from, count, sums);
            cells_to_planes<T>(sums, Places{panel.width}, bias ? bias + panel.first : nullptr,
                               {y + panel.first * p.pixels + from, p.pixels, panel.channels, count});
        }
    });
}

template <class T>
void conv_channels_weight(const ConvTaps& p, const T* g, const T* x, T* panels) {
    alignas(vec_bytes) T cells[most_pixels * panel_width<T>];
    const Parts blocks(p.pixels, most_pixels);
    each_panel<T>(p.outputs, [&](const Panel& panel) {
        for (Int s = 0; s < blocks.count; ++s) {
            const Int from = blocks.start(s), count = blocks.size(s);
            planes_to_cells<T>({g + panel.first * p.pixels + from, p.pixels, panel.channels, count}, cells,
                               Places{panel.width});
            column(Product<T, Listed<T>, Even<T>>{.m = p.taps,
                                                  .n = panel.width,
                                                  .k = count,
                                                  .alpha = 1,
                                                  .a = x,
                                                  .a_row = listed(p.tap_at),
                                                  .a_column = {listed(p.pixel_at + from)},
                                                  .b = cells,
                                                  .b_row = {panel.width},
                                                  .beta = 1,
                                                  .c = panels + panel.first * p.taps,
                                                  .c_row = panel.width},
                   Parts(p.taps, most_rows), panel.width / lanes<T>);
        }
    });
}

/// R rows of V vectors of a depthwise convolution, each the sum of taps times bias.
template <int R, int V, class T>
[[gnu::always_inline]] inline void depthwise_tile(const DepthwiseTaps& p, const T* w, T bias, const T* x, T* y,
                                                  Int first) {
    Vec<T> sum[R * V];
    Int at[V];
    for (int v = 0; v < V; ++v) at[v] = vector_at<T>(first + v, p.columns);
#pragma GCC unroll 8
    for (int s = 0; s < R * V; ++s) sum[s] = splat(bias);
    for (Int t = 0; t < p.taps; ++t) {
        const T* const from = x + p.tap_at[t];
#pragma GCC unroll 8
        for (int s = 0; s < R * V; ++s) sum[s] += w[t] * load(from + s / V * p.width + at[s % V]);
    }
#pragma GCC unroll 8
    for (int s = 0; s < R * V; ++s) {
        T* const to = y + s / V * p.columns + at[s % V];
        p.columns < lanes<T> ? put_back(to, sum[s], p.columns) : put_back(to, sum[s]);
    }
}

/// All rows of V vectors, from vector `first` of the row on.
template <int V, class T>
[[gnu::noinline]] void depthwise_rows(const DepthwiseTaps& p, const T* w, T bias, const T* x, T* y, Int first) {
    constexpr int R = 8 / V;
    Int i = 0;
    for (; i + R <= p.rows; i += R) depthwise_tile<R, V>(p, w, bias, x + i * p.width, y + i * p.columns, first);
    for (; i < p.rows; ++i) depthwise_tile<1, V>(p, w, bias, x + i * p.width, y + i * p.columns, first);
}

template <class T>
void depthwise(const DepthwiseTaps& p, const T* w, T bias, const T* x, T* y) {
    constexpr void (*of_vectors[])(const DepthwiseTaps&, const T*, T, const T*, T*, Int) = {
        depthwise_rows<1, T>, depthwise_rows<2, T>, depthwise_rows<3, T>, depthwise_rows<4, T>};
    const Parts vectors((p.columns + lanes<T> - 1) / lanes<T>, std::size(of_vectors));
    for (Int t = 0; t < vectors.count; ++t) of_vectors[vectors.size(t) - 1](p, w, bias, x, y, vectors.start(t));
}

}  // namespace jt::kernels::JT_ISA
