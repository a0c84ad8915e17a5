// Vectors of the width of the instruction set at hand, and the functions that the row kernels apply to them.
#pragma once
#include <cstdint>
#include <type_traits>
#include <utility>
#if defined(__AVX__)
#include <immintrin.h>
#endif
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

/// In the body of a loop that has less than a vector left, it keeps the compiler from vectorising once more, which
/// costs small arrays more than it gives.
inline void few_rounds() { asm volatile(""); }

#if defined(__AVX__)
/// Floats as a vector of doubles, in the one instruction that g++ 12 does not find.
inline Vec<double> widen(const VecOf<float, lanes<double>>::type& v) {
#if defined(__AVX512F__)
    return _mm512_cvtps_pd(v);
#else
    return _mm256_cvtps_pd(v);
#endif
}
#endif

/// n numbers as A, one number being itself.
template <class A, int n, class V>
auto convert(const V& v) {
    if constexpr (n == 1)
        return static_cast<A>(v);
    else if constexpr (std::is_same_v<A, double> && requires { widen(v); })
        return widen(v);
    else
        return __builtin_convertvector(v, typename VecOf<A, n>::type);
}

/// The n numbers at p as A.
template <class A, int n, class T>
auto read(const T* p) {
    std::conditional_t<n == 1, T, typename VecOf<T, n>::type> v;
    __builtin_memcpy(&v, p, sizeof v);
    return convert<A, n>(v);
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
    static V tanh(const V& x) {
        if constexpr (sizeof(T) == 4)
            return short_tanh(x);
        else
            return from(xsimd::tanh(to(x)));
    }

    /// x * y + z, rounded once or twice.
    static V fma(const V& x, const V& y, const V& z) { return from(xsimd::fma(to(x), to(y), to(z))); }

private:
    // For |x|: tanh = e / (e + 2) with e = exp(2 x) - 1 = 2^k (p + 1) - 1, where p = exp(r) - 1 by a polynomial in
    // r = 2 x - k log 2. Adding 1.5 * 2^23 leaves k in the last bits. Within 2.4 ulp, half the time of xsimd's.
    static V short_tanh(const V& x) {
        using Bits = Vec<std::uint32_t>;
        const Bits sign = __builtin_bit_cast(Bits, x) & 0x80000000U;
        const V a = __builtin_bit_cast(V, __builtin_bit_cast(Bits, x) ^ sign), y = a > 10 ? splat<T>(20) : a + a;
        const V whole = splat<T>(12582912), shifted = fma(y, 1.44269504F, whole), k = shifted - whole;
        const V r = fma(k, 2.12194440e-4F, fma(k, -0.693359375F, y));
        V p = splat(1.98909827e-4F);
        for (T c : {1.39336427e-3F, 8.33331093e-3F, 4.16664650e-2F, 1.66666667e-1F, 0.5F}) p = fma(p, r, splat(c));
        p = fma(p, r * r, r);
        const V scale = __builtin_bit_cast(V, (__builtin_bit_cast(Bits, shifted) << 23) + 0x3F800000U);
        const V e = fma(scale, p, scale - 1);
        return __builtin_bit_cast(V, __builtin_bit_cast(Bits, e / (e + 2)) | sign);
    }

    static V fma(const V& x, T y, const V& z) { return fma(x, splat(y), z); }
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
    static V fma(const V& x, const V& y, const V& z) { return x * y + z; }

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
    for (std::int64_t k = i; k < n; ++k) few_rounds(), rest[k - i] = x[k];
    store(rest, f(load(rest)));
    for (std::int64_t k = i; k < n; ++k) few_rounds(), y[k] = rest[k - i];
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
