// Linear.
#pragma once
#include "../../autograd/ops/product.hpp"
#include "../module/module.hpp"

namespace jt::nn {

struct LinearOptions {
    bool bias = true;
};

/// y = x w^T + b, (..., out) for x (..., in); weight (out, in) and bias (out,) drawn from U(-1/sqrt(in), 1/sqrt(in)).
/// Throws a ValueError for negative features; a call throws a ShapeError for x of other features.
class Linear : public Module {
public:
    using Options = LinearOptions;
    Linear(int in_features, int out_features, const Options& options = {});
    Linear(int in_features, int out_features, bool bias) : Linear(in_features, out_features, Options{bias}) {}
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const int in_features, out_features;
    Var& weight;
    Var& bias;
};

}  // namespace jt::nn
