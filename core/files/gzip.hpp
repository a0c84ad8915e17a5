// Read files that may be packed by gzip. Private to core/files and nn/data.
#pragma once
#include <memory>

#include "bytes.hpp"

namespace jt::files {

/// The bytes of a file in order; those of a gzip file, which its first two bytes tell, as they were before. Rejects
/// what is no gzip inside of one.
class Unpacked : public Source {
public:
    Unpacked(const char* op, const std::string& path);
    ~Unpacked();

    /// The next n bytes, or less where the file ends.
    std::size_t read(void* to, std::size_t n);
    /// The number of bytes that there are at most.
    std::uint64_t most() const { return inflate_ ? deflate_ratio * in_.size() : in_.size(); }
    /// All that is left. Rejects what unpacks to more than 256 times the file + 16 MiB (TooLarge).
    std::string rest();

private:
    class Inflate;

    std::size_t read_plain(void* to, std::size_t n);

    Input in_;
    std::uint64_t at_ = 0;
    std::unique_ptr<Inflate> inflate_;
};

}  // namespace jt::files
