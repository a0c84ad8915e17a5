// Element-wise functions as modules.
#pragma once
#include "../../autograd/ops/arithmetic.hpp"
#include "../../autograd/ops/comparison.hpp"
#include "../../autograd/ops/elementwise.hpp"
#include "../module/repr.hpp"

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

}  // namespace jt::nn
