// Take a number of any C++ type exactly, and turn numbers into elements with or without a look at what gets lost.
#pragma once
#include <string>

#include "error.hpp"

namespace jt {

/// Types of which a std::vector holds text, though C++ counts with them.
template <class T>
inline constexpr bool is_character =
    std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char8_t> ||
    std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;

/// A C++ number as an operand; an integer does not turn an integer Var into a float one.
struct Scalar {
    template <class T>
    requires std::is_arithmetic_v<T> Scalar(T number) : value(static_cast<double>(number)), dtype(kind<T>()) {
        if constexpr (std::is_integral_v<T>) {
            exact = jt::fits<std::int64_t>(number);
            integer = exact ? static_cast<std::int64_t>(number) : 0;
        }
    }

    double value;              ///< rounded where a double does not hold it
    std::int64_t integer = 0;  ///< the same as it was written, when it was an integer that int64 holds
    bool exact = false;        ///< whether `integer` counts
    Dtype dtype;               ///< bool_, int32 or float32: the kind of number that was written

    /// As an element, by number_cast.
    template <class To>
    To as() const {
        return exact ? number_cast<To>(integer) : number_cast<To>(value);
    }
    template <class To>
    bool fits() const {
        return exact ? jt::fits<To>(integer) : jt::fits<To>(value);
    }

private:
    template <class T>
    static constexpr Dtype kind() {
        return std::is_same_v<T, bool> ? bool_ : std::is_integral_v<T> ? int32 : float32;
    }
};

std::string text(const Scalar& number);

[[noreturn]] void fail_to_hold(const char* op, const Scalar& number, Dtype dtype);

/// A number that comes in as an element; throws a ValueError in the name of `op` when To does not hold it.
template <class To, class From>
To checked_cast(const char* op, const From& number) {
    if constexpr (std::is_same_v<From, Scalar>) {
        if (!number.template fits<To>()) fail_to_hold(op, number, dtype_of<To>);
        return number.template as<To>();
    } else {
        if (!fits<To>(number)) fail_to_hold(op, number, dtype_of<To>);
        return number_cast<To>(number);
    }
}

/// Throws the same for a dtype.
void check_number(const char* op, const Scalar& number, Dtype dtype);

}  // namespace jt
