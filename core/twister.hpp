// MT19937, the Mersenne twister that Python's random and NumPy's legacy generator draw from.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace jt::drawing {

/// 32 random bits a call (Matsumoto and Nishimura, 2002).
class Twister {
public:
    /// Where it stands: its words, and how many of them were given out.
    struct State {
        std::array<std::uint32_t, 624> words;
        std::uint32_t used;

        bool operator==(const State&) const = default;
    };

    /// Started by one word (init_genrand), as numpy.random.seed.
    explicit Twister(std::uint32_t seed);
    /// Started by a key of one word or more (init_by_array), as Python's random.seed.
    explicit Twister(std::span<const std::uint32_t> key);

    std::uint32_t operator()();

    const State& state() const { return state_; }
    /// Throws a ValueError for more than 624 used words.
    void set_state(const State& state);
    bool operator==(const Twister&) const = default;

private:
    void renew();

    State state_;
};

}  // namespace jt::drawing
