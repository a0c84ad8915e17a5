// One number many times.
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cwchar>

namespace jt {

/// n elements `value` from `to` on: many of four bytes by the C library, whose stores are as wide as the processor's.
template <class T>
void fill(T* to, std::int64_t n, T value) {
    if constexpr (sizeof(T) == sizeof(wchar_t))
        if (n >= 64)
            return void(std::wmemset(reinterpret_cast<wchar_t*>(to), std::bit_cast<wchar_t>(value),
                                     static_cast<std::size_t>(n)));
    std::fill_n(to, n, value);
}

}  // namespace jt
