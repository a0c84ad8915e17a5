// Convolutions from tiles: products whose rows lie anywhere in the planes of an image, each a shifted view of it.
#pragma once
#include "../product/products.hpp"
#include "tile.hpp"

namespace jt::kernels::JT_ISA {

/// Taps after which sums are put down and taken up again, so that the pixels they need stay in the first cache.
inline constexpr Int most_taps = 512;

/// All of c; n is a multiple of the lanes.
template <class T, class... Rows>
void all_columns(Product<T, Rows...> p) {
    const Parts rows(p.m, most_rows), panels(p.n / lanes<T>, widest(rows.largest()));
    const T* const b = p.b;
    T* const c = p.c;
    for (Int t = 0; t < panels.count; ++t) {
        p.b = b + panels.start(t) * lanes<T>;
        p.c = c + panels.start(t) * lanes<T>;
        column(p, rows, panels.size(t));
    }
}

template <class T>
void conv(const ConvTaps& p, const T* w, const T* planes, T* y) {
    const Parts blocks(p.taps, most_taps);
    for (Int s = 0; s < blocks.count; ++s) {
        const Int at = blocks.start(s);
        all_columns(Product<T, Even, Listed, Even>{p.channels,
                                                   p.pixels,
                                                   blocks.size(s),
                                                   1,
                                                   w + at,
                                                   {p.taps},
                                                   1,
                                                   planes,
                                                   {p.plane_at + at},
                                                   s == 0 ? T{0} : T{1},
                                                   y,
                                                   {p.pixels}});
    }
}

template <class T>
void conv_input(const ConvTaps& p, const T* w, const T* g, T* planes) {
    all_columns(Product<T, Even, Even, Listed>{
        p.taps, p.pixels, p.channels, 1, w, {p.channels}, 1, g, {p.pixels}, 1, planes, {p.plane_by_cell}});
}

template <class T>
void conv_weight(const ConvTaps& p, Int images, const T* g, const T* planes, T* w) {
    all_dots(Dots<T, Listed>{p.channels,
                             p.taps,
                             p.pixels,
                             images,
                             g,
                             p.pixels,
                             p.channels * p.pixels,
                             planes,
                             {p.plane_at},
                             p.plane_step,
                             1,
                             1,
                             w,
                             p.taps});
}

}  // namespace jt::kernels::JT_ISA
