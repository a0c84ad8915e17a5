#include "twister.hpp"

#include <algorithm>

#include "error.hpp"

namespace jt::drawing {

namespace {

using Word = std::uint32_t;
constexpr std::size_t size = 624, apart = 397;

Word mixed(Word before) { return before ^ before >> 30; }

Word twisted(Word upper, Word lower) {
    const Word joined = (upper & 0x80000000U) | (lower & 0x7fffffffU);
    return joined >> 1 ^ (joined & 1 ? 0x9908b0dfU : 0);
}

}  // namespace

Twister::Twister(Word seed) {
    auto& words = state_.words;
    words[0] = seed;
    for (std::size_t k = 1; k < size; ++k) words[k] = 1812433253U * mixed(words[k - 1]) + static_cast<Word>(k);
    state_.used = size;
}

Twister::Twister(std::span<const Word> key) : Twister(19650218U) {
    auto& words = state_.words;
    std::size_t at = 0;
    const auto next = [&] {
        if (++at < size) return;
        words[0] = words[size - 1];
        at = 1;
    };
    next();
    for (std::size_t k = 0; k < std::max(size, key.size()); ++k, next()) {
        const std::size_t from = k % key.size();
        words[at] = (words[at] ^ mixed(words[at - 1]) * 1664525U) + key[from] + static_cast<Word>(from);
    }
    for (std::size_t k = 1; k < size; ++k, next())
        words[at] = (words[at] ^ mixed(words[at - 1]) * 1566083941U) - static_cast<Word>(at);
    words[0] = 0x80000000U;
}

void Twister::set_state(const State& state) {
    if (state.used > size) fail<ValueError>("Twister: needs at most 624 used words, got ", std::size_t{state.used});
    state_ = state;
}

void Twister::renew() {
    auto& words = state_.words;
    for (std::size_t k = 0; k < size; ++k)
        words[k] = words[(k + apart) % size] ^ twisted(words[k], words[(k + 1) % size]);
    state_.used = 0;
}

Word Twister::operator()() {
    if (state_.used == size) renew();
    Word x = state_.words[state_.used++];
    x ^= x >> 11;
    x ^= x << 7 & 0x9d2c5680U;
    x ^= x << 15 & 0xefc60000U;
    return x ^ x >> 18;
}

}  // namespace jt::drawing
