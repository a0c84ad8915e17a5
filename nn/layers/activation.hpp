// Element-wise functions as modules.
#pragma once
#include "../../autograd/ops/activation.hpp"
#include "../../autograd/ops/arithmetic.hpp"
#include "../../autograd/ops/comparison.hpp"
#include "../../autograd/ops/elementwise.hpp"
#include "../module/repr.hpp"
#include "options.hpp"

namespace jt::nn {

/// Jittor prints this one as `relu()`, the others by their class.
class ReLU : public Module {
public:
    Var execute(const Var& x) override { return jt::relu(x); }
    std::string class_name() const override { return "relu"; }
};
class Tanh : public Module {
public:
    Var execute(const Var& x) override { return jt::tanh(x); }
};
class Sigmoid : public Module {
public:
    Var execute(const Var& x) override { return jt::sigmoid(x); }
};

struct SoftplusOptions {
    ByName by_name = {};
    double beta = 1, threshold = 20;
};

/// softplus(x, beta, threshold).
class Softplus : public Module {
public:
    using Options = SoftplusOptions;
    explicit Softplus(const Options& options = {}) : options(options) {}
    explicit Softplus(double beta, double threshold = 20) : Softplus(Options{{}, beta, threshold}) {}
    Var execute(const Var& x) override { return jt::softplus(x, options.beta, options.threshold); }
    std::string extra_repr() const override { return repr(options.beta, Named{"threshold", options.threshold}); }

    const Options options;
};

}  // namespace jt::nn
