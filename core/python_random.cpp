#include "python_random.hpp"

#include <bit>

#include "error.hpp"
#include "streams.hpp"

namespace jt::drawing {

double python_random() {
    const Drawing drawing;
    const double upper = drawing->python() >> 5, lower = drawing->python() >> 6;
    return (upper * 67108864 + lower) / 9007199254740992;
}

double python_uniform(double low, double high) { return low + (high - low) * python_random(); }

// As many of a word's upper bits as the count of numbers has, drawn again while they are too large.
std::int64_t python_randint(std::int64_t low, std::int64_t high) {
    const auto count = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    if (low > high || count - 1 >= 0xffffffffU)
        fail<ValueError>("randint: needs low at most high and less than 2^32 - 1 below it, got ", low, " and ", high);
    const Drawing drawing;
    std::uint64_t drawn;
    do drawn = drawing->python() >> (32 - std::bit_width(count));
    while (drawn >= count);
    return low + static_cast<std::int64_t>(drawn);
}

Twister python_twister(std::int64_t seed) {
    const auto bits = static_cast<std::uint64_t>(seed), size = seed < 0 ? 0 - bits : bits;
    const std::array<std::uint32_t, 2> key = {static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(size >> 32)};
    return Twister(std::span(key).first(key[1] == 0 ? 1 : 2));
}

}  // namespace jt::drawing
