// Fused kernels of what a training step spends its time on: softmax, cross entropy, weight norm, optimizer updates.
#pragma once
#include "../../array.hpp"

namespace jt::kernels {

/// softmax over the last axis: shift by the maximum, exp, divide; log_softmax likewise.
Array softmax(const Array& x);
Array log_softmax(const Array& x);
/// Gradient of softmax, y its value: y * (g - sum(g * y)); of log_softmax: g - exp(y) * sum(g).
Array softmax_grad(const Array& g, const Array& y);
Array log_softmax_grad(const Array& g, const Array& y);

/// Cross entropy of logits x (N, C) against int32 classes t (N,): row_loss_i = log sum exp(x_i - max) - x_i[t_i] + max,
/// times weight w_i (N,). A class outside [0, C) gives loss 0 here. loss (N,); softmax (N, C) of x.
struct CrossEntropy {
    Array loss, softmax;
};
CrossEntropy cross_entropy(const Array& x, const Array& t, const Array& w);
/// Its gradient for x from p = softmax(x): g_i * w_i * (p_i - onehot(t_i)), g (N,).
Array cross_entropy_grad(const Array& g, const Array& p, const Array& t, const Array& w);

/// The norm of weight norm, clamped as Jittor's: n = sqrt(max(sum(v * v over axes), least)), sum in double; shape of v
/// with `axes` as 1.
Array norm(const Array& v, AxisSet axes, double least = 1e-30);
struct Rescaled {
    Array w, n;
};
/// n = norm(v, axes) and w = v * (g / n); g has the shape of n.
Rescaled rescale(const Array& v, const Array& g, AxisSet axes);

struct RescaleGrads {
    Array v, g;
};
/// Gradients of rescale for v and g (Salimans and Kingma 2016, equation 3): dg = sum(G * v) / n, dv = (g / n) * (G -
/// (v / n) * (sum(G * v) / n)); where n <= 1e-15 (sum(v * v) <= 1e-30) the second term vanishes. The sums are taken in
/// double. Writes dv over G when nobody else holds that.
RescaleGrads rescale_grad(Array G, const Array& v, const Array& g, const Array& n, AxisSet axes);

/// x of five axes, minus its mean, over sqrt(var + eps), both over the axes 0, 3 and 4; times weight, plus bias, each
/// (axis 2, axis 3). The variance is the biased one; mean and var (axis 1, axis 2). Sums are taken in double.
struct Standardized {
    Array y, mean, var;
};
Standardized standardize(const Array& x, const Array& weight, const Array& bias, double eps);
struct StandardizeGrads {
    Array x, weight, bias;
};
StandardizeGrads standardize_grad(const Array& g, const Array& x, const Array& weight, const Standardized& s,
                                  double eps);

/// SGD in place (python/jittor/optim.py): d = p * weight_decay + g; velocity = momentum * velocity + d * (1 -
/// dampening); p -= lr * velocity, or with nesterov p -= lr * (d + momentum * velocity). velocity may be empty when
/// momentum is 0.
struct SgdParams {
    double lr, momentum, weight_decay, dampening;
    bool nesterov;
};
void sgd(Array& p, const Array& g, Array& velocity, const SgdParams& s);

/// Adam in place (python/jittor/optim.py): g += p * weight_decay; m = beta0 * m + (1 - beta0) * g and v = beta1 * v +
/// (1 - beta1) * g * g; p -= step * m / (sqrt(v) + eps), with step = lr * sqrt(1 - beta1^n) / (1 - beta0^n) computed by
/// the caller for the n-th update.
struct AdamParams {
    double step, beta0, beta1, eps, weight_decay;
};
void adam(Array& p, const Array& g, Array& m, Array& v, const AdamParams& s);

/// AdamW in place (likewise): p *= keep; m and v as adam's; p -= step * m / (sqrt(v) * scale + eps), with keep = 1 - lr
/// * weight_decay, step = lr / (1 - beta0^n) and scale = 1 / sqrt(1 - beta1^n).
struct AdamWParams {
    double step, beta0, beta1, eps, keep, scale;
};
void adamw(Array& p, const Array& g, Array& m, Array& v, const AdamWParams& s);

/// RMSprop in place (likewise): v = alpha * v + (1 - alpha) * g * g; p -= lr * g / (sqrt(v) + eps).
struct RmspropParams {
    double lr, alpha, eps;
};
void rmsprop(Array& p, const Array& g, Array& v, const RmspropParams& s);

/// Adan in place (likewise): diff = g - before; m = beta0 * m + (1 - beta0) * g; d = beta1 * d + (1 - beta1) * diff; u
/// = g + beta1 * diff; v = beta2 * v + (1 - beta2) * u * u; p = (p - (step * m + step_diff * d) / (sqrt(v) + eps)) *
/// keep; before = g.
struct AdanParams {
    double step, step_diff, beta0, beta1, beta2, eps, keep;
};
struct AdanState {
    Array &m, &v, &d, &before;
};
void adan(Array& p, const Array& g, const AdanState& state, const AdanParams& s);

}  // namespace jt::kernels
