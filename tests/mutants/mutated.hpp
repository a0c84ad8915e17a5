// What mutate.py puts into the rules: each place has numbers, and goes wrong where one of them is MINIJT_MUTANT.
#pragma once
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <type_traits>

#include "../../autograd/node.hpp"
#include "../../autograd/ops/arithmetic.hpp"

namespace jt::mutated {

/// The numbers that this run came by, written to the file MINIJT_REACHED at its end.
struct Reached {
    std::array<std::atomic<bool>, 1 << 14> numbers{};
    ~Reached() {
        std::FILE* file = std::fopen(std::getenv("MINIJT_REACHED"), "w");
        for (std::size_t k = 0; k < numbers.size(); ++k)
            if (numbers[k]) std::fprintf(file, "%zu\n", k);
        std::fclose(file);
    }
};

inline bool on(int k) {
    static const char* const number = std::getenv("MINIJT_MUTANT");
    static const int chosen = number ? std::atoi(number) : 0;
    if (static const bool asked = std::getenv("MINIJT_REACHED"); asked) {
        static Reached reached;
        reached.numbers.at(static_cast<std::size_t>(k)) = true;
    }
    return k == chosen;
}

template <class U, class T>
T value(int k, U wrong, T right) {
    return on(k) ? static_cast<T>(wrong) : right;
}

/// A set of axes with axis 0 put in, or left out.
inline AxisSet toggled(int k, AxisSet axes) { return on(k) ? axes ^ 1 : axes; }

inline bool test(int k, bool condition) { return condition != on(k); }

/// Another input of the call than the i-th.
inline std::size_t other(int k, const Call& call, std::size_t i) { return on(k) ? (i + 1) % call.size() : i; }

inline Var output(int k, const Call& call) { return on(k) ? call.input(0) : call.output(); }

/// A gradient, or all of them: number k has the other sign, and k + 1 no gradient of its own.
inline Var spoiled(int k, const Var& g) {
    if (on(k) && g.defined()) return -g;
    return on(k + 1) && g.defined() ? g.detach() : g;
}
inline Vars spoiled(int k, Vars all) {
    for (Var& g : all) g = spoiled(k, g);
    return all;
}

/// f without effect: its first argument instead of the result.
template <class F>
auto dropped(int k, F f) {
    return [=](const auto& x, const auto&... rest) -> decltype(f(x, rest...)) {
        if (on(k)) return x;
        return f(x, rest...);
    };
}

/// mul_grad or div_grad without its promise that 0 stays 0.
template <class F>
auto plain_mul_grad(int k, F f) {
    return [=](const Var& g, const auto& y) { return on(k) ? g * y : f(g, y); };
}
template <class F>
auto plain_div_grad(int k, F f) {
    return [=](const Var& g, const auto& y) { return on(k) ? g / y : f(g, y); };
}

/// f with its last two arguments exchanged.
template <class F>
auto swapped(int k, F f) {
    return [=](const auto& first, const auto& x, const auto& y) { return on(k) ? f(first, y, x) : f(first, x, y); };
}

/// -x is Minus{k}->*x, and !x is Not{k}->*x: between a call and a product.
struct Minus {
    int k;
    template <class T>
    auto operator->*(const T& x) const -> decltype(-x) {
        if (on(k)) return +x;
        return -x;
    }
};
inline Var operator->*(Minus minus, const Var& x) { return on(minus.k) ? x.clone() : -x; }

struct Not {
    int k;
    bool operator->*(bool x) const { return x == on(k); }
};

/// x alone, as the result of x and y.
template <class R, class X, class Y>
R alone(const X& x, const Y& y) {
    if constexpr (std::is_convertible_v<X, R>)
        return x;
    else
        return y * 0 + x;
}

template <class Place, class X>
struct Left {
    Place place;
    const X& x;
};

// x + y is x + Plus{k} + y, and so with its kin, so that the precedence stays. Number k has another operator, and k +
// 1, where there is one, the left side alone.
#define JT_PROXY(Name, op, wrong)                       \
    struct Name {                                       \
        int k;                                          \
    };                                                  \
    template <class X>                                  \
    Left<Name, X> operator op(const X& x, Name place) { \
        return {place, x};                              \
    }                                                   \
    template <class X, class Y>                         \
    auto operator op(Left<Name, X> left, const Y& y)->decltype(left.x op y)
#define JT_COMPARE(Name, op, wrong) \
    JT_PROXY(Name, op, wrong) { return on(left.place.k) ? left.x wrong y : left.x op y; }
#define JT_COMBINE(Name, op, wrong)                                               \
    JT_PROXY(Name, op, wrong) {                                                   \
        if (on(left.place.k)) return left.x wrong y;                              \
        if (on(left.place.k + 1)) return alone<decltype(left.x op y)>(left.x, y); \
        return left.x op y;                                                       \
    }

JT_COMBINE(Plus, +, -)
JT_COMBINE(Less, -, +)
JT_COMBINE(Times, *, /)
JT_COMBINE(Over, /, *)
JT_COMPARE(Equal, ==, !=)
JT_COMPARE(Unequal, !=, ==)
JT_COMPARE(Below, <, <=)
JT_COMPARE(UpTo, <=, <)
JT_COMPARE(Above, >, >=)
JT_COMPARE(From, >=, >)

}  // namespace jt::mutated
