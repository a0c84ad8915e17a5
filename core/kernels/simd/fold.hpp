// Folds of rows and columns: sums, dot products, largest and smallest elements.
#pragma once
#include <limits>
#include <type_traits>

#include "../elementwise/rows.hpp"
#include "math.hpp"

namespace jt::kernels::JT_ISA {

/// `places` places (a power of two), `stride` elements apart and n numbers wide, joined pairwise as P.
template <class P, int places, int n, class T, class Join>
auto join_places(const T* x, std::int64_t stride, Join join) {
    if constexpr (places == 1)
        return read<P, n>(x);
    else
        return join(join_places<P, places / 2, n>(x, stride, join),
                    join_places<P, places / 2, n>(x + places / 2 * stride, stride, join));
}

/// A fold says where its accumulator starts, how two numbers are joined, and how the accumulator gains `places` places,
/// `stride` elements apart and n numbers wide. `width` is the number of lanes that a row is dealt to: the same on every
/// machine where the order of joining matters; `at_once` of them are in one vector.
template <class T>
struct Sum {
    using Element = T;
    using Acc = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;
    static constexpr Acc start = 0;
    static constexpr int width = 16, at_once = lanes<Acc>;
    static constexpr auto join = [](auto a, auto b) { return a + b; };

    /// Four floats are added as such before they are widened.
    template <int places, int n, class A>
    static A gain(const A& acc, const T* x, const T*, std::int64_t stride) {
        using Part = std::conditional_t<std::is_floating_point_v<T>, T, Acc>;
        return acc + convert<Acc, n>(join_places<Part, places, n>(x, stride, join));
    }
};

/// Widened at once, since a product of four floats may overflow; that of four doubles may, too, and they are joined in
/// turn. To widen twice four floats takes less time than once eight.
template <class T>
struct Prod : Sum<T> {
    using Acc = typename Sum<T>::Acc;
    static constexpr Acc start = 1;
    static constexpr int at_once = std::is_same_v<T, float> && lanes<Acc> > 4 ? 4 : lanes<Acc>;
    static constexpr auto join = [](auto a, auto b) { return a * b; };

    template <int places, int n, class A>
    static A gain(A acc, const T* x, const T*, std::int64_t stride) {
        if constexpr (sizeof(T) < sizeof(Acc)) return acc * join_places<Acc, places, n>(x, stride, join);
        for (int k = 0; k < places; ++k, x += stride) acc = acc * read<Acc, n>(x);
        return acc;
    }
};

template <class T>
struct Dot : Sum<T> {
    /// acc + a * b. A product of two floats is exact in double, so that fma is free to be used or not.
    template <int n, class A>
    static A plus_product(const A& acc, const A& a, const A& b) {
        if constexpr (std::is_same_v<T, float> && n > 1)
            return Math<typename Sum<T>::Acc>::fma(a, b, acc);
        else
            return acc + a * b;
    }
    template <int places, int n, class A>
    static A gain(A acc, const T* x, const T* y, std::int64_t stride) {
        using Acc = typename Sum<T>::Acc;
        for (int k = 0; k < places; ++k, x += stride, y += stride)
            acc = plus_product<n, A>(acc, read<Acc, n>(x), read<Acc, n>(y));
        return acc;
    }
};

template <class T>
struct Squares : Dot<T> {
    template <int places, int n, class A>
    static A gain(A acc, const T* x, const T*, std::int64_t stride) {
        for (int k = 0; k < places; ++k, x += stride) {
            const A a = read<typename Sum<T>::Acc, n>(x);
            acc = Dot<T>::template plus_product<n, A>(acc, a, a);
        }
        return acc;
    }
};

/// A dot product of numbers of like size: the products of four floats are added as such before they are widened.
template <class T>
struct NearDot : Sum<T> {
    template <int places, int n>
    static auto products(const T* x, const T* y, std::int64_t stride) {
        if constexpr (places == 1)
            return read<T, n>(x) * read<T, n>(y);
        else
            return products<places / 2, n>(x, y, stride) +
                   products<places / 2, n>(x + places / 2 * stride, y + places / 2 * stride, stride);
    }
    template <int places, int n, class A>
    static A gain(const A& acc, const T* x, const T* y, std::int64_t stride) {
        return acc + convert<typename Sum<T>::Acc, n>(products<places, n>(x, y, stride));
    }
};

template <class T>
struct Max {
    using Element = T;
    using Acc = T;
    static constexpr T start =
        std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
    static constexpr int width = lanes<T>, at_once = width;
    static constexpr auto join = larger;

    template <int places, int n, class A>
    static A gain(const A& acc, const T* x, const T*, std::int64_t stride) {
        return join(acc, join_places<T, places, n>(x, stride, join));
    }
};

template <class T>
struct Min : Max<T> {
    static constexpr T start =
        std::is_floating_point_v<T> ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
    static constexpr auto join = smaller;

    template <int places, int n, class A>
    static A gain(const A& acc, const T* x, const T*, std::int64_t stride) {
        return join(acc, join_places<T, places, n>(x, stride, join));
    }
};

/// A vector of accumulators.
template <class P>
using Accs = typename VecOf<typename P::Acc, P::at_once>::type;

/// Deals a row's elements from i on to the lanes of acc, `places` widths at a time, as long as there are so many.
template <class P, int places>
void fold_steps(const typename P::Element* x, const typename P::Element* y, std::int64_t n, std::int64_t& i,
                Accs<P>* acc) {
    constexpr int w = P::at_once;
    for (; i + places * P::width <= n; i += places * P::width)
#pragma GCC unroll 8
        for (int k = 0; k < P::width; k += w)
            acc[k / w] = P::template gain<places, w>(acc[k / w], x + i + k, y + i + k, P::width);
}

/// Fold of a row of n elements.
template <class P>
typename P::Acc fold_row(const typename P::Element* x, const typename P::Element* y, std::int64_t n) {
    using A = typename P::Acc;
    constexpr int parts = P::width / P::at_once;
    A total = P::start;
    std::int64_t i = 0;
    if (n >= P::width) {
        Accs<P> acc[parts];
#pragma GCC unroll 8
        for (int k = 0; k < parts; ++k) acc[k] = P::start - Accs<P>{};
        fold_steps<P, 4>(x, y, n, i, acc);
        fold_steps<P, 1>(x, y, n, i, acc);
#pragma GCC unroll 4
        for (int half = parts / 2; half > 0; half /= 2)
#pragma GCC unroll 8
            for (int k = 0; k < half; ++k) acc[k] = P::join(acc[k], acc[k + half]);
        total = fold_lanes<A, P::at_once>(acc[0], P::join);
    }
    for (; i < n; ++i) few_rounds(), total = P::template gain<1, 1>(total, x + i, y + i, 0);
    return total;
}

/// acc[k] gains the fold of `rows` elements of column k.
template <class P, int rows>
void fold_into(const typename P::Element* x, const typename P::Element* y, typename P::Acc* acc, std::int64_t n,
               std::int64_t stride) {
    constexpr int w = P::at_once;
    std::int64_t i = 0;
    for (; i + w <= n; i += w) {
        const Accs<P> sums = P::template gain<rows, w>(read<typename P::Acc, w>(acc + i), x + i, y + i, stride);
        __builtin_memcpy(acc + i, &sums, sizeof sums);
    }
    for (; i < n; ++i) few_rounds(), acc[i] = P::template gain<rows, 1>(acc[i], x + i, y + i, stride);
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
