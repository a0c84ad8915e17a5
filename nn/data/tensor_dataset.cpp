#include "tensor_dataset.hpp"

#include "../../autograd/node.hpp"

namespace jt::dataset::detail {

void check_lengths(const std::vector<Var>& vars) {
    for (const Var& x : vars) node_of("TensorDataset", x);
    for (const Var& x : vars)
        if (x.shape(0) != vars.front().shape(0))
            fail<ShapeError>("TensorDataset: needs Vars of one length, got shapes ", vars.front().shape(), " and ",
                             x.shape());
}

}  // namespace jt::dataset::detail
