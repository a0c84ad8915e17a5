// Ops that change the shape or join Vars.
#include <algorithm>

#include "../../core/kernels/movement.hpp"
#include "../ops.hpp"
#include "promote.hpp"

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
    Var y = record(op, kernels::broadcast_to(x.array(), shape), {x});
    y.node()->scalar = x.node()->scalar;
    return y;
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

}  // namespace jt
