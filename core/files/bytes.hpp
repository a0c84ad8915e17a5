// Where the readers of files take their bytes from. Private to core/files.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "../error.hpp"

namespace jt::files {

/// What messages show of untrusted text: at most 40 characters, all of them printable.
inline std::string shown(std::string text) {
    const bool cut = text.size() > 40;
    text.resize(std::min<std::size_t>(text.size(), 40));
    for (char& c : text)
        if (c < ' ' || c > '~') c = '?';
    return "'" + text + (cut ? "…'" : "'");
}

/// To 1 is the most that deflate packs.
inline constexpr std::uint64_t deflate_ratio = 1032;

/// Something untrusted with a name for messages.
class Source {
public:
    explicit Source(std::string where) : where_(std::move(where)) {}
    const std::string& where() const { return where_; }

    /// Throws a FileError of that kind: `where: kind: parts`.
    template <class... Parts>
    [[noreturn]] void reject(const char* kind, const Parts&... parts) const {
        std::string message = where_ + ": " + kind + ": ";
        ((message += text(parts)), ...);
        throw FileError(message, kind);
    }

private:
    std::string where_;
};

/// How messages about a file begin: `op: 'path'`. Throws a FileError of kind Io for a path with a NUL inside, where the
/// system would cut it.
std::string place(const std::string& op, const std::string& path);

/// A file, or bytes in memory, that is read at any place.
class Input : public Source {
public:
    /// Opens a regular file; any failure is a FileError of kind Io.
    Input(const char* op, const std::string& path);
    Input(std::string where, std::span<const std::byte> bytes);
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    ~Input();

    std::uint64_t size() const { return size_; }
    /// at + n must be at most size().
    void read(std::uint64_t at, void* to, std::size_t n) const;
    std::string read(std::uint64_t at, std::uint64_t n) const;

private:
    int file_ = -1;
    const std::byte* bytes_ = nullptr;
    std::uint64_t size_ = 0;
};

/// A known number of bytes that are read in order.
class Stream : public Source {
public:
    Stream(std::string where, std::uint64_t size) : Source(std::move(where)), left_(size) {}
    virtual ~Stream() = default;

    std::uint64_t left() const { return left_; }
    /// n must be at most left().
    void read(void* to, std::size_t n) {
        fill(to, n);
        left_ -= n;
    }

protected:
    virtual void fill(void* to, std::size_t n) = 0;

private:
    std::uint64_t left_;
};

/// Some of an Input's bytes, in order.
class Section : public Stream {
public:
    /// at + n must be at most in.size().
    Section(const Input& in, std::uint64_t at, std::uint64_t n) : Stream(in.where(), n), in_(in), at_(at) {}

private:
    void fill(void* to, std::size_t n) override {
        in_.read(at_, to, n);
        at_ += n;
    }

    const Input& in_;
    std::uint64_t at_;
};

}  // namespace jt::files
