#include "printable.hpp"

#include <algorithm>
#include <string_view>

#include "files/utf8.hpp"

namespace jt {

namespace {

bool begins(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// How many bytes of UTF-8 begin a text; 0 for what is none, and for U+FFFE and U+FFFF, which XML lacks.
std::size_t shown_length(std::string_view text) {
    return text.starts_with("\xEF\xBF\xBE") || text.starts_with("\xEF\xBF\xBF") ? 0 : files::utf8_length(text);
}

}  // namespace

std::string printable(const std::string& text) {
    std::string out;
    for (std::size_t at = 0, n = 1; at < text.size(); at += std::max<std::size_t>(n, 1)) {
        n = shown_length(std::string_view(text).substr(at));
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
