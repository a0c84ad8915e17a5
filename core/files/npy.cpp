// The .npy format: `\x93NUMPY`, version, length, a Python dictionary as text, the elements.
#include "npy.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>
#include <utility>

#include "../kernels/movement/movement.hpp"
#include "atomic.hpp"
#include "bytes.hpp"

namespace jt {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

namespace files {

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t header_limit = 65536;
constexpr const char* our_types = "bool, uint8, int32, int64, float32 or float64, little-endian";
constexpr const char* descriptions[] = {"|b1", "|u1", "<i4", "<i8", "<f4", "<f8"};
/// What else NumPy writes: numbers by name, strings, times, objects and records by their first letter.
constexpr std::string_view other_numbers = " b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 f16 c8 c16 c32 ",
                           other_kinds = "OSUVMm";

/// Reads the dictionary, every key once, in any order.
class HeaderText {
public:
    HeaderText(const Source& source, std::string_view text) : source_(source), text_(text) {}

    NpyHeader parse() {
        printable();
        for (eat('{'); next() != '}';) {
            entry();
            if (next() != '}') eat(',');
        }
        eat('}');
        if (next() != '\0') bad("BadHeader", "nothing after the dictionary");
        for (std::size_t k = 0; k < 3; ++k)
            if (!seen_[k]) source_.reject("MissingKey", "needs the key '", keys[k], "'");
        return header_;
    }

private:
    static constexpr const char* keys[] = {"descr", "fortran_order", "shape"};

    [[noreturn]] void bad(const char* kind, const std::string& needs) const {
        source_.reject(kind, "needs ", needs, ", got ", shown(std::string(text_.substr(0, 41))));
    }

    void printable() {
        if (!text_.ends_with('\n')) bad("BadHeader", "a line of text");
        text_.remove_suffix(1);
        for (char c : text_)
            if (c < ' ' || c > '~') bad("BadHeader", "printable ASCII");
    }

    char next() {
        text_.remove_prefix(std::min(text_.find_first_not_of(' '), text_.size()));
        return text_.empty() ? '\0' : text_.front();
    }

    void eat(char c) {
        if (next() != c) bad("BadHeader", std::string("a '") + c + "'");
        text_.remove_prefix(1);
    }

    bool eat_word(std::string_view word) {
        if (!text_.starts_with(word)) return false;
        text_.remove_prefix(word.size());
        return true;
    }

    std::string_view quoted(const char* kind) {
        const auto end = next() == '\'' ? text_.find('\'', 1) : std::string_view::npos;
        if (end == std::string_view::npos) bad(kind, "a text in single quotes");
        const auto inside = text_.substr(1, end - 1);
        text_.remove_prefix(end + 1);
        return inside;
    }

    void entry() {
        const auto key = quoted("BadHeader");
        const auto k = static_cast<std::size_t>(std::find(keys, keys + 3, key) - keys);
        if (k == 3) source_.reject("UnknownKey", "needs descr, fortran_order and shape, got ", shown(std::string(key)));
        if (std::exchange(seen_[k], true)) source_.reject("DuplicateKey", "needs the key '", keys[k], "' once");
        eat(':');
        next();
        k == 0 ? descr() : k == 1 ? order() : shape();
    }

    void descr() {
        if (next() == '[') bad("UnsupportedDtype", our_types);
        const auto got = quoted("BadDtype");
        const auto k = std::find(descriptions, descriptions + 6, got) - descriptions;
        if (k == 6) refuse_dtype(got);
        header_.dtype = static_cast<Dtype>(k);
    }

    [[noreturn]] void refuse_dtype(std::string_view got) const {
        const auto kind = got.substr(!got.empty() && std::string_view("<>|=").find(got[0]) < 4 ? 1 : 0);
        const bool number = other_numbers.find(" " + std::string(kind) + " ") != std::string_view::npos;
        const bool other = !kind.empty() && other_kinds.find(kind[0]) != std::string_view::npos;
        source_.reject(number || other ? "UnsupportedDtype" : "BadDtype", "needs ", our_types, ", got ",
                       shown(std::string(got)));
    }

    void order() {
        header_.fortran_order = eat_word("True");
        if (!header_.fortran_order && !eat_word("False")) bad("BadHeader", "True or False");
    }

    void shape() {
        if (next() != '(') bad("BadShape", "a tuple");
        eat('(');
        while (next() != ')') {
            header_.shape.push_back(extent());
            if (header_.shape.rank() > max_rank) bad("BadShape", "at most 64 axes");
            const bool comma = next() == ',';
            if (comma) eat(',');
            if (!comma && (next() != ')' || header_.shape.rank() == 1)) bad("BadShape", "a comma");
        }
        eat(')');
    }

    std::int64_t extent() {
        std::int64_t n = 0;
        const auto digits = std::min(text_.find_first_not_of("0123456789"), text_.size());
        if (digits == 0 || (digits > 1 && text_[0] == '0')) bad("BadShape", "a whole number");
        for (char c : text_.substr(0, digits))
            if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, c - '0', &n))
                bad("ShapeOverflow", "extents below 2^63");
        text_.remove_prefix(digits);
        return n;
    }

