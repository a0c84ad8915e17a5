// The row tables in use: floats by the instruction set of this processor, integers compiled once for all.
#define JT_ISA integers
#include "rows.hpp"

#include "../simd/cpu.hpp"
#include "../simd/put.hpp"

namespace jt::kernels {

namespace integers {

namespace {

// Wraps around; y is 0 or more.
template <class T>
T integer_pow(T x, T y) {
    std::uint64_t base = static_cast<std::uint64_t>(x), power = 1;
    for (; y != 0; y /= 2, base *= base)
        if (y % 2 != 0) power *= base;
    return static_cast<T>(power);
}

template <class T>
T integer_mod(T x, T y) {
    return y == static_cast<T>(-1) && y < 0 ? T{} : static_cast<T>(x % y);
}

template <class T, class U>
T shifted_right(T x, T y) {
    const bool inside = static_cast<U>(y) < 8 * sizeof(T);
    return inside ? static_cast<T>(x >> y) : static_cast<T>(x < 0 ? -1 : 0);
}

template <class T, class U>
constexpr void put_bits(Rows& t) {
    put<U>(t, Binary::bitwise_and, [](auto x, auto y) { return x & y; });
    put<U>(t, Binary::bitwise_or, [](auto x, auto y) { return x | y; });
    put<U>(t, Binary::bitwise_xor, [](auto x, auto y) { return x ^ y; });
    put<U>(t, Binary::left_shift, [](U x, U y) -> U { return y < 8 * sizeof(U) ? static_cast<U>(x << y) : U{}; });
    put<T>(t, Binary::right_shift, [](T x, T y) -> T { return shifted_right<T, U>(x, y); });
}

// Sums and products are made in U, T without its sign, where overflow wraps around.
template <class T, class U>
constexpr Rows integer_table() {
    Rows t{};
    put<U>(t, Unary::neg, [](Vec<U> x) { return -x; });
    put<U>(t, Unary::abs, [](Vec<U> x) { return x > splat<U>(std::numeric_limits<T>::max()) ? -x : x; });
    put_arithmetic<U>(t);
    put_order<T>(t);
    put<T>(t, Binary::floor_divide,
           [](T x, T y) -> T { return y == static_cast<T>(-1) && y < 0 ? U{} - static_cast<U>(x) : x / y; });
    put<T>(t, Binary::pow, [](T x, T y) -> T { return integer_pow(x, y); });
    put<T>(t, Binary::mod, [](T x, T y) -> T { return integer_mod(x, y); });
    put<T>(t, Binary::fmod, [](T x, T y) -> T { return integer_mod(x, y); });
    put_bits<T, U>(t);
    put_sums<T>(t);
    return t;
}

constexpr Rows bool_table() {
    using T = std::uint8_t;
    constexpr auto either = [](auto x, auto y) { return x | y; };
    constexpr auto both = [](auto x, auto y) { return x & y; };
    Rows t = integer_table<T, T>();
    put<T>(t, Unary::neg, [](Vec<T> x) { return x; });
    put<T>(t, Binary::add, either);
    put<T>(t, Binary::maximum, either);
    put<T>(t, Binary::mul, both);
    put<T>(t, Binary::floor_divide, both);
    put<T>(t, Binary::minimum, both);
    put<T>(t, Binary::sub, [](auto x, auto y) { return x ^ y; });
    put<T>(t, Binary::pow, [](auto x, auto y) { return x | (y ^ 1); });
    return t;
}

constexpr Rows tables[4] = {bool_table(), integer_table<std::uint8_t, std::uint8_t>(),
                            integer_table<std::int32_t, std::uint32_t>(), integer_table<std::int64_t, std::uint64_t>()};

}  // namespace

}  // namespace integers

namespace {

#if defined(__x86_64__)
template <class Table>
const Table* pick(const Table* base, const Table* v3, const Table* v4) {
    return isa() == Isa::v4 ? v4 : isa() == Isa::v3 ? v3 : base;
}

const Rows* float_rows() { return pick(base::float_rows, v3::float_rows, v4::float_rows); }
const FusedTables* fused() { return pick(&base::fused, &v3::fused, &v4::fused); }
#else
const Rows* float_rows() { return base::float_rows; }
const FusedTables* fused() { return &base::fused; }
#endif

}  // namespace

constinit std::atomic<const Rows*> known_floats = nullptr;

const Rows& find_rows(Dtype dtype) {
    const int k = static_cast<int>(dtype);
    if (!is_float(dtype)) return integers::tables[k];
    const Rows* const floats = float_rows();
    known_floats.store(floats, std::memory_order_relaxed);
    return floats[k - static_cast<int>(float32)];
}

const FusedTables& fused_tables() {
    static const FusedTables* const tables = fused();
    return *tables;
}

}  // namespace jt::kernels
