// Sorting by an index whose gradient goes back where each element came from, and running sums.
#include "order.hpp"

#include "../../core/kernels/movement/order.hpp"
#include "../../core/kernels/xt/scan.hpp"
#include "axes.hpp"
#include "index.hpp"
#include "part.hpp"

namespace jt {

std::pair<Var, Var> argsort(const Var& x, int dim, bool descending) {
    const int axis = axis_of("argsort", x, dim);
    if (!fits<std::int32_t>(x.shape(axis)))
        fail<ShapeError>("argsort: needs an axis that an int32 counts, got ", x.shape(), " along axis ", axis);
    const Var index = constant(kernels::argsort(x.array(), axis, descending));
    return {index, gather(x, axis, index)};
}

std::pair<Var, Var> sort(const Var& x, int dim, bool descending) {
    const auto [index, value] = argsort(x, axis_of("sort", x, dim), descending);
    return {value, index};
}

std::pair<Var, Var> topk(const Var& x, int k, int dim, bool largest) {
    const int axis = axis_of("topk", x, dim);
    if (k < 0 || k > x.shape(axis)) fail<ValueError>("topk: needs k from 0 to ", x.shape(axis), ", got ", k);
    const Var index = part(argsort(x, axis, largest).first, axis, 0, k);
    return {gather(x, axis, index), index};
}

Var cumsum(const Var& x, int dim) {
    static constexpr Op op{"cumsum", [](const Var& g, const Call& call) -> Vars {
                               const int axis = call.params<int>();
                               return {flip(cumsum(flip(g, axis), axis), axis)};
                           }};
    const int axis = axis_of(op.name, x, dim);
    return record(op, kernels::cumsum(x.array(), axis), {x}, axis);
}

}  // namespace jt
