// Name the element types of arrays at run time and turn a run-time type into a C++ one.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <limits>
#include <type_traits>

namespace jt {

/// The element types. Only float32 and float64 carry gradients; the rest is for data and indices.
enum class Dtype : std::uint8_t { bool_, uint8, int32, int64, float32, float64 };

inline constexpr Dtype bool_ = Dtype::bool_, uint8 = Dtype::uint8, int32 = Dtype::int32, int64 = Dtype::int64,
                       float32 = Dtype::float32, float64 = Dtype::float64;

/// Jittor's name of the type: "float32".
const char* name(Dtype dtype);
std::ostream& operator<<(std::ostream& out, Dtype dtype);

inline constexpr std::uint8_t sizes_of_dtypes[] = {1, 1, 4, 8, 4, 8};
/// Size of one element in bytes.
constexpr std::size_t size_of(Dtype dtype) { return sizes_of_dtypes[static_cast<int>(dtype)]; }

constexpr bool is_float(Dtype dtype) { return dtype >= Dtype::float32; }

/// What data becomes unless a dtype is given: 32 bits instead of 64 (Jittor's auto_convert_64_to_32).
constexpr Dtype narrowed(Dtype dtype) {
    return dtype == Dtype::float64 ? Dtype::float32 : dtype == Dtype::int64 ? Dtype::int32 : dtype;
}

/// The Dtype of a C++ type: `dtype_of<float>` is float32.
template <class T>
inline constexpr Dtype dtype_of = [] {
    static_assert(sizeof(T) == 0, "no Dtype for this C++ type");
    return Dtype{};
}();
template <>
inline constexpr Dtype dtype_of<bool> = Dtype::bool_;
template <>
inline constexpr Dtype dtype_of<std::uint8_t> = Dtype::uint8;
template <>
inline constexpr Dtype dtype_of<std::int32_t> = Dtype::int32;
template <>
inline constexpr Dtype dtype_of<std::int64_t> = Dtype::int64;
template <>
inline constexpr Dtype dtype_of<float> = Dtype::float32;
template <>
inline constexpr Dtype dtype_of<double> = Dtype::float64;

/// The C++ types that have one.
template <class T>
concept Element = std::same_as<T, bool> || std::same_as<T, std::uint8_t> || std::same_as<T, std::int32_t> ||
    std::same_as<T, std::int64_t> || std::same_as<T, float> || std::same_as<T, double>;

/// x as an element of another type. A number that no integer stands for, or NaN, gives what x86 gives: the smallest
/// integer; uint8 takes the low byte of an int32.
template <class To, class From>
To number_cast(From x) {
    if constexpr (std::is_same_v<To, bool>) {
        return x != 0;
    } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
        using Wide = std::conditional_t<sizeof(To) < 4, std::int32_t, To>;
        constexpr From low = static_cast<From>(std::numeric_limits<Wide>::min());
        return static_cast<To>(static_cast<Wide>(x >= low && x < -low ? x : low));
    } else {
        return static_cast<To>(x);
    }
}

/// Whether number_cast<To>(x) is x but for the rounding of floats: any number as a float or a bool, as an integer a
/// whole one in its range.
template <class To, class From>
bool fits(From x) {
    if constexpr (std::is_floating_point_v<To> || std::is_same_v<To, bool> || std::is_same_v<From, bool>) {
        return true;
    } else {
        const To y = number_cast<To>(x);
        return static_cast<From>(y) == x && (y < To{}) == (x < From{});
    }
}

/// Calls f with a value of the C++ type behind `dtype`: `dispatch(d, [&]<class T>(T) { … })`.
template <class F>
decltype(auto) dispatch(Dtype dtype, F&& f) {
    switch (dtype) {
        case Dtype::bool_:
            return f(bool{});
        case Dtype::uint8:
            return f(std::uint8_t{});
        case Dtype::int32:
            return f(std::int32_t{});
        case Dtype::int64:
            return f(std::int64_t{});
        case Dtype::float32:
            return f(float{});
        default:
            return f(double{});
    }
}

/// As dispatch, for the two float types only (anything else counts as float64: check first).
template <class F>
decltype(auto) dispatch_float(Dtype dtype, F&& f) {
    return dtype == Dtype::float32 ? f(float{}) : f(double{});
}

}  // namespace jt
