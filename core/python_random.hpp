// The functions of Python's module `random` as far as Jittor's transforms draw them, bit for bit; set_global_seed
// starts its Mersenne twister.
#pragma once
#include <cstdint>

#include "twister.hpp"

namespace jt::drawing {

/// random.random(): 53 bits, in [0, 1).
double python_random();
/// random.uniform(low, high).
double python_uniform(double low, double high);
/// random.randint(low, high): in [low, high]. Throws a ValueError unless low is at most high and less than 2^32 - 1
/// below it.
std::int64_t python_randint(std::int64_t low, std::int64_t high);
/// What random.seed(seed) makes, which takes the magnitude of a negative one.
Twister python_twister(std::int64_t seed);

}  // namespace jt::drawing
