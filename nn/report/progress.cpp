#include "progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <limits>

#include "../../core/error.hpp"
#include "../../core/printable.hpp"

namespace jt {

namespace {

constexpr std::size_t widest_bar = 24, narrowest_bar = 4;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

bool is_terminal(std::FILE* out) {
    const char* const kind = std::getenv("TERM");
    return out && isatty(fileno(out)) != 0 && !(kind && std::string_view(kind) == "dumb");
}

// One column less than there are, since the last makes some terminals wrap.
std::size_t width_of(std::FILE* out) {
    winsize size{};
    const bool known = ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return (known ? size.ws_col : 80U) - 1U;
}

template <class... Parts>
std::string written(const char* format, Parts... parts) {
    char text[64];
    std::snprintf(text, sizeof text, format, parts...);
    return text;
}

// "3.2 s", "12:07", "1:02:07".
std::string duration(double seconds) {
    if (seconds < 60) return written("%.1f s", seconds);
    if (seconds > 1e9) return "forever";
    const auto whole = static_cast<long>(seconds), minutes = whole / 60;
    return minutes < 60 ? written("%ld:%02ld", minutes, whole % 60)
                        : written("%ld:%02ld:%02ld", minutes / 60, minutes % 60, whole % 60);
}

// Three digits.
std::string per_second(double rate) { return written(rate < 1000 ? "%.3g/s" : "%.0f/s", rate); }

std::string bar(std::size_t width, double share) {
    std::string out;
    for (std::size_t k = 0; k < width; ++k)
        out += static_cast<double>(k) + 0.5 < static_cast<double>(width) * share ? "█" : "░";
    return out + ' ';
}

std::string shown(double value) { return written("%.4g", value); }
const std::string& shown(const std::string& value) { return value; }

}  // namespace

std::int64_t detail::total(std::int64_t rounds, std::int64_t initial) {
    const auto most = std::numeric_limits<std::int64_t>::max() - rounds;
    if (initial > most) fail<ValueError>("progress: needs an initial from 0 to ", most, ", got ", initial);
    return rounds + initial;
}

ProgressLine::ProgressLine(std::int64_t total, ProgressOptions options)
    : total_(total),
      options_(std::move(options)),
      terminal_(is_terminal(options_.out)),
      every_(options_.every.value_or(terminal_ ? 0.1 : 5)),
      begin_(now()) {
    if (total < 0) fail<ValueError>("progress: needs 0 steps or more, got ", total);
    if (options_.initial < 0 || options_.initial > total)
        fail<ValueError>("progress: needs an initial from 0 to ", total, ", got ", options_.initial);
    if (!(every_ >= 0)) fail<ValueError>("progress: needs every of 0 or more, got ", every_);
}

ProgressLine::Value& ProgressLine::value_of(std::string_view name) {
    for (auto& [known, value] : values_)
        if (known == name) return value;
    return values_.emplace_back(name, Value()).second;
}

void ProgressLine::set(std::string_view name, double value) { value_of(name) = value; }
void ProgressLine::set(std::string_view name, const std::string& value) { value_of(name) = value; }

double ProgressLine::seconds() const { return now() - begin_; }

void ProgressLine::open(std::int64_t before) {
    close();
    first_ = done_ = options_.initial + before;
    begin_ = now();
    next_ = begin_ + every_;
    open_ = true;
    if (terminal_) print(false);
}

void ProgressLine::step() {
    ++done_;
    const double time = now();
    if (!open_ || time < next_) return;
    next_ = time + every_;
    print(false);
}

void ProgressLine::close() noexcept try {
    if (std::exchange(open_, false)) print(true);
} catch (...) {  // no room for the text: the loop goes on without it
}

std::string ProgressLine::count() const {
    return (options_.name.empty() ? "" : options_.name + ": ") + std::to_string(done_) + '/' + std::to_string(total_) +
           ' ';
}

std::string ProgressLine::notes(bool last) const {
    const double passed = seconds(), rate = passed > 0 ? static_cast<double>(done_ - first_) / passed : 0;
    std::string out = last ? "in " + duration(passed) : duration(passed);
    if (rate > 0) out += ", " + per_second(rate);
    if (rate > 0 && !last)
        out += ", " + duration(static_cast<double>(std::max<std::int64_t>(total_ - done_, 0)) / rate) + " left";
    for (const auto& [name, value] : values_)
        out += ", " + name + ' ' + std::visit([](const auto& v) { return std::string(shown(v)); }, value);
    return out;
}

// The bar takes the room that the words leave.
std::string ProgressLine::drawn(bool last) const {
    const std::string front = printable(count()), behind = printable(notes(last));
    if (!terminal_) return front + behind;
    const std::size_t width = width_of(options_.out), words = letters(front) + letters(behind) + 1;
    const std::size_t room = std::min(widest_bar, width - std::min(width, words));
    const double share = total_ > 0 ? static_cast<double>(done_) / static_cast<double>(total_) : 1;
    return shortened(front + (room < narrowest_bar ? "" : bar(room, share)) + behind, width);
}

void ProgressLine::print(bool last) const {
    if (!options_.out) return;
    const std::string text = drawn(last);
    std::fprintf(options_.out, terminal_ ? "\r%s\033[K%s" : "%s%s", text.c_str(), last || !terminal_ ? "\n" : "");
    std::fflush(options_.out);
}

}  // namespace jt