    const Source& source_;
    std::string_view text_;
    NpyHeader header_;
    bool seen_[3] = {};
};

std::size_t header_size(Stream& in) {
    unsigned char start[12] = {};
    const auto there = static_cast<std::size_t>(std::min<std::uint64_t>(in.left(), 8));
    in.read(start, there);
    if (std::memcmp(start, magic.data(), std::min(there, magic.size())) != 0)
        in.reject("BadMagic", "needs '\\x93NUMPY' at its start");
    if (there < 8) in.reject("Truncated", "needs 8 bytes at least, got ", there);
    if (start[6] < 1 || start[6] > 3 || start[7] != 0)
        in.reject("UnsupportedVersion", "needs format 1.0, 2.0 or 3.0, got ", int{start[6]}, ".", int{start[7]});
    const std::size_t width = start[6] == 1 ? 2 : 4;
    if (in.left() < width) in.reject("Truncated", "needs ", width, " bytes of length, got ", in.left());
    in.read(start + 8, width);
    std::size_t n = 0;
    std::memcpy(&n, start + 8, width);
    if (n > header_limit) in.reject("HeaderTooLarge", "needs a header of at most 65536 bytes, got ", n);
    if (n > in.left()) in.reject("Truncated", "needs ", n, " bytes of header, got ", in.left());
    return n;
}

/// Bytes of the elements, held against what is there.
void check_size(const Stream& in, const NpyHeader& header) {
    std::int64_t most = 8;
    for (auto extent : header.shape)
        if (__builtin_mul_overflow(most, std::max<std::int64_t>(extent, 1), &most))
            in.reject("ShapeOverflow", "needs a size that fits in 63 bits, got ", header.shape);
    const auto need = static_cast<std::uint64_t>(header.shape.numel()) * size_of(header.dtype);
    if (in.left() != need)
        in.reject(in.left() < need ? "DataTruncated" : "TrailingData", "needs ", need, " bytes of data, got ",
                  in.left());
}

/// x as it was read from Fortran order: its elements are those of the transpose.
Array row_major(const Array& x) {
    Shape shape;
    SmallVector<int, 6> backwards;
    for (int k = x.rank(); k-- > 0;) {
        shape.push_back(x.shape()[k]);
        backwards.push_back(k);
    }
    return kernels::permute(x.reshaped(shape), backwards);
}

Array read_whole(const Input& input) {
    Section stream(input, 0, input.size());
    return read_npy(stream);
}

}  // namespace

NpyHeader read_npy_header(Stream& in) {
    std::string text(header_size(in), '\0');
    in.read(text.data(), text.size());
    NpyHeader header = HeaderText(in, text).parse();
    check_size(in, header);
    return header;
}

Array read_npy(Stream& in) {
    const NpyHeader header = read_npy_header(in);
    Array x(header.shape.empty() ? Shape{1} : header.shape, header.dtype);
    in.read(x.raw(), x.bytes());
    check_bools(in, x);
    return header.fortran_order ? row_major(x) : x;
}

void check_bools(const Source& source, const Array& x) {
    const auto* bytes = static_cast<const unsigned char*>(x.raw());
    if (x.dtype() == bool_ && std::any_of(bytes, bytes + x.bytes(), [](auto byte) { return byte > 1; }))
        source.reject("BadBool", "needs bytes of 0 and 1");
}

std::string npy_header(const Array& x) {
    if (!x) fail<ValueError>("save: needs arrays, got an empty handle");
    std::string shape;
    for (auto extent : x.shape()) shape += std::to_string(extent) + ", ";
    if (!shape.empty()) shape.resize(shape.size() - (x.rank() == 1 ? 1 : 2));
    std::string text = "{'descr': '";
    text += descriptions[static_cast<int>(x.dtype())];
    text += "', 'fortran_order': False, 'shape': (" + shape + "), }";
    if (x.rank() > 0) text.append(21 - std::to_string(x.shape()[0]).size(), ' ');  // NumPy's room to append rows
    text.append(64 - (11 + text.size()) % 64, ' ');
    text += '\n';
    const char length[] = {static_cast<char>(text.size() & 255), static_cast<char>(text.size() >> 8)};
    return std::string(magic) + std::string("\1\0", 2) + std::string(length, 2) + text;
}

}  // namespace files

Array load_npy(const std::string& path) { return files::read_whole(files::Input("load_npy", path)); }

Array parse_npy(std::span<const std::byte> bytes) { return files::read_whole(files::Input("parse_npy", bytes)); }

void write_npy(const Sink& sink, const Array& x) {
    const std::string header = files::npy_header(x);
    sink(header.data(), header.size());
    sink(x.raw(), x.bytes());
}

void save_npy(const std::string& path, const Array& x) {
    AtomicFile file("save_npy", path);
    write_npy([&](const void* data, std::size_t n) { file.write(data, n); }, x);
    file.commit();
}

}  // namespace jt
