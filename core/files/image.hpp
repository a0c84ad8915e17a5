// Read and write images as uint8 arrays (height, width, channels). Private to core/files and nn/image.
#pragma once
#include <span>
#include <string>

#include "../array.hpp"

namespace jt::files {

/// Reads PNG, and PGM and PPM (P2, P3, P5, P6); the file's first bytes decide. Throws a FileError whose kind says what
/// is wrong; nothing is allocated for an extent in the file that the file's size does not bear out.
Array load_image(const std::string& path);
/// The same from memory.
Array parse_image(std::span<const std::byte> bytes);

/// Writes what the name ends in: .png, or .pgm, .ppm or .pnm; the file changes as a whole or not at all. Throws a
/// FileError.
void save_image(const std::string& path, const Array& image);

}  // namespace jt::files
