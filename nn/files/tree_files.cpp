// Which file holds a tree in which way.
#include <algorithm>

#include "../../core/files/npz_members.hpp"
#include "../../core/files/safetensors.hpp"
#include "pack.hpp"

namespace jt {

namespace files {

namespace {

constexpr std::uint64_t slack = 1 << 20;  // beside the file's size: what a structure may unfold to

void to_npz(const std::string& path, Packed packed) {
    if (!packed.structure.empty()) {
        Array bytes({static_cast<std::int64_t>(packed.structure.size())}, uint8);
        std::ranges::copy(packed.structure, static_cast<char*>(bytes.raw()));
        packed.arrays.emplace_back(structure_name, std::move(bytes));
    }
    save_npz(path, packed.arrays);
}

/// A stream under another name, for messages.
class Renamed : public Stream {
public:
    Renamed(const Source& source, Stream& in) : Stream(source.where(), in.left()), in_(in) {}

private:
    void fill(void* to, std::size_t n) override { in_.read(to, n); }

    Stream& in_;
};

/// The structure of an .npz file, which is never in memory as a whole.
class Structure {
public:
    Structure(const Source& source, const Npz& file, std::size_t k, std::uint64_t most)
        : source_(source), file_(file), k_(k), most_(most) {}

    void read(const Callable<void(Stream&)>& reader) const {
        file_.read(k_, [&](Stream& member) {
            check(read_npy_header(member));
            Renamed text(source_, member);
            reader(text);
        });
    }

private:
    void check(const NpyHeader& header) const {
        const auto n = static_cast<std::uint64_t>(header.shape.numel());
        if (header.dtype != uint8 || n == 0)
            source_.reject("BadTree", "needs bytes of JSON in ", structure_name, ", got ", header.shape, " of ",
                           header.dtype);
        if (n > most_)
            source_.reject("TooLarge", "needs at most ", most_, " bytes of JSON in ", structure_name, ", got ", n);
    }

    const Source& source_;
    const Npz& file_;
    std::size_t k_;
    std::uint64_t most_;
};

void read_through(Stream& in) {
    char some[4096];
    while (in.left() > 0) in.read(some, static_cast<std::size_t>(std::min<std::uint64_t>(in.left(), sizeof some)));
}

std::vector<std::string> names_of(const Npz& file) {
    std::vector<std::string> names;
    for (std::size_t k = 0; k < file.size(); ++k) names.push_back(file.name(k));
    return names;
}

Tree from_npz(const Source& source, const std::string& path) {
    const Input in("load_npz", path);
    const Npz file(in);
    auto names = names_of(file);
    const auto found = std::ranges::find(names, structure_name);
    NamedArrays arrays;
    const auto read_arrays = [&] {
        for (std::size_t k = 0; k < file.size(); ++k)
            if (file.name(k) != structure_name) arrays.emplace_back(file.name(k), file.array(k));
    };
    if (found == names.end()) return read_arrays(), flat(arrays);
    const Structure structure(source, file, static_cast<std::size_t>(found - names.begin()), in.size() + slack);
    names.erase(found);
    structure.read(read_through);  // so that damage is told as such
    structure.read([&](Stream& text) { check_structure(text, names); });
    read_arrays();
    Tree tree;
    structure.read([&](Stream& text) { tree = unpack(text, std::move(arrays)); });
    return tree;
}

void to_safetensors(const std::string& path, Packed packed) {
    Safetensors file{std::move(packed.arrays), {}};
    if (!packed.structure.empty()) file.metadata.emplace_back(structure_name, std::move(packed.structure));
    save_safetensors(path, file);
}

Tree from_safetensors(const Source& source, const std::string& path) {
    Safetensors file = load_safetensors(path);
    const auto found = std::ranges::find(file.metadata, structure_name, [](const auto& entry) { return entry.first; });
    return unpack(source, {std::move(file.arrays), found == file.metadata.end() ? "" : std::move(found->second)});
}

struct Format {
    const char* ending;
    void (*save)(const std::string& path, Packed packed);
    Tree (*load)(const Source& source, const std::string& path);
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
    return files::format_of(source, path).load(source, path);
}

}  // namespace jt

namespace jt::nn {

void save_state(const std::string& path, const StateDict& state) { jt::save(state, path); }

StateDict load_state(const std::string& path) { return jt::load(path); }

}  // namespace jt::nn
