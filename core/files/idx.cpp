#include "idx.hpp"

#include <vector>

#include "gzip.hpp"

namespace jt::files {

namespace {

std::uint32_t big_endian(const std::uint8_t* bytes) {
    std::uint32_t out = 0;
    for (int k = 0; k < 4; ++k) out = out << 8 | bytes[k];
    return out;
}

std::vector<std::uint8_t> header(Unpacked& in, std::size_t size) {
    std::vector<std::uint8_t> bytes(size);
    const std::size_t got = in.read(bytes.data(), size);
    if (got != size) in.reject("Truncated", "needs a header of ", size, " bytes, got ", got);
    return bytes;
}

/// Extents whose product the file may hold.
Shape extents(const Unpacked& in, const std::vector<std::uint8_t>& bytes) {
    Shape shape;
    std::uint64_t room = in.most();
    for (std::size_t at = 4; at < bytes.size(); at += 4) {
        const std::uint32_t extent = big_endian(&bytes[at]);
        if (extent == 0) in.reject("BadHeader", "byte ", at, ": needs an extent of 1 or more, got 0");
        room /= extent;
        shape.push_back(extent);
    }
    if (room == 0) in.reject("DataTruncated", "needs numbers for ", shape, ", which the file cannot hold");
    return shape;
}

}  // namespace

Array load_idx(const char* op, const std::string& path, int rank) {
    Unpacked in(op, path);
    const auto bytes = header(in, 4 + 4 * static_cast<std::size_t>(rank));
    const std::uint32_t magic = big_endian(bytes.data()), needed = 0x800 + static_cast<std::uint32_t>(rank);
    if (magic != needed)
        in.reject("BadHeader", "byte 0: needs the magic number ", std::size_t{needed}, ", got ", std::size_t{magic});
    Array out(extents(in, bytes), uint8);
    const std::size_t got = in.read(out.raw(), out.bytes());
    if (got != out.bytes()) in.reject("DataTruncated", "needs ", out.bytes(), " bytes of numbers, got ", got);
    char more;
    if (in.read(&more, 1) != 0) in.reject("ExtraData", "needs ", out.bytes(), " bytes of numbers, got more");
    return out;
}

}  // namespace jt::files
