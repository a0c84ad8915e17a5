// Operands are read, and results written, where they lie; between the products of a head its scores stay in cache.
#include "attention.hpp"

#include <algorithm>
#include <type_traits>

#include "../elementwise/rows.hpp"
#include "../movement/movement.hpp"
#include "../parallel.hpp"
#include "gemm.hpp"

namespace jt::kernels {

namespace {

/// Scores that are worked on at a time.
constexpr std::int64_t block_size = std::int64_t{1} << 15;

struct Extents {
    std::int64_t batch, target, source, block;
    Heads heads;

    Extents(const AttentionParts& in, const Heads& heads)
        : batch(in[0].shape()[0]),
          target(in[0].shape()[1]),
          source(in.size() > 1 ? in[1].shape()[1] : target),
          block(std::min(target, block_size / (source + 1) + 1)),
          heads(heads) {}

    Shape weights() const { return {batch, heads.count, target, source}; }
    Shape out() const { return {batch, target, heads.columns()}; }
};

/// The rows of one head, `step` apart.
template <class T>
struct HeadRows {
    T* at;
    std::int64_t step;

    HeadRows from(std::int64_t row) const { return {at + row * step, step}; }
};

/// The columns of all heads in an array (batch, steps, step).
template <class T>
struct Columns {
    T* at;
    std::int64_t steps, step;

    HeadRows<T> of(std::int64_t sample, std::int64_t column) const {
        return {at + sample * steps * step + column, step};
    }
};

// T is const where the array is only read.
template <class T, class A>
Columns<T> columns(A& x, std::int64_t from = 0) {
    return {x.template data<std::remove_const_t<T>>() + from, x.shape()[1], x.shape()[2]};
}

/// Query, key and value.
template <class T>
struct Parts {
    T query, key, value;
};

template <class T, class In>
Parts<Columns<T>> parts(In& in, const Heads& heads) {
    const auto n = heads.columns();
    if (in.size() > 1) return {columns<T>(in[0]), columns<T>(in[1]), columns<T>(in[2])};
    return {columns<T>(in[0]), columns<T>(in[0], n), columns<T>(in[0], 2 * n)};
}

template <class T>
Parts<HeadRows<T>> of_head(const Parts<Columns<T>>& p, std::int64_t sample, std::int64_t column) {
    return {p.query.of(sample, column), p.key.of(sample, column), p.value.of(sample, column)};
}

// f(sample, first column, place of the first score) for each head.
template <class F>
void each_head(const Extents& e, F f) {
    const auto each = 2 * e.target * e.source * e.heads.width;
    for_pieces(e.batch * e.heads.count, each, products_at_once, [&](std::int64_t from, std::int64_t end) {
        for (auto k = from; k < end; ++k)
            f(k / e.heads.count, k % e.heads.count * e.heads.width, k * e.target * e.source);
    });
}

// f(first row, count) for blocks of rows, at least one.
template <class F>
void each_block(const Extents& e, F f) {
    std::int64_t row = 0;
    do f(row, std::min(e.block, e.target - row));
    while ((row += e.block) < e.target);
}

// The scores stand in `weights`, on top of the mask, before they are made to weights.
template <class T>
void attend(const Extents& e, const Parts<HeadRows<const T>>& in, bool masked, T* weights, const HeadRows<T>& out) {
    const auto n = e.source, width = e.heads.width;
    const T scale = static_cast<T>(e.heads.scale()), beta = masked;
    each_block(e, [&](std::int64_t row, std::int64_t m) {
        const auto q = in.query.from(row), k = in.key, v = in.value;
        const auto y = out.from(row);
        T* const w = weights + row * n;
        gemm(Gemm<T>{false, true, m, n, width, scale, q.at, q.step, k.at, k.step, beta, w, n});
        if (n > 0) fused_rows<T>().softmax(w, w, m, n);
        gemm(Gemm<T>{false, false, m, width, n, T(1), w, n, v.at, v.step, T(0), y.at, y.step});
    });
}

// dw: room for the gradients of a block of weights, which become those of its scores.
template <class T>
void attend_grad(const Extents& e, const HeadRows<const T>& g, const Parts<HeadRows<const T>>& in, const T* weights,
                 T* dw, const Parts<HeadRows<T>>& out) {
    const auto n = e.source, width = e.heads.width;
    const T scale = static_cast<T>(e.heads.scale());
    each_block(e, [&](std::int64_t row, std::int64_t m) {
        const auto q = in.query.from(row), k = in.key, v = in.value, dy = g.from(row);
        const auto dq = out.query.from(row), dk = out.key, dv = out.value;
        const T* const w = weights + row * n;
        const T beta = row > 0;
        gemm(Gemm<T>{false, true, m, n, width, T(1), dy.at, dy.step, v.at, v.step, T(0), dw, n});
        fused_rows<T>().softmax_grad(dw, w, dw, m, n);
        gemm(Gemm<T>{true, false, n, width, m, T(1), w, n, dy.at, dy.step, beta, dv.at, dv.step});
        gemm(Gemm<T>{false, false, m, width, n, scale, dw, n, k.at, k.step, T(0), dq.at, dq.step});
        gemm(Gemm<T>{true, false, n, width, m, scale, dw, n, q.at, q.step, beta, dk.at, dk.step});
    });
}

}  // namespace

Attention attention(const AttentionParts& in, const Array& mask, const Heads& heads) {
    const Extents e(in, heads);
    const Dtype dtype = in[0].dtype();
    const bool masked{mask};
    Attention y{Array(e.out(), dtype), masked ? broadcast_to(mask, e.weights()) : Array(e.weights(), dtype)};
    dispatch_float(dtype, [&]<class T>(T) {
        const auto from = parts<const T>(in, heads);
        const auto to = columns<T>(y.out);
        T* const weights = y.weights.data<T>();
        each_head(e, [&](auto sample, auto column, auto place) {
            attend<T>(e, of_head(from, sample, column), masked, weights + place, to.of(sample, column));
        });
    });
    return y;
}

AttentionParts attention_grad(const Array& g, const AttentionParts& in, const Array& weights, const Heads& heads) {
    const Extents e(in, heads);
    AttentionParts out;
    for (const Array& x : in) out.push_back(Array::like(x));
    dispatch_float(g.dtype(), [&]<class T>(T) {
        const auto dy = columns<const T>(g);
        const auto from = parts<const T>(in, heads);
        const auto to = parts<T>(out, heads);
        each_head(e, [&](auto sample, auto column, auto place) {
            Array room({e.block * e.source}, g.dtype());
            attend_grad<T>(e, dy.of(sample, column), of_head(from, sample, column), weights.data<T>() + place,
                           room.data<T>(), of_head(to, sample, column));
        });
    });
    return out;
}

}  // namespace jt::kernels
