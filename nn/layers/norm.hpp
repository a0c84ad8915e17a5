// Normalisation: BatchNorm, InstanceNorm, LayerNorm, GroupNorm. Each is (x - mean) * weight / sqrt(var + eps) + bias
// with the mean and the biased variance of some axes, as python/jittor/nn.py, where the variance is E[x^2] - mean^2.
#pragma once
#include "../module/module.hpp"

namespace jt::nn {

struct BatchNormOptions {
    double eps = 1e-5, momentum = 0.1;
    bool affine = true;
};

/// Of each channel, axis 1 of x (n, num_features, ...): over all others in training, by running_mean and running_var in
/// eval mode. These move by `momentum` towards a batch's, its variance biased, as Jittor (PyTorch differs: unbiased).
/// Throws a ShapeError for x of other channels.
class BatchNorm : public Module {
public:
    using Options = BatchNormOptions;
    explicit BatchNorm(int num_features, const Options& options = {});
    BatchNorm(int num_features, double eps, double momentum = 0.1, bool affine = true)
        : BatchNorm(num_features, Options{eps, momentum, affine}) {}
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const int num_features;
    const Options options;
    Var &weight, &bias, &running_mean, &running_var;

private:
    Var with_running(const Var& x) const;
};
using BatchNorm1d = BatchNorm;
using BatchNorm2d = BatchNorm;
using BatchNorm3d = BatchNorm;

/// Of each channel of each sample, over all axes from 2 on, in eval mode too. momentum does nothing, as in Jittor.
class InstanceNorm : public Module {
public:
    using Options = BatchNormOptions;
    explicit InstanceNorm(int num_features, const Options& options = {});
    InstanceNorm(int num_features, double eps, double momentum = 0.1, bool affine = true)
        : InstanceNorm(num_features, Options{eps, momentum, affine}) {}
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const int num_features;
    const Options options;
    Var &weight, &bias;
};
using InstanceNorm1d = InstanceNorm;
using InstanceNorm2d = InstanceNorm;
using InstanceNorm3d = InstanceNorm;

/// LayerNorm as a function; weight and bias broadcast to normalized_shape, an empty one is none.
Var layer_norm(const Var& x, const Shape& normalized_shape, const Var& weight = {}, const Var& bias = {},
               double eps = 1e-5);

struct LayerNormOptions {
    double eps = 1e-5;
    bool elementwise_affine = true;
};

/// Over the last axes, which have normalized_shape, as weight and bias have.
class LayerNorm : public Module {
public:
    using Options = LayerNormOptions;
    explicit LayerNorm(const Shape& normalized_shape, const Options& options = {});
    LayerNorm(const Shape& normalized_shape, double eps, bool elementwise_affine = true)
        : LayerNorm(normalized_shape, Options{eps, elementwise_affine}) {}
    explicit LayerNorm(int size, const Options& options = {}) : LayerNorm(Shape{size}, options) {}
    LayerNorm(int size, double eps, bool elementwise_affine = true) : LayerNorm(Shape{size}, eps, elementwise_affine) {}
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const Shape normalized_shape;
    const Options options;
    Var &weight, &bias;
};

struct GroupNormOptions {
    double eps = 1e-5;
    bool affine = true;
};

/// Over each of num_groups groups of neighbouring channels of x (n, num_channels, ...), of each sample.
class GroupNorm : public Module {
public:
    using Options = GroupNormOptions;
    GroupNorm(int num_groups, int num_channels, const Options& options = {});
    GroupNorm(int num_groups, int num_channels, double eps, bool affine = true)
        : GroupNorm(num_groups, num_channels, Options{eps, affine}) {}
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const int num_groups, num_channels;
    const Options options;
    Var &weight, &bias;
};

}  // namespace jt::nn
