// Functions that only nn has.
#include "functional.hpp"

#include "../autograd/node.hpp"
#include "../autograd/ops/arithmetic.hpp"

namespace jt::nn {

Var pool(const Var& x, Pair kernel_size, const std::string& op, Pair padding, std::optional<Pair> stride) {
    node_of("pool", x);
    if (op == "maximum") return max_pool2d(x, kernel_size, stride, padding);
    if (op == "minimum") return -max_pool2d(-x, kernel_size, stride, padding);
    if (op != "mean") fail<ValueError>("pool: needs op to be maximum, minimum or mean, got ", op);
    return mean_pool2d(x, kernel_size, stride, padding);
}

}  // namespace jt::nn
