// The commonest pooling, windows of 2 x 2 side by side, a vector of them at a time.
#pragma once
#include <type_traits>

#include "tile.hpp"

namespace jt::kernels::JT_ISA {

template <int Bytes>
using Signed = std::conditional_t<Bytes == 4, std::int32_t, std::int64_t>;

/// The largest of each 2 x 2 window of two rows, N windows from `top` on, and where it lies: the first largest, the
/// first NaN if there is one. `at` is the index of top[0], `width` of bottom[0] more.
template <int N, class T, int... L>
void max_windows(const T* top, Int width, Int at, T* value, std::int32_t* index, std::integer_sequence<int, L...>) {
    using V = typename VecOf<T, N>::type;
    using I = typename VecOf<Signed<sizeof(T)>, N>::type;
    const auto from = [top](Int i) {
        V x;
        __builtin_memcpy(&x, top + i, sizeof x);
        return x;
    };
    const V row[] = {from(0), from(N), from(width), from(width + N)};
    const V cells[] = {
        __builtin_shufflevector(row[0], row[1], 2 * L...), __builtin_shufflevector(row[0], row[1], 2 * L + 1 ...),
        __builtin_shufflevector(row[2], row[3], 2 * L...), __builtin_shufflevector(row[2], row[3], 2 * L + 1 ...)};
    const I first = I{2 * L...} + static_cast<Signed<sizeof(T)>>(at);
    V best = cells[0];
    I place = first;
#pragma GCC unroll 4
    for (int i = 1; i < 4; ++i) {
        const I wins = (cells[i] > best) | ((cells[i] != cells[i]) & (best == best));
        best = wins ? cells[i] : best;
        place = wins ? first + static_cast<Signed<sizeof(T)>>(i / 2 * width + i % 2) : place;
    }
    const auto places = __builtin_convertvector(place, typename VecOf<std::int32_t, N>::type);
    __builtin_memcpy(value, &best, sizeof best);
    __builtin_memcpy(index, &places, sizeof places);
}

/// One row of `count` windows whose input rows start at `top`, `width` apart; false, and nothing done, when they are
/// fewer than a small vector. The last vector overlaps the one before it.
template <int N, class T>
bool max_row(const T* top, Int width, Int at, Int count, T* value, std::int32_t* index) {
    if constexpr (N < 2) {
        return false;
    } else {
        if (count < N) return max_row<N / 2>(top, width, at, count, value, index);
        for (Int i = 0; i < count; i += N) {
            const Int j = i + N <= count ? i : count - N;
            max_windows<N>(top + 2 * j, width, at + 2 * j, value + j, index + j, std::make_integer_sequence<int, N>());
        }
        return true;
    }
}

template <class T>
bool max_pool_row(const T* top, Int width, Int at, Int count, T* value, std::int32_t* index) {
    return max_row<lanes<T>>(top, width, at, count, value, index);
}

}  // namespace jt::kernels::JT_ISA
