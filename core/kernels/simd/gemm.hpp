// Matrix products from tiles: cuts them into blocks that stay in cache, copies the operands that lie the wrong way.
#pragma once
#include <utility>

#include "../product/products.hpp"
#include "tile.hpp"

namespace jt::kernels::JT_ISA {

template <class T>
constexpr Int panel_width = 4 * lanes<T>;
/// Rows of a from which a dense copy of b's columns pays.
inline constexpr Int many_rows = 48;

/// One step of transposing W vectors: swaps the blocks of Step lanes beside the diagonal of two rows Step apart.
template <int Step, class T, int... L>
[[gnu::always_inline]] inline void exchange(Vec<T>& x, Vec<T>& y, std::integer_sequence<int, L...>) {
    const auto upper = __builtin_shufflevector(x, y, ((L & Step) ? lanes<T> + L - Step : L)...);
    y = __builtin_shufflevector(x, y, ((L & Step) ? lanes<T> + L : L + Step)...);
    x = upper;
}

template <int Step, class T>
[[gnu::always_inline]] inline void transpose(Vec<T> (&x)[lanes<T>]) {
    constexpr int W = lanes<T>;
    if constexpr (Step < W) {
#pragma GCC unroll 16
        for (int i = 0; i < W; ++i)
            if (!(i & Step)) exchange<Step, T>(x[i], x[i + Step], std::make_integer_sequence<int, W>());
        transpose<2 * Step, T>(x);
    }
}

/// A matrix inside another: the numbers at from[i * step + j] for i < rows, j < columns.
template <class T>
struct Inner {
    const T* from;
    Int step, rows, columns;
};

/// `rows` rows of a square, and zeros for those it has not.
template <class T>
void transpose_square(const T* from, Int from_step, T* to, Int to_step, Int rows) {
    Vec<T> x[lanes<T>];
#pragma GCC unroll 16
    for (int i = 0; i < lanes<T>; ++i) x[i] = i < rows ? load(from + i * from_step) : Vec<T>{};
    transpose<1, T>(x);
#pragma GCC unroll 16
    for (int i = 0; i < lanes<T>; ++i) store(to + i * to_step, x[i]);
}

/// to[j * to_step + i] = x(i, j); where to_step leaves room, the last vector of a row is filled up with anything.
template <class T>
void copy_transposed(const Inner<T>& x, T* to, Int to_step) {
    constexpr int W = lanes<T>;
    const Int full = x.rows - x.rows % W, columns = x.columns - x.columns % W;
    const Int rows = full + W <= to_step ? x.rows : full;
    for (Int i = 0; i < rows; i += W)
        for (Int j = 0; j < columns; j += W)
            transpose_square(x.from + i * x.step + j, x.step, to + j * to_step + i, to_step, x.rows - i);
    for (Int i = 0; i < x.rows; ++i)
        for (Int j = i < rows ? columns : 0; j < x.columns; ++j) to[j * to_step + i] = x.from[i * x.step + j];
}

/// to[i * to_step + j] = x(i, j)
template <class T>
void copy(const Inner<T>& x, T* to, Int to_step) {
    constexpr int W = lanes<T>;
    for (Int i = 0; i < x.rows; ++i, to += to_step) {
        const T* const from = x.from + i * x.step;
        for (Int j = 0; j + W <= x.columns; j += W) few_rounds(), store(to + j, load(from + j));
        if (x.columns >= W)
            store(to + x.columns - W, load(from + x.columns - W));
        else
            for (Int j = 0; j < x.columns; ++j) few_rounds(), to[j] = from[j];
    }
}

template <class T>
using MatrixProduct = Product<T, Even<T>, Even<T>>;

/// The rows of a in p against all columns of b, which starts at the row that p's depth starts with.
template <class T>
void times_all_columns(const Gemm<T>& g, MatrixProduct<T> p, const T* b) {
    alignas(vec_bytes) T panel[gemm_block_k * panel_width<T>];
    const Parts rows(p.m, most_rows);
    const Parts panels((g.n + lanes<T> - 1) / lanes<T>, widest(rows.largest()));
    T* const c = p.c;
    for (Int t = 0; t < panels.count; ++t) {
        const Int j = panels.start(t) * lanes<T>, width = panels.size(t) * lanes<T>;
        p.n = width < g.n - j ? width : g.n - j;
        p.c = c + j;
        p.b = g.trans_b ? b + j * g.ldb : b + j;
        p.b_row = {g.ldb};
        if (g.trans_b || p.n < width || (p.m >= many_rows && g.ldb != width)) {
            if (g.trans_b)
                copy_transposed({p.b, g.ldb, p.n, p.k}, panel, width);
            else
                copy({p.b, g.ldb, p.k, p.n}, panel, width);
            p.b = panel;
            p.b_row = {width};
        }
        column(p, rows, panels.size(t));
    }
}

/// Rows [i, i + p.m) of c over the depth [at, at + p.k).
template <class T>
void row_block(const Gemm<T>& g, Int i, Int at, MatrixProduct<T> p, T* scratch) {
    p.a = g.trans_a ? g.a + at * g.lda + i : g.a + i * g.lda + at;
    p.a_row = {g.trans_a ? 1 : g.lda};
    p.a_column = {g.trans_a ? g.lda : 1};
    if (scratch) {
        if (g.trans_a)
            copy_transposed({p.a, g.lda, p.k, p.m}, scratch, p.k);
        else
            copy({p.a, g.lda, p.m, p.k}, scratch, p.k);
        p.a = scratch;
        p.a_row = {p.k};
        p.a_column = {1};
    }
    p.c = g.c + i * g.ldc;
    p.c_row = g.ldc;
    times_all_columns(g, p, g.b + (g.trans_b ? at : at * g.ldb));
}

template <class T>
void in_blocks(const Gemm<T>& g, T* scratch) {
    const Parts depths(g.k, gemm_block_k), blocks(g.m, gemm_block_m);
    MatrixProduct<T> p{};
    p.alpha = g.alpha;
    p.beta = g.beta;
    for (Int s = 0; s < depths.count; ++s, p.beta = 1)
        for (Int t = 0; t < blocks.count; ++t) {
            p.m = blocks.size(t);
            p.k = depths.size(s);
            row_block(g, blocks.start(t), depths.start(s), p, scratch);
        }
}

/// Rows and columns up to which dot products of rows as they lie beat copying b.
inline constexpr Int few_rows = 3, few_columns = 4;

/// A transposed matrix times a column, as that column in a row times the matrix as it lies.
template <class T>
Gemm<T> row_times(Gemm<T> g) {
    g.trans_a = false;
    std::swap(g.m, g.n);
    std::swap(g.a, g.b);
    g.ldb = std::exchange(g.lda, g.k);
    g.ldc = g.n;
    return g;
}

template <class T>
void gemm(const Gemm<T>& p, T* scratch) {
    Gemm<T> g = p;
    if (g.n == 1 && g.ldb == 1 && !g.trans_b) {  // a column that is dense is a row
        if (g.trans_a && g.ldc == 1) return in_blocks(row_times(g), scratch);
        g.trans_b = true;
        g.ldb = g.k;
    }
    if (!g.trans_a && g.trans_b && (g.m <= few_rows || g.n <= few_columns))
        all_dots(Dots<T>{g.m, g.n, g.k, 1, g.a, g.lda, 0, g.b, {g.ldb}, 0, g.alpha, g.beta, g.c, g.ldc});
    else
        in_blocks(g, scratch);
}

}  // namespace jt::kernels::JT_ISA
