// The .safetensors format: the length of the header in 8 bytes, the header, a JSON object, and the elements.
#include <algorithm>
#include <bit>
#include <cstring>
#include <deque>
#include <functional>
#include <tuple>

#include "bytes.hpp"
#include "json.hpp"
#include "safetensors.hpp"
#include "utf8.hpp"

namespace jt {

static_assert(std::endian::native == std::endian::little, "arrays are read as they lie in memory");

namespace files {

namespace {

constexpr std::size_t depth_limit = 3, widened_at_once = 4096, checked_at_once = 65536;
constexpr const char* invalid = "InvalidHeaderDeserialization";

float from_bf16(std::uint16_t half) { return std::bit_cast<float>(std::uint32_t{half} << 16); }

float from_f16(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000U) << 16, exponent = half >> 10 & 31U, fraction = half & 0x3ffU;
    if (exponent == 0)
        return std::bit_cast<float>(std::bit_cast<std::uint32_t>(static_cast<float>(fraction) * 0x1p-24F) | sign);
    return std::bit_cast<float>(sign | (exponent == 31 ? 255U : exponent + 112) << 23 | fraction << 13);
}

/// A dtype of the format; `dtype` is what it becomes here, unless there is nothing for it.
struct Format {
    const char* name;
    std::uint64_t bits;
    std::optional<Dtype> dtype = {};
    float (*widen)(std::uint16_t) = nullptr;
};

constexpr Format formats[] = {
    {"BOOL", 8, bool_},
    {"U8", 8, uint8},
    {"I32", 32, int32},
    {"I64", 64, int64},
    {"F32", 32, float32},
    {"F64", 64, float64},
    {"F16", 16, float32, from_f16},
    {"BF16", 16, float32, from_bf16},
    {"I8", 8},
    {"I16", 16},
    {"U16", 16},
    {"U32", 32},
    {"U64", 64},
    {"C64", 64},
    {"F8_E4M3", 8},
    {"F8_E5M2", 8},
    {"F8_E8M0", 8},
    {"F6_E2M3", 6},
    {"F6_E3M2", 6},
    {"F4", 4},
};

struct Tensor {
    std::string name = {};
    const Format* format = nullptr;
    std::optional<std::vector<std::uint64_t>> shape = {}, range = {};  ///< as the file says
    std::uint64_t begin() const { return (*range)[0]; }
    std::uint64_t end() const { return (*range)[1]; }
};

using Texts = std::vector<std::pair<std::string, std::string>>;

/// The header, as its JSON says it: tells one tensor after another, and keeps none.
class Header : public JsonEvents {
public:
    Header(const Source& source, std::function<void(const Tensor&)> each) : source_(source), each_(std::move(each)) {}

    Texts metadata;

private:
    enum class At { file, top, metadata, tensor, list };

    [[noreturn]] void bad(const std::string& needs) const {
        source_.reject(invalid, "needs ", needs, ", got something else at ", shown(place_));
    }

    void open(char bracket) override {
        if (at_ == At::top && bracket == '{') return enter();
        if (at_ == At::tensor && bracket == '[' && list_) {
            list_->emplace();
            at_ = At::list;
        } else if (at_ == At::file) {
            at_ = At::top;
        } else {
            bad(at_ == At::top ? "an object" : needed());
        }
    }

    void enter() {
        at_ = place_ == "__metadata__" ? At::metadata : At::tensor;
        if (at_ == At::tensor) tensor_ = {.name = place_};
    }

    void close() override {
        if (at_ == At::list) {
            list_ = nullptr;
            at_ = At::tensor;
        } else {
            if (at_ == At::tensor) tell();
            at_ = At::top;
        }
    }

    void tell() {
        const Tensor& t = tensor_;
        if (!t.format || !t.shape || !t.range || t.range->size() != 2) bad("dtype, shape and two data_offsets");
        each_(t);
    }

    void key(std::string name) override {
        if (at_ == At::metadata) metadata.emplace_back(name, "");
        if (at_ == At::tensor) return field(name);
        place_ = std::move(name);
    }

