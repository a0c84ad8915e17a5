// Read and write NumPy's .npy files: one array each.
#pragma once
#include <span>
#include <string>

#include "../array.hpp"
#include "../callable.hpp"

namespace jt {

/// Reads format 1.0 to 3.0 of bool, uint8, int32, int64, float32 and float64, little-endian; a 0-d array loads with
/// shape (1,), Fortran order as row-major. Throws a FileError whose kind says what is wrong, and allocates nothing for
/// a number in the file that the file's size does not bear out.
Array load_npy(const std::string& path);
/// The same from memory.
Array parse_npy(std::span<const std::byte> bytes);

/// Writes what numpy.save writes, byte for byte; the file changes as a whole or not at all. Throws a FileError.
void save_npy(const std::string& path, const Array& x);
/// Takes the bytes of a file piece by piece.
using Sink = Callable<void(const void* data, std::size_t n)>;
void write_npy(const Sink& sink, const Array& x);

namespace files {
class Source;
class Stream;
/// What stands in front of the elements.
struct NpyHeader {
    Dtype dtype = float32;
    bool fortran_order = false;
    Shape shape;
};
/// Reads it, and holds it against what is left of the stream, which are the elements.
NpyHeader read_npy_header(Stream& in);
/// The array that the rest of a stream holds.
Array read_npy(Stream& in);
/// Throws a FileError of the kind BadBool for bools whose bytes are not 0 or 1.
void check_bools(const Source& source, const Array& x);
/// The bytes in front of the elements.
std::string npy_header(const Array& x);
}  // namespace files

}  // namespace jt
