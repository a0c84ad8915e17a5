// Which file holds a tree in which way.
#include <algorithm>

#include "../../core/files/safetensors.hpp"
#include "pack.hpp"

namespace jt {

namespace files {

namespace {

/// Whether a name is that of the structure.
constexpr auto is_structure = [](const auto& entry) { return entry.first == structure_name; };

void to_npz(const std::string& path, Packed packed) {
    if (!packed.structure.empty()) {
        Array bytes({static_cast<std::int64_t>(packed.structure.size())}, uint8);
        std::ranges::copy(packed.structure, static_cast<char*>(bytes.raw()));
        packed.arrays.emplace_back(structure_name, std::move(bytes));
    }
    save_npz(path, packed.arrays);
}

Packed from_npz(const Source& source, const std::string& path) {
    Packed packed{load_npz(path), ""};
    const auto found = std::ranges::find_if(packed.arrays, is_structure);
    if (found == packed.arrays.end()) return packed;
    const Array bytes = std::move(found->second);
    packed.arrays.erase(found);
    if (bytes.dtype() != uint8 || bytes.numel() == 0)
        source.reject("BadTree", "needs bytes of JSON in ", structure_name, ", got ", bytes.shape(), " of ",
                      bytes.dtype());
    packed.structure.assign(static_cast<const char*>(bytes.raw()), bytes.bytes());
    return packed;
}

void to_safetensors(const std::string& path, Packed packed) {
    Safetensors file{std::move(packed.arrays), {}};
    if (!packed.structure.empty()) file.metadata.emplace_back(structure_name, std::move(packed.structure));
    save_safetensors(path, file);
}

Packed from_safetensors(const Source&, const std::string& path) {
    Safetensors file = load_safetensors(path);
    const auto found = std::ranges::find_if(file.metadata, is_structure);
    return {std::move(file.arrays), found == file.metadata.end() ? "" : std::move(found->second)};
}

struct Format {
    const char* ending;
    void (*save)(const std::string& path, Packed packed);
    Packed (*load)(const Source& source, const std::string& path);
};

constexpr Format formats[] = {{".npz", to_npz, from_npz}, {".safetensors", to_safetensors, from_safetensors}};

const Format& format_of(const Source& source, const std::string& path) {
    for (const Format& format : formats)
        if (path.ends_with(format.ending)) return format;
    source.reject("UnknownFormat", "needs a name that ends in .npz or .safetensors");
}

}  // namespace

}  // namespace files

void save(const Tree& tree, const std::string& path) {
    const files::Source source(files::place("save", path));
    files::format_of(source, path).save(path, files::pack(source, tree));
}

Tree load(const std::string& path) {
    const files::Source source(files::place("load", path));
    return files::unpack(source, files::format_of(source, path).load(source, path));
}

}  // namespace jt

namespace jt::nn {

void save_state(const std::string& path, const StateDict& state) { jt::save(state, path); }

StateDict load_state(const std::string& path) { return jt::load(path); }

}  // namespace jt::nn
