// Folds of rows and columns: sums, dot products, largest and smallest elements.
#pragma once
#include <limits>
#include <type_traits>

#include "../rows.hpp"
#include "vec.hpp"

namespace jt::kernels::JT_ISA {

/// The numbers at p as A, or as a vector of A.
template <class V, class A, class T>
V get(const T* p) {
    if constexpr (std::is_same_v<V, A>)
        return static_cast<A>(*p);
    else
        return widen<A>(p);
}

/// A fold has an element type, an accumulator, its start, a number of lanes that is the same on every machine wherever
/// the order matters, what it reads at a place and how it joins two.
template <class T>
struct Sum {
    using Element = T;
    using Acc = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;
    static constexpr Acc start = 0;
    static constexpr int width = 16;
    template <class V>
    static V at(const T* x, const T*) {
        return get<V, Acc>(x);
    }
    static constexpr auto join = [](auto a, auto b) { return a + b; };
};

template <class T>
struct Dot : Sum<T> {
    template <class V>
    static V at(const T* x, const T* y) {
        using Acc = typename Sum<T>::Acc;
        return get<V, Acc>(x) * get<V, Acc>(y);
    }
};

template <class T>
struct Squares : Sum<T> {
    template <class V>
    static V at(const T* x, const T*) {
        const V v = get<V, typename Sum<T>::Acc>(x);
        return v * v;
    }
};

template <class T>
struct Max {
    using Element = T;
    using Acc = T;
    static constexpr T start =
        std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
    static constexpr int width = 4 * lanes<T>;
    template <class V>
    static V at(const T* x, const T*) {
        return get<V, T>(x);
    }
    static constexpr auto join = larger;
};

template <class T>
struct Min : Max<T> {
    static constexpr T start =
        std::is_floating_point_v<T> ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
    static constexpr auto join = smaller;
};

/// Fold of the first n / width * width elements of a row, width lanes at a time.
template <class P>
typename P::Acc fold_body(const typename P::Element* x, const typename P::Element* y, std::int64_t n) {
    using A = typename P::Acc;
    constexpr int w = lanes<A>, parts = P::width / w;
    Vec<A> acc[parts];
    for (int k = 0; k < parts; ++k) acc[k] = P::template at<Vec<A>>(x + k * w, y + k * w);
    for (std::int64_t i = P::width; i + P::width <= n; i += P::width)
        for (int k = 0; k < parts; ++k) acc[k] = P::join(acc[k], P::template at<Vec<A>>(x + i + k * w, y + i + k * w));
    for (int half = parts / 2; half > 0; half /= 2)
        for (int k = 0; k < half; ++k) acc[k] = P::join(acc[k], acc[k + half]);
    return fold_lanes<A, w>(acc[0], P::join);
}

/// Fold of a row of n elements.
template <class P>
typename P::Acc fold_row(const typename P::Element* x, const typename P::Element* y, std::int64_t n) {
    using A = typename P::Acc;
    A acc = n >= P::width ? fold_body<P>(x, y, n) : P::start;
    for (std::int64_t i = n - n % P::width; i < n; ++i) acc = P::join(acc, P::template at<A>(x + i, y + i));
    return acc;
}

/// One place of `rows` rows (a power of two), folded pairwise.
template <class P, int rows, class V>
V fold_places(const typename P::Element* x, const typename P::Element* y, std::int64_t stride) {
    if constexpr (rows == 1) {
        return P::template at<V>(x, y);
    } else {
        const auto step = rows / 2 * stride;
        return P::join(fold_places<P, rows / 2, V>(x, y, stride),
                       fold_places<P, rows / 2, V>(x + step, y + step, stride));
    }
}

/// acc[k] gains the fold of `rows` elements of column k.
template <class P, int rows>
void fold_into(const typename P::Element* x, const typename P::Element* y, typename P::Acc* acc, std::int64_t n,
               std::int64_t stride) {
    using A = typename P::Acc;
    std::int64_t i = 0;
    for (; i + lanes<A> <= n; i += lanes<A>)
        store(acc + i, P::join(load(acc + i), fold_places<P, rows, Vec<A>>(x + i, y + i, stride)));
    for (; i < n; ++i) acc[i] = P::join(acc[i], fold_places<P, rows, A>(x + i, y + i, stride));
}

/// Folds as the tables of rows.hpp hold them.
template <class P>
void fold_rows(const void* x, const void* y, void* acc, const Block& b) {
    using T = typename P::Element;
    auto* out = static_cast<typename P::Acc*>(acc);
    for (std::int64_t r = 0; r < b.rows; ++r) {
        const auto at = r * b.stride;
        out[r] = P::join(out[r], fold_row<P>(static_cast<const T*>(x) + at, static_cast<const T*>(y) + at, b.n));
    }
}

template <class P>
void fold_columns(const void* x, const void* y, void* acc, const Block& b) {
    using T = typename P::Element;
    const T *p = static_cast<const T*>(x), *q = static_cast<const T*>(y);
    auto* out = static_cast<typename P::Acc*>(acc);
    std::int64_t r = 0;
    for (; r + 4 <= b.rows; r += 4) fold_into<P, 4>(p + r * b.stride, q + r * b.stride, out, b.n, b.stride);
    for (; r < b.rows; ++r) fold_into<P, 1>(p + r * b.stride, q + r * b.stride, out, b.n, b.stride);
}

}  // namespace jt::kernels::JT_ISA
