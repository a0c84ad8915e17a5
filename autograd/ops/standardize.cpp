// One node forward, one pass back.
#include "standardize.hpp"

#include "../../core/kernels/elementwise/fused.hpp"
#include "arithmetic.hpp"
#include "axes.hpp"
#include "create.hpp"
#include "elementwise.hpp"
#include "promote.hpp"
#include "reduce.hpp"
#include "shape.hpp"

namespace jt {

namespace {

// In Vars, to be differentiated again.
Vars composed(const Var& g, const Call& call, double eps) {
    const Axes group{0, 3, 4}, others{0, 1, 4};
    const Var x = call.input(0), w = call.input(1);
    const Var centered = x - mean(x, group, keepdims), root = sqrt(mean(sqr(centered), group, keepdims) + eps);
    const Var h = centered / root, d = g * reshape(w, {1, 1, w.shape(0), w.shape(1), 1});
    return {(d - mean(d, group, keepdims) - h * mean(d * h, group, keepdims)) / root, sum(g * h, others),
            sum(g, others)};
}

Vars fused(const Var& g, const Call& call, double eps) {
    const Var x = call.input(0), w = call.input(1), mean = call.input(3), var = call.input(4);
    auto gradients = kernels::standardize_grad(g.array(), x.array(), w.array(), {{}, mean.array(), var.array()}, eps);
    return {make_var(std::move(gradients.x)), make_var(std::move(gradients.weight)),
            make_var(std::move(gradients.bias))};
}

}  // namespace

Standardized standardize(const Var& x, const Var& weight, const Var& bias, double eps) {
    static constexpr Op op{"standardize", [](const Var& g, const Call& call) -> Vars {
                               const auto eps = call.params<double>();
                               return recording() ? composed(g, call, eps) : fused(g, call, eps);
                           }};
    Dtype dtype = to_float(node_of(op.name, x).value.dtype());
    if (x.shape(4) == 1 && x.shape(0) > 1) {  // what lies apart is brought together
        static const Axes swapped{4, 1, 2, 3, 0};
        const auto [y, mean, var] = standardize(transpose(x, swapped), weight, bias, eps);
        return {transpose(y, swapped), mean, var};
    }
    for (const Var& v : {weight, bias})
        if (v.defined()) dtype = promote({dtype, false}, type_of(op.name, v));
    const Shape each{x.shape(2), x.shape(3)};
    const Var v = as_var(x, dtype);
    const Var w = weight.defined() ? reshape(as_var(weight, dtype), each) : constant(ones(each, dtype).array());
    const Var b = bias.defined() ? reshape(as_var(bias, dtype), each) : constant(zeros(each, dtype).array());
    auto [y, mean, var] = kernels::standardize(v.array(), w.array(), b.array(), eps);
    const Var m = constant(std::move(mean)), s = constant(std::move(var));
    return {record(op, std::move(y), {v, w, b, m, s}, eps), m, s};
}

}  // namespace jt
