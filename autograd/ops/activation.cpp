// Activations: composed, but for gelu and silu, whose values are a kernel each.
#include "activation.hpp"

#include <cmath>
#include <numbers>

#include "arithmetic.hpp"
#include "comparison.hpp"
#include "elementwise.hpp"
#include "part.hpp"
#include "rules.hpp"
#include "shape.hpp"

namespace jt {

namespace {

// f(x) between bounds that are far beyond where f bends. Above them x itself, below them a constant that is nearly 0:
// infinity never meets a slope or a factor of 0.
template <class F>
Var bent(const char* op, const Var& x, F f) {
    constexpr double far = 1e4;
    const Var v = float_of(op, x);
    return where(v >= far, v, f(clamp(v, -far, far)));
}

}  // namespace

Var leaky_relu(const Var& x, double scale) {
    node_of("leaky_relu", x);
    const Var scaled = x * scale;
    return 0 < scale && scale <= 1 ? maximum(x, scaled) : where(x > 0, x, scaled);  // the larger one in less time
}

Var elu(const Var& x, double alpha) {
    node_of("elu", x);
    return where(x > 0, x, alpha * expm1(minimum(0, x)));
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
    return bent("mish", x, [](const Var& v) { return v * tanh(softplus(v)); });
}

Var softplus(const Var& x, double beta, double threshold) {
    node_of("softplus", x);
    if (!std::isfinite(beta) || beta == 0) fail<ValueError>("softplus: needs a finite beta other than 0, got ", beta);
    if (std::isnan(threshold)) fail<ValueError>("softplus: needs a threshold, got ", threshold);
    return log1p(exp(minimum(x * beta, threshold))) / beta + maximum(x - threshold / beta, 0);
}

Var log_sigmoid(const Var& x) {
    node_of("log_sigmoid", x);
    return log(sigmoid(x));
}

Var softsign(const Var& x) {
    constexpr double far = 1e30;
    const Var v = clamp(float_of("softsign", x), -far, far);
    return v / (1 + abs(v));
}

Var glu(const Var& x, int dim) {
    const int axis = axis_of("glu", x, dim);
    const std::int64_t n = x.shape(axis);
    if (n % 2 != 0) fail<ShapeError>("glu: needs an even number of elements along axis ", axis, ", got ", x.shape());
    return part(x, axis, 0, n / 2) * sigmoid(part(x, axis, n / 2, n / 2));
}

}  // namespace jt
