// Feeds the readers of PNG, PGM and PPM what libFuzzer makes up, the checksums of PNG's chunks made right again:
// nothing but a FileError may come, and what loads must come back from our own writers.
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined tests/fuzz/fuzz_image.cpp core/*.cpp
//         core/files/[!n]*.cpp core/files/n[!o]*.cpp core/kernels/movement/movement.cpp -lz -lpng -o fuzz_image
//     ./fuzz_image -max_len=4096 -malloc_limit_mb=256 -timeout=5 NEW_FOLDER tests/files/images
#include <zlib.h>

#include <cstdlib>
#include <cstring>

#include "../../core/files/image.hpp"
#include "../../core/files/netpbm.hpp"
#include "../../core/files/png.hpp"

using namespace jt;

extern "C" std::size_t LLVMFuzzerMutate(unsigned char* data, std::size_t size, std::size_t most);

namespace {

void hold(bool promise) {
    if (!promise) std::abort();
}

std::uint32_t big_endian(const unsigned char* bytes) {
    std::uint32_t out = 0;
    for (int k = 0; k < 4; ++k) out = out << 8 | bytes[k];
    return out;
}

void repair_checksums(unsigned char* data, std::size_t size) {
    for (std::size_t at = files::png_mark.size(); size - at >= 12 && size > at;) {
        const std::size_t length = big_endian(data + at);
        if (length > size - at - 12) return;
        const auto sum = crc32(0, data + at + 4, static_cast<uInt>(length + 4));
        for (int k = 0; k < 4; ++k) data[at + 8 + length + k] = static_cast<unsigned char>(sum >> (24 - 8 * k));
        at += 12 + length;
    }
}

void hold_same(const std::string& bytes, const Array& x) {
    const Array y = files::parse_image(std::as_bytes(std::span(bytes)));
    hold(x.shape() == y.shape() && std::memcmp(x.raw(), y.raw(), x.bytes()) == 0);
}

/// The message of the FileError, the same each time; empty when all is well.
std::string message(std::span<const std::byte> bytes) {
    try {
        const Array x = files::parse_image(bytes);
        const files::Source out("fuzz");
        if (x.bytes() <= 1 << 20) hold_same(files::png_of(out, x), x);
        if (x.shape()[2] % 2 == 1) hold_same(files::netpbm_of(out, x), x);
    } catch (const FileError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(unsigned char* data, std::size_t size, std::size_t most, unsigned) {
    size = LLVMFuzzerMutate(data, size, most);
    if (size > files::png_mark.size() && data[0] != 'P') repair_checksums(data, size);
    return size;
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    hold(message(bytes) == message(bytes));
    clear_buffer_cache();
    return 0;
}
