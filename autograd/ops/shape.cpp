// Ops that change the shape or join Vars.
#include "shape.hpp"

#include <algorithm>

#include "../../core/kernels/movement/movement.hpp"
#include "../../core/kernels/xt/scan.hpp"
#include "../../core/kernels/xt/views.hpp"
#include "comparison.hpp"
#include "create.hpp"
#include "index.hpp"
#include "promote.hpp"
#include "reduce.hpp"

namespace jt {

namespace {

Shape with_inferred(const Shape& wanted, std::int64_t numel) {
    Shape shape = wanted;
    const auto unknown = std::find(shape.begin(), shape.end(), -1);
    if (unknown == shape.end()) return shape;
    *unknown = 1;
    check_shape("reshape", shape);
    const auto known = shape.numel();
    *unknown = known > 0 ? numel / known : 0;
    return shape;
}

Axes inverse(const Axes& permutation) {
    Axes out = permutation;
    for (std::size_t k = 0; k < permutation.size(); ++k)
        out[static_cast<std::size_t>(permutation[k])] = static_cast<int>(k);
    return out;
}

Axes checked_permutation(const Axes& permutation, int rank) {
    Axes out;
    for (int k = 0; k < rank && permutation.empty(); ++k) out.push_back(rank - 1 - k);
    if (!permutation.empty()) axis_set("transpose", permutation, rank);
    for (int axis : permutation) out.push_back(normalize_axis("transpose", axis, rank));
    if (static_cast<int>(out.size()) != rank)
        fail<ShapeError>("transpose: needs each of ", rank, " axes once, got ", out.size(), " axes");
    return out;
}

Dtype common_dtype(const Vars& parts) {
    Dtype widest = parts[0].dtype();
    for (const auto& part : parts) widest = promote({widest, false}, {part.dtype(), false});
    return widest;
}

void check_parts(const Vars& parts, int axis) {
    for (const auto& part : parts) {
        Shape expected = parts[0].shape();
        if (part.ndim() == expected.rank()) expected[static_cast<std::size_t>(axis)] = part.shape(axis);
        if (part.shape() != expected)
            fail<ShapeError>("concat: needs equal extents but along axis ", axis, ", got ", parts[0].shape(), " and ",
                             part.shape());
    }
}

Vars concat_rule(const Var& g, const Call& call) {
    const int axis = call.params<int>();
    std::int64_t start = 0;
    Vars gradients;
    for (std::size_t k = 0; k < call.size(); ++k) {
        Indices box(static_cast<std::size_t>(axis), Index(Slice{}));
        const auto stop = start + call.shape(k)[static_cast<std::size_t>(axis)];
        box.push_back(Slice{start, stop});
        gradients.push_back(call.needs(k) ? getitem(g, box) : Var());
        start = stop;
    }
    return gradients;
}

}  // namespace

Var reshape(const Var& x, const Shape& shape) {
    static constexpr Op op{"reshape",
                           [](const Var& g, const Call& call) -> Vars { return {reshape(g, call.shape(0))}; }};
    const Shape& from = node_of(op.name, x).value.shape();
    Shape to = with_inferred(shape.empty() ? Shape{1} : shape, x.numel());
    check_shape(op.name, to);
    if (to.numel() != x.numel())
        fail<ShapeError>("reshape: needs a shape of ", x.numel(), " elements for ", from, ", got ", shape);
    return record(op, x.array().reshaped(std::move(to)), {x});
}

Var transpose(const Var& x, const Axes& permutation) {
    static constexpr Op op{"transpose", [](const Var& g, const Call& call) -> Vars {
                               return {transpose(g, inverse(call.params<Axes>()))};
                           }};
    const Axes axes = checked_permutation(permutation, node_of(op.name, x).value.rank());
    return record(op, kernels::permute(x.array(), axes), {x}, axes);
}

Var broadcast(const Var& x, const Shape& shape) {
    static constexpr Op op{"broadcast",
                           [](const Var& g, const Call& call) -> Vars { return {sum_to(g, call.shape(0))}; }};
    const Shape& from = node_of(op.name, x).value.shape();
    check_shape(op.name, shape);
    if (!broadcasts_to(from, shape))
        fail<ShapeError>("broadcast: needs a shape that ", from, " broadcasts to, got ", shape);
    return like_scalar(record(op, kernels::broadcast_to(x.array(), shape), {x}), x);
}

Var concat(const Vars& parts, int axis) {
    static constexpr Op op{"concat", concat_rule};
    if (parts.empty()) fail<ValueError>("concat: needs at least one Var, got none");
    const int k = normalize_axis(op.name, axis, node_of(op.name, parts[0]).value.rank());
    for (const auto& part : parts) node_of(op.name, part);
    check_parts(parts, k);
    const Dtype dtype = common_dtype(parts);
    Vars same;
    for (const auto& part : parts) same.push_back(as_var(part, dtype));
    SmallVector<const Array*, 8> arrays;
    for (const auto& part : same) arrays.push_back(&part.array());
    return record(op, kernels::concat(arrays, k), same, k);
}

Var stack(const Vars& parts, int dim) {
    if (parts.empty()) fail<ValueError>("stack: needs at least one Var, got none");
    const Shape shape = node_of("stack", parts[0]).value.shape();
    Vars with_axis;
    for (const auto& part : parts) {
        if (node_of("stack", part).value.shape() != shape)
            fail<ShapeError>("stack: needs equal shapes, got ", shape, " and ", part.shape());
        with_axis.push_back(unsqueeze(part, normalize_axis("stack", dim, shape.rank() + 1)));
    }
    return concat(with_axis, normalize_axis("stack", dim, shape.rank() + 1));
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

Var flip(const Var& x, const Axes& dims) {
    static constexpr Op op{
        "flip", [](const Var& g, const Call& call) -> Vars { return {flip(g, list_of(call.params<AxisSet>()))}; }};
    const AxisSet axes = axis_set(op.name, dims, node_of(op.name, x).value.rank());
    return record(op, kernels::flip(x.array(), axes), {x}, axes);
}

Var roll(const Var& x, std::int64_t shift, int dim) {
    struct Turn {
        std::int64_t shift;
        int axis;
    };
    static constexpr Op op{"roll", [](const Var& g, const Call& call) -> Vars {
                               const auto& turn = call.params<Turn>();
                               return {roll(g, -turn.shift, turn.axis)};
                           }};
    const int axis = axis_of(op.name, x, dim);
    const std::int64_t turns = shift % std::max<std::int64_t>(x.shape(axis), 1);
    return record(op, kernels::roll(x.array(), turns, axis), {x}, Turn{turns, axis});
}

Var tril(const Var& x, int diagonal) {
    if (node_of("tril", x).value.rank() < 2) fail<ShapeError>("tril: needs two axes or more, got ", x.shape());
    const std::int64_t first = diagonal;
    const Var last = reshape(arange(first, first + x.shape(-2), 1, int64), {-1, 1});
    return where(arange(x.shape(-1)) <= last, x, 0);
}

}  // namespace jt
