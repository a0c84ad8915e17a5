#include "printable.hpp"

#include <algorithm>

namespace jt {

namespace {

bool begins(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// How many bytes of UTF-8 begin here; 0 for what is none.
std::size_t utf8_length(const std::string& text, std::size_t at) {
    const auto byte = [&](std::size_t k) {
        return at + k < text.size() ? static_cast<unsigned char>(text[at + k]) : 0;
    };
    const std::size_t n = byte(0) < 0x80 ? 1 : byte(0) >= 0xC2 && byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
    if (byte(0) >= 0x80 && (byte(0) < 0xC2 || byte(0) > 0xF4)) return 0;
    for (std::size_t k = 1; k < n; ++k)
        if ((byte(k) & 0xC0) != 0x80) return 0;
    const auto second = byte(1);  // no overlong forms, surrogates, numbers past the last or that stand for nothing
    if ((byte(0) == 0xE0 && second < 0xA0) || (byte(0) == 0xED && second > 0x9F)) return 0;
    if ((byte(0) == 0xF0 && second < 0x90) || (byte(0) == 0xF4 && second > 0x8F)) return 0;
    if (byte(0) == 0xEF && second == 0xBF && byte(2) >= 0xBE) return 0;
    return n;
}

}  // namespace

std::string printable(const std::string& text) {
    std::string out;
    for (std::size_t at = 0, n = 1; at < text.size(); at += std::max<std::size_t>(n, 1)) {
        n = utf8_length(text, at);
        const auto c = static_cast<unsigned char>(text[at]);
        out += n == 0 ? "?" : c < 0x20 || c == 0x7F ? " " : text.substr(at, n);
    }
    return out;
}

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : printable(text))
        out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
    return out;
}

std::size_t letters(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

std::string shortened(const std::string& text, std::size_t most) {
    if (letters(text) <= most) return text;
    std::string out;
    std::size_t seen = 0;
    for (const char c : text) {
        if (begins(c) && ++seen >= most) break;
        out += c;
    }
    return most == 0 ? "" : out + "…";
}

}  // namespace jt
