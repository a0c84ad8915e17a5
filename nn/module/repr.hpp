// repr: what stands between the parentheses of a printed module.
#pragma once
#include <optional>
#include <string>

#include "module.hpp"

namespace jt::nn {

/// "float32[5,]", or "None" for an empty Var: how Jittor shows one between the parentheses.
std::string peek(const Var& x);

/// A part of repr that prints with its name: `Named{"ceil_mode", false}` as "ceil_mode=False".
template <class T>
struct Named {
    const char* name;
    T value;
};
template <class T>
Named(const char*, T) -> Named<T>;

/// A part of repr that prints as Python's float: 1 as "1.0".
struct Float {
    double value;
};
std::string text(Float x);

namespace detail {

using jt::text;  // of numbers; that of a class or enum is found where that stands
inline std::string shown(bool x) { return x ? "True" : "False"; }
inline std::string shown(const Var& x) { return peek(x); }
template <class T>
std::string shown(const T& x) {
    return std::string(text(x));
}
template <class T>
std::string shown(const std::optional<T>& x) {
    return x ? shown(*x) : "None";
}
template <class T>
std::string shown(const Named<T>& x) {
    return std::string(x.name) + "=" + shown(x.value);
}

}  // namespace detail

/// `repr(4, 5, bias)` gives "4, 5, float32[5,]": bools and empty optionals as in Python, Vars as peek shows them.
template <class... T>
std::string repr(const T&... parts) {
    std::string out;
    ((out += (out.empty() ? "" : ", ") + detail::shown(parts)), ...);
    return out;
}

}  // namespace jt::nn
