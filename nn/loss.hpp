// Losses, as functions and as modules.
#pragma once
#include "module.hpp"

namespace jt::nn {

/// How a loss ends: mean, sum, or none (element by element).
enum class Reduction { mean, sum, none };

/// cross_entropy_loss of Jittor's python/jittor/nn.py: logits (n, c) or (n, c, h, w), integer classes of n or n * h * w
/// elements. Class weights (c,); classes outside [0, c) and `ignore_index` count nothing; mean divides by the mean of
/// the weights (NaN when nothing counts); none has the target's shape. Throws a ShapeError, a DtypeError for integer
/// logits.
Var cross_entropy_loss(const Var& output, const Var& target, const Var& weight = {},
                       std::optional<int> ignore_index = {}, Reduction reduction = Reduction::mean);
/// (output - target) ** 2, reduced; the shapes are equal.
Var mse_loss(const Var& output, const Var& target, Reduction reduction = Reduction::mean);

/// cross_entropy_loss as a module of two inputs: `loss(output, target)`.
class CrossEntropyLoss : public Module {
public:
    explicit CrossEntropyLoss(const Var& weight = {}, std::optional<int> ignore_index = {});
    Vars execute_vars(const Vars& inputs) override;
    std::string extra_repr() const override;

private:
    Var weight_;
    std::optional<int> ignore_index_;
};

/// mse_loss as a module of two inputs.
class MSELoss : public Module {
public:
    explicit MSELoss(Reduction reduction = Reduction::mean) : reduction_(reduction) {}
    Vars execute_vars(const Vars& inputs) override;
    std::string extra_repr() const override;

private:
    Reduction reduction_;
};

}  // namespace jt::nn
