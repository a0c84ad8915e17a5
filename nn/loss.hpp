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

    template <class F>
    void each_var(F f) {
        f(weight);
        f(pos_weight);
    }
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

// The losses as modules of two inputs: `loss(output, target)`. Weights are buffers.

/// A loss that takes but how it ends.
template <Var (*f)(const Var&, const Var&, Reduction)>
class ReducedLoss : public Layer<ReducedLoss<f>> {
public:
    explicit ReducedLoss(Reduction reduction = Reduction::mean) : reduction(reduction) {}
    Var execute(const Var& output, const Var& target) { return f(output, target, reduction); }
    std::string extra_repr() const override { return text(reduction); }

    const Reduction reduction;
};

class MSELoss : public ReducedLoss<mse_loss> {
public:
    using ReducedLoss::ReducedLoss;
};
class SmoothL1Loss : public ReducedLoss<smooth_l1_loss> {
public:
    using ReducedLoss::ReducedLoss;
};
/// Jittor's takes the mean, which does not show when it is printed.
class L1Loss : public ReducedLoss<l1_loss> {
public:
    using ReducedLoss::ReducedLoss;
    std::string extra_repr() const override { return reduction == Reduction::mean ? "" : text(reduction); }
};

struct KLDivOptions {
    ByName by_name = {};
    Reduction reduction = Reduction::mean;
    bool log_target = false;
};

/// kl_div as a module.
class KLDivLoss : public Layer<KLDivLoss> {
public:
    using Options = KLDivOptions;
    explicit KLDivLoss(const Options& options = {}) : options(options) {}
    explicit KLDivLoss(Reduction reduction, bool log_target = false) : KLDivLoss(Options{{}, reduction, log_target}) {}
    Var execute(const Var& input, const Var& target) {
        return kl_div(input, target, options.reduction, options.log_target);
    }
    std::string extra_repr() const override;

    const Options options;
};

/// A loss of classes.
template <Var (*f)(const Var&, const Var&, const CrossEntropyOptions&)>
class ClassLoss : public Layer<ClassLoss<f>> {
public:
    using Options = CrossEntropyOptions;
    explicit ClassLoss(const Options& options = {})
        : weight(this->register_buffer("weight", options.weight)),
          ignore_index(options.ignore_index),
          reduction(options.reduction) {}
    explicit ClassLoss(const Var& weight, std::optional<int> ignore_index = {})
        : ClassLoss(Options{{}, weight, ignore_index}) {}
    Var execute(const Var& output, const Var& target) {
        return f(output, target, Options{{}, weight, ignore_index, reduction});
    }
    std::string extra_repr() const override;

    Var& weight;
    const std::optional<int> ignore_index;
    const Reduction reduction;
};

class CrossEntropyLoss : public ClassLoss<cross_entropy_loss> {
public:
    using ClassLoss::ClassLoss;
};
class NLLLoss : public ClassLoss<nll_loss> {
public:
    using ClassLoss::ClassLoss;
};

/// bce_loss as a module.
class BCELoss : public Layer<BCELoss> {
public:
    using Options = BCEOptions;
    explicit BCELoss(const Options& options = {});
    explicit BCELoss(const Var& weight, bool size_average = true);
    Var execute(const Var& output, const Var& target);
    std::string extra_repr() const override;

    Var& weight;
    const Reduction reduction;
};

/// binary_cross_entropy_with_logits as a module.
class BCEWithLogitsLoss : public Layer<BCEWithLogitsLoss> {
public:
    using Options = BCEOptions;
    explicit BCEWithLogitsLoss(const Options& options = {});
    explicit BCEWithLogitsLoss(const Var& weight, const Var& pos_weight = {}, bool size_average = true);
    Var execute(const Var& output, const Var& target);
    std::string extra_repr() const override;

    Var& weight;
    Var& pos_weight;
    const Reduction reduction;
};

extern template Vars Layer<KLDivLoss>::execute_vars(const Vars&);
extern template Vars Layer<BCELoss>::execute_vars(const Vars&);
extern template Vars Layer<BCEWithLogitsLoss>::execute_vars(const Vars&);

}  // namespace jt::nn
