// Which names a member of an .npz may have.
#include <algorithm>

#include "npz.hpp"
#include "utf8.hpp"
#include "zip.hpp"

namespace jt::files {

namespace {

constexpr std::size_t name_limit = 4092;
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
        if (name.empty() || !is_npz_name(name.substr(0, name.size() - 4)))
            source.reject("BadName", "needs UTF-8 names that are no paths, got ", shown(name));
    }
    std::vector<std::string> sorted = names;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) source.reject("DuplicateKey", "needs every name once, got ", shown(*twice), " twice");
}

}  // namespace jt::files

namespace jt {

bool is_npz_name(const std::string& name) {
    return !name.empty() && name.size() <= files::name_limit && !files::is_path(name) && files::is_text(name);
}

}  // namespace jt
