// Softmax and the cross entropy of rows.
#include "loss.hpp"

#include "../../core/kernels/elementwise/elementwise.hpp"
#include "../../core/kernels/elementwise/fused.hpp"
#include "arithmetic.hpp"
#include "axes.hpp"
#include "comparison.hpp"
#include "create.hpp"
#include "elementwise.hpp"
#include "promote.hpp"
#include "reduce.hpp"
#include "shape.hpp"

namespace jt {

namespace {

// The gradients of softmax and log_softmax over the last axis are one fused node each; their rules are the composed
// forms.
Var softmax_grad(const Var& g, const Var& y) {
    static constexpr Op op{"softmax_grad", [](const Var& gg, const Call& call) -> Vars {
                               const Var g = call.input(0), y = call.input(1);
                               const Var dot = sum(g * y, -1, keepdims), mix = sum(gg * y, -1, keepdims);
                               return {y * (gg - mix), gg * (g - dot) - g * mix};
                           }};
    return record(op, kernels::softmax_grad(g.array(), y.array()), {g, y});
}

Var log_softmax_grad(const Var& g, const Var& y) {
    static constexpr Op op{"log_softmax_grad", [](const Var& gg, const Call& call) -> Vars {
                               const Var g = call.input(0), p = exp(call.input(1));
                               return {gg - sum(gg * p, -1, keepdims), -(gg * p * sum(g, -1, keepdims))};
                           }};
    return record(op, kernels::log_softmax_grad(g.array(), y.array()), {g, y});
}

Var softmax_last(const Var& x) {
    static constexpr Op op{"softmax",
                           [](const Var& g, const Call& call) -> Vars { return {softmax_grad(g, call.output())}; }};
    return record(op, kernels::softmax(x.array()), {x});
}

Var log_softmax_last(const Var& x) {
    static constexpr Op op{"log_softmax",
                           [](const Var& g, const Call& call) -> Vars { return {log_softmax_grad(g, call.output())}; }};
    return record(op, kernels::log_softmax(x.array()), {x});
}

// Over any axis by moving it to the end and back.
Var over_axis(const char* op, Var (*last)(const Var&), const Var& x, std::optional<int> axis) {
    const Dtype dtype = node_of(op, x).value.dtype();
    const Var v = as_var(x, is_float(dtype) ? dtype : to_float(dtype));
    if (!axis) return reshape(last(reshape(v, {x.numel()})), x.shape());
    const int k = normalize_axis(op, *axis, x.ndim()), end = x.ndim() - 1;
    if (k == end) return last(v);
    Axes swapped;
    for (int i = 0; i <= end; ++i) swapped.push_back(i == k ? end : i == end ? k : i);
    return transpose(last(transpose(v, swapped)), swapped);
}

// p is the softmax of x, and takes no part in the rule.
Var cross_entropy_grad(const Var& g, const Var& x, const Var& t, const Var& weight, const Var& p) {
    static constexpr Op op{
        "cross_entropy_grad", [](const Var& gg, const Call& call) -> Vars {
            const Var g = call.input(0), x = call.input(1), t = call.input(2), weight = call.input(3);
            const Var p = softmax(x, -1), classes = arange(x.shape(1));
            const Var valid = reshape((t >= 0) * (t < x.shape(1)) * weight, {-1, 1});
            const Var hot = cast(reshape(t, {-1, 1}) == classes, x.dtype()), scale = reshape(g, {-1, 1}) * valid;
            const Var mixed = sum(gg * p, -1, keepdims);
            return {sum(gg * (p - hot) * valid, -1), scale * p * (gg - mixed), Var(), Var()};
        }};
    return record(op, kernels::cross_entropy_grad(g.array(), p.array(), t.array(), weight.array()), {g, x, t, weight});
}

// int32 classes, -1 for those that are none of the n; throws when one is no whole number.
Var whole_classes(const char* op, const Var& t, std::int64_t n) {
    if (!fits<std::int32_t>(n)) fail<ShapeError>(op, ": needs classes that an int32 counts, got ", n);
    if (t.dtype() == Dtype::int32) return t;
    const Var whole = constant(kernels::cast_exact(op, t.array(), Dtype::int64));
    return cast(where((whole >= 0) * (whole < n), whole, -1), Dtype::int32);
}

}  // namespace

Var softmax(const Var& x, std::optional<int> axis) { return over_axis("softmax", softmax_last, x, axis); }

Var log_softmax(const Var& x, std::optional<int> axis) { return over_axis("log_softmax", log_softmax_last, x, axis); }

Var cross_entropy_rows(const Var& x, const Var& t, const Var& weight) {
    static constexpr Op op{
        "cross_entropy", [](const Var& g, const Call& call) -> Vars {
            return {cross_entropy_grad(g, call.input(0), call.input(1), call.input(2), call.input(3))};
        }};
    const Dtype dtype = node_of(op.name, x).value.dtype();
    node_of(op.name, t);
    node_of(op.name, weight);
    if (!is_float(dtype)) fail<DtypeError>("cross_entropy: needs float logits, got ", dtype);
    if (x.ndim() != 2 || t.shape() != Shape{x.shape(0)} || weight.shape() != t.shape())
        fail<ShapeError>("cross_entropy: needs logits (n, c), classes (n,) and weights (n,), got ", x.shape(), ", ",
                         t.shape(), " and ", weight.shape());
    const Var classes = constant(whole_classes(op.name, t, x.shape(1)).array());
    const Var w = constant(cast(weight, dtype).array());
    auto [loss, p] = kernels::cross_entropy(x.array(), classes.array(), w.array());
    return record(op, std::move(loss), {x, classes, w, constant(std::move(p))});
}

}  // namespace jt
