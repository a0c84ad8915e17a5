// The random streams that a program draws from: Jittor's, and those of Python's random and numpy.random. They are the
// process's, but a thread may draw from its own.
#pragma once
#include <mutex>
#include <utility>
#include <vector>

#include "twister.hpp"

namespace jt::drawing {

/// Where each of them stands.
struct Streams {
    std::uint32_t jittor;  ///< from 1 to 2^31 - 2
    Twister python, numpy;

    /// As set_global_seed starts them.
    static Streams seeded(std::int64_t seed);
    /// All of it in numbers: Jittor's, then of Python's and NumPy's twister the count of used words and the words. Back
    /// from them; throws a ValueError for what no stream can be at.
    static constexpr std::int64_t word_count = 1 + 2 * 625;
    std::vector<std::int64_t> words() const;
    static Streams from(const std::vector<std::int64_t>& words);
    bool operator==(const Streams&) const = default;
};

/// What this thread draws from, while it does: nobody else draws from it meanwhile.
class Drawing {
public:
    Drawing();
    Streams* operator->() const { return &streams_; }
    Streams& operator*() const { return streams_; }

private:
    std::unique_lock<std::mutex> lock_;
    Streams& streams_;
};

/// While it lives, this thread draws from `streams`, not from those of the process.
class DrawFrom {
public:
    explicit DrawFrom(Streams& streams) noexcept;
    ~DrawFrom();
    DrawFrom(const DrawFrom&) = delete;
    DrawFrom& operator=(const DrawFrom&) = delete;

private:
    Streams* const around_;
};

}  // namespace jt::drawing
