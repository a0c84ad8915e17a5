// The row tables of one instruction set: functions of one and two rows, and folds.
#include "../rows.hpp"

#include <math.h>

#include "fold.hpp"

namespace jt::kernels::JT_ISA {

namespace {

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
    for (; i < n; ++i) z[i] = static_cast<T>(F{}(form == Form::sv ? x0 : x[i], form == Form::vs ? y0 : y[i]));
}

template <class T, class F, Form form>
void zip_rows(const void* x, const void* y, void* z, std::int64_t n, const Steps& steps) {
    for (std::int64_t r = 0; r < steps.count; ++r)
        zip_row<T, F, form>(static_cast<const T*>(x) + r * steps.x, static_cast<const T*>(y) + r * steps.y,
                            static_cast<T*>(z) + r * n, n);
}

// Functions are given as captureless closures: their type alone makes the row function.
template <class T, class F>
constexpr void put(Rows& t, Unary op, F) {
    t.map[static_cast<int>(op)] = map_row<T, F>;
}

template <class T, class F>
constexpr void put(Rows& t, Binary op, F) {
    auto& forms = t.zip[static_cast<int>(op)];
    forms[static_cast<int>(Form::vv)] = zip_rows<T, F, Form::vv>;
    forms[static_cast<int>(Form::vs)] = zip_rows<T, F, Form::vs>;
    forms[static_cast<int>(Form::sv)] = zip_rows<T, F, Form::sv>;
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
constexpr void put_arithmetic(Rows& t) {
    put<T>(t, Binary::add, [](auto x, auto y) { return x + y; });
    put<T>(t, Binary::sub, [](auto x, auto y) { return x - y; });
    put<T>(t, Binary::mul, [](auto x, auto y) { return x * y; });
}

template <class T>
constexpr void put_functions(Rows& t) {
    using V = Vec<T>;
    put<T>(t, Unary::neg, [](V x) { return -x; });
    put<T>(t, Unary::abs, [](V x) { return x < 0 ? -x : x == 0 ? V{} : x; });
    put<T>(t, Unary::exp, [](V x) { return Math<T>::exp(x); });
    put<T>(t, Unary::log, [](V x) { return Math<T>::log(x); });
    put<T>(t, Unary::sqrt, [](V x) { return Math<T>::sqrt(x); });
    put<T>(t, Unary::tanh, [](V x) { return Math<T>::tanh(x); });
    put<T>(t, Unary::relu, [](V x) { return x <= 0 ? V{} : x; });
    put<T>(t, Unary::sigmoid, [](V x) {
        const V top = splat<T>(sizeof(T) == 4 ? 30 : 300);
        return 1 / (1 + Math<T>::exp(-x > top ? top : -x));
    });
}

template <class T>
constexpr void put_gradients(Rows& t) {
    put<T>(t, Binary::tanh_grad, [](auto g, auto y) { return g * (1 - y * y); });
    put<T>(t, Binary::sigmoid_grad, [](auto g, auto y) { return g * y * (1 - y); });
    put<T>(t, Binary::relu_grad, [](auto g, auto y) { return y > 0 ? g : y <= 0 ? decltype(g){} : y; });
    put<T>(t, Binary::abs_grad, [](auto g, auto x) { return x >= 0 ? g : x < 0 ? -g : x; });
}

template <class T>
constexpr Rows float_rows() {
    Rows t{};
    put_functions<T>(t);
    put_arithmetic<T>(t);
    put_order<T>(t);
    put_gradients<T>(t);
    put<T>(t, Binary::div, [](auto x, auto y) { return x / y; });
    put<T>(t, Binary::pow, [](T x, T y) -> T { return sizeof(T) == 4 ? ::powf(x, y) : ::pow(x, y); });
    put<Sum<T>>(t, Fold::sum);
    put<Dot<T>>(t, Fold::dot);
    return t;
}

// Wraps around; a negative exponent truncates the fraction that it gives.
template <class T>
T integer_pow(T x, T y) {
    if (y < 0) return x == 1 || (x == static_cast<T>(-1) && y % 2 == 0) ? 1 : x == static_cast<T>(-1) ? x : 0;
    std::uint64_t base = static_cast<std::uint64_t>(x), power = 1;
    for (; y != 0; y /= 2, base *= base)
        if (y % 2 != 0) power *= base;
    return static_cast<T>(power);
}

// Sums and products are made in U, T without its sign, where overflow wraps around.
template <class T, class U>
constexpr Rows integer_rows() {
    Rows t{};
    put<U>(t, Unary::neg, [](Vec<U> x) { return -x; });
    put<U>(t, Unary::abs, [](Vec<U> x) { return x > splat<U>(std::numeric_limits<T>::max()) ? -x : x; });
    put_arithmetic<U>(t);
    put_order<T>(t);
    put<T>(t, Binary::div,
           [](T x, T y) -> T { return y == static_cast<T>(-1) && y < 0 ? U{} - static_cast<U>(x) : x / y; });
    put<T>(t, Binary::pow, [](T x, T y) -> T { return integer_pow(x, y); });
    put<Sum<T>>(t, Fold::sum);
    put<Dot<T>>(t, Fold::dot);
    return t;
}

constexpr Rows bool_rows() {
    using T = std::uint8_t;
    constexpr auto either = [](auto x, auto y) { return x | y; };
    constexpr auto both = [](auto x, auto y) { return x & y; };
    Rows t = integer_rows<T, T>();
    put<T>(t, Unary::neg, [](Vec<T> x) { return x; });
    put<T>(t, Binary::add, either);
    put<T>(t, Binary::maximum, either);
    put<T>(t, Binary::mul, both);
    put<T>(t, Binary::div, both);
    put<T>(t, Binary::minimum, both);
    put<T>(t, Binary::sub, [](auto x, auto y) { return x ^ y; });
    put<T>(t, Binary::pow, [](auto x, auto y) { return x | (y ^ 1); });
    return t;
}

}  // namespace

constinit const Rows row_tables[6] = {bool_rows(),
                                      integer_rows<std::uint8_t, std::uint8_t>(),
                                      integer_rows<std::int32_t, std::uint32_t>(),
                                      integer_rows<std::int64_t, std::uint64_t>(),
                                      float_rows<float>(),
                                      float_rows<double>()};

}  // namespace jt::kernels::JT_ISA
