// Show how far a loop has come: `for (auto [x, y] : progress(loader)) ...`
#pragma once
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "../../core/shape.hpp"

namespace jt {

struct ProgressOptions {
    std::string name = {};             ///< what stands in front
    std::FILE* out = stderr;           ///< so that what a program prints stays its own; null: nothing is shown
    std::optional<double> every = {};  ///< seconds from one line to the next: 0.1 on a terminal, else 5
    std::int64_t initial = 0;          ///< steps that were done before, of a training that goes on
};

/// The line of a loop. On a terminal one that is redrawn, with a bar, as wide as that is; elsewhere plain lines, and
/// one at the end. A step costs a look at the clock. When the loop is over, left or thrown out of, the line is ended.
class ProgressLine {
public:
    /// Throws a ValueError for a total below 0, an `initial` beyond it, a number below 0 and an `every` that is NaN.
    ProgressLine(std::int64_t total, ProgressOptions options);
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    ~ProgressLine() { close(); }

    /// Shows a number or a word under a name from the next drawing on, in the order in which names first came.
    void set(std::string_view name, double value);
    void set(std::string_view name, const std::string& value);
    /// Since the loop began, or since this was made.
    double seconds() const;

    /// What a loop of other kind than `for (auto x : progress(...))` calls: at its begin, with how many steps of it an
    /// earlier one has done, after each step, at its end.
    void open(std::int64_t before = 0);
    void step();
    void close() noexcept;

private:
    using Value = std::variant<double, std::string>;
    Value& value_of(std::string_view name);
    std::string count() const;
    std::string notes(bool last) const;
    std::string drawn(bool last) const;
    void print(bool last) const;

    std::int64_t total_, first_ = 0, done_ = 0;
    ProgressOptions options_;
    bool terminal_, open_ = false;
    double every_, begin_, next_ = 0;
    std::vector<std::pair<std::string, Value>> values_;
};

namespace detail {

/// first, first + 1, ... n - 1 as a range.
struct Steps {
    struct Iterator {
        using value_type = std::int64_t;
        using difference_type = std::ptrdiff_t;
        std::int64_t k;
        std::int64_t operator*() const { return k; }
        Iterator& operator++() { return ++k, *this; }
        bool operator==(const Iterator&) const = default;
    };
    Iterator begin() const { return {first}; }
    Iterator end() const { return {n}; }
    std::int64_t first, n;
};

/// How often a loop over it goes round: batches of a dataset, elements of anything else.
template <class Range>
std::int64_t rounds(const Range& range) {
    if constexpr (requires { range.batch_len(); })
        return range.batch_len();
    else
        return static_cast<std::int64_t>(std::size(range));
}

/// How many of them an earlier loop has done: one over a dataset that goes on in the middle of an epoch.
template <class Range>
std::int64_t rounds_before(const Range& range) {
    if constexpr (requires { range.batches_before(); })
        return range.batches_before();
    else
        return 0;
}

/// Throws a ValueError where int64 does not hold the sum.
std::int64_t total(std::int64_t rounds, std::int64_t initial);

}  // namespace detail

/// A range whose loop shows how far it has come. Of an lvalue it keeps a reference.
template <class Range>
class Progress : public ProgressLine {
    using Inner = decltype(std::begin(std::declval<Range&>()));
    using End = decltype(std::end(std::declval<Range&>()));

public:
    Progress(Range&& range, std::int64_t total, ProgressOptions options)
        : ProgressLine(total, std::move(options)), range_(std::forward<Range>(range)) {}

    class Iterator {
    public:
        using difference_type = std::ptrdiff_t;
        Iterator(Inner at, End end, ProgressLine& line) : at_(std::move(at)), end_(std::move(end)), line_(&line) {}
        decltype(auto) operator*() const { return *at_; }
        Iterator& operator++() {
            line_->step();
            ++at_;
            if (at_ == end_) line_->close();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const { return at_ == end_; }

    private:
        Inner at_;
        End end_;
        ProgressLine* line_;
    };
    Iterator begin() {
        open(detail::rounds_before(range_));
        return {std::begin(range_), std::end(range_), *this};
    }
    std::default_sentinel_t end() const { return {}; }

private:
    Range range_;
};

/// Any range with a size, behind `initial` steps, and a dataset by its batches, of which those are done that came
/// before a state was loaded. `auto bar = progress(data, "epoch 3");` takes metrics within the loop:
/// `bar.set("loss", loss.item());`
template <class Range>
requires requires(Range& range) { std::begin(range); }
Progress<Range> progress(Range&& range, const ProgressOptions& options = {}) {
    const auto total = detail::total(detail::rounds(range), options.initial);
    return {std::forward<Range>(range), total, options};
}
template <class Range>
requires requires(Range& range) { std::begin(range); }
Progress<Range> progress(Range&& range, const std::string& name) {
    return progress(std::forward<Range>(range), ProgressOptions{name});
}
/// The steps 0, 1, ... up to that many, from `initial` on: `progress(1000, {.initial = step})`.
inline Progress<detail::Steps> progress(std::int64_t steps, const ProgressOptions& options = {}) {
    return {detail::Steps{options.initial, steps}, steps, options};
}
inline Progress<detail::Steps> progress(std::int64_t steps, const std::string& name) {
    return progress(steps, ProgressOptions{name});
}

}  // namespace jt
