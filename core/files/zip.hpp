// What the reader and the writer of zip archives share: record layouts, little-endian numbers, names. Private to
// core/files.
#pragma once
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "bytes.hpp"

namespace jt::files {

inline constexpr std::string_view local_mark = "PK\3\4", central_mark = "PK\1\2", end_mark = "PK\5\6";
inline constexpr std::size_t local_size = 30, central_size = 46, end_size = 22;
inline constexpr std::uint64_t saturated = 0xffffffff;  ///< in a 32-bit field: see the zip64 extra
inline constexpr std::uint16_t flag_descriptor = 1 << 3, flag_utf8 = 1 << 11, flags_hint = 6;
inline constexpr std::uint16_t method_stored = 0, method_deflated = 8;
inline constexpr std::uint16_t version_plain = 20, version_zip64 = 45;  ///< ten times what a reader must know

/// The number of type T at a place; the place must be inside.
template <class T>
T number(std::string_view bytes, std::size_t at) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

template <class T>
void append(std::string& bytes, std::uint64_t value) {
    const auto narrow = static_cast<T>(value);
    bytes.append(reinterpret_cast<const char*>(&narrow), sizeof narrow);
}

/// A name in code page 437 as UTF-8: what a name without flag_utf8 is.
std::string from_cp437(std::string_view name);

/// Throws a FileError (BadName, BadMember, DuplicateKey) for member names that cannot be keys.
void check_names(const Source& source, const std::vector<std::string>& names);

}  // namespace jt::files
