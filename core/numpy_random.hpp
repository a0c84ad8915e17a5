// NumPy's random numbers as far as Jittor's datasets draw them, bit for bit: numpy.random.default_rng, which is PCG64,
// and the functions of numpy.random itself, whose Mersenne twister set_global_seed starts.
#pragma once
#include <cstdint>
#include <vector>

#include "twister.hpp"

namespace jt::drawing {

/// 32 bits each.
using Words = std::vector<std::uint32_t>;

/// numpy.random.default_rng(seed).
class DefaultRng {
public:
    explicit DefaultRng(std::uint32_t seed);

    /// 0 ... n - 1 in random order. Throws a ValueError for 2^32 or more.
    std::vector<std::int64_t> permutation(std::int64_t n);
    /// `count` numbers in [0, high). Throws a ValueError unless high is from 1 to 2^32 and count 0 or more.
    std::vector<std::int64_t> integers(std::int64_t high, std::int64_t count);

    /// 32 random bits: the lower half of what PCG64 gives, then the upper half.
    std::uint32_t operator()();

    /// Where it stands, in ten words, and back.
    Words state() const;
    void set_state(const Words& words);

private:
    __extension__ using Wide = unsigned __int128;

    void step();

    Wide state_ = 0, increment_ = 0;
    std::uint32_t upper_ = 0;
    bool kept_ = false;
};

/// numpy.random.permutation(n). Throws a ValueError for 2^32 or more.
std::vector<std::int64_t> numpy_permutation(std::int64_t n);
/// numpy.random.randint(high): a number in [0, high). Throws a ValueError unless high is from 1 to 2^32.
std::int64_t numpy_randint(std::int64_t high);

}  // namespace jt::drawing
