// Trees as named arrays and a JSON text that says how they stand together. Private to nn/files.
#pragma once
#include "../../core/files/bytes.hpp"
#include "../../core/files/npz.hpp"
#include "tree.hpp"

namespace jt::files {

/// The entry of a file that holds the structure.
inline constexpr const char* structure_name = "__tree__";

/// Arrays by the keys that lead to them, joined by dots. The structure is empty for a flat dict of Vars, and otherwise
/// JSON in which a dict is {"dict": {…}}, a Var {"array": its name}, and a float that JSON lacks {"float": "nan"}.
struct Packed {
    NamedArrays arrays;
    std::string structure;
};

/// What files hold that have no structure.
Tree flat(const NamedArrays& arrays);

/// Throws FileErrors in the name of the source.
Packed pack(const Source& source, const Tree& tree);
Tree unpack(const Source& source, Packed packed);

/// Reads what is left of a structure, and throws a FileError in the stream's name unless it is good and has each of the
/// arrays of these names once. It keeps nothing of it: a structure that is unpacked has passed.
void check_structure(Stream& structure, const std::vector<std::string>& names);
Tree unpack(Stream& structure, NamedArrays arrays);

}  // namespace jt::files
