// Reads regular files at any place.
#include "bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace jt::files {

namespace {

std::string cause() { return std::generic_category().message(errno); }

}  // namespace

std::string place(const std::string& op, const std::string& path) {
    if (path.find('\0') != std::string::npos)
        Source(op + ": " + shown(path)).reject("Io", "needs a path without NUL, got one with it");
    return op + ": '" + path + "'";
}

Input::Input(const char* op, const std::string& path) : Input(place(op, path), std::span<const std::byte>()) {
    file_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe is to be refused, not waited for
    struct stat info {};
    if (file_ < 0 || fstat(file_, &info) != 0) reject("Io", "cannot be opened: ", cause());
    if (!S_ISREG(info.st_mode)) reject("Io", "needs a file, got ", S_ISDIR(info.st_mode) ? "a folder" : "a device");
    size_ = static_cast<std::uint64_t>(info.st_size);
}

Input::Input(std::string where, std::span<const std::byte> bytes) : Source(std::move(where)) {
    bytes_ = bytes.data();
    size_ = bytes.size();
}

Input::~Input() {
    if (file_ >= 0) close(file_);
}

void Input::read(std::uint64_t at, void* to, std::size_t n) const {
    if (file_ < 0) {
        if (n > 0) std::memcpy(to, bytes_ + at, n);
        return;
    }
    for (auto* p = static_cast<char*>(to); n > 0;) {
        const auto done = pread(file_, p, n, static_cast<off_t>(at));
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) reject("Io", "cannot be read: ", cause());
        if (done == 0) reject("Truncated", "needs ", n, " more bytes, but became shorter while it was read");
        p += done;
        at += static_cast<std::uint64_t>(done);
        n -= static_cast<std::size_t>(done);
    }
}

std::string Input::read(std::uint64_t at, std::uint64_t n) const {
    std::string bytes(n, '\0');
    read(at, bytes.data(), bytes.size());
    return bytes;
}

}  // namespace jt::files
