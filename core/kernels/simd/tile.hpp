// Two register tiles in which every product and convolution ends: rows times a row-major matrix, rows times rows.
// Compiled once for each instruction set, in the namespace of its name.
#pragma once
#include <cstdint>
#include <type_traits>

#include "vec.hpp"

namespace jt::kernels::JT_ISA {

using Int = std::int64_t;

/// Vector registers, and the sums that they hold while a tile is computed.
#if defined(__AVX512F__)
inline constexpr int registers = 32, accumulators = 24;
#else
inline constexpr int registers = 16, accumulators = 12;
#endif

/// Where row or column i of an operand lies: evenly spaced, or as a list says (which makes a product a convolution).
struct Places {
    Int step;
    const Int* list = nullptr;
    Int operator()(Int i) const { return list ? list[i] : i * step; }
};
inline Places listed(const Int* list) { return {0, list}; }

/// The same where a tile asks in its innermost loop: known when it is compiled for floats. Doubles are rarer, and their
/// tiles compile but once.
struct EvenFloats : Places {
    Int operator()(Int i) const { return i * step; }
};
struct ListedFloats : Places {
    Int operator()(Int i) const { return list[i]; }
};
template <class T>
using Even = std::conditional_t<sizeof(T) == 4, EvenFloats, Places>;
template <class T>
using Listed = std::conditional_t<sizeof(T) == 4, ListedFloats, Places>;

/// c (m x n) = alpha * a (m x k) * b (k x n) + beta * c. The number of a in row i and column k lies at
/// a[a_row(i) + a_column(k)], the rows of b and c are dense. All of b's vectors that begin inside n are read in full;
/// beta = 0 does not read c.
template <class T, class AColumn, class BRow>
struct Product {
    Int m, n, k;
    T alpha;
    const T* a;
    Places a_row;
    AColumn a_column;
    const T* b;
    BRow b_row;
    T beta;
    T* c;
    Int c_row;
};

/// What becomes of a sum x at c.
template <class X, class T>
[[gnu::always_inline]] inline X finished(X x, T alpha, T beta, X c) {
    return alpha * x + beta * c;
}

/// Stores sums of `rows` rows, x with `width` numbers a row, where the last vector sticks out of c.
template <class P, class T>
[[gnu::noinline]] void store_edge(const P& p, Int i, Int j, const T* x, Int rows, Int width) {
    constexpr int W = lanes<T>;
    const T alpha = p.alpha, beta = p.beta;
    const Int n = p.n - j;
    for (Int r = 0; r < rows; ++r, x += width) {
        T* c = p.c + (i + r) * p.c_row + j;
        Int l = 0;
        for (; l + W <= n; l += W)
            store(c + l, beta == 0 ? alpha * load(x + l) : finished(load(x + l), alpha, beta, load(c + l)));
        for (; l < n; ++l) few_rounds(), c[l] = beta == 0 ? alpha * x[l] : finished(x[l], alpha, beta, c[l]);
    }
}

/// The R x V vectors of c at row i, column j. Each element of a meets V vectors of b, all sums stay in registers: g++
/// puts an array into registers only when the loops over it are flat and unrolled early, hence the pragmas.
template <int R, int V, class T, class AColumn, class BRow>
[[gnu::noinline]] void tile(const Product<T, AColumn, BRow>& p, Int i, Int j) {
    constexpr int W = lanes<T>, N = R * V;
    Vec<T> sum[N];
    const T* a[R];
    for (int r = 0; r < R; ++r) a[r] = p.a + p.a_row(i + r);
#pragma GCC unroll 24
    for (int s = 0; s < N; ++s) sum[s] = Vec<T>{};
    for (Int k = 0; k < p.k; ++k) {
        const Int at = p.a_column(k);
        const T* b = p.b + p.b_row(k) + j;
        Vec<T> row[V];
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) row[v] = load(b + v * W);
#pragma GCC unroll 24
        for (int s = 0; s < N; ++s) sum[s] += a[s / V][at] * row[s % V];
    }
    if (p.n - j < V * W) {
        T x[N * W];
#pragma GCC unroll 24
        for (int s = 0; s < N; ++s) store(x + s * W, sum[s]);
        return store_edge(p, i, j, x, R, V * W);
    }
    const T alpha = p.alpha, beta = p.beta;
#pragma GCC unroll 24
    for (int s = 0; s < N; ++s) {
        T* c = p.c + (i + s / V) * p.c_row + j + s % V * W;
        store(c, beta == 0 ? alpha * sum[s] : finished(sum[s], alpha, beta, load(c)));
    }
}

/// How many rows a tile has at most, and how many vectors side by side when it has `rows`: beside the sums, registers
/// hold a row of b and a number of a.
inline constexpr int most_rows = 6;
constexpr int widest(Int rows) {
    const int most = (registers - 1) / (static_cast<int>(rows) + 1);
    return most < 4 ? most : 4;
}

/// tile<rows, vectors>, the two chosen at run time.
template <int R, int V, class P>
void any_tile(const P& p, Int i, Int j, Int rows, Int vectors) {
    if constexpr (R > 1)
        if (rows < R) return any_tile<R - 1, widest(R - 1)>(p, i, j, rows, vectors);
    if constexpr (V > 1)
        if (vectors < V) return any_tile<R, V - 1>(p, i, j, rows, vectors);
    tile<R, V>(p, i, j);
}

