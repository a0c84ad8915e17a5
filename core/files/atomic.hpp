// Replace a file as a whole or not at all.
#pragma once
#include <cstddef>
#include <string>

#include "bytes.hpp"

namespace jt {

/// A file in the making: bytes go to a temporary file in the folder of `path`, and commit() flushes it, gives it the
/// name and flushes the folder. Without commit() the old file stays and the temporary one goes; temporary files that
/// savers of this file left when they were killed go too. Links are followed, a replaced file hands on its permissions.
/// Every failure is a FileError that names `op`, the path and the cause.
class AtomicFile : public files::Source {
public:
    AtomicFile(const std::string& op, const std::string& path);
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();

    void write(const void* data, std::size_t n);
    void commit();

private:
    explicit AtomicFile(const std::string& where) : Source(where) {}
    [[noreturn]] void failed(const char* what) const;
    void open_folder(const std::string& path);
    void create();
    bool create_as(std::string name);

    std::string name_, temporary_;
    int folder_ = -1, file_ = -1;
};

}  // namespace jt
