// Losses, as functions and as modules.
#pragma once
#include "layers/options.hpp"
#include "module/layer.hpp"

namespace jt::nn {

/// How a loss ends: mean, sum, or none (element by element).
enum class Reduction { mean, sum, none };
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

/// cross_entropy_loss of Jittor's python/jittor/nn.py: logits (n, c) or (n, c, h, w), integer classes of n or n * h * w
/// elements. Class weights (c,); classes outside [0, c) and `ignore_index` count nothing; mean divides by the mean of
/// the weights (NaN when nothing counts); none has the target's shape. Throws a ShapeError, a DtypeError for integer
/// logits.
Var cross_entropy_loss(const Var& output, const Var& target, const Var& weight = {},
                       std::optional<int> ignore_index = {}, Reduction reduction = Reduction::mean);
Var cross_entropy_loss(const Var& output, const Var& target, const CrossEntropyOptions& options);
/// (output - target) ** 2, reduced; the shapes are equal.
Var mse_loss(const Var& output, const Var& target, Reduction reduction = Reduction::mean);

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
