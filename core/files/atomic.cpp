// Temporary file, fsync, rename, fsync of the folder.
#include "atomic.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "../error.hpp"

namespace jt {

namespace {

/// A name beside `path` that no other thread or process uses.
std::string name_beside(const std::string& path) {
    static std::atomic<unsigned> count = 0;
    return path + '.' + std::to_string(getpid()) + '-' + std::to_string(count++) + ".tmp";
}

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

}  // namespace

AtomicFile::AtomicFile(const std::string& op, const std::string& path)
    : where_(op + ": '" + path + "': Io: "), path_(path) {
    struct stat old {};
    const bool replaces = lstat(path.c_str(), &old) == 0;
    if (replaces && !S_ISREG(old.st_mode) && !S_ISLNK(old.st_mode))
        throw FileError(where_ + "needs a path for a file, got " + (S_ISDIR(old.st_mode) ? "a folder" : "a device"),
                        "Io");
    do {
        temporary_ = name_beside(path);
        file_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (file_ < 0 && errno == EEXIST);
    if (file_ < 0) failed("cannot create a file in its folder");
    if (replaces && S_ISREG(old.st_mode)) fchmod(file_, old.st_mode & 07777);
}

AtomicFile::~AtomicFile() {
    if (file_ >= 0) close(file_);
    if (!temporary_.empty()) unlink(temporary_.c_str());
}

void AtomicFile::failed(const char* what) const {
    throw FileError(where_ + what + ": " + std::generic_category().message(errno), "Io");
}

void AtomicFile::write(const void* data, std::size_t n) {
    for (const auto* p = static_cast<const char*>(data); n > 0;) {
        const auto done = ::write(file_, p, n);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) failed("cannot be written");
        p += done;
        n -= static_cast<std::size_t>(done);
    }
}

void AtomicFile::commit() {
    if (fsync(file_) != 0) failed("cannot be flushed to disk");
    if (close(std::exchange(file_, -1)) != 0) failed("cannot be closed");
    if (rename(temporary_.c_str(), path_.c_str()) != 0) failed("cannot take its name");
    temporary_.clear();
    flush_folder();
}

void AtomicFile::flush_folder() const {
    const int folder = open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) failed("is written, but its folder cannot be opened to be flushed");
    const bool flushed = fsync(folder) == 0 || errno == EINVAL;  // EINVAL: a file system that flushes by itself
    const int cause = errno;
    const bool closed = close(folder) == 0;
    if (!flushed) errno = cause;
    if (!flushed || !closed) failed("is written, but its folder cannot be flushed to disk");
}

}  // namespace jt
