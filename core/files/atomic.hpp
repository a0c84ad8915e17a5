// Replace a file as a whole or not at all.
#pragma once
#include <cstddef>
#include <string>

namespace jt {

/// A file in the making: bytes go to a temporary file in the folder of `path`, and commit() flushes it, gives it the
/// name and flushes the folder. Without commit() the old file stays and the temporary one goes. A replaced file hands
/// on its permissions. Every failure is a FileError that names `op`, the path and the cause.
class AtomicFile {
public:
    AtomicFile(const std::string& op, const std::string& path);
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();

    void write(const void* data, std::size_t n);
    void commit();

private:
    [[noreturn]] void failed(const char* what) const;
    void flush_folder() const;

    std::string where_, path_, temporary_;
    int file_ = -1;
};

}  // namespace jt
