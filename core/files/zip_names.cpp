// Which names a member of an .npz may have.
#include <algorithm>

#include "zip.hpp"

namespace jt::files {

namespace {

constexpr std::size_t name_limit = 4096;
/// The upper half of code page 437; the lower one is ASCII.
constexpr std::u16string_view upper_437 =
    u"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ"
    u"áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
    u"└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
    u"αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/// Appends a character that is not ASCII.
void append_utf8(std::string& text, char16_t c) {
    if (c < 0x800)
        text += static_cast<char>(0xc0 | c >> 6);
    else
        (text += static_cast<char>(0xe0 | c >> 12)) += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (c & 0x3f));
}

/// Length of the UTF-8 character at the start (RFC 3629: shortest form, no surrogates, at most U+10FFFF), 0 for none.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0U; };
    const auto lead = byte(0);
    const std::size_t n = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    for (std::size_t k = 1; k < n; ++k)
        if ((byte(k) & 0xc0) != 0x80) return 0;
    const bool overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
    const bool beyond = (lead == 0xed && byte(1) > 0x9f) || (lead == 0xf4 && byte(1) > 0x8f);
    return overlong || beyond ? 0 : n;
}

bool is_text(std::string_view name) {
    while (!name.empty()) {
        const auto n = utf8_length(name);
        if (n == 0 || static_cast<unsigned char>(name[0]) < ' ' || name[0] == '\x7f' || name[0] == '\\') return false;
        name.remove_prefix(n);
    }
    return true;
}

bool is_path(const std::string& key) { return key[0] == '/' || ("/" + key + "/").find("/../") != std::string::npos; }

}  // namespace

std::string from_cp437(std::string_view name) {
    std::string text;
    for (unsigned char c : name)
        c < 0x80 ? text.push_back(static_cast<char>(c)) : append_utf8(text, upper_437[c - 0x80U]);
    return text;
}

void check_names(const Source& source, const std::vector<std::string>& names) {
    for (const auto& name : names) {
        if (!name.empty() && !name.ends_with(".npy"))
            source.reject("BadMember", "needs members that end in .npy, got ", shown(name));
        if (name.size() <= 4 || name.size() > name_limit || is_path(name.substr(0, name.size() - 4)) || !is_text(name))
            source.reject("BadName", "needs UTF-8 names that are no paths, got ", shown(name));
    }
    std::vector<std::string> sorted = names;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) source.reject("DuplicateKey", "needs every name once, got ", shown(*twice), " twice");
}

}  // namespace jt::files
