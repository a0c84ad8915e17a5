// Tables of numbers in text.
#pragma once
#include "../../autograd/var.hpp"
#include "../../core/files/csv.hpp"

namespace jt::dataset {

/// A file's numbers (rows, columns), a row for each line that is not blank; the file may be packed by gzip:
/// `read_csv("digits.csv.gz", {.skip_rows = 1, .delimiter = ';'})`. Throws a FileError that names line and column for
/// what is no number of the dtype and for lines of unlike lengths.
Var read_csv(const std::string& path, const CsvOptions& options = {});

}  // namespace jt::dataset
