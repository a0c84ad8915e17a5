// Read IDX files, which MNIST comes in. Private to core/files and nn/data.
#pragma once
#include <string>

#include "../array.hpp"

namespace jt::files {

/// The uint8 array of a rank that an IDX file holds, packed by gzip or not. Throws a FileError in the name of `op`.
Array load_idx(const char* op, const std::string& path, int rank);

}  // namespace jt::files
