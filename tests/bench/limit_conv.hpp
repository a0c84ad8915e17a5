// The limit of a convolution and of relu with max-pool: one image at a time, every extent known to the compiler.
#pragma once
#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "limit_loops.hpp"

namespace limit {

inline float sum(const float* begin, const float* end) {
    float total = 0;
    for (; begin != end; ++begin) total += *begin;
    return total;
}

/// A convolution without padding: the image is unfolded to columns, the rest is a product from cblas.
template <int channels, int side, int filters, int kernel>
class Conv {
public:
    static constexpr int out_side = side - kernel + 1, pixels = out_side * out_side;
    static constexpr int taps = channels * kernel * kernel;
    static constexpr int in_size = channels * side * side, out_size = filters * pixels;

    explicit Conv(unsigned seed)
        : w_(uniform(filters * taps, 1 / std::sqrt(static_cast<float>(taps)), seed)),
          b_(uniform(filters, 0.1f, seed + 1)),
          gw_(w_.size()),
          gb_(filters),
          columns_(taps * pixels) {}

    void forward(const float* x, float* y) {
        unfold(x);
        for (int f = 0; f < filters; ++f) std::fill_n(y + f * pixels, pixels, b_[f]);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, filters, pixels, taps, 1, w_.data(), taps,
                    columns_.data(), pixels, 1, y, pixels);
    }

    void clear_gradients() {
        std::fill(gw_.begin(), gw_.end(), 0.0f);
        std::fill(gb_.begin(), gb_.end(), 0.0f);
    }

    /// Adds one image's part to the gradients of the parameters.
    void backward(const float* x, const float* gy) {
        unfold(x);
        for (int f = 0; f < filters; ++f) gb_[f] += sum(gy + f * pixels, gy + (f + 1) * pixels);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, filters, taps, pixels, 1, gy, pixels, columns_.data(),
                    pixels, 1, gw_.data(), taps);
    }

    void backward_input(const float* gy, float* gx) {
        std::fill(columns_.begin(), columns_.end(), 0.0f);
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, taps, pixels, filters, 1, w_.data(), taps, gy, pixels, 1,
                    columns_.data(), pixels);
        fold(gx);
    }

    void update(float lr) {
        sgd(w_, gw_, lr);
        sgd(b_, gb_, lr);
    }

    std::vector<Floats*> parameters() { return {&w_, &b_}; }

private:
    /// Calls action(a row of the image, its row in the columns) for every tap and output row.
    template <class Action>
    void for_rows(Action action) {
        float* column = columns_.data();
        for (int c = 0; c < channels; ++c)
            for (int tap = 0; tap < kernel * kernel; ++tap)
                for (int y = 0; y < out_side; ++y, column += out_side)
                    action((c * side + y + tap / kernel) * side + tap % kernel, column);
    }

    void unfold(const float* x) {
        for_rows([x](int at, float* column) {
            for (int i = 0; i < out_side; ++i) column[i] = x[at + i];
        });
    }

    void fold(float* gx) {
        std::fill_n(gx, in_size, 0.0f);
        for_rows([gx](int at, const float* column) {
            for (int i = 0; i < out_side; ++i) gx[at + i] += column[i];
        });
    }

    Floats w_, b_, gw_, gb_, columns_;
};

/// relu and a 2 x 2 max-pool in one pass; remembers where each winner stood (in_size: relu cut it off).
template <int maps, int side>
struct Pool {
    static constexpr int half = side / 2, in_size = maps * side * side, out_size = maps * half * half;

    static void forward(const float* x, float* y, int* winner) {
        for (int row = 0; row < maps * half; ++row, x += 2 * side, y += half, winner += half)
            for (int i = 0; i < half; ++i) {
                const float a = x[2 * i], b = x[2 * i + 1], c = x[side + 2 * i], d = x[side + 2 * i + 1];
                const float top = std::max(std::max(a, b), std::max(c, d));
                int at = side + 1;
                at = c == top ? side : at;
                at = b == top ? 1 : at;
                at = a == top ? 0 : at;
                y[i] = std::max(top, 0.0f);
                winner[i] = top > 0 ? 2 * (row * side + i) + at : in_size;
            }
    }

    /// gx has a place more than in_size, for the gradients that relu cuts off.
    static void backward(const float* gy, const int* winner, float* gx) {
        std::fill_n(gx, in_size, 0.0f);
        for (int i = 0; i < out_size; ++i) gx[winner[i]] = gy[i];
    }
};

}  // namespace limit
