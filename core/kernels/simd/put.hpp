// Fills a table of row functions from closures: the loops over rows, and the entries that all dtypes share.
#pragma once
#include "../elementwise/rows.hpp"
#include "fold.hpp"

namespace jt::kernels::JT_ISA {

template <class T, class F>
void map_row(const void* x, void* y, std::int64_t n) {
    apply(static_cast<const T*>(x), static_cast<T*>(y), n, F{});
}

template <class T, class F, Form form>
void zip_row(const T* x, const T* y, T* z, std::int64_t n) {
    std::int64_t i = 0;
    const T x0 = x[0], y0 = y[0];
    if constexpr (requires(Vec<T> v) { F{}(v, v); }) {
        const Vec<T> xs = splat(x0), ys = splat(y0);
        for (; i + lanes<T> <= n; i += lanes<T>)
            store<T>(z + i, F{}(form == Form::sv ? xs : load(x + i), form == Form::vs ? ys : load(y + i)));
    }
    if constexpr (requires { F{}(x0, y0); }) {
        for (; i < n; ++i)
            few_rounds(), z[i] = static_cast<T>(F{}(form == Form::sv ? x0 : x[i], form == Form::vs ? y0 : y[i]));
    } else if (i < n) {
        Vec<T> xs = splat(x0), ys = splat(y0);
        if constexpr (form != Form::sv) xs = load(x + i, n - i, xs);
        if constexpr (form != Form::vs) ys = load(y + i, n - i, ys);
        store<T>(z + i, F{}(xs, ys), n - i);
    }
}

template <class T, class F, Form form>
void zip_rows(const void* x, const void* y, void* z, std::int64_t n, const Steps& steps) {
    for (std::int64_t r = 0; r < steps.count; ++r)
        zip_row<T, F, form>(static_cast<const T*>(x) + r * steps.x, static_cast<const T*>(y) + r * steps.y,
                            static_cast<T*>(z) + r * n, n);
}

template <class T, class F>
void shape_row(const void* x, const void* y, void* z, std::int64_t n, double a, double b) {
    const Vec<T> va = splat(static_cast<T>(a)), vb = splat(static_cast<T>(b));
    const T *p = static_cast<const T*>(x), *q = static_cast<const T*>(y);
    T* to = static_cast<T*>(z);
    std::int64_t i = 0;
    for (; i + lanes<T> <= n; i += lanes<T>) store(to + i, F{}(load(p + i), load(q + i), va, vb));
    if (i < n) put_back(to + i, F{}(load(p + i, n - i), load(q + i, n - i), va, vb), n - i);
}

/// Functions are given as captureless closures: their type alone makes the row function.
template <class T, class F>
constexpr void put(Rows& t, Unary op, F) {
    t.map[static_cast<int>(op)] = map_row<T, F>;
}

template <class T, class F>
constexpr void put(Rows& t, Binary op, F) {
    auto& forms = t.binary[static_cast<int>(op)];
    forms[static_cast<int>(Form::vv)] = zip_rows<T, F, Form::vv>;
    forms[static_cast<int>(Form::vs)] = zip_rows<T, F, Form::vs>;
    forms[static_cast<int>(Form::sv)] = zip_rows<T, F, Form::sv>;
}

template <class T, class F>
constexpr void put(Rows& t, Shaped op, F) {
    t.shaped[static_cast<int>(op)] = shape_row<T, F>;
}

template <class P>
constexpr void put(Rows& t, Fold op) {
    t.rows[static_cast<int>(op)] = fold_rows<P>;
    t.columns[static_cast<int>(op)] = fold_columns<P>;
}

template <class T>
constexpr void put_order(Rows& t) {
    put<T>(t, Binary::maximum, larger);
    put<T>(t, Binary::minimum, smaller);
    put<Max<T>>(t, Fold::max);
    put<Min<T>>(t, Fold::min);
}

template <class T>
constexpr void put_sums(Rows& t) {
    put<Sum<T>>(t, Fold::sum);
    put<Prod<T>>(t, Fold::prod);
    put<Dot<T>>(t, Fold::dot);
    put<Squares<T>>(t, Fold::squares);
}

template <class T>
constexpr void put_arithmetic(Rows& t) {
    put<T>(t, Binary::add, [](auto x, auto y) { return x + y; });
    put<T>(t, Binary::sub, [](auto x, auto y) { return x - y; });
    put<T>(t, Binary::mul, [](auto x, auto y) { return x * y; });
}

}  // namespace jt::kernels::JT_ISA
