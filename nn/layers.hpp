// The layers: Linear, Conv, Pool, activations, Dropout, Flatten, Sequential.
#pragma once
#include "../autograd/ops/conv.hpp"
#include "../autograd/ops/elementwise.hpp"
#include "../autograd/ops/product.hpp"
#include "module.hpp"

namespace jt::nn {

/// y = x w^T + b, (..., out) for x (..., in); weight (out, in) and bias (out,) drawn from U(-1/sqrt(in), 1/sqrt(in)).
/// Throws a ValueError for negative features; a call throws a ShapeError for x of other features.
class Linear : public Module {
public:
    Linear(int in_features, int out_features, bool bias = true);
    Var execute(const Var& x) override { return jt::linear(x, weight, bias); }
    std::string extra_repr() const override;

    const int in_features, out_features;
    Var& weight;
    Var& bias;
};

/// x (n, in, h, w) to (n, out, h', w'), h' = floor((h + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
/// weight (out, in / groups, kh, kw) and bias (out,) drawn from U(-1/sqrt(fan), 1/sqrt(fan)), fan = in / groups * kh *
/// kw. Throws a ValueError for channels that groups do not divide and numbers out of range (stride, padding and
/// dilation are looked at when it is called), a ShapeError for x of other channels or smaller than the kernel.
class Conv : public Module {
public:
    Conv(int in_channels, int out_channels, Pair kernel_size, Pair stride = 1, Pair padding = 0, Pair dilation = 1,
         int groups = 1, bool bias = true);
    Var execute(const Var& x) override { return conv2d(x, weight, bias, stride, padding, dilation, groups); }
    std::string extra_repr() const override;

    const int in_channels, out_channels;
    const Pair kernel_size, stride, padding, dilation;
    const int groups;
    Var& weight;
    Var& bias;
};
using Conv2d = Conv;

/// What a Pool takes of each window.
enum class PoolOp { maximum, mean };

/// x (n, c, h, w) to (n, c, h', w'), h' = floor((h + 2 * padding - kernel) / stride) + 1, ceil with ceil_mode; the
/// stride is the kernel's unless given. Padding is never a maximum; a mean counts it as zeros unless count_include_pad
/// is false. A call throws a ValueError for a kernel or stride below 1 or padding of more than half the kernel, a
/// ShapeError for x that is empty or smaller than the kernel, a DtypeError for integers.
class Pool : public Module {
public:
    explicit Pool(Pair kernel_size, std::optional<Pair> stride = {}, Pair padding = 0, bool ceil_mode = false,
                  bool count_include_pad = true, PoolOp op = PoolOp::maximum);
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const Pair kernel_size, stride, padding;
    const bool ceil_mode, count_include_pad;
    const PoolOp op;
};

/// Element-wise functions as modules; Jittor prints the first as `relu()`, the others by their class.
class ReLU : public Module {
public:
    Var execute(const Var& x) override { return relu(x); }
    std::string class_name() const override { return "relu"; }
};
class Tanh : public Module {
public:
    Var execute(const Var& x) override { return tanh(x); }
};
class Sigmoid : public Module {
public:
    Var execute(const Var& x) override { return sigmoid(x); }
};

/// In training: x * keep / (1 - p), keep where a uniform draw, one for each element, exceeds p; zeros for p = 1. In
/// eval mode the values of x. Throws a ValueError for p outside [0, 1].
class Dropout : public Module {
public:
    explicit Dropout(double p = 0.5);
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const double p;
};
/// The same as a function.
Var dropout(const Var& x, double p = 0.5, bool is_train = true);

/// Axes start_dim to end_dim, the last one included, become one; (n, c, h, w) gives (n, c * h * w) unless told
/// otherwise. A call throws a ShapeError for an axis that x has not got or a start_dim behind end_dim.
class Flatten : public Module {
public:
    explicit Flatten(int start_dim = 1, int end_dim = -1) : start_dim(start_dim), end_dim(end_dim) {}
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const int start_dim, end_dim;
};

/// Modules one after another, named "0", "1", ...
class Sequential : public Module {
public:
    Sequential() = default;
    template <class... Modules>
    requires(std::is_convertible_v<Modules, ModulePtr>&&...) explicit Sequential(Modules&&... modules) {
        (append(std::forward<Modules>(modules)), ...);
        draw_in_order();
    }
    /// Throws a KeyError for an empty handle.
    Sequential& append(ModulePtr module);
    Var execute(const Var& x) override;
    std::size_t size() const { return n_layers(); }
    /// As `layer`: the i-th module, counted from the end when negative.
    const ModulePtr& operator[](int i) const { return layer(i); }
};

}  // namespace jt::nn
