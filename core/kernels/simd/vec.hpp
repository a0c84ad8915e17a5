// Vectors of the width of the instruction set at hand, and loops that apply functions to rows of numbers.
#pragma once
#include <cstdint>
#include <type_traits>
#include <utility>
#if defined(__AVX__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
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

/// True when a comparison holds in some lane.
template <class Mask>
bool any(const Mask& mask) {
#if defined(__AVX512F__)
    const auto m = __builtin_bit_cast(__m512i, mask);
    return _mm512_test_epi64_mask(m, m) != 0;
#elif defined(__AVX__)
    const auto m = __builtin_bit_cast(__m256i, mask);
    return _mm256_testz_si256(m, m) == 0;
#elif defined(__SSE2__)
    return _mm_movemask_epi8(__builtin_bit_cast(__m128i, mask)) != 0;
#else
    for (std::size_t i = 0; i < sizeof mask / sizeof mask[0]; ++i)
        if (mask[i] != 0) return true;
    return false;
#endif
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

/// x * y + z, rounded once where the processor can (xsimd does not ask AVX-512 for it), else twice.
template <class T>
Vec<T> multiply_add(const Vec<T>& x, const Vec<T>& y, const Vec<T>& z) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
        return _mm512_fmadd_ps(x, y, z);
    else
        return _mm512_fmadd_pd(x, y, z);
#elif defined(__FMA__)
    if constexpr (sizeof(T) == 4)
        return _mm256_fmadd_ps(x, y, z);
    else
        return _mm256_fmadd_pd(x, y, z);
#else
    return x * y + z;
#endif
}

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

/// What `in_vectors` does with one array: const ones are only read.
template <class T>
void put_back(T* p, const Vec<T>& v) {
    store(p, v);
}
template <class T>
void put_back(const T*, const Vec<T>&) {}
template <class T>
void put_back(T* p, const Vec<T>& v, std::int64_t n) {
    for (std::int64_t k = 0; k < n; ++k) few_rounds(), p[k] = v[k];
}
template <class T>
void put_back(const T*, const Vec<T>&, std::int64_t) {}
template <class T>
Vec<T> load(const T* p, std::int64_t n) {
    T rest[lanes<T>] = {};
    for (std::int64_t k = 0; k < n; ++k) few_rounds(), rest[k] = p[k];
    return load(rest);
}

/// f changes the numbers at the same places of several arrays, a vector of each; the last one is padded, as in `apply`.
/// Vectors go by reference: clang 14 spoils the pointers where more than eight are handed over by value.
template <class T, class F, class... Pointers>
void in_vectors(std::int64_t n, F f, Pointers... p) {
    std::int64_t i = 0;
    for (; i + lanes<T> <= n; i += lanes<T>)
        [&](auto&&... v) {
            f(v...);
            (put_back(p + i, v), ...);
        }(load<T>(p + i)...);
    if (i == n) return;
    [&](auto&&... v) {
        f(v...);
        (put_back(p + i, v, n - i), ...);
    }(load<T>(p + i, n - i)...);
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
