// Pooling, a vector of windows side by side at a time.
#pragma once
#include <type_traits>

#include "../product/products.hpp"
#include "tile.hpp"

namespace jt::kernels::JT_ISA {

/// Every Step-th number from p on, N of them; nothing behind the last one is read.
template <int N, int Step, class T, int... L>
auto strided(const T* p, std::integer_sequence<int, L...>) {
    using V = typename VecOf<T, N>::type;
    V low, high;
    __builtin_memcpy(&low, p, sizeof low);
    if constexpr (Step == 1) return low;
    __builtin_memcpy(&high, p + N - 1, sizeof high);
    return V(__builtin_shufflevector(low, high, (2 * L < N ? 2 * L : 2 * L + 1)...));
}

/// each_cell in windows of 2 x 2 side by side, the commonest, whose numbers are all loaded once.
template <int N, class T, class First, class F, int... L>
[[gnu::always_inline]] inline void each_of_four(Int width, const T* top, First first, F f,
                                                std::integer_sequence<int, L...>) {
    const auto side_by_side = std::make_integer_sequence<int, N>();
#pragma GCC unroll 2
    for (Int i = 0; i < 2; ++i) {
        const T* const row = top + i * width;
        const auto low = strided<N, 1>(row, side_by_side), high = strided<N, 1>(row + N, side_by_side);
        const auto even = __builtin_shufflevector(low, high, 2 * L...);
        i == 0 ? first(even) : f(even, width);
        f(__builtin_shufflevector(low, high, 2 * L + 1 ...), i * width + 1);
    }
}

/// Calls first(numbers) for the first cell of each of N windows side by side, then f(numbers, cell) for each of their
/// other cells, which lies at `cell` from the first ones.
template <int N, int Step, class T, class First, class F>
[[gnu::always_inline]] inline void each_cell(const WindowGrid& r, const T* top, First first, F f) {
    constexpr auto all = std::make_integer_sequence<int, N>();
    if constexpr (Step == 2)
        if (r.rows == 2 && r.columns == 2) return each_of_four<N>(r.width, top, first, f, all);
    first(strided<N, Step>(top, all));
    for (Int i = 0; i < r.rows; ++i)
        for (Int j = i == 0; j < r.columns; ++j) f(strided<N, Step>(top + i * r.width + j, all), i * r.width + j);
}

template <int Bytes>
using Signed = std::conditional_t<Bytes == 4, std::int32_t, std::int64_t>;

/// The largest of each of N windows and where it lies: the first largest, the first NaN if there is one.
template <int N, int Step, class T, int... L>
void max_windows(const WindowGrid& r, const T* top, Int at, T* value, std::int32_t* index,
                 std::integer_sequence<int, L...>) {
    using I = typename VecOf<Signed<sizeof(T)>, N>::type;
    const I first = I{Step * L...} + static_cast<Signed<sizeof(T)>>(at);
    typename VecOf<T, N>::type best;
    I place = first;
    const auto challenge = [&](auto cells, Int cell) {
        const I wins = (cells > best) | ((cells != cells) & (best == best));
        best = wins ? cells : best;
        place = wins ? first + static_cast<Signed<sizeof(T)>>(cell) : place;
    };
    each_cell<N, Step>(
        r, top, [&](auto cells) { best = cells; }, challenge);
    const auto places = __builtin_convertvector(place, typename VecOf<std::int32_t, N>::type);
    __builtin_memcpy(value, &best, sizeof best);
    __builtin_memcpy(index, &places, sizeof places);
}

template <int N, int Step, class T>
void mean_windows(const WindowGrid& r, const T* top, T cells, T* value) {
    typename VecOf<T, N>::type sum;
    each_cell<N, Step>(
        r, top, [&](auto x) { sum = x; }, [&](auto x, Int) { sum += x; });
    sum /= cells;
    __builtin_memcpy(value, &sum, sizeof sum);
}

/// Calls f(N, Step, from, to) for all windows, N of them whose first cell lies at `from` and whose outputs at `to`; the
/// last N of a row overlap those before. False, and nothing done, when they are too few for a small vector or too far
/// apart.
template <int N, class F>
bool each_windows(const WindowGrid& r, F f) {
    if constexpr (N < 2) {
        return false;
    } else {
        if (r.across < N) return each_windows<N / 2>(r, f);
        if (r.step > 2) return false;
        const auto in_vectors = [&](auto step) {
            for (Int y = 0; y < r.down; ++y)
                for (Int x = 0; x < r.across; x += N) {
                    const Int first = x + N <= r.across ? x : r.across - N;
                    f(std::integral_constant<int, N>(), step, y * r.row_step * r.width + first * step,
                      y * r.out_width + first);
                }
        };
        r.step == 1 ? in_vectors(std::integral_constant<int, 1>()) : in_vectors(std::integral_constant<int, 2>());
        return true;
    }
}

template <class T>
bool max_pool_windows(const WindowGrid& r, const T* top, Int at, T* value, std::int32_t* index) {
    return each_windows<lanes<T>>(r, [&](auto n, auto step, Int from, Int to) {
        max_windows<n(), step()>(r, top + from, at + from, value + to, index + to,
                                 std::make_integer_sequence<int, n()>());
    });
}

template <class T>
bool mean_pool_windows(const WindowGrid& r, const T* top, T cells, T* value) {
    return each_windows<lanes<T>>(
        r, [&](auto n, auto step, Int from, Int to) { mean_windows<n(), step()>(r, top + from, cells, value + to); });
}

}  // namespace jt::kernels::JT_ISA
