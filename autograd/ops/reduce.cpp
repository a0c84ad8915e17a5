// Ops that reduce over axes.
#include "reduce.hpp"

#include <cmath>

#include "../../core/kernels/elementwise/fused.hpp"
#include "../../core/kernels/reduce/reduce.hpp"
#include "arithmetic.hpp"
#include "comparison.hpp"
#include "elementwise.hpp"
#include "index.hpp"
#include "rules.hpp"
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

// What was made for each group of elements, to meet all of them.
Var kept(const Var& g, const Call& call, const ReducedAxes& r) { return reshape(g, r.kept(call.shape(0))); }
Var kept(const Var& g, const Call& call) { return kept(g, call, call.params<ReducedAxes>()); }

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
    return {where(call.input(0) == kept(call.output(), call), kept(g, call), 0)};
}

struct NormAxes : ReducedAxes {
    double eps;
};

Var norm2(const Var& x, const Axes& axes, KeepDims keep, double eps) {
    // Below the clamp the norm is a constant, so its gradient is zero there.
    static constexpr Op op{"norm", [](const Var& g, const Call& call) -> Vars {
                               const auto& r = call.params<NormAxes>();
                               const Var slope = where(call.output() > std::sqrt(r.eps), g / call.output(), 0);
                               return {call.input(0) * kept(slope, call, r)};
                           }};
    const NormAxes r{reduced_axes(op.name, x, axes), eps};
    Array n = kernels::norm(x.array(), r.axes, eps);
    return record(op, n.reshaped(reduced_shape(x.shape(), r.axes, keep.value)), {x}, r);
}

// exp(x - shift), where the shift is the largest x along the axes that are reduced, if that is finite.
struct Shifted {
    Var shift, e;

    Shifted(const Var& x, AxisSet axes) {
        const Var top = constant(kernels::max(x.array(), axes, true));
        shift = where(isfinite(top), top, 0);
        e = exp(x - shift);
    }
};

// The softmax of x, 0 where all are -infinity.
Var softmax_over(const Var& x, AxisSet axes) {
    const Var e = Shifted(x, axes).e;
    return e / maximum(sum(e, list_of(axes), keepdims), 1e-30);
}

Var truth(Extreme kernel, const char* op, const Var& x, const Axes& axes, KeepDims keep) {
    const AxisSet set = reduced_axes(op, x, axes).axes;
    return constant(kernel((x != 0).array(), set, keep.value));
}

using Places = Array (*)(const Array&, int);

std::pair<Var, Var> place_of(const char* op, Places kernel, const Var& x, int axis, KeepDims keep) {
    const int k = countable_axis(op, x, axis);
    if (x.shape(k) == 0) fail<ShapeError>(op, ": needs at least one element to choose from, got ", x.shape());
    const Var index = constant(kernel(x.array(), k)), value = gather(x, k, index);
    const Shape shape = reduced_shape(x.shape(), AxisSet{1} << k, keep.value);
    return {reshape(index, shape), reshape(value, shape)};
}

std::pair<Var, Var> place_of(const char* op, Places kernel, const Var& x, std::optional<int> dim, KeepDims keep) {
    if (dim) return place_of(op, kernel, x, *dim, keep);
    const auto rank = node_of(op, x).value.rank();
    const auto [index, value] = place_of(op, kernel, reshape(x, {x.numel()}), 0, {});
    const Shape shape(keep.value ? static_cast<std::size_t>(rank) : 1, 1);
    return {reshape(index, shape), reshape(value, shape)};
}

}  // namespace

Var sum(const Var& x, const Axes& axes, KeepDims keep) {
    static constexpr Op op{"sum", [](const Var& g, const Call& call) -> Vars { return {kept(g, call)}; }};
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

Var prod(const Var& x, const Axes& axes, KeepDims keep) {
    const AxisSet set = reduced_axes("prod", x, axes).axes;
    const bool full = set == all_axes(x.ndim());
    Var y = full ? prod_along(reshape(x, {x.numel()}), 0) : x;
    for (int k = 0; k < x.ndim() && !full; ++k)
        if (contains(set, k)) y = prod_along(y, k);
    y = reshape(y, reduced_shape(x.shape(), set, keep.value));
    mark_full(y, x, set);
    return y;
}

Var any(const Var& x, const Axes& axes, KeepDims keep) { return truth(kernels::max, "any", x, axes, keep); }
Var all(const Var& x, const Axes& axes, KeepDims keep) { return truth(kernels::min, "all", x, axes, keep); }

Var count_nonzero(const Var& x, const Axes& axes, KeepDims keep) {
    reduced_axes("count_nonzero", x, axes);
    return sum(x != 0, axes, keep);
}

Var norm(const Var& x, double p, const Axes& axes, KeepDims keep, double eps) {
    if (p != 1 && p != 2 && p != INFINITY) fail<ValueError>("norm: needs p of 1, 2 or infinity, got ", p);
    if (!(eps >= 0)) fail<ValueError>("norm: needs eps of 0 or more, got ", eps);
    const Var v = float_of("norm", x);
    reduced_axes("norm", x, axes);
    if (p == 2) return norm2(v, axes, keep, eps);
    return p == 1 ? sum(v.abs(), axes, keep) : max(v.abs(), axes, keep);
}

Var normalize(const Var& x, double p, const Axes& dim, double eps) {
    reduced_axes("normalize", x, dim);
    return x / norm(x, p, dim, keepdims, eps);
}

// The second sum is 0 but for the rounding of the mean.
Var var(const Var& x, const Axes& dims, bool unbiased, KeepDims keep) {
    const AxisSet axes = reduced_axes("var", x, dims).axes;
    const auto n = static_cast<double>(count(x.shape(), axes));
    const Var apart = x - mean(x, dims, keepdims), rest = sum(apart, dims, keep);
    return (sum(apart * apart, dims, keep) - rest * rest * (1 / n)) * (1 / (n - (unbiased ? 1 : 0)));
}

Var std(const Var& x, const Axes& dims, KeepDims keep) {
    reduced_axes("std", x, dims);
    return sqrt(maximum(var(x, dims, true, keep), 1e-6));
}

Var logsumexp(const Var& x, const Axes& dims, KeepDims keep) {
    static constexpr Op op{"logsumexp", [](const Var& g, const Call& call) -> Vars {
                               return {kept(g, call) * softmax_over(call.input(0), call.params<ReducedAxes>().axes)};
                           }};
    const Var v = float_of(op.name, x);
    const auto r = reduced_axes(op.name, v, dims);
    const Array value = without_grad([&] {
        const Shifted s(v, r.axes);
        return (log(sum(s.e, list_of(r.axes), keepdims)) + s.shift).array();
    });
    return record(op, value.reshaped(reduced_shape(x.shape(), r.axes, keep.value)), {v}, r);
}

std::pair<Var, Var> argmax(const Var& x, std::optional<int> dim, KeepDims keep) {
    return place_of("argmax", kernels::argmax, x, dim, keep);
}

std::pair<Var, Var> argmin(const Var& x, std::optional<int> dim, KeepDims keep) {
    return place_of("argmin", kernels::argmin, x, dim, keep);
}

Var sum_to(const Var& x, const Shape& shape) {
    static constexpr Op op{"sum_to",
                           [](const Var& g, const Call& call) -> Vars { return {broadcast(g, call.shape(0))}; }};
    if (!broadcasts_to(shape, node_of(op.name, x).value.shape()))
        fail<ShapeError>("sum_to: needs a shape that broadcasts to ", x.shape(), ", got ", shape);
    return record(op, kernels::sum_to(x.array(), shape), {x});
}

}  // namespace jt
