#include "image.hpp"

#include <string_view>

#include "atomic.hpp"
#include "netpbm.hpp"
#include "png.hpp"

namespace jt::files {

namespace {

Array read(const Input& in) {
    const std::string start = in.read(0, std::min<std::uint64_t>(in.size(), 8));
    if (start == png_mark) return read_png(in);
    if (start.starts_with('P')) return read_netpbm(in);
    if (start.empty()) in.reject("NoImage", "needs PNG, PGM or PPM, got an empty file");
    in.reject("NoImage", "needs PNG, PGM or PPM, got a file that begins with ", shown(start));
}

std::string encoded(const Source& out, std::string_view path, const Array& image) {
    if (path.ends_with(".png")) return png_of(out, image);
    for (const auto* end : {".pgm", ".ppm", ".pnm"})
        if (path.ends_with(end)) return netpbm_of(out, image);
    out.reject("NoImage", "needs a name that ends in .png, .pgm, .ppm or .pnm");
}

}  // namespace

Array load_image(const std::string& path) { return read(Input("imread", path)); }

Array parse_image(std::span<const std::byte> bytes) { return read(Input("imread", bytes)); }

void save_image(const std::string& path, const Array& image) {
    const std::string bytes = encoded(Source(place("imwrite", path)), path, image);
    AtomicFile file("imwrite", path);
    file.write(bytes.data(), bytes.size());
    file.commit();
}

}  // namespace jt::files
