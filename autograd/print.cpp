// Printing a Var as Jittor does: numpy's text of the array in Jittor's frame.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ostream>

#include "node.hpp"

namespace jt {

namespace {

// numpy's print options: digits behind the point, how many elements are shown in full, the items left at each end
// of a longer axis, the width of a line.
constexpr std::size_t precision = 8;
constexpr std::int64_t threshold = 1000, edge = 3;
constexpr std::size_t line_width = 75;

// ---- one number

struct Digits {
    std::string whole, fraction, exponent;  // "-1", "25", "+01"
};

template <class T>
std::string shortest(T x, std::chars_format format) {
    char buffer[64];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, x, format).ptr};
}

std::string rounded(double x, bool scientific, std::size_t digits) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, scientific ? "%.*e" : "%.*f", static_cast<int>(digits), x);
    return buffer;
}

Digits split(const std::string& number) {
    const auto e = std::min(number.find('e'), number.size()), point = std::min(number.find('.'), e);
    Digits out{number.substr(0, point), number.substr(std::min(point + 1, e), e - std::min(point + 1, e)), ""};
    if (e < number.size()) out.exponent = number.substr(e + 1);
    return out;
}

// As few digits as tell x from its neighbours of type T, and no more than `precision` behind the point.
template <class T>
Digits digits_of(T x, bool scientific) {
    Digits out = split(shortest(x, scientific ? std::chars_format::scientific : std::chars_format::fixed));
    if (out.fraction.size() > precision) out = split(rounded(static_cast<double>(x), scientific, precision));
    out.fraction.erase(out.fraction.find_last_not_of('0') + 1);
    return out;
}

std::string pad_left(const std::string& word, std::size_t width) {
    return std::string(width - std::min(width, word.size()), ' ') + word;
}

// ---- the words of an array, equally wide

template <class T>
bool wants_exponent(const std::vector<T>& x) {
    T low = std::numeric_limits<T>::infinity(), high = 0;
    for (T value : x) {
        if (!std::isfinite(value) || value == 0) continue;
        low = std::min(low, std::abs(value));
        high = std::max(high, std::abs(value));
    }
    return high > 0 && (high >= T(1e8) || static_cast<double>(low) < 1e-4 || high / low > T(1000));
}

template <class T>
class FloatFormat {
public:
    explicit FloatFormat(const std::vector<T>& x) : scientific_(wants_exponent(x)) {
        for (T value : x)
            if (std::isfinite(value)) widen(digits_of(value, scientific_));
        after_ = 1 + fraction_ + (scientific_ ? 1 + exponent_ : 0);
        for (T value : x)
            if (!std::isfinite(value))
                before_ = std::max(before_, special(value).size() - std::min(special(value).size(), after_));
    }
    std::string operator()(T x) const {
        if (!std::isfinite(x)) return pad_left(special(x), before_ + after_);
        Digits d = scientific_ ? split(rounded(static_cast<double>(x), true, fraction_)) : digits_of(x, false);
        d.fraction.resize(fraction_, ' ');
        const std::string number = pad_left(d.whole, before_) + '.' + d.fraction;
        return scientific_ ? number + 'e' + with_zeros(d.exponent) : number;
    }

private:
    void widen(const Digits& d) {
        before_ = std::max(before_, d.whole.size());
        fraction_ = std::max(fraction_, d.fraction.size());
        exponent_ = std::max(exponent_, d.exponent.size());
    }
    static std::string special(T x) { return std::isnan(x) ? "nan" : x < 0 ? "-inf" : "inf"; }
    std::string with_zeros(std::string exponent) const { return exponent.insert(1, exponent_ - exponent.size(), '0'); }

    bool scientific_;
    std::size_t before_ = 0, fraction_ = 0, exponent_ = 0, after_ = 0;
};

std::vector<std::string> equally_wide(std::vector<std::string> words) {
    std::size_t width = 0;
    for (const auto& word : words) width = std::max(width, word.size());
    for (auto& word : words) word = pad_left(word, width);
    return words;
}

template <class T>
std::vector<std::string> words_of(const std::vector<T>& x) {
    std::vector<std::string> words;
    if constexpr (std::is_floating_point_v<T>) {
        const FloatFormat<T> format(x);
        for (T value : x) words.push_back(format(value));
        return words;
    } else {
        for (T value : x)
            words.push_back(std::is_same_v<T, bool> ? (value ? " True" : "False") : std::to_string(value));
        return equally_wide(words);
    }
}

// ---- brackets, lines and the dots of long axes

class Layout {
public:
    Layout(const Array& x) : x_(x), short_(x.numel() > threshold) {}

    std::string text() {
        if (x_.numel() == 0) return "[]";
        pick(0, 0);
        dispatch(x_.dtype(), [&]<class T>(T) { words_ = words(x_.data<T>()); });
        return block(0, " ", line_width);
    }

private:
    bool dotted(int axis) const { return short_ && x_.shape()[axis] > 2 * edge; }
    // f(i) for each index shown, and f(-1) where the dots stand.
    template <class F>
    void each(int axis, F f) const {
        const auto n = x_.shape()[axis];
        for (std::int64_t i = 0; i < n; ++i) {
            if (dotted(axis) && i == edge) {
                f(-1);
                i = n - edge;
            }
            f(i);
        }
    }
    void pick(int axis, std::int64_t offset) {
        if (axis == x_.rank()) return shown_.push_back(offset);
        each(axis, [&](std::int64_t i) {
            if (i >= 0) pick(axis + 1, offset * x_.shape()[axis] + i);
        });
    }
    template <class T>
    std::vector<std::string> words(const T* x) const {
        std::vector<T> values;
        for (auto offset : shown_) values.push_back(x[offset]);
        return words_of(values);
    }

    std::string block(int axis, const std::string& indent, std::size_t width) {
        const std::string body = axis + 1 == x_.rank() ? row(axis, indent, width - 1) : rows(axis, indent, width);
        return '[' + body.substr(indent.size()) + ']';
    }
    std::string rows(int axis, const std::string& indent, std::size_t width) {
        std::string out;
        const std::string end(static_cast<std::size_t>(x_.rank() - axis - 1), '\n');
        each(axis, [&](std::int64_t i) {
            out += (out.empty() ? "" : end) + indent + (i < 0 ? "..." : block(axis + 1, indent + ' ', width - 1));
        });
        return out;
    }
    std::string row(int axis, const std::string& indent, std::size_t width) {
        std::string done, line = indent;
        each(axis, [&](std::int64_t i) {
            if (line.size() > indent.size()) line += ' ';
            const std::string word = i < 0 ? "..." : words_[next_++];
            if (line.size() + word.size() > width && line.size() > indent.size()) {
                done += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
                line = indent;
            }
            line += word;
        });
        return done + line;
    }

    const Array& x_;
    bool short_;
    std::vector<std::int64_t> shown_;
    std::vector<std::string> words_;
    std::size_t next_ = 0;
};

}  // namespace

std::string str(const Var& x) {
    const Array& value = node_of("str", x).value;
    std::string out;
    for (char c : "jt.Var(" + Layout(value).text()) out += c == '\n' ? "\n       " : std::string(1, c);
    return out + ", dtype=" + name(value.dtype()) + ')';
}

std::ostream& operator<<(std::ostream& out, const Var& x) { return out << str(x); }

}  // namespace jt
