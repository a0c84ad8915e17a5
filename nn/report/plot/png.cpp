// PNG is a signature and chunks: a head, the packed rows, an end.
#include "png.hpp"

#include <zlib.h>

#include <cstdint>

#include "../../../core/error.hpp"

namespace jt::plot {

namespace {

std::string big_endian(std::uint32_t n) {
    std::string out;
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(n >> shift & 255);
    return out;
}

const Bytef* bytes(const std::string& text) { return reinterpret_cast<const Bytef*>(text.data()); }

std::string chunk(const std::string& name, const std::string& data) {
    const std::string body = name + data;
    const uLong sum = crc32(0, bytes(body), static_cast<uInt>(body.size()));
    return big_endian(static_cast<std::uint32_t>(data.size())) + body + big_endian(static_cast<std::uint32_t>(sum));
}

std::string packed(const std::string& data) {
    uLongf size = compressBound(data.size());
    std::string out(size, '\0');
    if (compress(reinterpret_cast<Bytef*>(out.data()), &size, bytes(data), data.size()) != Z_OK)
        fail<ValueError>("image: zlib has no memory for ", data.size(), " bytes");
    return out.substr(0, size);
}

/// Each row begins with its filter: none.
std::string rows(const std::string& rgba, std::int64_t width) {
    const std::size_t line = 4 * static_cast<std::size_t>(width);
    std::string out;
    for (std::size_t at = 0; at < rgba.size(); at += line) out += '\0' + rgba.substr(at, line);
    return out;
}

std::string png(const std::string& rgba, std::int64_t width, std::int64_t height) {
    const std::string eight_bit_rgba{8, 6, 0, 0, 0};
    return "\x89PNG\r\n\x1a\n" +
           chunk("IHDR", big_endian(static_cast<std::uint32_t>(width)) +
                             big_endian(static_cast<std::uint32_t>(height)) + eight_bit_rgba) +
           chunk("IDAT", packed(rows(rgba, width))) + chunk("IEND", "");
}

std::string base64(const std::string& data) {
    const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (const unsigned char byte : data) {
        bits = bits << 8 | byte;
        for (held += 8; held >= 6; held -= 6) out += letters[bits >> (held - 6) & 63];
    }
    if (held > 0) out += letters[bits << (6 - held) & 63];
    return out.append((4 - out.size() % 4) % 4, '=');
}

}  // namespace

std::string png_url(const std::string& rgba, std::int64_t width, std::int64_t height) {
    return "data:image/png;base64," + base64(png(rgba, width, height));
}

}  // namespace jt::plot
