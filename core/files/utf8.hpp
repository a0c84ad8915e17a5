// Text that is UTF-8. Private to core and to the readers and writers of files.
#pragma once
#include <cstddef>
#include <string_view>

namespace jt::files {

/// Length of the UTF-8 character at the start (RFC 3629: shortest form, no surrogates, at most U+10FFFF), 0 for none.
std::size_t utf8_length(std::string_view text);
/// Where the first byte is that belongs to no UTF-8 character; npos when there is none.
std::size_t find_not_utf8(std::string_view text);

}  // namespace jt::files