    void field(const std::string& name) {
        list_ = name == "shape" ? &tensor_.shape : name == "data_offsets" ? &tensor_.range : nullptr;
        if (!list_ && name != "dtype") bad("dtype, shape and data_offsets");
    }

    void scalar(JsonScalar value) override {
        auto* text = std::get_if<std::string>(&value);
        const auto* number = std::get_if<std::uint64_t>(&value);
        if (at_ == At::metadata && text)
            metadata.back().second = std::move(*text);
        else if (at_ == At::list && number)
            add(*number);
        else if (at_ == At::tensor && !list_ && text)
            tensor_.format = format_of(*text);
        else
            bad(needed());
    }

    void add(std::uint64_t number) {
        if (list_->value().size() == max_rank)
            source_.reject("BadShape", "needs at most 64 axes, got more at ", shown(place_));
        list_->value().push_back(number);
    }

    const Format* format_of(const std::string& name) const {
        const auto* found = std::ranges::find_if(formats, [&](const Format& f) { return name == f.name; });
        if (found == std::end(formats))
            source_.reject(invalid, "needs a dtype of the format, got ", shown(name), " at ", shown(place_));
        return found;
    }

    std::string needed() const {
        switch (at_) {
            case At::metadata:
                return "texts";
            case At::list:
                return "whole numbers below 2^64";
            case At::tensor:
                return list_ ? "a list" : "a text";
            default:
                return "an object";
        }
    }

