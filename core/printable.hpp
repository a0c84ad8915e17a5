// Text from anywhere, made fit to be shown.
#pragma once
#include <cstddef>
#include <string>

namespace jt {

/// Control characters become spaces, and bytes that are no UTF-8 question marks.
std::string printable(const std::string& text);
/// Printable, and with what XML reads as marks written in its way: between tags and in quotes.
std::string escaped(const std::string& text);
/// How many letters UTF-8 text shows.
std::size_t letters(const std::string& text);
/// Its first letters, `most` at most, the last of them an ellipsis where some are left out.
std::string shortened(const std::string& text, std::size_t most);

}  // namespace jt
