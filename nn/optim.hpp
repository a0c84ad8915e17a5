// Optimizers: SGD and Adam with Jittor's update rules.
#pragma once
#include <limits>

#include "module.hpp"

namespace jt::nn {

/// What optimizers share. The parameters are written in place; stopped ones are skipped.
class Optimizer {
public:
    /// Throws a ValueError without parameters or for a rate that is not finite and 0 or more, a DtypeError for a
    /// parameter that is no float, a GraphError for an empty one.
    Optimizer(const Vars& parameters, double lr);
    virtual ~Optimizer() = default;
    Optimizer(const Optimizer&) = delete;
    Optimizer& operator=(const Optimizer&) = delete;

    /// backward, update, zero_grad. Frees the graph of the loss. Throws before anything has changed: a GraphError when
    /// a parameter was replaced since (by weight_norm, its removal or setattr) or the graph was freed, a DtypeError for
    /// a loss that is no float.
    void step(const Var& loss);
    /// Adds the gradients of loss to those kept since zero_grad, and frees its graph. Throws as step(loss) does.
    void backward(const Var& loss);
    /// One update with the gradients that are kept; throws a GraphError before the first backward.
    void step();
    /// The next backward starts anew; until then the gradients stay, as in Jittor.
    void zero_grad() { fresh_ = true; }
    /// Scales all gradients so that their common norm (1 or 2) is at most max_norm; between backward and step. Throws a
    /// ValueError for another norm or a negative max_norm, a GraphError before the first backward.
    void clip_grad_norm(double max_norm, int norm_type = 2);
    /// The kept gradient of a parameter. Throws a KeyError for a Var that is no parameter here, or has no gradient yet.
    Var find_grad(const Var& parameter) const;

    double lr;  ///< the rate, to be changed at any time

protected:
    /// Updates one parameter in place from its gradient; `k` counts the parameters.
    virtual void update(std::size_t k, Array& p, const Array& g) = 0;
    const Vars& parameters() const { return parameters_; }
    /// Backward calls so far: what Adam's bias correction counts, as in Jittor.
    std::int64_t n_step() const { return n_step_; }

private:
    void check_not_replaced() const;

    Vars parameters_;
    std::vector<Array> grads_;
    std::vector<int> replaced_before_;  ///< how often each parameter had been replaced when the optimizer was made
    bool fresh_ = true;
    std::int64_t n_step_ = 0;
};

struct SGDOptions {
    double lr = std::numeric_limits<double>::quiet_NaN();  ///< must be given
    double momentum = 0, weight_decay = 0, dampening = 0;
    bool nesterov = false;
};

/// Of a parameter p with gradient g, v from 0: d = p * weight_decay + g; v = momentum * v + d * (1 - dampening); p -=
/// lr * v, or lr * (d + momentum * v) with nesterov. Dampening acts on the first step too, as Jittor (PyTorch differs).
/// Throws a ValueError for a negative momentum or weight_decay.
class SGD : public Optimizer {
public:
    SGD(const Vars& parameters, const SGDOptions& options);

protected:
    void update(std::size_t k, Array& p, const Array& g) override;

private:
    SGDOptions options_;
    std::vector<Array> velocity_;
};

struct AdamOptions {
    double lr = std::numeric_limits<double>::quiet_NaN();  ///< must be given
    double eps = 1e-8;
    std::pair<double, double> betas = {0.9, 0.999};
    double weight_decay = 0;
};

/// Of a parameter p with gradient g, m and v from 0, (b0, b1) = betas, n calls of backward so far: g += p *
/// weight_decay; m = b0 * m + (1 - b0) * g; v = b1 * v + (1 - b1) * g * g; p -= lr * sqrt(1 - b1^n) / (1 - b0^n) * m /
/// (sqrt(v) + eps): eps before the bias correction, as Jittor (PyTorch differs: after). Throws a ValueError for betas
/// outside [0, 1), a negative eps or weight_decay.
class Adam : public Optimizer {
public:
    Adam(const Vars& parameters, const AdamOptions& options);

protected:
    void update(std::size_t k, Array& p, const Array& g) override;

private:
    AdamOptions options_;
    std::vector<Array> m_, v_;
};

}  // namespace jt::nn
