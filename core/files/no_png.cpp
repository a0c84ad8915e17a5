// What takes the place of png.cpp where there is no libpng.
#include "png.hpp"

namespace jt::files {

namespace {

[[noreturn]] void refuse(const Source& source) {
    source.reject("NoPng", "needs libpng, which minijt was built without; PGM and PPM work");
}

}  // namespace

Array read_png(const Input& in) { refuse(in); }

std::string png_of(const Source& out, const Array&) { refuse(out); }

}  // namespace jt::files
