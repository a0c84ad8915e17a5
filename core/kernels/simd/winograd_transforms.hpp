// The five transforms of Winograd's convolution by kernels of K x K, on squares of vectors.
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

/// The 6 values at the points of a polynomial of n coefficients.
template <int n>
struct Values {
    static constexpr int from = n, to = 6;
    template <class V>
    static void apply(const V (&c)[n], V (&t)[6]) {
        const V even_a = sum<0>(c, 0.5F), odd_a = point_a * sum<1>(c, 0.5F);
        const V even_b = sum<0>(c, 2), odd_b = point_b * sum<1>(c, 2);
        t[0] = c[0];
        t[1] = even_a + odd_a;
        t[2] = even_a - odd_a;
        t[3] = even_b + odd_b;
        t[4] = even_b - odd_b;
        t[5] = c[n - 1];
    }

private:
    /// Every other coefficient, from the first on, times the powers of `square`.
    template <int first, class V>
    static V sum(const V (&c)[n], float square) {
        if constexpr (first + 2 < n)
            return c[first] + square * sum<first + 2>(c, square);
        else
            return c[first];
    }
};

/// The transpose of Values.
template <int n>
struct Coefficients {
    static constexpr int from = 6, to = n;
    template <class V>
    static void apply(const V (&m)[6], V (&c)[n]) {
        V a[2] = {m[1] + m[2], point_a * (m[1] - m[2])}, b[2] = {m[3] + m[4], point_b * (m[3] - m[4])};
        for (int i = 0; i < n; ++i) {
            c[i] = a[i % 2] + b[i % 2];
            a[i % 2] *= 0.5F;
            b[i % 2] *= 2;
        }
        c[0] += m[0];
        c[n - 1] += m[5];
    }
};

/// Products to a tile of y: multiplies by the transposed A.
template <int K>
using FromProducts = Coefficients<7 - K>;

/// Tile of y's gradient: multiplies by A.
template <int K>
using GradientToProducts = Values<7 - K>;

/// Divides by the products of the differences between a point and the others but infinity.
template <class V>
void divide(V (&t)[6]) {
    t[1] /= -1.5F;
    t[2] /= -1.5F;
    t[3] /= 6;
    t[4] /= 6;
}

/// Kernel: multiplies by G.
template <int K>
struct KernelToProducts : Values<K> {
    template <class V>
    static void apply(const V (&w)[K], V (&t)[6]) {
        Values<K>::apply(w, t);
        divide(t);
    }
};

/// Sums of products to the gradient of a kernel: multiplies by the transposed G.
template <int K>
struct ProductsToKernel : Coefficients<K> {
    template <class V>
    static void apply(const V (&m)[6], V (&w)[K]) {
        V t[6] = {m[0], m[1], m[2], m[3], m[4], m[5]};
        divide(t);
        Coefficients<K>::apply(t, w);
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
