// Functions that only nn has.
#include "functional.hpp"

#include <algorithm>

#include "../autograd/node.hpp"
#include "../autograd/ops/arithmetic.hpp"
#include "../autograd/ops/join.hpp"

namespace jt::nn {

Var pool(const Var& x, Pair kernel_size, const std::string& op, Pair padding, std::optional<Pair> stride) {
    node_of("pool", x);
    if (op == "maximum") return max_pool2d(x, kernel_size, stride, padding);
    if (op == "minimum") return -max_pool2d(-x, kernel_size, stride, padding);
    if (op != "mean") fail<ValueError>("pool: needs op to be maximum, minimum or mean, got ", op);
    return mean_pool2d(x, kernel_size, stride, padding);
}

Var pad_sequence(const Vars& sequences, bool batch_first, const Scalar& padding_value) {
    static constexpr const char* op = "pad_sequence";
    if (sequences.empty()) fail<ValueError>(op, ": needs one sequence at least, got none");
    std::int64_t longest = 0;
    for (const Var& x : sequences) longest = std::max(longest, node_of(op, x).value.shape()[0]);
    Vars padded;
    for (const Var& x : sequences) {
        if (x.shape()[from(1)] != sequences[0].shape()[from(1)])
            fail<ShapeError>(op, ": needs sequences that differ in their length alone, got ", sequences[0].shape(),
                             " and ", x.shape());
        Ints behind(std::vector<std::int64_t>(2 * x.shape().size(), 0));
        behind.back() = longest - x.shape(0);
        padded.push_back(pad(x, behind, PadMode::constant, padding_value));
    }
    return stack(padded, batch_first ? 0 : 1);
}

}  // namespace jt::nn
