// Reads and writes JSON by nlohmann-json, where that is there.
#include "json.hpp"

#ifdef MINIJT_JSON
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>
#include <vector>
#endif

namespace jt::files {

#ifdef MINIJT_JSON

namespace {

using Json = nlohmann::json;

/// Hands on what nlohmann-json sees, and holds the depth and the names of objects against what they may be.
class Relay : public nlohmann::json_sax<Json> {
public:
    Relay(const Source& source, const JsonText& json, JsonEvents& events)
        : source_(source), json_(json), events_(events) {}

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
        if (!names_.back().insert(name).second)
            source_.reject("DuplicateKey", "needs every name once, got ", shown(name), " twice");
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
        if (names_.size() == json_.depth)
            source_.reject(json_.kind, "needs at most ", json_.depth, " brackets in each other, got more");
        names_.emplace_back();
        events_.open(bracket);
        return true;
    }

    bool close() {
        names_.pop_back();
        events_.close();
        return true;
    }

    const Source& source_;
    const JsonText& json_;
    JsonEvents& events_;
    std::vector<std::unordered_set<std::string>> names_;  ///< of each object that is open
};

}  // namespace

// nlohmann-json takes a NUL for the end of the text.
void read_json(const Source& source, const JsonText& json, JsonEvents& events) {
    Relay relay(source, json, events);
    const auto end = json.text.find('\0');
    if (end != std::string_view::npos)
        source.reject(json.kind, "needs JSON, got something else at byte ", json.offset + end);
    Json::sax_parse(json.text.begin(), json.text.end(), &relay);
}

std::string json_of(const Source&, const std::string& text) { return Json(text).dump(); }

std::string json_of(const Source&, double number) { return Json(number).dump(); }

#else

namespace {

[[noreturn]] void refuse(const Source& source) {
    source.reject("Unsupported", "needs a minijt that was built with nlohmann-json");
}

}  // namespace

void read_json(const Source& source, const JsonText&, JsonEvents&) { refuse(source); }

std::string json_of(const Source& source, const std::string&) { refuse(source); }

std::string json_of(const Source& source, double) { refuse(source); }

#endif

}  // namespace jt::files
