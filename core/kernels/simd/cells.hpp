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

template <class T>
Int up_to_lanes(Int n) {
    return n < lanes<T> ? n : lanes<T>;
}

/// As many pixels of as many channels as a vector has numbers, or fewer; x can be read up to its whole vectors. The
/// cell of pixel j lies at to + cell(first + j).
template <class T, class Cell>
[[gnu::always_inline]] inline void square_to_cells(const Planes<const T>& x, T* to, Cell cell, Int first) {
    Vec<T> square[lanes<T>];
#pragma GCC unroll 16
    for (int i = 0; i < lanes<T>; ++i) square[i] = i < x.channels ? load(x.p + i * x.step) : Vec<T>{};
    transpose<1, T>(square);
#pragma GCC unroll 16
    for (int k = 0; k < lanes<T>; ++k)
        if (k < x.pixels) store(to + cell(first + k), square[k]);
}

/// The same where x ends within a vector.
template <class T, class Cell>
[[gnu::noinline]] void rest_to_cells(const Planes<const T>& x, T* to, Cell cell, Int first) {
    T rest[lanes<T> * lanes<T>];
    copy({x.p, x.step, x.channels, x.pixels}, rest, lanes<T>);
    square_to_cells<T>({rest, lanes<T>, x.channels, x.pixels}, to, cell, first);
}

/// Pixel j goes to the cell at to + cell(j), filled up with zeros to whole vectors.
template <class T, class Cell>
void planes_to_cells(const Planes<const T>& x, T* to, Cell cell) {
    const Int whole = x.pixels - x.pixels % lanes<T>;
    for (Int i = 0; i < x.channels; i += lanes<T>) {
        const T* const from = x.p + i * x.step;
        const Int channels = up_to_lanes<T>(x.channels - i);
        for (Int j = 0; j < whole; j += lanes<T>)
            square_to_cells<T>({from + j, x.step, channels, lanes<T>}, to + i, cell, j);
        if (whole < x.pixels) rest_to_cells<T>({from + whole, x.step, channels, x.pixels - whole}, to + i, cell, whole);
    }
}

/// And back, plus the bias of each channel, if there is one. False when some number is not finite.
template <class T, class Cell>
bool cells_to_planes(const T* from, Cell cell, const T* bias, const Planes<T>& y) {
    Vec<T> square[lanes<T>], zero_if_finite{};
    for (Int i = 0; i < y.channels; i += lanes<T>)
        for (Int j = 0; j < y.pixels; j += lanes<T>) {
            const Int channels = up_to_lanes<T>(y.channels - i), pixels = up_to_lanes<T>(y.pixels - j);
#pragma GCC unroll 16
            for (int k = 0; k < lanes<T>; ++k) square[k] = k < pixels ? load(from + cell(j + k) + i) : Vec<T>{};
            transpose<1, T>(square);
            T* row = y.p + i * y.step + j;
#pragma GCC unroll 16
            for (int k = 0; k < lanes<T>; ++k, row += y.step) {
                if (k >= channels) break;
                if (bias) square[k] += bias[i + k];
                zero_if_finite += square[k] - square[k];
                pixels == lanes<T> ? put_back(row, square[k]) : put_back(row, square[k], pixels);
            }
        }
    return !any(zero_if_finite != 0);
}

}  // namespace jt::kernels::JT_ISA
