// Products of vectors and of batches of matrices, composed of others.
#include "linalg.hpp"

#include <algorithm>

#include "../../core/kernels/product/inverse.hpp"
#include "arithmetic.hpp"
#include "axes.hpp"
#include "join.hpp"
#include "part.hpp"
#include "product.hpp"
#include "reduce.hpp"
#include "shape.hpp"

namespace jt {

namespace {

void check_batches(const char* op, const Var& a, const Var& b, const char* second) {
    const int rank = std::min(node_of(op, a).value.rank(), node_of(op, b).value.rank());
    if (rank < 3) fail<ShapeError>(op, ": needs (b, n, k) and ", second, ", got ", a.shape(), " and ", b.shape());
}

void check_vectors(const char* op, const Var& a, const Var& b) {
    const int ranks[] = {node_of(op, a).value.rank(), node_of(op, b).value.rank()};
    if (ranks[0] != 1 || ranks[1] != 1)
        fail<ShapeError>(op, ": needs two Vars of one axis, got ", a.shape(), " and ", b.shape());
}

std::int64_t extent_of(const Shape& shape, const Axes& axes) {
    std::int64_t n = 1;
    for (const int axis : axes) n *= shape[axis];
    return n;
}

Var square(const char* op, const Var& x) {
    const Shape& shape = node_of(op, x).value.shape();
    if (shape.size() < 2 || x.shape(-1) != x.shape(-2))
        fail<ShapeError>(op, ": needs square matrices (..., n, n), got ", shape);
    return float_of(op, x);
}

Axes all_but(const Axes& axes, int rank) {
    const AxisSet given = axes.empty() ? 0 : axis_set("tensordot", axes, rank);
    return list_of(all_axes(rank) & ~given);
}

Axes joined(Axes first, const Axes& second) {
    for (const int axis : second) first.push_back(axis);
    return first;
}

Axes counted(const Axes& axes, int rank) {
    Axes out;
    for (const int axis : axes) out.push_back(normalize_axis("tensordot", axis, rank));
    return out;
}

}  // namespace

Var bmm(const Var& a, const Var& b) {
    check_batches("bmm", a, b, "(b, k, m)");
    return matmul(a, b);
}

Var bmm_transpose(const Var& a, const Var& b) {
    check_batches("bmm_transpose", a, b, "(b, m, k)");
    return matmul(a, b, false, true);
}

Var baddbmm(const Var& input, const Var& batch1, const Var& batch2, double beta, double alpha) {
    node_of("baddbmm", input);
    check_batches("baddbmm", batch1, batch2, "(b, k, m)");
    return input * beta + matmul(batch1, batch2) * alpha;
}

Var matmul_transpose(const Var& a, const Var& b) {
    node_of("matmul_transpose", a);
    node_of("matmul_transpose", b);
    return matmul(a, b, false, true);
}

Var outer(const Var& a, const Var& b) {
    check_vectors("outer", a, b);
    return unsqueeze(a, 1) * b;
}

Var dot(const Var& a, const Var& b) {
    check_vectors("dot", a, b);
    if (a.shape() != b.shape()) fail<ShapeError>("dot: needs equal shapes, got ", a.shape(), " and ", b.shape());
    return sum(a * b);
}

Var tensordot(const Var& a, const Var& b, int count) {
    const int rank = node_of("tensordot", a).value.rank(), most = std::min(rank, node_of("tensordot", b).value.rank());
    if (count < 0 || count > most) fail<ValueError>("tensordot: needs from 0 to ", most, " axes, got ", count);
    Axes last, first;
    for (int k = 0; k < count; ++k) last.push_back(rank - count + k), first.push_back(k);
    return tensordot(a, b, last, first);
}

Var tensordot(const Var& a, const Var& b, const Axes& axes_a, const Axes& axes_b) {
    const Shape &left = node_of("tensordot", a).value.shape(), &right = node_of("tensordot", b).value.shape();
    const Axes summed_a = counted(axes_a, a.ndim()), summed_b = counted(axes_b, b.ndim());
    const Axes kept_a = all_but(axes_a, a.ndim()), kept_b = all_but(axes_b, b.ndim());
    bool paired = summed_a.size() == summed_b.size();
    for (std::size_t k = 0; paired && k < summed_a.size(); ++k) paired = left[summed_a[k]] == right[summed_b[k]];
    if (!paired) fail<ShapeError>("tensordot: needs pairs of equal extents, got those of ", left, " and ", right);
    Shape shape;
    for (const int axis : kept_a) shape.push_back(left[axis]);
    for (const int axis : kept_b) shape.push_back(right[axis]);
    const std::int64_t n = extent_of(left, kept_a), k = extent_of(left, summed_a), m = extent_of(right, kept_b);
    const Var x = reshape(transpose(a, joined(kept_a, summed_a)), {n, k});
    return reshape(matmul(x, reshape(transpose(b, joined(summed_b, kept_b)), {k, m})), shape);
}

Var kron(const Var& a, const Var& b) {
    const int rank = std::max(node_of("kron", a).value.rank(), node_of("kron", b).value.rank());
    Shape left, right, shape;
    for (int k = -rank; k < 0; ++k) {
        const auto n = -k <= a.ndim() ? a.shape(k) : 1, m = -k <= b.ndim() ? b.shape(k) : 1;
        for (const auto extent : {n, std::int64_t{1}}) left.push_back(extent);
        for (const auto extent : {std::int64_t{1}, m}) right.push_back(extent);
        shape.push_back(n * m);
    }
    return reshape(reshape(a, left) * reshape(b, right), shape);
}

Var cross(const Var& a, const Var& b, int dim) {
    const Shape shape = broadcast_shapes("cross", node_of("cross", a).value.shape(), node_of("cross", b).value.shape());
    const int axis = normalize_axis("cross", dim, shape.rank());
    if (shape[axis] != 3) fail<ShapeError>("cross: needs an axis of extent 3, got ", axis, " of ", shape);
    const Var x = broadcast(a, shape), y = broadcast(b, shape);
    const auto turned = [axis](const Var& v, int by) { return roll(v, by, axis); };
    return turned(x, -1) * turned(y, 1) - turned(x, 1) * turned(y, -1);
}

Var inv(const Var& x) {
    static constexpr Op op{"inv", [](const Var& g, const Call& call) -> Vars {
                               const Var y = call.output();
                               return {-matmul(matmul(y, g, true, false), y, false, true)};
                           }};
    const Var v = square("inv", x);
    auto value = kernels::inverse(v.array());
    if (!value) fail<ValueError>("inv: needs matrices that are not singular, got one in shape ", x.shape());
    return record(op, std::move(*value), {v});
}

Var det(const Var& x) {
    static constexpr Op op{"det", [](const Var& g, const Call& call) -> Vars {
                               const Var v = call.input(0), share = g * call.output();
                               return {share.reshape(v.shape()[to(-2)], 1, 1) * swapaxes(inv(v), -1, -2)};
                           }};
    const Var v = square("det", x);
    Array value = kernels::determinant(v.array());
    if (value.rank() == 0) value = value.reshaped({1});
    return record(op, std::move(value), {v});
}

}  // namespace jt
