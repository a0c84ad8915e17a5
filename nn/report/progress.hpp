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
};

/// The line of a loop. On a terminal one that is redrawn, with a bar, as wide as that is; elsewhere plain lines, and
/// one at the end. A step costs a look at the clock. When the loop is over, left or thrown out of, the line is ended.
class ProgressLine {
public:
    /// Throws a ValueError for a total below 0 or a negative or NaN `every`.
    ProgressLine(std::int64_t total, ProgressOptions options);
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    ~ProgressLine() { close(); }

    /// Shows a number or a word under a name from the next drawing on, in the order in which names first came.
    void set(std::string_view name, double value);
    void set(std::string_view name, const std::string& value);
    /// Since the loop began, or since this was made.
    double seconds() const;

    /// What a loop of other kind than `for (auto x : progress(...))` calls: at its begin, after each step, at its end.
    void open();
    void step();
    void close() noexcept;

private:
    using Value = std::variant<double, std::string>;
    Value& value_of(std::string_view name);
    std::string count() const;
    std::string notes(bool last) const;
    std::string drawn(bool last) const;
    void print(bool last) const;

    std::int64_t total_, done_ = 0;
    ProgressOptions options_;
    bool terminal_, open_ = false;
    double every_, begin_, next_ = 0;
    std::vector<std::pair<std::string, Value>> values_;
};

namespace detail {

/// 0, 1, ... as a range.
struct Steps {
    struct Iterator {
        using value_type = std::int64_t;
        using difference_type = std::ptrdiff_t;
        std::int64_t k;
        std::int64_t operator*() const { return k; }
        Iterator& operator++() { return ++k, *this; }
        bool operator==(const Iterator&) const = default;
    };
    Iterator begin() const { return {0}; }
    Iterator end() const { return {n}; }
    std::int64_t size() const { return n; }
    std::int64_t n;
};

/// How often a loop over it goes round: batches of a dataset, elements of anything else.
template <class Range>
std::int64_t rounds(const Range& range) {
    if constexpr (requires { range.batch_len(); })
        return range.batch_len();
    else
        return static_cast<std::int64_t>(std::size(range));
}

}  // namespace detail

/// A range whose loop shows how far it has come. Of an lvalue it keeps a reference.
template <class Range>
class Progress : public ProgressLine {
    using Inner = decltype(std::begin(std::declval<Range&>()));
    using End = decltype(std::end(std::declval<Range&>()));

public:
    Progress(Range&& range, ProgressOptions options)
        : ProgressLine(detail::rounds(range), std::move(options)), range_(std::forward<Range>(range)) {}

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
        open();
        return {std::begin(range_), std::end(range_), *this};
    }
    std::default_sentinel_t end() const { return {}; }

private:
    Range range_;
};

/// Any range with a size, and a dataset by its batches. `auto bar = progress(data, "epoch 3");` takes metrics within
/// the loop: `bar.set("loss", loss.item());`
template <class Range>
requires requires(Range& range) { std::begin(range); }
Progress<Range> progress(Range&& range, ProgressOptions options = {}) {
    return {std::forward<Range>(range), std::move(options)};
}
template <class Range>
requires requires(Range& range) { std::begin(range); }
Progress<Range> progress(Range&& range, const std::string& name) {
    return {std::forward<Range>(range), ProgressOptions{name}};
}
/// The steps 0, 1, ... up to that many.
inline Progress<detail::Steps> progress(std::int64_t steps, ProgressOptions options = {}) {
    return {detail::Steps{steps}, std::move(options)};
}
inline Progress<detail::Steps> progress(std::int64_t steps, const std::string& name) {
    return {detail::Steps{steps}, ProgressOptions{name}};
}

}  // namespace jt
