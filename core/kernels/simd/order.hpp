// Comparing each element of a short line with all others, which is its place in their order.
#pragma once
#include "../elementwise/rows.hpp"
#include "vec.hpp"

namespace jt::kernels::JT_ISA {

/// Two vectors meet each key. They are compared as signed numbers and 32 bytes wide, which no instruction set is slow
/// at.
template <class K>
void count_below(K* keys, std::int64_t n, std::int32_t* counts) {
    using Signed = std::make_signed_t<K>;
    constexpr std::int64_t width = 32 / sizeof(K);
    using V = typename VecOf<Signed, width>::type;
    for (std::int64_t i = 0; i < n; ++i) keys[i] ^= K{1} << (8 * sizeof(K) - 1);
    for (std::int64_t i = 0; i < n; i += 2 * width) {
        V a, b, below_a{}, below_b{};
        __builtin_memcpy(&a, keys + i, sizeof a);
        __builtin_memcpy(&b, keys + i + width, sizeof b);
        for (std::int64_t k = 0; k < n; ++k) {
            const V key = static_cast<Signed>(keys[k]) - V{};
            below_a -= key < a;
            below_b -= key < b;
        }
        for (std::int64_t k = 0; k < width; ++k) {
            counts[i + k] = static_cast<std::int32_t>(below_a[k]);
            counts[i + width + k] = static_cast<std::int32_t>(below_b[k]);
        }
    }
}

inline constexpr OrderRows order_rows = {count_below<std::uint32_t>, count_below<std::uint64_t>};

}  // namespace jt::kernels::JT_ISA
