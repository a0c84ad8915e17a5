// The errors minijt throws, and the one helper that words them: `op: what it needs, what it got`.
#pragma once
#include <new>
#include <stdexcept>
#include <string>

#include "dtype.hpp"
#include "shared.hpp"

namespace jt {

/// What an error has whose message can say where: one that comes out of a module has its path in front.
class Placeable {
public:
    /// Puts `path` in front of the message, in place of the name that it begins with if that is `name`. Only once.
    void place(const std::string& path, const std::string& name);

protected:
    Placeable() = default;
    Placeable(const Placeable&) = default;
    Placeable& operator=(const Placeable&) = default;
    virtual ~Placeable() = default;
    virtual const char* message() const noexcept = 0;
    const char* placed_message() const noexcept { return placed_ ? placed_->c_str() : message(); }

private:
    SharedPtr<const std::string> placed_;  // shared: an exception is copied without throwing
};

/// Root of everything minijt throws on purpose, but for a MemoryError.
struct Error : std::runtime_error, Placeable {
    using std::runtime_error::runtime_error;
    const char* what() const noexcept override { return placed_message(); }

private:
    const char* message() const noexcept override { return std::runtime_error::what(); }
};
struct ShapeError : Error {
    using Error::Error;
};  ///< shapes, axes or extents that do not fit
struct DtypeError : Error {
    using Error::Error;
};  ///< an element type the op does not take
struct IndexError : Error {
    using Error::Error;
};  ///< an index outside its axis
struct KeyError : Error {
    using Error::Error;
};  ///< a name that is not there, or is there already
struct ValueError : Error {
    using Error::Error;
};  ///< an argument outside its range
struct GraphError : Error {
    using Error::Error;
};  ///< a graph that is freed, or a Var used in the wrong role
struct AnomalyError : Error {
    using Error::Error;
};  ///< NaN or infinity, while a detect_anomaly lives
struct FileError : Error {
    explicit FileError(const std::string& message, const char* what_kind = "File") : Error(message), kind(what_kind) {}
    const char* kind;  ///< the class of the fault in one word, a literal: "Io", "BadZip", "DataTruncated", …
};                     ///< a file that cannot be read, written or trusted

/// Memory that the system does not give. It is a std::bad_alloc, and no Error.
struct MemoryError : std::bad_alloc, Placeable {
    explicit MemoryError(std::size_t bytes);
    const char* what() const noexcept override { return placed_message(); }

private:
    const char* message() const noexcept override { return message_->c_str(); }
    SharedPtr<const std::string> message_;
};

std::string text(long long value);
std::string text(std::size_t value);
std::string text(double value);
inline std::string text(int value) { return text(static_cast<long long>(value)); }
inline std::string text(long value) { return text(static_cast<long long>(value)); }
inline std::string text(Dtype value) { return name(value); }
inline const std::string& text(const std::string& value) { return value; }
inline const char* text(const char* value) { return value; }

/// Throws an E whose message is the parts one after another; anything with a `text(part)` can be a part.
template <class E, class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
    std::string message;
    ((message += text(parts)), ...);
    throw E(message);
}

}  // namespace jt
