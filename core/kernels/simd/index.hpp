// Where the entries of an index point to; the compiler makes vectors of these loops.
#pragma once
#include "../elementwise/rows.hpp"

namespace jt::kernels::JT_ISA {

/// The multiplications are left out where they can be: the loop is then of two additions.
template <class I, class P>
I place_row(const I* index, std::int64_t size, I n, const Along& along, P* places) {
    using U = std::make_unsigned_t<P>;
    const auto base = static_cast<U>(along.base), step = static_cast<U>(along.step);
    const auto fill = [&](auto place) {
        I bad = 0;
        for (std::int64_t k = 0; k < size; ++k) {
            const I i = index[k] + (index[k] < 0 ? n : I{});
            bad |= i | (n - 1 - i);
            places[k] = static_cast<P>(place(static_cast<U>(i), static_cast<U>(k)));
        }
        return bad;
    };
    if (along.stride == 1 && step == 0) return fill([=](U i, U) { return base + i; });
    return fill([=, stride = static_cast<U>(along.stride)](U i, U k) { return base + i * stride + k * step; });
}

inline constexpr IndexRows index_rows = {place_row<std::int32_t, std::int32_t>, place_row<std::int64_t, std::int32_t>,
                                         place_row<std::int64_t, std::int64_t>};

}  // namespace jt::kernels::JT_ISA
