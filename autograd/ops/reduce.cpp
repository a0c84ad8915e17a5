// Ops that reduce over axes.
#include "reduce.hpp"

#include "../../core/kernels/elementwise/fused.hpp"
#include "../../core/kernels/reduce/reduce.hpp"
#include "arithmetic.hpp"
#include "comparison.hpp"
#include "create.hpp"
#include "promote.hpp"
#include "shape.hpp"

namespace jt {

namespace {

// What a reduction remembers: the axes, and the shape with them kept as 1.
struct ReducedAxes {
    AxisSet axes;
    Shape kept(const Shape& shape) const { return reduced_shape(shape, axes, true); }
};

ReducedAxes reduced_axes(const char* op, const Var& x, const Axes& axes) {
    return {axis_set(op, axes, node_of(op, x).value.rank())};
}

Var spread(const Var& g, const Call& call) {
    const Shape shape = call.shape(0);
    return broadcast(reshape(g, call.params<ReducedAxes>().kept(shape)), shape);
}

void mark_full(const Var& y, const Var& x, AxisSet axes) { y.node()->scalar = axes == all_axes(x.ndim()); }

std::int64_t count(const Shape& shape, AxisSet axes) {
    std::int64_t n = 1;
    for (int k = 0; k < shape.rank(); ++k)
        if (contains(axes, k)) n *= shape[k];
    return n;
}

using Extreme = Array (*)(const Array&, AxisSet, bool);

Var extreme(const Op& op, Extreme kernel, const Var& x, const Axes& axes, KeepDims keep) {
    const auto r = reduced_axes(op.name, x, axes);
    if (count(x.shape(), r.axes) == 0)
        fail<ShapeError>(op.name, ": needs at least one element to choose from, got ", x.shape());
    Var y = record(op, kernel(x.array(), r.axes, keep.value), {x}, r);
    mark_full(y, x, r.axes);
    return y;
}

Vars extreme_rule(const Var& g, const Call& call) {
    return {where(call.input(0) == spread(call.output(), call), spread(g, call), 0)};
}

Var norm1(const Var& x, const Axes& axes, KeepDims keep) { return sum(x.abs(), axes, keep); }

Var norm2(const Var& x, const Axes& axes, KeepDims keep) {
    // Below the clamp the norm is a constant, so its gradient is zero there.
    static constexpr Op op{"norm", [](const Var& g, const Call& call) -> Vars {
                               const Var n = call.output();
                               return {call.input(0) * spread(where(n > 1e-15, g / n, 0), call)};
                           }};
    const auto r = reduced_axes(op.name, x, axes);
    Array n = kernels::norm(x.array(), r.axes);
    return record(op, n.reshaped(reduced_shape(x.shape(), r.axes, keep.value)), {x}, r);
}

}  // namespace

Var sum(const Var& x, const Axes& axes, KeepDims keep) {
    static constexpr Op op{"sum", [](const Var& g, const Call& call) -> Vars { return {spread(g, call)}; }};
    const auto r = reduced_axes(op.name, x, axes);
    Var y = record(op, kernels::sum(x.array(), r.axes, keep.value), {x}, r);
    mark_full(y, x, r.axes);
    return y;
}

Var mean(const Var& x, const Axes& axes, KeepDims keep) {
    const Array& value = node_of("mean", x).value;
    const AxisSet set = axis_set("mean", axes, value.rank());
    Var y = sum(float_of("mean", x), axes, keep) * (1.0 / static_cast<double>(count(value.shape(), set)));
    mark_full(y, x, set);
    return y;
}

Var max(const Var& x, const Axes& axes, KeepDims keep) {
    static constexpr Op op{"max", extreme_rule};
    return extreme(op, kernels::max, x, axes, keep);
}

Var min(const Var& x, const Axes& axes, KeepDims keep) {
    static constexpr Op op{"min", extreme_rule};
    return extreme(op, kernels::min, x, axes, keep);
}

Var norm(const Var& x, int p, const Axes& axes, KeepDims keep) {
    if (p != 1 && p != 2) fail<ValueError>("norm: needs p of 1 or 2, got ", p);
    const Var v = float_of("norm", x);
    axis_set("norm", axes, x.ndim());
    return p == 1 ? norm1(v, axes, keep) : norm2(v, axes, keep);
}

Var var(const Var& x, const Axes& dims, bool unbiased, KeepDims keep) {
    const AxisSet axes = reduced_axes("var", x, dims).axes;
    const auto n = static_cast<double>(count(x.shape(), axes));
    const Var apart = x - mean(x, dims, keepdims);
    return sum(apart * apart, dims, keep) * (1 / (n - (unbiased ? 1 : 0)));
}

std::pair<Var, Var> argmax(const Var& x, int axis, KeepDims keep) {
    const int k = normalize_axis("argmax", axis, node_of("argmax", x).value.rank());
    if (x.shape(k) == 0) fail<ShapeError>("argmax: needs at least one element to choose from, got ", x.shape());
    if (!fits<std::int32_t>(x.shape(k)))
        fail<ShapeError>("argmax: needs an axis that an int32 counts, got ", x.shape(), " along axis ", k);
    const Var index = constant(kernels::argmax(x.array(), k, true));
    // The value is a sum over the one chosen place, so its gradient goes there and nowhere else.
    const Var places = reshape(arange(x.shape(k)), [&] {
        Shape shape(static_cast<std::size_t>(x.ndim()), 1);
        shape[static_cast<std::size_t>(k)] = -1;
        return shape;
    }());
    const Var value = sum(where(index == places, x, 0), k, keep).cast(x.dtype());
    return {keep.value ? index : reshape(index, reduced_shape(x.shape(), AxisSet{1} << k, false)), value};
}

Var sum_to(const Var& x, const Shape& shape) {
    static constexpr Op op{"sum_to",
                           [](const Var& g, const Call& call) -> Vars { return {broadcast(g, call.shape(0))}; }};
    if (!broadcasts_to(shape, node_of(op.name, x).value.shape()))
        fail<ShapeError>("sum_to: needs a shape that broadcasts to ", x.shape(), ", got ", shape);
    return record(op, kernels::sum_to(x.array(), shape), {x});
}

}  // namespace jt
