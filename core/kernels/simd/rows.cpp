// The tables of row functions of float32 and float64 for one instruction set.
#include <math.h>

#include "put.hpp"

namespace jt::kernels::JT_ISA {

namespace {

template <class T>
constexpr void put_functions(Rows& t) {
    using V = Vec<T>;
#define JT_UNARY(name, value) put<T>(t, Unary::name, [](V x) { return value; });
#include "../elementwise/unary.def"
}

// f(g, y), but 0 wherever g is 0.
template <class F>
struct UnlessZero {
    template <class V>
    V operator()(V g, V y) const {
        return g == 0 ? V{} : F{}(g, y);
    }
};

template <class T, class F>
constexpr void put_gradient(Rows& t, Binary op, F) {
    put<T>(t, op, UnlessZero<F>{});
}

template <class T>
constexpr void put_gradients(Rows& t) {
    put_gradient<T>(t, Binary::mul_grad, [](auto g, auto y) { return g * y; });
    put_gradient<T>(t, Binary::div_grad, [](auto g, auto y) { return g / y; });
    put_gradient<T>(t, Binary::tanh_grad, [](auto g, auto y) { return g * (1 - y * y); });
    put_gradient<T>(t, Binary::sigmoid_grad, [](auto g, auto y) { return g * y * (1 - y); });
    put_gradient<T>(t, Binary::relu_grad, [](auto g, auto y) { return y > 0 ? g : y <= 0 ? decltype(g){} : y; });
    put_gradient<T>(t, Binary::abs_grad, [](auto g, auto x) { return x >= 0 ? g : x < 0 ? -g : x; });
}

// The remainder with the sign of x. A quotient that a double holds exactly leaves it exactly, but may have been rounded
// up to the next whole number.
template <class T>
T truncated_mod(T x, T y) {
    const T quotient = x / y;
    if (quotient > -1 && quotient < 1) return x;
    if (sizeof(T) == 8 || !(quotient < T{1 << 24} && quotient > T{-(1 << 24)}))
        return sizeof(T) == 4 ? ::fmodf(x, y) : ::fmod(x, y);
    const double rest =
        static_cast<double>(x) - static_cast<double>(static_cast<std::int32_t>(quotient)) * static_cast<double>(y);
    const double size = y < 0 ? -static_cast<double>(y) : static_cast<double>(y);
    const double right = x < 0 ? (rest > 0 ? rest - size : rest) : rest < 0 ? rest + size : rest;
    return ::copysignf(static_cast<float>(right), static_cast<float>(x));
}

template <class T>
T floored_mod(T x, T y) {
    const T rest = truncated_mod(x, y);
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

template <class T>
constexpr void put_geometry(Rows& t) {
    put<T>(t, Binary::mod, [](T x, T y) -> T { return floored_mod(x, y); });
    put<T>(t, Binary::fmod, [](T x, T y) -> T { return truncated_mod(x, y); });
    put<T>(t, Binary::hypot, [](Vec<T> x, Vec<T> y) { return Math<T>::hypot(x, y); });
    put<T>(t, Binary::atan2, [](Vec<T> y, Vec<T> x) { return Math<T>::atan2(y, x); });
}

template <class T>
constexpr Rows float_table() {
    Rows t{};
    put_functions<T>(t);
    put_arithmetic<T>(t);
    put_order<T>(t);
    put_gradients<T>(t);
    put<T>(t, Binary::div, [](auto x, auto y) { return x / y; });
    put<T>(t, Binary::floor_divide, [](auto x, auto y) { return x / y; });
    put<T>(t, Binary::pow, [](T x, T y) -> T { return sizeof(T) == 4 ? ::powf(x, y) : ::pow(x, y); });
    put_geometry<T>(t);
    put_sums<T>(t);
    return t;
}

}  // namespace

constinit const Rows float_rows[2] = {float_table<float>(), float_table<double>()};

}  // namespace jt::kernels::JT_ISA
