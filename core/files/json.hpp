// JSON as it is read, piece by piece. json.cpp is the only place that sees nlohmann-json. Private to the readers and
// writers of files.
#pragma once
#include <cstddef>
#include <string>
#include <variant>

#include "bytes.hpp"

namespace jt::files {

using JsonScalar = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string>;

/// Whoever is told what stands in a JSON text, in order; what does not please may be thrown out of it.
class JsonEvents {
public:
    virtual ~JsonEvents() = default;
    virtual void open(char bracket) = 0;
    virtual void close() = 0;
    virtual void key(std::string name) = 0;
    /// A whole number is an int64 where it is negative, and an uint64 otherwise.
    virtual void scalar(JsonScalar value) = 0;
};

/// Where a JSON text begins in its file, how deep its brackets may be nested, and the kind of FileError that it is
/// refused with.
struct JsonText {
    std::size_t offset;
    std::size_t depth;
    const char* kind;
};

/// Reads what is left of a stream, below 4 GiB, and holds no more of it than 64 KiB, the names of the objects that are
/// open, in no more bytes than they take there, and what nlohmann-json keeps: all since the last text or number began.
/// Throws a FileError for a text that is no JSON (RFC 8259, UTF-8) or too deep, of the kind DuplicateKey for a name
/// twice in one object, when that closes, and of the kind Unsupported in a minijt that was built without nlohmann-json.
void read_json(Stream& in, const JsonText& json, JsonEvents& events);

/// A text, which must be UTF-8, in quotes; a number that is read as a double again, to the last bit, and must be
/// finite. Both throw as read_json without nlohmann-json.
std::string json_of(const Source& source, const std::string& text);
std::string json_of(const Source& source, double number);

}  // namespace jt::files
