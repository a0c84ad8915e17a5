// The five transforms of Winograd's convolution of 4 x 4 outputs and kernels of 3 x 3, on squares of vectors.
#pragma once
#include "vec.hpp"

namespace jt::kernels::JT_ISA {

// The points of one direction are 0, a, -a, b, -b and infinity: with a = 1 / b = sqrt(1 / 2) the errors are a quarter
// or less of those that the usual 1 and 2 make. What a step shares for a and -a is its even and its odd powers.
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
    std::int64_t row, column;
};

/// y = x transformed along its columns, then along its rows.
template <class F>
[[gnu::always_inline]] inline void transform(Square<const float> x, Square<float> y) {
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

/// The same for all vectors of `padded` channels. Squares by value would be copied just after they are written, in
/// wider pieces, for which the processor waits.
template <class F>
[[gnu::noinline]] void transform_channels(const Square<const float>& x, const Square<float>& y, std::int64_t padded) {
    for (std::int64_t c = 0; c < padded; c += lanes<float>)
        transform<F>({x.p + c, x.row, x.column}, {y.p + c, y.row, y.column});
}

}  // namespace jt::kernels::JT_ISA
