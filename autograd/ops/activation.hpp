// Activations composed of other ops; relu, sigmoid and tanh stand in elementwise.hpp. All are element by element but
// glu. Integers become floats, but for relu6 and hardtanh of whole bounds, which keep the dtype as clamp.
#pragma once
#include "../var.hpp"

namespace jt {

/// x where x is above 0, scale * x elsewhere; the slope at 0 is scale.
Var leaky_relu(const Var& x, double scale = 0.01);
/// x where x is above 0, alpha * (exp(x) - 1) elsewhere; the slope at 0 is alpha, as Jittor.
Var elu(const Var& x, double alpha = 1);
/// maximum(0, x) + weight * minimum(0, x), with one weight (1,) for all of x or one for each channel of axis 1. At 0
/// the slope is 1 + weight, as Jittor's PReLU (PyTorch differs: weight).
Var prelu(const Var& x, const Var& weight);
/// minimum(maximum(x, 0), 6); gradient 0 at both bounds, as Jittor and PyTorch.
Var relu6(const Var& x);
/// clamp with bounds; gradient 0 at both, as clamp. A ValueError for min_val above max_val.
Var hardtanh(const Var& x, Scalar min_val = -1, Scalar max_val = 1);
/// x * (1 + erf(x / sqrt(2))) / 2, the exact form.
Var gelu(const Var& x);
/// x * sigmoid(x).
Var silu(const Var& x);
/// x * tanh(softplus(x)).
Var mish(const Var& x);
/// log(1 + exp(min(beta * x, threshold))) / beta + max(x - threshold / beta, 0), as Softplus of Jittor's
/// python/jittor/nn.py: a straight line from the threshold on, with gradient 0 exactly at it. PyTorch differs: that
/// line is x itself.
Var softplus(const Var& x, double beta = 1, double threshold = 20);
/// log(sigmoid(x)) with Jittor's sigmoid: never below -30, in float64 -300 (PyTorch differs: x far below 0).
Var log_sigmoid(const Var& x);
/// x / (1 + |x|).
Var softsign(const Var& x);
/// a * sigmoid(b) of the halves a and b of x along an axis; a ShapeError for an odd number there.
Var glu(const Var& x, int dim = -1);

}  // namespace jt
