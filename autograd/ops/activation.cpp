// Activations: most are a kernel, and say in Vars what it computes.
#include "activation.hpp"

#include <cmath>
#include <numbers>

#include "arithmetic.hpp"
#include "comparison.hpp"
#include "elementwise.hpp"
#include "join.hpp"
#include "part.hpp"
#include "rules.hpp"
#include "shape.hpp"
#include "shaped.hpp"

namespace jt {

using kernels::Shaped;
using kernels::Unary;

namespace {

constexpr double far_out = 1e30;

Var elu_in_vars(const Var& x, const Numbers& n) { return where(x > 0, x, n.a * expm1(minimum(0, x))); }

Var softplus_in_vars(const Var& x, const Numbers& n) {
    return log1p(exp(minimum(x * n.a, n.b))) / n.a + maximum(x - n.b / n.a, 0);
}

// f of floats, with a rule of two numbers that it does not ask for.
Var bent(const Op& op, Unary f, const Var& x) {
    const Var v = float_of(op.name, x);
    return like_scalar(record(op, kernels::map(f, v.array()), {v}, Numbers{0}), v);
}

// x * share(x) between bounds that are far beyond where it bends. Above them x itself, below them a constant that is
// nearly 0: infinity never meets a slope or a factor of 0.
template <class Share>
Var shared_out(const Var& x, double far, Share share) {
    const Var v = clamp(x, -far, far);
    return where(x >= far, x, v * share(v));
}

Var gelu_in_vars(const Var& x, const Numbers&) {
    return shared_out(x, 40, [](const Var& v) { return 0.5 + 0.5 * erf(v * (1 / std::numbers::sqrt2)); });
}

Var silu_in_vars(const Var& x, const Numbers&) { return shared_out(x, 1e4, sigmoid); }

Var mish_in_vars(const Var& x, const Numbers&) {
    return shared_out(x, 1e4, [](const Var& v) { return tanh(softplus_in_vars(v, {1, 20})); });
}

Var softsign_in_vars(const Var& x, const Numbers& n) {
    const Var v = clamp(x, -n.a, n.a);
    return v / (1 + abs(v));
}

Vars glu_rule(const Var& g, const Call& call) {
    const Var x = call.input(0);
    const int axis = call.params<int>();
    const std::int64_t n = x.shape(axis) / 2;
    const Var share = sigmoid(part(x, axis, n, n)), slope = mul_grad(g, part(x, axis, 0, n));
    return {concat({mul_grad(g, share), mul_grad(mul_grad(slope, share), 1 - share)}, axis)};
}

}  // namespace

Var leaky_relu(const Var& x, double scale) {
    static constexpr Op op{"leaky_relu", straight<Shaped::leaky_relu_grad>};
    return shaped(op, Shaped::leaky_relu, float_of(op.name, x), {scale});
}

Var elu(const Var& x, double alpha) {
    static constexpr Op op{"elu", curved<Shaped::elu_grad, elu_in_vars>};
    return shaped(op, Shaped::elu, float_of(op.name, x), {alpha});
}

Var prelu(const Var& x, const Var& weight) {
    const int rank = node_of("prelu", x).value.rank();
    const Shape& given = node_of("prelu", weight).value.shape();
    if (given != Shape{1} && (rank < 2 || given != Shape{x.shape(1)}))
        fail<ShapeError>("prelu: needs a weight of shape (1,) or one for each channel of axis 1 of ", x.shape(),
                         ", got ", given);
    Shape spread = {weight.numel()};
    for (int k = 2; k < rank; ++k) spread.push_back(1);
    return maximum(0, x) + reshape(weight, spread) * minimum(0, x);
}

Var relu6(const Var& x) {
    node_of("relu6", x);
    return clamp(x, 0, 6);
}

Var hardtanh(const Var& x, Scalar min_val, Scalar max_val) {
    node_of("hardtanh", x);
    if (!(min_val.value <= max_val.value))
        fail<ValueError>("hardtanh: needs min_val up to max_val, got ", min_val, " and ", max_val);
    return clamp(x, min_val, max_val);
}

Var gelu(const Var& x) {
    static constexpr Op op{"gelu", curved<Shaped::gelu_grad, gelu_in_vars>};
    return bent(op, Unary::gelu, x);
}

Var silu(const Var& x) {
    static constexpr Op op{"silu", curved<Shaped::silu_grad, silu_in_vars>};
    return bent(op, Unary::silu, x);
}

Var mish(const Var& x) {
    static constexpr Op op{"mish", curved<Shaped::mish_grad, mish_in_vars>};
    return shaped(op, Shaped::mish, float_of(op.name, x), {0});
}

Var softplus(const Var& x, double beta, double threshold) {
    static constexpr Op op{"softplus", curved<Shaped::softplus_grad, softplus_in_vars>};
    node_of(op.name, x);
    if (!std::isfinite(beta) || beta == 0) fail<ValueError>("softplus: needs a finite beta other than 0, got ", beta);
    if (std::isnan(threshold)) fail<ValueError>("softplus: needs a threshold, got ", threshold);
    return shaped(op, Shaped::softplus, float_of(op.name, x), {beta, threshold});
}

Var log_sigmoid(const Var& x) {
    node_of("log_sigmoid", x);
    return log(sigmoid(x));
}

Var softsign(const Var& x) {
    static constexpr Op op{"softsign", curved<Shaped::softsign_grad, softsign_in_vars>};
    return shaped(op, Shaped::softsign, float_of(op.name, x), {far_out});
}

Var glu(const Var& x, int dim) {
    static constexpr Op op{"glu", glu_rule};
    const int axis = axis_of("glu", x, dim);
    const std::int64_t n = x.shape(axis);
    if (n % 2 != 0) fail<ShapeError>("glu: needs an even number of elements along axis ", axis, ", got ", x.shape());
    const Var v = float_of("glu", x);
    return record(op, kernels::glu(v.array(), axis), {v}, axis);
}

}  // namespace jt
