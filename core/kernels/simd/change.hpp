// Loops that change rows of numbers by any function of vectors and of numbers.
#pragma once
#include <math.h>

#include "fold.hpp"

namespace jt::kernels::JT_ISA {

template <class T>
void put_back(T* p, const Vec<T>& v) {
    store(p, v);
}
template <class T>
void put_back(const T*, const Vec<T>&) {}

/// sqrt of a number or a vector.
template <class T, class V>
V root(const V& x) {
    if constexpr (!std::is_same_v<V, T>)
        return Math<T>::sqrt(x);
    else
        return sizeof(T) == 4 ? ::sqrtf(x) : ::sqrt(x);
}

/// f changes the numbers at one place of several arrays, or a vector of each; const arrays are only read.
template <class T, class F, class... Pointers>
void update(std::int64_t n, F f, Pointers... p) {
    std::int64_t i = 0;
    for (; i + lanes<T> <= n; i += lanes<T>)
        [&](auto... v) {
            f(v...);
            (put_back(p + i, v), ...);
        }(load<T>(p + i)...);
    for (; i < n; ++i) few_rounds(), f(p[i]...);
}

/// y = f(x), and z = f(x, y).
template <class T, class F>
void change(const T* x, T* y, std::int64_t n, F f) {
    update<T>(
        n, [f](auto& b, const auto& a) { b = f(a); }, y, x);
}

template <class T, class F>
void change(const T* x, const T* y, T* z, std::int64_t n, F f) {
    update<T>(
        n, [f](auto& c, const auto& a, const auto& b) { c = f(a, b); }, z, x, y);
}

/// What a row sums to.
template <class T>
T sum_row(const T* x, std::int64_t n) {
    return static_cast<T>(fold_row<Sum<T>>(x, x, n));
}

}  // namespace jt::kernels::JT_ISA
