// PCG64 (O'Neill) with NumPy's SeedSequence before it, and NumPy's shuffle on it and on the Mersenne twister.
#include "numpy_random.hpp"

#include <array>
#include <bit>
#include <numeric>
#include <utility>

#include "error.hpp"
#include "streams.hpp"

namespace jt::drawing {

namespace {

using Word = std::uint32_t;

// SeedSequence: a seed spread over a pool of four words, and from there over as many as one likes.
class SeedWords {
public:
    explicit SeedWords(Word seed) {
        for (Word& word : pool_) word = hash(std::exchange(seed, 0));
        for (std::size_t from = 0; from < pool_.size(); ++from)
            for (std::size_t to = 0; to < pool_.size(); ++to)
                if (from != to) pool_[to] = folded(0xca01f9ddU * pool_[to] - 0x4973f715U * hash(pool_[from]));
    }
    std::array<Word, 8> words() const {
        std::array<Word, 8> out;
        Word factor = 0x8b51f9ddU;
        for (std::size_t k = 0; k < out.size(); ++k) {
            const Word mixed = pool_[k % pool_.size()] ^ factor;
            out[k] = folded(mixed * (factor *= 0x58f38dedU));
        }
        return out;
    }

private:
    static Word folded(Word x) { return x ^ x >> 16; }
    Word hash(Word x) {
        x ^= factor_;
        factor_ *= 0x931e8875U;
        return folded(x * factor_);
    }

    Word factor_ = 0x43b0d7e5U;
    std::array<Word, 4> pool_;
};

// In [0, most]: as many bits as most has, drawn again while they are too large.
template <class Generator>
Word drawn_up_to(Word most, Generator& generator) {
    if (most == 0) return 0;  // nothing is drawn
    const Word mask = ~Word{0} >> std::countl_zero(most);
    Word drawn;
    do drawn = static_cast<Word>(generator()) & mask;
    while (drawn > most);
    return drawn;
}

void check_count(std::int64_t n) {
    if (n < 0 || n >> 32 != 0) fail<ValueError>("permutation: needs from 0 to 2^32 - 1 numbers, got ", n);
}

template <class Generator>
std::vector<std::int64_t> permuted(std::int64_t n, Generator& generator) {
    check_count(n);
    std::vector<std::int64_t> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t k = order.size(); k-- > 1;)
        std::swap(order[k], order[drawn_up_to(static_cast<Word>(k), generator)]);
    return order;
}

}  // namespace

DefaultRng::DefaultRng(std::uint32_t seed) {
    const auto words = SeedWords(seed).words();
    const auto wide = [&](std::size_t k) {
        return Wide{words[k + 1]} << 96 | Wide{words[k]} << 64 | Wide{words[k + 3]} << 32 | words[k + 2];
    };
    increment_ = wide(4) << 1 | 1;
    step();
    state_ += wide(0);
    step();
}

void DefaultRng::step() {
    constexpr Wide factor = Wide{0x2360ed051fc65da4U} << 64 | 0x4385df649fccf645U;
    state_ = state_ * factor + increment_;
}

std::uint32_t DefaultRng::operator()() {
    if (std::exchange(kept_, !kept_)) return upper_;
    step();
    const auto folded = static_cast<std::uint64_t>(state_ >> 64) ^ static_cast<std::uint64_t>(state_);
    const std::uint64_t bits = std::rotr(folded, static_cast<int>(state_ >> 122));
    upper_ = static_cast<Word>(bits >> 32);
    return static_cast<Word>(bits);
}

Words DefaultRng::state() const {
    Words words;
    for (const Wide number : {state_, increment_})
        for (int bit = 0; bit < 128; bit += 32) words.push_back(static_cast<Word>(number >> bit));
    words.push_back(kept_);
    words.push_back(upper_);
    return words;
}

void DefaultRng::set_state(const Words& words) {
    const auto wide = [&](std::size_t k) {
        return Wide{words[k + 3]} << 96 | Wide{words[k + 2]} << 64 | Wide{words[k + 1]} << 32 | words[k];
    };
    state_ = wide(0);
    increment_ = wide(4) | 1;
    kept_ = words[8] != 0;
    upper_ = words[9];
}

std::vector<std::int64_t> DefaultRng::permutation(std::int64_t n) { return permuted(n, *this); }

// Lemire's way: the upper half of a product, drawn again where the lower half would favour some numbers.
std::vector<std::int64_t> DefaultRng::integers(std::int64_t high, std::int64_t count) {
    if (high < 1 || high > std::int64_t{1} << 32) fail<ValueError>("integers: needs high from 1 to 2^32, got ", high);
    if (count < 0) fail<ValueError>("integers: needs a count of 0 or more, got ", count);
    const auto range = static_cast<std::uint64_t>(high);
    const auto biased = static_cast<Word>((std::uint64_t{1} << 32) % range);
    std::vector<std::int64_t> out(static_cast<std::size_t>(count));
    if (range == 1) return out;  // nothing is drawn
    for (std::int64_t& number : out) {
        std::uint64_t product;
        do product = (*this)() * range;
        while (static_cast<Word>(product) < biased);
        number = static_cast<std::int64_t>(product >> 32);
    }
    return out;
}

std::vector<std::int64_t> numpy_permutation(std::int64_t n) { return permuted(n, Drawing()->numpy); }

std::int64_t numpy_randint(std::int64_t high) {
    if (high < 1 || high > std::int64_t{1} << 32) fail<ValueError>("randint: needs high from 1 to 2^32, got ", high);
    return drawn_up_to(static_cast<Word>(high - 1), Drawing()->numpy);
}

}  // namespace jt::drawing
