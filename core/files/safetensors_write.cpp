// Writes .safetensors: the arrays of large elements first, so that each begins at a multiple of its elements' size.
#include <algorithm>
#include <unordered_set>

#include "atomic.hpp"
#include "json.hpp"
#include "safetensors.hpp"
#include "utf8.hpp"

namespace jt {

namespace files {

namespace {

constexpr const char* format_names[] = {"BOOL", "U8", "I32", "I64", "F32", "F64"};

class Writer {
public:
    Writer(const Source& source, const Safetensors& file) : source_(source), file_(file), offsets_(file.arrays.size()) {
        for (std::size_t k = 0; k < offsets_.size(); ++k) order_.push_back(k);
        std::ranges::stable_sort(order_, std::ranges::greater(),
                                 [&](std::size_t k) { return size_of(array(k).dtype()); });
        std::size_t at = 0;
        for (auto k : order_) at = (offsets_[k] = at) + array(k).bytes();
    }

    void write(const Sink& sink) {
        const std::string header = this->header();
        const std::uint64_t size = header.size();
        sink(&size, sizeof size);
        sink(header.data(), header.size());
        for (auto k : order_) sink(array(k).raw(), array(k).bytes());
    }

private:
    const Array& array(std::size_t k) const {
        const Array& x = file_.arrays[k].second;
        if (!x) fail<ValueError>("save: needs arrays, got an empty handle");
        return x;
    }

    std::string header() const {
        std::string out = metadata();
        std::unordered_set<std::string> seen;
        for (std::size_t k = 0; k < offsets_.size(); ++k) {
            const auto& name = file_.arrays[k].first;
            check_name(name);
            if (!seen.insert(name).second)
                source_.reject("DuplicateKey", "needs every name once, got ", shown(name), " twice");
            out += (out.empty() ? "" : ",") + json_of(source_, name) + ":" + entry(k);
        }
        out = "{" + out + "}";
        out.append((8 - out.size() % 8) % 8, ' ');
        if (out.size() > header_limit)
            source_.reject("TooLarge", "needs a header of at most ", header_limit, " bytes, got ", out.size());
        return out;
    }

    std::string metadata() const {
        if (file_.metadata.empty()) return "";
        std::string out;
        for (const auto& [name, text] : file_.metadata)
            out += (out.empty() ? "" : ",") + json_of(source_, name) + ":" + json_of(source_, text);
        return "\"__metadata__\":{" + out + "}";
    }

    void check_name(const std::string& name) const {
        const bool text = name.find('\0') == std::string::npos && find_not_utf8(name) == std::string::npos;
        if (name.empty() || name == "__metadata__" || !text)
            source_.reject("BadName", "needs names of UTF-8 without NUL, got ", shown(name));
    }

    std::string entry(std::size_t k) const {
        const Array& x = array(k);
        std::string shape;
        for (auto extent : x.shape()) shape += (shape.empty() ? "" : ",") + std::to_string(extent);
        return std::string("{\"dtype\":\"") + format_names[static_cast<int>(x.dtype())] + "\",\"shape\":[" + shape +
               "],\"data_offsets\":[" + std::to_string(offsets_[k]) + "," + std::to_string(offsets_[k] + x.bytes()) +
               "]}";
    }

    const Source& source_;
    const Safetensors& file_;
    std::vector<std::size_t> order_, offsets_;
};

}  // namespace

}  // namespace files

void write_safetensors(const Sink& sink, const Safetensors& file) {
    const files::Source source("write_safetensors");
    files::Writer(source, file).write(sink);
}

void save_safetensors(const std::string& path, const Safetensors& file) {
    AtomicFile out("save_safetensors", path);
    files::Writer(out, file).write([&](const void* data, std::size_t n) { out.write(data, n); });
    out.commit();
}

}  // namespace jt
