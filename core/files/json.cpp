// Reads and writes JSON by nlohmann-json, where that is there.
#include "json.hpp"

#ifdef MINIJT_JSON
#include <algorithm>
#include <cstring>
#include <deque>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>
#endif

namespace jt::files {

#ifdef MINIJT_JSON

namespace {

using Json = nlohmann::json;

/// The characters of a stream, one after another. nlohmann-json takes a NUL for the end of the text: none comes
/// through.
class Characters {
public:
    Characters(Stream& in, const JsonText& json) : in_(in), json_(json) { refill(); }

    bool ended() const { return next_ == end_; }
    char now() const { return *next_; }
    void go_on() {
        if (++next_ == end_) refill();
    }

private:
    void refill() {
        offset_ += static_cast<std::size_t>(end_ - chunk_);
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(in_.left(), sizeof chunk_));
        in_.read(chunk_, n);
        next_ = chunk_;
        end_ = chunk_ + n;
        if (const void* nul = std::memchr(chunk_, 0, n))
            in_.reject(json_.kind, "needs JSON, got something else at byte ",
                       json_.offset + offset_ + static_cast<std::size_t>(static_cast<const char*>(nul) - chunk_));
    }

    Stream& in_;
    const JsonText& json_;
    std::size_t offset_ = 0;  ///< of the chunk
    char chunk_[65536];
    const char *next_ = chunk_, *end_ = chunk_;
};

/// An iterator of them, as nlohmann-json wants it.
class At {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = char;

    explicit At(Characters* in = nullptr) : in_(in) {}
    char operator*() const { return in_->now(); }
    At& operator++() { return in_->go_on(), *this; }
    bool operator==(const At&) const { return in_->ended(); }
    bool operator!=(const At&) const { return !in_->ended(); }

private:
    Characters* in_;
};

/// The names of the objects that are open, each in no more room than it has in the text, with quotes, colon, value and
/// comma: its letters, an end, and where it begins. That is below 4 GiB, as all that is read here is.
class Names {
public:
    explicit Names(const Source& source) : source_(source) {}

    std::size_t depth() const { return begun_.size(); }
    void open() { begun_.push_back(names_.size()); }
    void add(const std::string& name) {
        names_.push_back(static_cast<Name>(letters_.size()));
        letters_.insert(letters_.end(), name.begin(), name.end());
        letters_.push_back(end);
    }
    /// Throws for a name twice.
    void close() {
        const auto first = names_.begin() + static_cast<std::ptrdiff_t>(begun_.back());
        const auto letters = first == names_.end() ? letters_.size() : *first;
        std::sort(first, names_.end(), [this](Name a, Name b) { return before(a, b); });
        const auto twice = std::adjacent_find(first, names_.end(), [this](Name a, Name b) { return !before(a, b); });
        if (twice != names_.end())
            source_.reject("DuplicateKey", "needs every name once, got ", shown(text(*twice)), " twice");
        names_.erase(first, names_.end());
        letters_.resize(letters);
        begun_.pop_back();
    }

private:
    using Name = std::uint32_t;          // the place of its first letter
    static constexpr char end = '\xff';  // which UTF-8 has not

    std::deque<char>::const_iterator at(Name name) const { return letters_.begin() + name; }
    bool before(Name a, Name b) const {
        auto x = at(a), y = at(b);
        for (; *x == *y; ++x, ++y)
            if (*x == end) return false;
        return *x < *y;
    }
    std::string text(Name name) const { return {at(name), std::find(at(name), letters_.end(), end)}; }

    const Source& source_;
    std::deque<char> letters_;
    std::deque<Name> names_;
    std::vector<std::size_t> begun_;  ///< how many names there were before each object
};

/// Hands on what nlohmann-json sees, and holds the depth and the names of objects against what they may be.
class Relay : public nlohmann::json_sax<Json> {
public:
    Relay(const Source& source, const JsonText& json, JsonEvents& events)
        : source_(source), json_(json), events_(events), names_(source) {}

    bool null() override { return scalar(nullptr); }
    bool boolean(bool value) override { return scalar(value); }
    bool number_integer(std::int64_t value) override { return scalar(value); }
    bool number_unsigned(std::uint64_t value) override { return scalar(value); }
    bool number_float(double value, const std::string&) override { return scalar(value); }
    bool string(std::string& value) override { return scalar(std::move(value)); }
    bool binary(Json::binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open('{'); }
    bool start_array(std::size_t) override { return open('['); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(std::string& name) override {
        names_.add(name);
        events_.key(std::move(name));
        return true;
    }

    bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception&) override {
        source_.reject(json_.kind, "needs JSON, got something else at byte ", json_.offset + (at > 0 ? at - 1 : 0));
    }

private:
    bool scalar(JsonScalar value) {
        events_.scalar(std::move(value));
        return true;
    }

    bool open(char bracket) {
        if (names_.depth() == json_.depth)
            source_.reject(json_.kind, "needs at most ", json_.depth, " brackets in each other, got more");
        names_.open();
        events_.open(bracket);
        return true;
    }

    bool close() {
        names_.close();
        events_.close();
        return true;
    }

    const Source& source_;
    const JsonText& json_;
    JsonEvents& events_;
    Names names_;
};

}  // namespace

void read_json(Stream& in, const JsonText& json, JsonEvents& events) {
    Relay relay(in, json, events);
    Characters characters(in, json);
    Json::sax_parse(At(&characters), At(), &relay);
}

std::string json_of(const Source&, const std::string& text) { return Json(text).dump(); }

std::string json_of(const Source&, double number) { return Json(number).dump(); }

#else

namespace {

[[noreturn]] void refuse(const Source& source) {
    source.reject("Unsupported", "needs a minijt that was built with nlohmann-json");
}

}  // namespace

void read_json(Stream& in, const JsonText&, JsonEvents&) { refuse(in); }

std::string json_of(const Source& source, const std::string&) { refuse(source); }

std::string json_of(const Source& source, double) { refuse(source); }

#endif

}  // namespace jt::files
