// Read tables of numbers in text.
#pragma once
#include <string>

#include "../array.hpp"

namespace jt {

struct CsvOptions {
    Dtype dtype = float32;       ///< any but bool
    std::int64_t skip_rows = 0;  ///< lines that are passed over at the beginning
    char delimiter = ',';        ///< what stands between two numbers; blanks around a number do not count
};

/// (rows, columns), a row for each line that is not blank, packed by gzip or not. Throws a FileError that names line
/// and column for what is no number of that dtype and for lines of unlike lengths, a ValueError for a negative
/// skip_rows, a DtypeError for bool.
Array load_csv(const std::string& path, const CsvOptions& options = {});

}  // namespace jt
