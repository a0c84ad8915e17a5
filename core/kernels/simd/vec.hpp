// Vectors of the width of the instruction set at hand, and loops that apply functions to rows of numbers.
#pragma once
#include <cstdint>
#include <limits>
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

/// The first n lanes, the others as in `rest`.
template <class T>
Vec<T> load(const T* p, std::int64_t n, Vec<T> rest) {
#if defined(__AVX512F__)
    const auto first = static_cast<__mmask16>((1U << n) - 1);
    if constexpr (sizeof(T) == 4)
        return __builtin_bit_cast(Vec<T>, _mm512_mask_loadu_epi32(__builtin_bit_cast(__m512i, rest), first, p));
    else if constexpr (sizeof(T) == 8)
        return __builtin_bit_cast(
            Vec<T>, _mm512_mask_loadu_epi64(__builtin_bit_cast(__m512i, rest), static_cast<__mmask8>(first), p));
#endif
    __builtin_memcpy(&rest, p, static_cast<std::size_t>(n) * sizeof(T));
    return rest;
}
template <class T>
void store(T* p, const Vec<T>& v, std::int64_t n) {
#if defined(__AVX512F__)
    const auto first = static_cast<__mmask16>((1U << n) - 1);
    if constexpr (sizeof(T) == 4)
        return _mm512_mask_storeu_epi32(p, first, __builtin_bit_cast(__m512i, v));
    else if constexpr (sizeof(T) == 8)
        return _mm512_mask_storeu_epi64(p, static_cast<__mmask8>(first), __builtin_bit_cast(__m512i, v));
#endif
    __builtin_memcpy(p, &v, static_cast<std::size_t>(n) * sizeof(T));
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
}
inline VecOf<double, 4>::type widen(const VecOf<float, 4>::type& v) {
#endif
    return _mm256_cvtps_pd(v);
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
    else if constexpr (std::is_same_v<A, std::decay_t<decltype(v[0])>>)
        return v;
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

/// The whole numbers that float -> integer truncates to, in the bits of integers of T's size; the smallest one where
/// none stands for x.
template <class T>
Vec<T> truncated(const Vec<T>& x) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
        return __builtin_bit_cast(Vec<T>, _mm512_cvttps_epi32(x));
    else
        return __builtin_bit_cast(Vec<T>, _mm512_cvttpd_epi64(x));
#elif defined(__SSE2__)
    if constexpr (sizeof(T) == 4)
#if defined(__AVX__)
        return __builtin_bit_cast(Vec<T>, _mm256_cvttps_epi32(x));
#else
        return __builtin_bit_cast(Vec<T>, _mm_cvttps_epi32(x));
#endif
#endif
    using Whole = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
    constexpr T low = static_cast<T>(std::numeric_limits<Whole>::min());
    Vec<Whole> y;
    for (int i = 0; i < lanes<T>; ++i) y[i] = static_cast<Whole>(x[i] >= low && x[i] < -low ? x[i] : low);
    return __builtin_bit_cast(Vec<T>, y);
}

template <class V>
inline constexpr bool chosen_at_once = vec_bytes == 64 &&
                                       (std::is_same_v<V, Vec<float>> || std::is_same_v<V, Vec<double>>);

/// x > y ? x : y and x < y ? x : y, in the one instruction that g++ does not find beside another choice.
template <class V>
V upper(const V& x, const V& y) {
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<V, Vec<float>>) return _mm512_max_ps(x, y);
    if constexpr (std::is_same_v<V, Vec<double>>) return _mm512_max_pd(x, y);
#endif
    return x > y ? x : y;
}
template <class V>
V lower(const V& x, const V& y) {
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<V, Vec<float>>) return _mm512_min_ps(x, y);
    if constexpr (std::is_same_v<V, Vec<double>>) return _mm512_min_pd(x, y);
#endif
    return x < y ? x : y;
}

/// The larger, the smaller of two numbers or vectors; NaN of either side passes.
inline constexpr auto larger = [](auto x, auto y) {
    if constexpr (chosen_at_once<decltype(x)>)
        return x != x ? x : upper(x, y);
    else
        return ((x > y) | (x != x)) ? x : y;
};
inline constexpr auto smaller = [](auto x, auto y) {
    if constexpr (chosen_at_once<decltype(x)>)
        return x != x ? x : lower(x, y);
    else
        return ((x < y) | (x != x)) ? x : y;
};

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
