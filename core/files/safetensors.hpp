// Read and write .safetensors files: named arrays behind a header of JSON, as PyTorch's and NumPy's safetensors do.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "npz.hpp"

namespace jt {

namespace files {
inline constexpr std::uint64_t header_limit = 100'000'000;  ///< bytes, as in Python's
}

/// What a .safetensors file holds: its arrays in the order of the header, and the texts of its __metadata__.
struct Safetensors {
    NamedArrays arrays;
    std::vector<std::pair<std::string, std::string>> metadata;
};

/// Reads BOOL, U8, I32, I64, F32 and F64, and F16 and BF16 as float32; a 0-d array loads with shape (1,). Throws a
/// FileError whose kind says what is wrong: for a header above 100 MB, with names twice or other fields than dtype,
/// shape and data_offsets, for ranges that overlap or leave bytes out, and for other dtypes. Allocates nothing for a
/// number in the file that the file's size does not bear out: no more than the header weighs until the whole of it is
/// known to be good, and then beside elements, names and texts at most 640 bytes for each array. Needs a minijt that
/// was built with nlohmann-json.
Safetensors load_safetensors(const std::string& path);
/// The same from memory.
Safetensors parse_safetensors(std::span<const std::byte> bytes);

/// Writes what load_safetensors and Python's safetensors read; the same arrays give the same bytes, and each begins at
/// a multiple of its elements' size; the file changes as a whole or not at all. Throws a FileError: for a name that is
/// empty, twice there, "__metadata__", or not UTF-8 without NUL.
void save_safetensors(const std::string& path, const Safetensors& file);
void write_safetensors(const Sink& sink, const Safetensors& file);

}  // namespace jt
