// The op behind weight normalisation.
#include "rescale.hpp"

#include "../../core/kernels/elementwise/fused.hpp"
#include "arithmetic.hpp"
#include "comparison.hpp"
#include "promote.hpp"
#include "reduce.hpp"

namespace jt {

namespace {

// In Vars, to be differentiated again: the gradients of v * (g / norm(v)).
Vars composed(const Var& G, const Call& call, AxisSet axes) {
    const Var v = call.input(0), g = call.input(1), n = norm(v, 2, list_of(axes), keepdims);
    const Var projection = sum(G * v, list_of(axes), keepdims) / n;
    return {call.needs(0) ? g / n * (G - v * where(n > 1e-15, projection / n, 0)) : Var(),
            call.needs(1) ? projection : Var()};
}

Vars fused(const Var& G, const Call& call, AxisSet axes) {
    const Var v = call.input(0), g = call.input(1), n = call.input(2);
    auto gradients = kernels::rescale_grad(std::move(spent(G).node()->value), v.array(), g.array(), n.array(), axes);
    return {make_var(std::move(gradients.v)), make_var(std::move(gradients.g))};
}

}  // namespace

Var rescale(const Var& v, const Var& g, AxisSet axes) {
    static constexpr Op op{"rescale", [](const Var& G, const Call& call) -> Vars {
                               const auto axes = call.params<AxisSet>();
                               return recording() ? composed(G, call, axes) : fused(G, call, axes);
                           }};
    if (!is_float(node_of(op.name, v).value.dtype()) || node_of(op.name, g).value.dtype() != v.dtype())
        fail<DtypeError>("rescale: needs v and g of one float dtype, got ", v.dtype(), " and ", g.dtype());
    if (axes & ~all_axes(v.ndim())) fail<ShapeError>("rescale: needs axes below ", v.ndim(), ", got others");
    const Shape norms = reduced_shape(v.shape(), axes, true);
    if (g.shape() != norms) fail<ShapeError>("rescale: needs g of shape ", norms, ", got ", g.shape());
    // The norms are kept as an input that takes no gradient.
    auto [w, n] = kernels::rescale(v.array(), g.array(), axes);
    return record(op, std::move(w), {v, g, constant(std::move(n))}, axes);
}

}  // namespace jt
