// Jittor's CPU random stream (src/ops/random_op.cc), bit for bit, the same with every compiler: std::minstd_rand0, and
// on it libstdc++'s uniform_real_distribution and normal_distribution, the latter with the fma that Jittor's build
// makes.
#pragma once
#include <cstdint>

#include "array.hpp"

namespace jt {

/// Starts the process-wide stream anew; seeds 0, 1 and 2^31 - 1 give one stream, as in Jittor. And those of Python and
/// NumPy, which random transforms and SubsetRandomSampler draw from; NumPy takes the lower 32 bits.
/// Without a call the stream starts from the clock.
void set_global_seed(std::int64_t seed);
inline void set_seed(std::int64_t seed) { set_global_seed(seed); }

/// float32 arrays, filled in row-major order in one draw; each draw begins a new distribution.
namespace drawing {

/// Uniform in [0, 1).
Array uniform(const Shape& shape);
/// Uniform in (low, high]: fma(u, low - high, high), as Jittor's init.uniform; of one element u * (low - high) is
/// rounded first, as there.
Array uniform(const Shape& shape, double low, double high);
/// Normal: mean 0 and deviation 1, or fma(z, deviation, mean), likewise.
Array normal(const Shape& shape);
Array normal(const Shape& shape, double mean, double deviation);
/// int32 in [low, high): floor(clamp(fma(u, high - low, low), low, high - 0.5)), likewise.
Array integers(const Shape& shape, std::int64_t low, std::int64_t high);
/// int32 permutation of 0..n-1: the order that sorts n uniform numbers.
Array permutation(std::int64_t n);

/// Where the stream stands, to come back to it.
std::uint32_t state();
void set_state(std::uint32_t state);

}  // namespace drawing
}  // namespace jt