/// Cuts `total` into the fewest parts of at most `most`, as equal as can be; there is always one.
struct Parts {
    Int total, count;
    Parts(Int total, Int most) : total(total), count(total > most ? (total + most - 1) / most : 1) {}
    Int start(Int part) const { return total * part / count; }
    Int size(Int part) const { return start(part + 1) - start(part); }
    Int largest() const { return (total + count - 1) / count; }
};

/// As any_tile, for tiles of a single vector, which need more rows lest their few sums wait for each other.
inline constexpr int most_tall_rows = 8;
template <int R, class P>
void tall_tile(const P& p, Int i, Int rows) {
    if constexpr (R > 1)
        if (rows < R) return tall_tile<R - 1>(p, i, rows);
    tile<R, 1>(p, i, 0);
}
template <class P>
void tall_column(const P& p) {
    const Parts rows(p.m, most_tall_rows);
    for (Int t = 0; t < rows.count; ++t) tall_tile<most_tall_rows>(p, rows.start(t), rows.size(t));
}

/// All rows of c for the first `vectors` vectors of columns.
template <class P>
void column(const P& p, const Parts& rows, Int vectors) {
    if (vectors == 1) return tall_column(p);
    for (Int t = 0; t < rows.count; ++t)
        any_tile<most_rows, widest(most_rows)>(p, rows.start(t), 0, rows.size(t), vectors);
}

/// c (m x n) = alpha * a (m x k) * transposed b (n x k) + beta * c, both operands dense along k, summed over `images`
/// pairs of a and b that lie a_image and b_image apart.
template <class T>
struct Dots {
    Int m, n, k, images;
    const T* a;
    Int a_row, a_image;
    const T* b;
    Places b_row;
    Int b_image;
    T alpha, beta;
    T* c;
    Int c_row;
};

/// What the last k % lanes numbers of a row add to each dot product.
template <class T>
[[gnu::noinline]] T dot_rest(const Dots<T>& p, Int i, Int j) {
    T sum = 0;
    for (Int image = 0; image < p.images; ++image)
        for (Int t = p.k - p.k % lanes<T>; t < p.k; ++t)
            sum += p.a[image * p.a_image + i * p.a_row + t] * p.b[image * p.b_image + p.b_row(j) + t];
    return sum;
}

/// The R x N numbers of c at row i, column j: dot products of R rows with N rows at once.
template <int R, int N, class T>
[[gnu::noinline]] void dot_tile(const Dots<T>& p, Int i, Int j) {
    constexpr int W = lanes<T>;
    Vec<T> sum[R * N];
    const T *a[R], *b[N];
    for (int r = 0; r < R; ++r) a[r] = p.a + (i + r) * p.a_row;
    for (int n = 0; n < N; ++n) b[n] = p.b + p.b_row(j + n);
#pragma GCC unroll 24
    for (int s = 0; s < R * N; ++s) sum[s] = Vec<T>{};
    for (Int image = 0; image < p.images; ++image) {
        const Int to_a = image * p.a_image, to_b = image * p.b_image;
        for (Int t = 0; t + W <= p.k; t += W) {
            Vec<T> y[N];
#pragma GCC unroll 8
            for (int n = 0; n < N; ++n) y[n] = load(b[n] + to_b + t);
#pragma GCC unroll 24
            for (int s = 0; s < R * N; ++s) sum[s] += load(a[s / N] + to_a + t) * y[s % N];
        }
    }
    T x[R * N];
#pragma GCC unroll 24
    for (int s = 0; s < R * N; ++s) x[s] = fold_lanes<T, W>(sum[s], [](auto y, auto z) { return y + z; });
    for (int s = 0; s < R * N; ++s) {
        T& c = p.c[(i + s / N) * p.c_row + j + s % N];
        if (p.k % W != 0) x[s] += dot_rest(p, i + s / N, j + s % N);
        c = p.beta == 0 ? p.alpha * x[s] : p.alpha * x[s] + p.beta * c;
    }
}

/// How many rows of a and of b a tile of dot products joins at most.
inline constexpr int most_dot_rows = 4;
constexpr int most_dots(Int rows) { return 8 * rows <= accumulators ? 8 : accumulators / static_cast<int>(rows); }

/// dot_tile<rows, columns>, the two chosen at run time.
template <int R, int N, class P>
void any_dot_tile(const P& p, Int i, Int j, Int rows, Int columns) {
    if constexpr (R > 1)
        if (rows < R) return any_dot_tile<R - 1, most_dots(R - 1)>(p, i, j, rows, columns);
    if constexpr (N > 1)
        if (columns < N) return any_dot_tile<R, N - 1>(p, i, j, rows, columns);
    dot_tile<R, N>(p, i, j);
}

template <class P>
void all_dots(const P& p) {
    const Parts rows(p.m, most_dot_rows), columns(p.n, most_dots(rows.largest()));
    for (Int s = 0; s < rows.count; ++s)
        for (Int t = 0; t < columns.count; ++t)
            any_dot_tile<most_dot_rows, most_dots(most_dot_rows)>(p, rows.start(s), columns.start(t), rows.size(s),
                                                                  columns.size(t));
}

}  // namespace jt::kernels::JT_ISA
