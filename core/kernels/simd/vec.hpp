// Vectors of the width of the instruction set at hand, and the functions that the row kernels apply to them.
#pragma once
#include <cstdint>
#include <utility>
#if defined(MINIJT_XSIMD)
#include <xsimd/xsimd.hpp>
#else
#include <math.h>
#endif

namespace jt::kernels::JT_ISA {

#if defined(__AVX512F__)
inline constexpr int vec_bytes = 64;
#elif defined(__AVX__)
inline constexpr int vec_bytes = 32;
#else
inline constexpr int vec_bytes = 16;
#endif

template <class T, int n>
struct VecOf {
    typedef T type __attribute__((vector_size(n * sizeof(T))));
};

/// How many T one vector holds, and the vector: +, -, *, / and comparisons work lane by lane, `mask ? a : b` selects.
template <class T>
inline constexpr int lanes = vec_bytes / static_cast<int>(sizeof(T));
template <class T>
using Vec = typename VecOf<T, lanes<T>>::type;

template <class T>
Vec<T> load(const T* p) {
    Vec<T> v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}
template <class T>
void store(T* p, const Vec<T>& v) {
    __builtin_memcpy(p, &v, sizeof v);
}
template <class T>
Vec<T> splat(T x) {
    return x - Vec<T>{};
}

/// As many T as A has lanes, converted to A.
template <class A, class T>
Vec<A> widen(const T* p) {
    typename VecOf<T, lanes<A>>::type v;
    __builtin_memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, Vec<A>);
}

/// The larger, the smaller of two numbers or vectors; NaN of either side passes.
inline constexpr auto larger = [](auto x, auto y) { return ((x > y) | (x != x)) ? x : y; };
inline constexpr auto smaller = [](auto x, auto y) { return ((x < y) | (x != x)) ? x : y; };

#if defined(MINIJT_XSIMD)
template <class T>
struct Math {
    using V = Vec<T>;
    using B = xsimd::batch<T>;
    static_assert(sizeof(B) == sizeof(V));

    static V exp(const V& x) { return from(xsimd::exp(to(x))); }
    static V log(const V& x) { return from(xsimd::log(to(x))); }
    static V sqrt(const V& x) { return from(xsimd::sqrt(to(x))); }
    static V tanh(const V& x) { return from(xsimd::tanh(to(x))); }

private:
    static B to(const V& x) { return B::load_unaligned(reinterpret_cast<const T*>(&x)); }
    static V from(const B& b) {
        V v;
        b.store_unaligned(reinterpret_cast<T*>(&v));
        return v;
    }
};
#else
template <class T>
struct Math {
    using V = Vec<T>;

    static V exp(const V& x) {
        return each(x, [](T a) -> T { return sizeof(T) == 4 ? ::expf(a) : ::exp(a); });
    }
    static V log(const V& x) {
        return each(x, [](T a) -> T { return sizeof(T) == 4 ? ::logf(a) : ::log(a); });
    }
    static V sqrt(const V& x) {
        return each(x, [](T a) -> T { return sizeof(T) == 4 ? ::sqrtf(a) : ::sqrt(a); });
    }
    static V tanh(const V& x) {
        return each(x, [](T a) -> T { return sizeof(T) == 4 ? ::tanhf(a) : ::tanh(a); });
    }

private:
    template <class F>
    static V each(V x, F f) {
        for (int i = 0; i < lanes<T>; ++i) x[i] = f(x[i]);
        return x;
    }
};
#endif

/// y = f(x) for n elements, f a function of vectors; the rest of a vector is padded, so that every element meets the
/// same f wherever it stands. x and y may be the same.
template <class Source, class T, class F>
void apply(Source x, T* y, std::int64_t n, F f) {
    std::int64_t i = 0;
    for (; i + lanes<T> <= n; i += lanes<T>) store(y + i, f(load(x + i)));
    if (i == n) return;
    T rest[lanes<T>] = {};
    for (std::int64_t k = i; k < n; ++k) rest[k - i] = x[k];
    store(rest, f(load(rest)));
    for (std::int64_t k = i; k < n; ++k) y[k] = rest[k - i];
}

/// Sum (or other join) of a vector's lanes: lane i with lane i + half, until one is left.
template <class T, int n, class F>
T fold_lanes(const typename VecOf<T, n>::type& v, F join) {
    if constexpr (n == 1) {
        return v[0];
    } else {
        return [&]<int... i>(std::integer_sequence<int, i...>) {
            using Half = typename VecOf<T, n / 2>::type;
            const Half low = __builtin_shufflevector(v, v, i...), high = __builtin_shufflevector(v, v, (n / 2 + i)...);
            return fold_lanes<T, n / 2>(join(low, high), join);
        }
        (std::make_integer_sequence<int, n / 2>());
    }
}

}  // namespace jt::kernels::JT_ISA
