// Temporary file, fsync, rename, fsync of the folder.
//
// A temporary file is named for the file it will replace and for this host, and locked as long as its saver lives. So a
// later saver of that file knows what a killed one left: what it can lock itself. A lock, unlike a pid, is never
// reused, and holds between containers.
#include "atomic.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace jt {

namespace {

/// The file behind links, which may end at nothing yet; the kernel has refused loops before.
std::filesystem::path followed(std::filesystem::path path) {
    std::error_code none;
    for (int links = 0; links < 40 && is_symlink(path, none); ++links)
        path = path.parent_path() / read_symlink(path, none);
    return path;
}

/// How the temporary files of `name` begin on this host. Short, as `name` may be as long as names can be.
std::string prefix_of(const std::string& name) {
    char host[256] = {};
    gethostname(host, sizeof host - 1);
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    for (unsigned char c : name + '/' + host) hash = (hash ^ c) * 0x100000001b3;
    char text[32];
    std::snprintf(text, sizeof text, ".minijt-%016llx-", static_cast<unsigned long long>(hash));
    return text;
}

/// Removes a temporary file unless its saver lives. It is locked meanwhile: a saver that has just made it, and not yet
/// locked it, takes another.
void remove_dead(int folder, const char* name) {
    const int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return;
    if (flock(file, LOCK_SH | LOCK_NB) == 0) unlinkat(folder, name, 0);
    close(file);
}

void remove_all_dead(int folder, const std::string& prefix) {
    const int copy = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    DIR* entries = copy < 0 ? nullptr : fdopendir(copy);
    if (!entries) return;
    while (const dirent* entry = readdir(entries))
        if (std::string_view(entry->d_name).starts_with(prefix)) remove_dead(folder, entry->d_name);
    closedir(entries);
}

/// True when the new file is locked, or cannot be on its file system, and still has its name.
bool keep(int folder, int file, const std::string& name) {
    const bool taken = flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    return !taken && (faccessat(folder, name.c_str(), F_OK, 0) == 0 || errno != ENOENT);
}

}  // namespace

AtomicFile::AtomicFile(const std::string& op, const std::string& path) : AtomicFile(files::place(op, path)) {
    struct stat old {};
    const bool replaces = stat(path.c_str(), &old) == 0;
    if (!replaces && errno != ENOENT) failed("cannot create a file in its folder");
    if (replaces && !S_ISREG(old.st_mode))
        reject("Io", "needs a path for a file, got ", S_ISDIR(old.st_mode) ? "a folder" : "a device");
    open_folder(path);
    create();
    if (replaces) fchmod(file_, old.st_mode & 07777);
}

AtomicFile::~AtomicFile() {
    if (!temporary_.empty()) unlinkat(folder_, temporary_.c_str(), 0);
    if (file_ >= 0) close(file_);
    if (folder_ >= 0) close(folder_);
}

void AtomicFile::failed(const char* what) const { reject("Io", what, ": ", std::generic_category().message(errno)); }

void AtomicFile::open_folder(const std::string& path) {
    const auto target = followed(path), folder = target.parent_path();
    name_ = target.filename();
    folder_ = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_ < 0) failed("cannot create a file in its folder");
}

void AtomicFile::create() {
    static std::atomic<unsigned> count = 0;
    const std::string prefix = prefix_of(name_);
    remove_all_dead(folder_, prefix);
    while (!create_as(prefix + std::to_string(getpid()) + '-' + std::to_string(count++) + ".tmp")) {
    }
}

/// False when the name is taken, or a saver that cleans up was faster than the lock.
bool AtomicFile::create_as(std::string name) {
    file_ = openat(folder_, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file_ < 0 && errno != EEXIST) failed("cannot create a file in its folder");
    if (file_ < 0) return false;
    temporary_ = std::move(name);
    if (keep(folder_, file_, temporary_)) return true;
    unlinkat(folder_, std::exchange(temporary_, "").c_str(), 0);
    close(std::exchange(file_, -1));
    return false;
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
    if (renameat(folder_, temporary_.c_str(), folder_, name_.c_str()) != 0) failed("cannot take its name");
    temporary_.clear();
    // EINVAL: a file system that flushes by itself.
    if (fsync(folder_) != 0 && errno != EINVAL) failed("is written, but its folder cannot be flushed to disk");
    if (close(std::exchange(file_, -1)) != 0) failed("is written, but cannot be closed");
    if (close(std::exchange(folder_, -1)) != 0) failed("is written, but its folder cannot be closed");
}

}  // namespace jt
