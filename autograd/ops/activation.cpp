// Activations: most are a kernel, and say in Vars what it computes.
#include "activation.hpp"

#include <cmath>
#include <numbers>

#include "arithmetic.hpp"
#include "comparison.hpp"
#include "elementwise.hpp"
#include "part.hpp"
#include "rules.hpp"
#include "shape.hpp"
#include "shaped.hpp"

namespace jt {

using kernels::Shaped;

namespace {

constexpr double far_out = 1e30;

Var elu_in_vars(const Var& x, const Numbers& n) { return where(x > 0, x, n.a * expm1(minimum(0, x))); }

Var softplus_in_vars(const Var& x, const Numbers& n) {
    return log1p(exp(minimum(x * n.a, n.b))) / n.a + maximum(x - n.b / n.a, 0);
}

// Between bounds that are far beyond where it bends. Above them x itself, below them a constant that is nearly 0:
// infinity never meets a slope or a factor of 0.
Var mish_in_vars(const Var& x, const Numbers&) {
    constexpr double far = 1e4;
    const Var v = clamp(x, -far, far);
    return where(x >= far, x, v * tanh(softplus_in_vars(v, {1, 20})));
}

Var softsign_in_vars(const Var& x, const Numbers& n) {
    const Var v = clamp(x, -n.a, n.a);
    return v / (1 + abs(v));
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

// Beyond 40 the density is 0; infinity does not meet it.
Var gelu(const Var& x) {
    static constexpr Op op{"gelu", times<[](const Var& x, const Var&) {
                               const Var v = clamp(x, -40, 40), density = exp(v * v * -0.5);
                               const Var below = 0.5 + 0.5 * erf(v * (1 / std::numbers::sqrt2));
                               return below + v * density * (std::numbers::inv_sqrtpi / std::numbers::sqrt2);
                           }>};
    return mapped(op, kernels::Unary::gelu, x);
}

Var silu(const Var& x) {
    static constexpr Op op{"silu", times<[](const Var& x, const Var&) {
                               const Var v = clamp(x, -1e4, 1e4), share = sigmoid(v);
                               return share + v * share * (1 - share);
                           }>};
    return mapped(op, kernels::Unary::silu, x);
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
    const int axis = axis_of("glu", x, dim);
    const std::int64_t n = x.shape(axis);
    if (n % 2 != 0) fail<ShapeError>("glu: needs an even number of elements along axis ", axis, ", got ", x.shape());
    return part(x, axis, 0, n / 2) * sigmoid(part(x, axis, n / 2, n / 2));
}

}  // namespace jt
