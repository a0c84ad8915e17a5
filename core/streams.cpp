#include "streams.hpp"

#include <ctime>

#include "error.hpp"
#include "python_random.hpp"

namespace jt::drawing {

namespace {

std::mutex mutex;
constinit thread_local Streams* own = nullptr;

Streams& of_the_process() {
    static Streams streams = Streams::seeded(std::time(nullptr));
    return streams;
}

// Jittor hands its seed over as an int, and the stream begins at 1 where that is a multiple of its modulus.
std::uint32_t jittor_seeded(std::int64_t seed) {
    const auto narrow = static_cast<std::int64_t>(static_cast<std::int32_t>(seed));
    const auto start = static_cast<std::uint64_t>(narrow) % 2147483647U;
    return start ? static_cast<std::uint32_t>(start) : 1U;
}

void check_word(std::int64_t word, std::int64_t low, std::int64_t high) {
    if (word < low || word > high)
        fail<ValueError>("set_rng_state: needs a whole number from ", low, " to ", high, ", got ", word);
}

Twister twister_from(const std::int64_t* words) {
    Twister::State state;
    check_word(words[0], 0, static_cast<std::int64_t>(state.words.size()));
    state.used = static_cast<std::uint32_t>(words[0]);
    for (std::uint32_t& word : state.words) {
        check_word(*++words, 0, 0xffffffff);
        word = static_cast<std::uint32_t>(*words);
    }
    Twister twister(0);
    twister.set_state(state);
    return twister;
}

}  // namespace

Streams Streams::seeded(std::int64_t seed) {
    return {jittor_seeded(seed), python_twister(seed), Twister(static_cast<std::uint32_t>(seed))};
}

Drawing::Drawing()
    : lock_(own ? std::unique_lock<std::mutex>() : std::unique_lock(mutex)), streams_(own ? *own : of_the_process()) {}

DrawFrom::DrawFrom(Streams& streams) noexcept : around_(std::exchange(own, &streams)) {}
DrawFrom::~DrawFrom() { own = around_; }

std::vector<std::int64_t> Streams::words() const {
    std::vector<std::int64_t> words{jittor};
    for (const Twister* twister : {&python, &numpy}) {
        const auto& state = twister->state();
        words.push_back(state.used);
        words.insert(words.end(), state.words.begin(), state.words.end());
    }
    return words;
}

Streams Streams::from(const std::vector<std::int64_t>& words) {
    check_word(words[0], 1, 2147483646);
    return {static_cast<std::uint32_t>(words[0]), twister_from(&words[1]), twister_from(&words[626])};
}

}  // namespace jt::drawing
