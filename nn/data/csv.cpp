#include "csv.hpp"

#include "../../autograd/ops/create.hpp"

namespace jt::dataset {

Var read_csv(const std::string& path, const CsvOptions& options) { return array(load_csv(path, options)); }

}  // namespace jt::dataset
