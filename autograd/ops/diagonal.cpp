// Diagonals are strided views; triangles are rows cut off.
#include "diagonal.hpp"

#include <algorithm>

#include "../../core/kernels/movement/movement.hpp"
#include "../../core/kernels/xt/views.hpp"
#include "create.hpp"
#include "promote.hpp"
#include "reduce.hpp"
#include "shape.hpp"

namespace jt {

using kernels::Diagonal;

namespace {

// Each is the other's gradient.
Var undiagonal(const Var& x, const Shape& shape, const Diagonal& d);

Var along(const Var& x, const Diagonal& d) {
    static constexpr Op op{"diagonal", [](const Var& g, const Call& call) -> Vars {
                               return {undiagonal(g, call.shape(0), call.params<Diagonal>())};
                           }};
    return record(op, kernels::diagonal(x.array(), d), {x}, d);
}

Var undiagonal(const Var& x, const Shape& shape, const Diagonal& d) {
    static constexpr Op op{"diag",
                           [](const Var& g, const Call& call) -> Vars { return {along(g, call.params<Diagonal>())}; }};
    return record(op, kernels::undiagonal(x.array(), shape, d), {x}, d);
}

template <bool lower>
Var triangle(const Var& x, std::int64_t diagonal) {
    static constexpr Op op{lower ? "tril" : "triu", [](const Var& g, const Call& call) -> Vars {
                               return {triangle<lower>(g, call.params<std::int64_t>())};
                           }};
    if (node_of(op.name, x).value.rank() < 2) fail<ShapeError>(op.name, ": needs two axes or more, got ", x.shape());
    return record(op, kernels::triangle(x.array(), diagonal, lower), {x}, diagonal);
}

}  // namespace

Var diagonal(const Var& x, int offset, int dim1, int dim2) {
    const Diagonal d{offset, axis_of("diagonal", x, dim1), axis_of("diagonal", x, dim2)};
    if (d.row == d.column) fail<ShapeError>("diagonal: needs two axes, got ", dim1, " and ", dim2);
    return along(x, d);
}

Var diag(const Var& x, int diagonal) {
    const int rank = node_of("diag", x).value.rank();
    if (rank != 1 && rank != 2) fail<ShapeError>("diag: needs one axis or two, got ", x.shape());
    if (rank == 2) return jt::diagonal(x, diagonal);
    const Diagonal d{diagonal, 0, 1};
    const auto n = x.numel() + std::max(d.offset, -d.offset);
    check_shape("diag", {n, n});
    return undiagonal(x, {n, n}, d);
}

Var tril(const Var& x, int diagonal) { return triangle<true>(x, diagonal); }

Var triu(const Var& x, int diagonal) { return triangle<false>(x, diagonal); }

Var trace(const Var& x) {
    if (node_of("trace", x).value.rank() != 2) fail<ShapeError>("trace: needs a matrix, got ", x.shape());
    return sum(diagonal(x));
}

}  // namespace jt
