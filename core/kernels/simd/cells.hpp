// Images between their two layouts: planes, one for each channel, and cells, which hold all channels of a pixel.
#pragma once
#include "gemm.hpp"

namespace jt::kernels::JT_ISA {

/// `pixels` of each of `channels` planes, which lie `step` apart.
template <class T>
struct Planes {
    T* p;
    Int step, channels, pixels;
};

inline Int up_to_lanes(Int n) { return n < lanes<float> ? n : lanes<float>; }

/// As many pixels of as many channels as a vector has numbers, or fewer; x can be read up to its whole vectors.
[[gnu::always_inline]] inline void square_to_cells(const float* x, Int step, Int channels, Int pixels, float* to,
                                                   const Int* cells) {
    Vec<float> square[lanes<float>];
#pragma GCC unroll 16
    for (int i = 0; i < lanes<float>; ++i) square[i] = i < channels ? load(x + i * step) : Vec<float>{};
    transpose<1, float>(square);
#pragma GCC unroll 16
    for (int k = 0; k < lanes<float>; ++k)
        if (k < pixels) store(to + cells[k], square[k]);
}

/// The same where x ends within a vector.
[[gnu::noinline]] inline void rest_to_cells(const float* x, Int step, Int channels, Int pixels, float* to,
                                            const Int* cells) {
    float rest[lanes<float> * lanes<float>];
    copy({x, step, channels, pixels}, rest, lanes<float>);
    square_to_cells(rest, lanes<float>, channels, pixels, to, cells);
}

/// Pixel j goes to the cell at to + cells[j], filled up with zeros to whole vectors.
inline void planes_to_cells(const Planes<const float>& x, float* to, const Int* cells) {
    const Int whole = x.pixels - x.pixels % lanes<float>;
    for (Int i = 0; i < x.channels; i += lanes<float>) {
        const float* const from = x.p + i * x.step;
        const Int channels = up_to_lanes(x.channels - i);
        for (Int j = 0; j < whole; j += lanes<float>)
            square_to_cells(from + j, x.step, channels, lanes<float>, to + i, cells + j);
        if (whole < x.pixels) rest_to_cells(from + whole, x.step, channels, x.pixels - whole, to + i, cells + whole);
    }
}

/// And back, plus the bias of each channel, if there is one. False when some number is not finite.
inline bool cells_to_planes(const float* from, const Int* cells, const float* bias, const Planes<float>& y) {
    Vec<float> square[lanes<float>], zero_if_finite{};
    for (Int i = 0; i < y.channels; i += lanes<float>)
        for (Int j = 0; j < y.pixels; j += lanes<float>) {
            const Int channels = up_to_lanes(y.channels - i), pixels = up_to_lanes(y.pixels - j);
#pragma GCC unroll 16
            for (int k = 0; k < lanes<float>; ++k)
                square[k] = k < pixels ? load(from + cells[j + k] + i) : Vec<float>{};
            transpose<1, float>(square);
            float* row = y.p + i * y.step + j;
#pragma GCC unroll 16
            for (int k = 0; k < lanes<float>; ++k, row += y.step) {
                if (k >= channels) break;
                if (bias) square[k] += bias[i + k];
                zero_if_finite += square[k] - square[k];
                pixels == lanes<float> ? put_back(row, square[k]) : put_back(row, square[k], pixels);
            }
        }
    return !any(zero_if_finite != 0);
}

}  // namespace jt::kernels::JT_ISA
