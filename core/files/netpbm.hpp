// PGM and PPM: a header in words, and the pixels as bytes or as words. Private to core/files.
#pragma once
#include "../array.hpp"
#include "bytes.hpp"

namespace jt::files {

/// P2, P3, P5 and P6. A largest value other than 255 becomes 255, and the others in proportion, rounded as Pillow does.
Array read_netpbm(const Input& in);
/// The bytes of a P5 (1 channel) or P6 (3 channels); others are rejected in the name of `out`.
std::string netpbm_of(const Source& out, const Array& image);

}  // namespace jt::files
