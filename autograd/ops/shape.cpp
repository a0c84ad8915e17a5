// Other shapes for the same elements.
#include "shape.hpp"

#include <algorithm>

#include "../../core/kernels/movement/movement.hpp"
#include "promote.hpp"
#include "reduce.hpp"

namespace jt {

namespace {

Shape with_inferred(const char* name, const Shape& wanted, std::int64_t numel) {
    Shape shape = wanted;
    const auto unknown = std::find(shape.begin(), shape.end(), -1);
    if (unknown == shape.end()) return shape;
    *unknown = 1;
    check_shape(name, shape);
    const auto known = shape.numel();
    *unknown = known > 0 ? numel / known : 0;
    return shape;
}

Var reshape_in(const char* name, const Var& x, const Shape& shape) {
    static constexpr Op op{"reshape",
                           [](const Var& g, const Call& call) -> Vars { return {reshape(g, call.shape(0))}; }};
    const Shape& from = node_of(name, x).value.shape();
    Shape to = with_inferred(name, shape.empty() ? Shape{1} : shape, x.numel());
    check_shape(name, to);
    if (to.numel() != x.numel())
        fail<ShapeError>(name, ": needs a shape of ", x.numel(), " elements for ", from, ", got ", shape);
    return record(op, x.array().reshaped(std::move(to)), {x});
}

Var broadcast_in(const char* name, const Var& x, const Shape& shape) {
    static constexpr Op op{"broadcast",
                           [](const Var& g, const Call& call) -> Vars { return {sum_to(g, call.shape(0))}; }};
    const Shape& from = node_of(name, x).value.shape();
    check_shape(name, shape);
    if (!broadcasts_to(from, shape))
        fail<ShapeError>(name, ": needs a shape that ", from, " broadcasts to, got ", shape);
    return like_scalar(record(op, kernels::broadcast_to(x.array(), shape), {x}), x);
}

}  // namespace

Var reshape(const Var& x, const Shape& shape) { return reshape_in("reshape", x, shape); }

Var view(const Var& x, const Shape& shape) { return reshape_in("view", x, shape); }

Var reshape_as(const Var& x, const Var& y) {
    return reshape_in("reshape_as", x, node_of("reshape_as", y).value.shape());
}

Var view_as(const Var& x, const Var& y) { return reshape_in("view_as", x, node_of("view_as", y).value.shape()); }

Var flatten(const Var& x, int start_dim, int end_dim) {
    const int first = axis_of("flatten", x, start_dim), last = axis_of("flatten", x, end_dim);
    if (first > last)
        fail<ShapeError>("flatten: needs start_dim at or before end_dim, got ", start_dim, " and ", end_dim);
    Shape shape(x.shape().begin(), x.shape().begin() + first);
    shape.push_back(Shape(x.shape().begin() + first, x.shape().begin() + last + 1).numel());
    for (int k = last + 1; k < x.ndim(); ++k) shape.push_back(x.shape(k));
    return reshape(x, shape);
}

Var unflatten(const Var& x, int dim, const Shape& sizes) {
    const int axis = axis_of("unflatten", x, dim);
    const Shape& from = x.shape();
    const Shape parts = with_inferred("unflatten", sizes, from[static_cast<std::size_t>(axis)]);
    check_shape("unflatten", parts);
    if (sizes.empty() || parts.numel() != x.shape(axis))
        fail<ShapeError>("unflatten: needs sizes that make ", x.shape(axis), ", axis ", axis, " of ", from, ", got ",
                         sizes);
    return reshape(x, from[jt::to(axis)] + parts + from[jt::from(axis + 1)]);
}

Var squeeze(const Var& x, std::optional<int> dim) {
    Shape shape;
    const int axis = dim ? axis_of("squeeze", x, *dim) : -1;
    for (int k = 0; k < node_of("squeeze", x).value.rank(); ++k)
        if (dim ? k != axis : x.shape(k) != 1) shape.push_back(x.shape(k));
    if (dim && x.shape(axis) != 1)
        fail<ShapeError>("squeeze: needs an axis of extent 1, got ", axis, " of ", x.shape());
    return reshape(x, shape);
}

Var unsqueeze(const Var& x, int dim) {
    Shape shape = node_of("unsqueeze", x).value.shape();
    shape.insert(static_cast<std::size_t>(normalize_axis("unsqueeze", dim, shape.rank() + 1)), 1);
    return reshape(x, shape);
}

Var broadcast(const Var& x, const Shape& shape) { return broadcast_in("broadcast", x, shape); }

Var expand(const Var& x, const Shape& shape) {
    const Shape& from = node_of("expand", x).value.shape();
    Shape to = shape;
    const int added = to.rank() - from.rank();
    for (int k = std::max(added, 0); k < to.rank(); ++k)
        if (to[k] == -1) to[k] = from[k - added];
    return broadcast_in("expand", x, to);
}

Var expand_as(const Var& x, const Var& y) {
    return broadcast_in("expand_as", x, node_of("expand_as", y).value.shape());
}

Var contiguous(const Var& x) { return node_of("contiguous", x), x.clone(); }

void sync(const Var& x) { node_of("sync", x); }

}  // namespace jt
