// How much the products of this thread have worked.
#pragma once
#include <cstdint>

namespace jt {

/// Multiply-adds that matrix products, convolutions, attention and recurrent runs of this thread have made so far,
/// forward and backward, modulo 2^64: an op adds its own. A convolution counts each tap of each output pixel, also
/// those over padding. What goes element by element is not counted, nor are linalg's inverses and determinants.
extern constinit thread_local std::uint64_t multiply_adds_made;

inline void count_multiply_adds(std::int64_t n) noexcept { multiply_adds_made += static_cast<std::uint64_t>(n); }

}  // namespace jt
