#include "netpbm.hpp"

#include <cmath>
#include <cstring>

namespace jt::files {

namespace {

constexpr std::string_view blanks = " \t\n\v\f\r";
using Byte = std::uint8_t;

/// Walks through the bytes of a file.
class Netpbm {
public:
    explicit Netpbm(const Input& in) : in_(in), bytes_(in.read(0, in.size())) {}

    Array image() {
        const char kind = bytes_.size() > 1 ? bytes_[1] : '\0';
        if (kind != '2' && kind != '3' && kind != '5' && kind != '6')
            in_.reject("NoImage", "needs P2, P3, P5 or P6, got ", shown(bytes_.substr(0, 2)));
        const bool words = kind < '5';
        const std::uint64_t width = number("a width", 0x7fffffff), height = number("a height", 0x7fffffff);
        most_ = number("a largest value", 65535);
        if (!words) skip_blank();
        return pixels(height, width, kind == '3' || kind == '6' ? 3 : 1, words);
    }

private:
    std::size_t left() const { return bytes_.size() - at_; }

    /// Blanks, and comments from # to the end of the line.
    void skip_blanks() {
        for (bool comment = false; left() > 0; ++at_) {
            const char c = bytes_[at_];
            if (comment ? c == '\n' : c == '#')
                comment = !comment;
            else if (!comment && blanks.find(c) == std::string_view::npos)
                return;
        }
    }
    void skip_blank() {
        if (left() == 0 || blanks.find(bytes_[at_]) == std::string_view::npos)
            in_.reject("BadHeader", "byte ", at_, ": needs a blank before the pixels");
        ++at_;
    }
    std::uint64_t digits(std::uint64_t most) {
        std::uint64_t value = 0;
        for (; left() > 0 && bytes_[at_] >= '0' && bytes_[at_] <= '9' && value <= most; ++at_)
            value = 10 * value + static_cast<std::uint64_t>(bytes_[at_] - '0');
        return value;
    }
    std::uint64_t number(const char* what, std::uint64_t most) {
        if (at_ == 0) at_ = 2;
        skip_blanks();
        const std::size_t begin = at_;
        const std::uint64_t value = digits(most);
        if (at_ == begin || value < 1 || value > most)
            in_.reject("BadHeader", "byte ", begin, ": needs ", what, " from 1 to ", most, ", got ",
                       shown(bytes_.substr(begin, std::max<std::size_t>(at_ - begin, 1))));
        return value;
    }

    /// Held against the file before anything is allocated: a value in words is a blank and a digit.
    Array pixels(std::uint64_t height, std::uint64_t width, std::uint64_t channels, bool words) {
        const std::uint64_t each = words || most_ > 255 ? 2 : 1;
        if (height > left() / each / channels / width)
            in_.reject("DataTruncated", "needs ", height, " rows of ", width, " pixels, got ", left(),
                       " bytes for them");
        Array out(
            {static_cast<std::int64_t>(height), static_cast<std::int64_t>(width), static_cast<std::int64_t>(channels)},
            uint8);
        Byte* to = out.data<Byte>();
        for (std::int64_t k = 0; k < out.numel(); ++k) to[k] = scaled(words ? in_words() : in_bytes(each));
        return out;
    }
    std::uint64_t in_words() {
        skip_blanks();
        const std::size_t begin = at_;
        const std::uint64_t value = digits(65535);
        if (at_ == begin)
            in_.reject(left() == 0 ? "DataTruncated" : "BadPixel", "byte ", at_, ": needs a pixel, got ",
                       left() == 0 ? "the end" : shown(bytes_.substr(at_, 1)));
        return value;
    }
    std::uint64_t in_bytes(std::uint64_t each) {
        std::uint64_t value = 0;
        for (; each > 0; --each) value = value << 8 | static_cast<Byte>(bytes_[at_++]);
        return value;
    }
    Byte scaled(std::uint64_t value) const {
        if (value > most_) in_.reject("BadPixel", "byte ", at_, ": needs a pixel up to ", most_, ", got ", value);
        return static_cast<Byte>(std::nearbyint(static_cast<double>(value) / static_cast<double>(most_) * 255));
    }

    const Input& in_;
    const std::string bytes_;
    std::size_t at_ = 0;
    std::uint64_t most_ = 255;
};

}  // namespace

Array read_netpbm(const Input& in) { return Netpbm(in).image(); }

std::string netpbm_of(const Source& out, const Array& image) {
    const Shape& shape = image.shape();
    if (shape[2] != 1 && shape[2] != 3)
        out.reject("NoImage", "needs 1 or 3 channels, got ", shape[2], "; a .png takes 1 to 4");
    std::string bytes = shape[2] == 1 ? "P5\n" : "P6\n";
    bytes += std::to_string(shape[1]) + ' ' + std::to_string(shape[0]) + "\n255\n";
    return bytes.append(static_cast<const char*>(image.raw()), image.bytes());
}

}  // namespace jt::files
