#include "collate.hpp"

#include "../../autograd/ops/join.hpp"

namespace jt::dataset::detail {

namespace {

void check_shapes(const std::vector<Var>& values, const std::vector<std::int64_t>& indices) {
    const auto index = [&](std::size_t k) { return k < indices.size() ? indices[k] : static_cast<std::int64_t>(k); };
    for (std::size_t k = 0; k < values.size(); ++k) {
        if (!values[k].defined())
            fail<GraphError>("collate_batch: needs a Var in item ", index(k), ", got an empty one");
        const Shape &shape = values[k].shape(), &first = values.front().shape();
        if (shape != first)
            fail<ShapeError>("collate_batch: needs Vars of one shape, got ", first, " in item ", index(0), " and ",
                             shape, " in item ", index(k));
    }
}

}  // namespace

Var collate(const std::vector<Var>& values, const std::vector<std::int64_t>& indices) {
    check_shapes(values, indices);
    return stack(Vars(values));
}

}  // namespace jt::dataset::detail