    const Source& source_;
    const std::function<void(const Tensor&)> each_;
    At at_ = At::file;
    std::string place_;  ///< the name of the tensor or text
    Tensor tensor_;
    std::optional<std::vector<std::uint64_t>>* list_ = nullptr;
};

std::uint64_t header_size(const Input& in) {
    if (in.size() < 8) in.reject("HeaderTooSmall", "needs 8 bytes at least, got ", in.size());
    std::uint64_t n = 0;
    in.read(0, &n, sizeof n);
    if (n > header_limit)
        in.reject("HeaderTooLarge", "needs a header of at most ", header_limit, " bytes, got ", n,
                  in.read(0, 2) == "PK" ? " (a zip archive, as .npz is, under another name?)" : "");
    if (n > in.size() - 8)
        in.reject("InvalidHeaderLength", "needs ", n, " bytes of header at byte 8, got ", in.size() - 8);
    return n;
}

void check_utf8(const Input& in, std::uint64_t at, const std::uint64_t end) {
    while (at < end) {
        const std::string some = in.read(at, std::min<std::uint64_t>(end - at, checked_at_once));
        const auto good = std::min(find_not_utf8(some), some.size());
        if (good == 0) in.reject("InvalidHeader", "needs UTF-8, got something else at byte ", at);
        at += good;
    }
}

void check_start(const Input& in, std::uint64_t size) {
    const std::string start = in.read(8, std::min<std::uint64_t>(size, checked_at_once));
    const auto first = std::min(start.find_first_not_of("\t\n\r \xef\xbb\xbf"), start.size());
    if (!start.starts_with('{'))
        in.reject(start.substr(first, 1) == "{" ? "InvalidHeaderStart" : "InvalidHeader", "needs a '{' at byte 8, got ",
                  shown(start.substr(0, 1)));
}

Texts read_header(const Input& in, std::uint64_t size, std::function<void(const Tensor&)> each) {
    Header header(in, std::move(each));
    Section text(in, 8, size);
    read_json(text, {8, depth_limit, invalid}, header);
    return std::move(header.metadata);
}

/// Bytes of the elements.
std::uint64_t size_in_file(const Source& source, const Tensor& t) {
    std::uint64_t bits = t.format->bits;
    for (auto extent : *t.shape)
        if (__builtin_mul_overflow(bits, std::max<std::uint64_t>(extent, 1), &bits))
            source.reject("ValidationOverflow", "needs a size below 2^64 bits, got more at ", shown(t.name));
    if (std::ranges::find(*t.shape, 0U) != t.shape->end()) bits = 0;
    if (bits % 8 != 0) source.reject("MisalignedSlice", "needs whole bytes, got ", bits, " bits at ", shown(t.name));
    return bits / 8;
}

void check_name(const Source& source, const std::string& name) {
    if (name.empty() || name.find('\0') != std::string::npos)
        source.reject("BadName", "needs a name without NUL, got ", shown(name));
}

/// Where the data of the k-th tensor stands, and its bytes by shape and dtype.
struct Range {
    std::uint64_t begin, end, k, size;
    bool operator<(const Range& other) const {
        return std::tie(begin, end, k) < std::tie(other.begin, other.end, other.k);
    }
};
using Ranges = std::deque<Range>;  // which grows without a copy

std::string name_of(const Input& in, std::uint64_t header, std::uint64_t k) {
    std::string name;
    read_header(in, header, [&](const Tensor& t) {
        if (k-- == 0) name = t.name;
    });
    return name;
}

/// Every byte of the data belongs to one tensor.
void check_ranges(const Input& in, std::uint64_t header, Ranges ranges) {
    std::sort(ranges.begin(), ranges.end());
    std::uint64_t end = 0;
    for (const Range& range : ranges) {
        const auto name = [&] { return shown(name_of(in, header, range.k)); };
        if (range.begin != end || range.end < end)
            in.reject("InvalidOffset", "needs data from offset ", end, " on, got ", range.begin, " to ", range.end,
                      " at ", name());
        end = range.end;
        if (range.size != end - range.begin)
            in.reject("TensorInvalidInfo", "needs ", range.size, " bytes of data, got ", end - range.begin, " at ",
                      name());
    }
    const auto start = 8 + header;
    if (end != in.size() - start)
        in.reject("MetadataIncompleteBuffer", "needs ", end, " bytes of data at byte ", start, ", got ",
                  in.size() - start);
}

/// Throws unless the whole header is good, and returns how many tensors there are. It keeps 32 bytes for each, and
/// what read_json does: both together less than the header itself.
std::size_t check_header(const Input& in, std::uint64_t size) {
    check_utf8(in, 8, 8 + size);
    check_start(in, size);
    Ranges ranges;
    read_header(in, size, [&](const Tensor& t) {
        check_name(in, t.name);
        ranges.push_back({t.begin(), t.end(), ranges.size(), size_in_file(in, t)});
    });
    const auto count = ranges.size();
    check_ranges(in, size, std::move(ranges));
    return count;
}

/// The elements of two bytes from `at` on as floats.
void widen(const Input& in, std::uint64_t at, float (*widened)(std::uint16_t), Array& x) {
    auto* to = x.data<float>();
    std::uint16_t halves[widened_at_once];
    for (auto left = static_cast<std::size_t>(x.numel()); left > 0;) {
        const auto n = std::min(left, widened_at_once);
        in.read(at, halves, n * sizeof *halves);
        to = std::transform(halves, halves + n, to, widened);
        at += n * sizeof *halves;
        left -= n;
    }
}

Array read_tensor(const Input& in, const Tensor& t, std::uint64_t start) {
    const Format& format = *t.format;
    if (!format.dtype)
        in.reject("UnsupportedDtype", "needs bool, uint8, int32, int64 or floats of 16 to 64 bits, got ", format.name,
                  " at ", shown(t.name));
    Shape shape;
    for (auto extent : *t.shape) shape.push_back(static_cast<std::int64_t>(extent));
    Array x(shape.empty() ? Shape{1} : shape, *format.dtype);
    if (format.widen)
        widen(in, start + t.begin(), format.widen, x);
    else
        in.read(start + t.begin(), x.raw(), x.bytes());
    check_bools(in, x);
    return x;
}

// Twice through the header: what it says is only kept once all of it has been held against the file.
Safetensors read_safetensors(const Input& in) {
    const auto size = header_size(in);
    Safetensors out;
    out.arrays.reserve(check_header(in, size));
    out.metadata =
        read_header(in, size, [&](const Tensor& t) { out.arrays.emplace_back(t.name, read_tensor(in, t, 8 + size)); });
    return out;
}

}  // namespace

}  // namespace files

Safetensors load_safetensors(const std::string& path) {
    return files::read_safetensors(files::Input("load_safetensors", path));
}

Safetensors parse_safetensors(std::span<const std::byte> bytes) {
    return files::read_safetensors(files::Input("parse_safetensors", bytes));
}

}  // namespace jt
