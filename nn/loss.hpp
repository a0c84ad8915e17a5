// Losses, as functions and as modules.
#pragma once
#include "layers/options.hpp"
#include "module/layer.hpp"

namespace jt::nn {

/// How a loss ends: mean, sum, none (element by element), or batchmean, the sum divided by the extent of axis 0.
enum class Reduction { mean, sum, none, batchmean };
std::string text(Reduction reduction);

struct CrossEntropyOptions {
    ByName by_name = {};
    Var weight = {};
    std::optional<int> ignore_index = {};
    Reduction reduction = Reduction::mean;

    template <class F>
    void each_var(F f) {
        f(weight);
    }
};

/// cross_entropy_loss of Jittor's python/jittor/nn.py: logits (n, c) or (n, c, m...), whole classes of n * m...
/// elements (Jittor has these two and (n, c, h, w) alone). Class weights (c,); classes outside [0, c) and
/// `ignore_index` count nothing; mean divides by the mean of the weights (NaN when nothing counts); none has the
/// target's shape. Gradients reach the logits and, as in Jittor, the weights (PyTorch differs: only the logits). Throws
/// a ShapeError, a DtypeError for integer logits.
Var cross_entropy_loss(const Var& output, const Var& target, const Var& weight = {},
                       std::optional<int> ignore_index = {}, Reduction reduction = Reduction::mean);
Var cross_entropy_loss(const Var& output, const Var& target, const CrossEntropyOptions& options);
/// -output at each class: the cross entropy of log_softmax(logits, 1). Everything else is as there, so that classes
/// outside [0, c) count nothing, PyTorch's -100 among them; `weight` is only read, and class 0 can be ignored (Jittor
/// writes into the caller's weight, and ignores classes above 0 only).
Var nll_loss(const Var& output, const Var& target, const Var& weight = {}, std::optional<int> ignore_index = {},
             Reduction reduction = Reduction::mean);
Var nll_loss(const Var& output, const Var& target, const CrossEntropyOptions& options);

// Below, output and target have equal shapes, or a ShapeError is thrown.

/// (output - target) ** 2, reduced.
Var mse_loss(const Var& output, const Var& target, Reduction reduction = Reduction::mean);
/// |output - target|, reduced.
Var l1_loss(const Var& output, const Var& target, Reduction reduction = Reduction::mean);
/// 0.5 * d * d where d = |y_true - y_pred| is below 1, d - 0.5 elsewhere; reduced.
Var smooth_l1_loss(const Var& y_true, const Var& y_pred, Reduction reduction = Reduction::mean);
/// target * (log(target) - input), 0 where target is 0 (NaN in Jittor's KLDivLoss); of targets that are logarithms
/// exp(target) * (target - input). Reduced: the divergence of distributions is batchmean.
Var kl_div(const Var& input, const Var& target, Reduction reduction = Reduction::mean, bool log_target = false);

/// The weights broadcast to the output's shape.
struct BCEOptions {
    ByName by_name = {};
    Var weight = {};
    Var pos_weight = {};
    Reduction reduction = Reduction::mean;
};

/// -(target * log(output) + (1 - target) * log(1 - output)) * weight of probabilities, as Jittor's bce_loss: what the
/// logarithms take is at least 1e-20, so that no element exceeds 46.05 (PyTorch: 100). Mean or sum; reduced as one
/// likes by options, where pos_weight has no meaning and throws a ValueError.
Var bce_loss(const Var& output, const Var& target, const Var& weight = {}, bool size_average = true);
Var bce_loss(const Var& output, const Var& target, const BCEOptions& options);
/// The same of sigmoid(output), computed from the logits without overflow; pos_weight multiplies the part of target.
Var binary_cross_entropy_with_logits(const Var& output, const Var& target, const Var& weight = {},
                                     const Var& pos_weight = {}, bool size_average = true);
Var binary_cross_entropy_with_logits(const Var& output, const Var& target, const BCEOptions& options);

/// cross_entropy_loss as a module of two inputs: `loss(output, target)`.
class CrossEntropyLoss : public Layer<CrossEntropyLoss> {
public:
    using Options = CrossEntropyOptions;
    explicit CrossEntropyLoss(const Options& options = {}) : options_(options) {}
    explicit CrossEntropyLoss(const Var& weight, std::optional<int> ignore_index = {})
        : CrossEntropyLoss(Options{{}, weight, ignore_index}) {}
    Var execute(const Var& output, const Var& target) { return cross_entropy_loss(output, target, options_); }
    std::string extra_repr() const override;

private:
    const Options options_;
};

/// mse_loss as a module of two inputs.
class MSELoss : public Layer<MSELoss> {
public:
    explicit MSELoss(Reduction reduction = Reduction::mean) : reduction_(reduction) {}
    Var execute(const Var& output, const Var& target) { return mse_loss(output, target, reduction_); }
    std::string extra_repr() const override;

private:
    const Reduction reduction_;
};

}  // namespace jt::nn
