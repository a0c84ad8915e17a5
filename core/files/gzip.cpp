#include "gzip.hpp"

#include <zlib.h>

#include <array>
#include <new>

namespace jt::files {

// One or more gzip members, one behind the other.
class Unpacked::Inflate {
public:
    explicit Inflate(Unpacked& file) : file_(file) {
        if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw std::bad_alloc();
    }
    Inflate(const Inflate&) = delete;
    Inflate& operator=(const Inflate&) = delete;
    ~Inflate() { inflateEnd(&stream_); }

    std::size_t read(void* to, std::size_t n) {
        stream_.next_out = static_cast<Bytef*>(to);
        std::size_t left = n;
        while (left > 0 && more()) {
            stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(left, 1 << 20));
            left -= stream_.avail_out;
            step();
            left += stream_.avail_out;
        }
        return n - left;
    }

private:
    /// Whether there are bytes to unpack, of this member or of one behind it.
    bool more() {
        if (stream_.avail_in == 0) {
            stream_.next_in = packed_.data();
            stream_.avail_in = static_cast<uInt>(file_.read_plain(packed_.data(), packed_.size()));
        }
        if (ended_ && stream_.avail_in > 0) {
            inflateReset(&stream_);
            ended_ = false;
        }
        return !ended_;
    }
    void step() {
        const int result = inflate(&stream_, Z_NO_FLUSH);
        if (result == Z_MEM_ERROR) throw std::bad_alloc();
        if (result == Z_BUF_ERROR) file_.reject("Truncated", "needs more gzip data, got the end of the file");
        if (result != Z_OK && result != Z_STREAM_END)
            file_.reject("BadGzip", "byte ", file_.at_ - stream_.avail_in, ": ",
                         stream_.msg ? stream_.msg : "no gzip data");
        ended_ = result == Z_STREAM_END;
    }

    Unpacked& file_;
    z_stream stream_ = {};
    bool ended_ = false;
    std::array<Bytef, 1 << 15> packed_;
};

Unpacked::Unpacked(const char* op, const std::string& path) : Source(place(op, path)), in_(op, path) {
    if (in_.size() >= 2 && in_.read(0, 2) == "\x1f\x8b") inflate_ = std::make_unique<Inflate>(*this);
}

Unpacked::~Unpacked() = default;

std::size_t Unpacked::read_plain(void* to, std::size_t n) {
    n = static_cast<std::size_t>(std::min<std::uint64_t>(n, in_.size() - at_));
    in_.read(at_, to, n);
    at_ += n;
    return n;
}

std::size_t Unpacked::read(void* to, std::size_t n) { return inflate_ ? inflate_->read(to, n) : read_plain(to, n); }

std::string Unpacked::rest() {
    const std::uint64_t limit = 256 * in_.size() + (16 << 20);
    std::string out;
    for (std::size_t done = 1; done > 0;) {
        const std::size_t size = out.size();
        if (size > limit) reject("TooLarge", "needs at most ", limit, " bytes unpacked, got more");
        out.resize(size + (1 << 16));
        done = read(out.data() + size, 1 << 16);
        out.resize(size + done);
    }
    return out;
}

}  // namespace jt::files
