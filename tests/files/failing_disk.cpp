// Makes every system call of a save fail in turn: each failure must be told, the old file must stay, no temporary one.
// Then those of a load, and a file that becomes shorter meanwhile.
//
// The program's own open, openat, write, pread, fsync, flock, close and renameat take the place of the C library's.
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "../../core/files/atomic.hpp"
#include "../../core/files/npz.hpp"
#include "temporary.hpp"

namespace {

int until_failure = -1;      // calls that succeed before one fails; negative: none does
const char* failed = "";     // the call that failed
std::string done;            // the calls before it
std::size_t most = 1 << 30;  // bytes that one write takes
bool shorter = false;        // nothing is left to read
bool no_locks = false;       // a file system without them

bool fails(const char* call) {
    if (until_failure < 0) return false;
    if (until_failure-- > 0) {
        done += std::string(call) + " ";
        return false;
    }
    failed = call;
    errno = EIO;
    return true;
}

ssize_t read_at(int file, void* data, std::size_t n, off_t at) {
    return shorter ? 0 : fails("pread") ? -1 : syscall(SYS_pread64, file, data, n, at);
}

int open_file(const char* call, int folder, const char* path, int flags, va_list rest) {
    return fails(call) ? -1 : static_cast<int>(syscall(SYS_openat, folder, path, flags, va_arg(rest, int)));
}

}  // namespace

#define JT_OPENS(name, folder, ...)                                   \
    int name(__VA_ARGS__ const char* path, int flags, ...) {          \
        va_list rest;                                                 \
        va_start(rest, flags);                                        \
        const int file = open_file(#name, folder, path, flags, rest); \
        va_end(rest);                                                 \
        return file;                                                  \
    }

extern "C" {
JT_OPENS(open, -100, )
JT_OPENS(open64, -100, )
JT_OPENS(openat, folder, int folder, )
JT_OPENS(openat64, folder, int folder, )
#undef JT_OPENS

int flock(int file, int how) noexcept {
    errno = ENOLCK;
    return no_locks ? -1 : static_cast<int>(syscall(SYS_flock, file, how));
}

ssize_t write(int file, const void* data, std::size_t n) {
    return fails("write") ? -1 : syscall(SYS_write, file, data, n < most ? n : most);
}

ssize_t pread(int file, void* data, std::size_t n, off_t at) { return read_at(file, data, n, at); }

int fsync(int file) { return fails("fsync") ? -1 : static_cast<int>(syscall(SYS_fsync, file)); }

int close(int file) {
    const bool failure = fails("close");
    const int cause = errno;
    syscall(SYS_close, file);
    errno = cause;
    return failure ? -1 : 0;
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
    return fails("renameat") ? -1 : static_cast<int>(syscall(SYS_renameat, from_folder, from, to_folder, to));
}
}

namespace {

using namespace jt;

NamedArrays state(double k) { return {{"a", Array::full({50}, k, float32)}, {"b", Array::full({2, 3}, k, int64)}}; }

double state_in(const std::string& path) {
    until_failure = -1;
    return static_cast<double>(load_npz(path).at(1).second.data<std::int64_t>()[5]);
}

/// Saves with call n failing; false when there were fewer calls, and so nothing failed.
bool save_failing(const std::string& path, int n) {
    until_failure = n;
    failed = "";
    done.clear();
    try {
        save_npz(path, state(2));
    } catch (const FileError& error) {
        const bool told = std::strstr(error.what(), "Input/output error") && std::strstr(error.what(), path.c_str());
        if (!told || std::strcmp(error.kind, "Io") != 0) failed = "";
        return true;
    }
    if (*failed) std::printf("a failing %s is not told\n", failed);
    if (!done.ends_with("write fsync renameat fsync close close ")) failed = "order of the calls";
    return false;
}

/// The state that a failure of call n may leave: the old one until the rename is done.
bool right_after_failure(const test::Folder& folder, const std::string& path, bool renamed) {
    const bool right = *failed && folder.files() == 1 && state_in(path) == (renamed ? 2 : 1);
    if (!right) std::printf("a failing %s leaves something else\n", failed);
    return right;
}

int count_wrong(const test::Folder& folder, const std::string& path, int& calls) {
    int wrong = 0;
    bool renamed = false;
    for (calls = 0;; ++calls) {
        until_failure = -1;
        save_npz(path, state(1));
        if (!save_failing(path, calls)) return wrong + (*failed ? 1 : 0);
        renamed = renamed || done.find("renameat") != std::string::npos;
        wrong += !right_after_failure(folder, path, renamed);
    }
}

/// What a load says whose call n fails; nothing when there were fewer calls.
std::string load_failing(const std::string& path, int n) {
    until_failure = n;
    try {
        load_npz(path);
    } catch (const FileError& error) {
        return error.what();
    }
    return "";
}

/// True when a failing open and every failing read is told, and a file that became shorter too.
bool loads_tell(const std::string& path) {
    const std::string start = "load_npz: '" + path + "': ", reading = start + "Io: cannot be read: Input/output error";
    bool right = load_failing(path, 0) == start + "Io: cannot be opened: Input/output error";
    int calls = 1;
    for (std::string said; !(said = load_failing(path, calls)).empty(); ++calls)
        right = right && said.starts_with(start) && said.ends_with("Io: cannot be read: Input/output error");
    right = right && load_failing(path, 1) == reading && calls > 4;
    shorter = true;
    right = right &&
            load_failing(path, -1) == start + "Truncated: needs 698 more bytes, but became shorter while it was read";
    shorter = false;
    std::printf("%d calls of a load made to fail in turn: %s\n", calls, right ? "right" : "wrong");
    return right;
}

/// True when a save works where files cannot be locked, and leaves alone what a save there may have left.
bool saves_without_locks(const test::Folder& folder, const std::string& path) {
    no_locks = true;
    auto* killed = new AtomicFile("save", path);  // never closed
    save_npz(path, state(4));
    no_locks = false;
    const bool right = state_in(path) == 4 && folder.files() == 2;
    delete killed;
    return right && folder.files() == 1;
}

}  // namespace

int main() {
    const test::Folder folder;
    const std::string path = folder / "state.npz";
    int calls = 0;
    const int wrong = count_wrong(folder, path, calls);
    until_failure = -1;
    most = 7;
    save_npz(path, state(3));
    const bool short_writes = state_in(path) == 3;
    std::printf("%d calls made to fail in turn, %d wrong; writes of 7 bytes: %s\n", calls, wrong,
                short_writes ? "right" : "wrong");
    most = 1 << 30;
    const bool without_locks = saves_without_locks(folder, path);
    std::printf("without locks: %s\n", without_locks ? "right" : "wrong");
    return wrong == 0 && calls > 10 && short_writes && without_locks && loads_tell(path) ? 0 : 1;
}
