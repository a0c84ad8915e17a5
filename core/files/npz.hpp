// Read and write NumPy's .npz files: named arrays in a zip archive.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "npy.hpp"

namespace jt {

/// Arrays by name, in the order of the file.
using NamedArrays = std::vector<std::pair<std::string, Array>>;

/// Reads every member, stored or deflated, as load_npy does. The central directory rules and everything else must agree
/// with it: local headers, sizes, CRC-32, no gaps, no overlap. Names are keys, never paths: UTF-8 (code page 437 where
/// zip's flag for UTF-8 is not set) without control characters, backslashes, a leading slash or "..", each once, at
/// most 4096 bytes. Deflated members may unfold to 256 times the file + 16 MiB in all (TooLarge). Archives that need
/// zip64's end record (4 GiB and more) are refused. Beside elements and names it takes at most 640 bytes for each
/// array.
NamedArrays load_npz(const std::string& path);
/// The same from memory.
NamedArrays parse_npz(std::span<const std::byte> bytes);

/// Whether an array in an .npz file may have that name.
bool is_npz_name(const std::string& name);

enum class Zip { stored, deflated };

/// Writes an archive that load_npz and numpy.load read; the same arrays give the same bytes; the file changes as a
/// whole or not at all. A member that would deflate beyond 200 : 1 is stored. Throws a FileError: for names that
/// load_npz would refuse, and at 4 GiB or 65,535 members.
void save_npz(const std::string& path, const NamedArrays& arrays, Zip zip = Zip::stored);
void write_npz(const Sink& sink, const NamedArrays& arrays, Zip zip = Zip::stored);

}  // namespace jt
