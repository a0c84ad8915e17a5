// The tables of row functions of float32 and float64 for one instruction set.
#include "put.hpp"

namespace jt::kernels::JT_ISA {

namespace {

template <class T>
constexpr void put_functions(Rows& t) {
    using V = Vec<T>;
#define JT_UNARY(name, value) put<T>(t, Unary::name, [](V x) { return value; });
#include "../elementwise/unary.def"
}

template <class T>
constexpr void put_shaped(Rows& t) {
    using V = Vec<T>;
#define JT_SHAPED(name, value) \
    put<T>(                    \
        t, Shaped::name,       \
        []([[maybe_unused]] V x, [[maybe_unused]] V y, [[maybe_unused]] V a, [[maybe_unused]] V b) { return value; });
#include "../elementwise/shaped.def"
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

// Cubes have a loop without a choice.
template <class T>
void pow_row_by_number(const T* x, T number, T* z, std::int64_t n) {
    if (sizeof(T) == 4 && number == 3)
        apply(x, z, n, [](Vec<T> v) { return Math<T>::pow_by_number(v, 3); });
    else
        apply(x, z, n, [number](Vec<T> v) { return Math<T>::pow_by_number(v, number); });
}

template <class T>
void pow_rows_by_number(const void* x, const void* y, void* z, std::int64_t n, const Steps& steps) {
    for (std::int64_t r = 0; r < steps.count; ++r)
        pow_row_by_number(static_cast<const T*>(x) + r * steps.x, static_cast<const T*>(y)[r * steps.y],
                          static_cast<T*>(z) + r * n, n);
}

template <class T>
constexpr void put_library(Rows& t) {
    put<T>(t, Binary::pow, [](Vec<T> x, Vec<T> y) { return Math<T>::pow(x, y); });
    t.binary[static_cast<int>(Binary::pow)][static_cast<int>(Form::vs)] = pow_rows_by_number<T>;
    put<T>(t, Binary::mod, [](Vec<T> x, Vec<T> y) { return Math<T>::mod(x, y); });
    put<T>(t, Binary::fmod, [](Vec<T> x, Vec<T> y) { return Math<T>::fmod(x, y); });
    put<T>(t, Binary::hypot, [](Vec<T> x, Vec<T> y) { return Math<T>::hypot(x, y); });
    put<T>(t, Binary::atan2, [](Vec<T> y, Vec<T> x) { return Math<T>::atan2(y, x); });
}

template <class T>
constexpr Rows float_table() {
    Rows t{};
    put_functions<T>(t);
    put_shaped<T>(t);
    put_arithmetic<T>(t);
    put_order<T>(t);
    put_gradients<T>(t);
    put<T>(t, Binary::div, [](auto x, auto y) { return x / y; });
    put<T>(t, Binary::floor_divide, [](Vec<T> x, Vec<T> y) { return truncated<T>(x / y); });
    put<T>(t, Binary::glu, [](Vec<T> x, Vec<T> y) { return x * Math<T>::sigmoid(y); });
    put_library<T>(t);
    put_sums<T>(t);
    return t;
}

}  // namespace

constinit const Rows float_rows[2] = {float_table<float>(), float_table<double>()};

}  // namespace jt::kernels::JT_ISA
