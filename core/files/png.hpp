// PNG by libpng. Private to core/files.
#pragma once
#include <string_view>

#include "../array.hpp"
#include "bytes.hpp"

namespace jt::files {

inline constexpr std::string_view png_mark = "\x89PNG\r\n\x1a\n";

/// Of 1 to 4 channels: gray, gray and opacity, colours, colours and opacity. A palette becomes its colours, 16 bits
/// their upper 8, fewer than 8 are stretched to 0 ... 255, a transparent colour becomes opacity; gamma and colour
/// profiles are left alone. Rejects more pixels than deflate can pack into the file's size.
Array read_png(const Input& in);
/// The bytes of an image of 1 to 4 channels; others are rejected in the name of `out`.
std::string png_of(const Source& out, const Array& image);

}  // namespace jt::files
