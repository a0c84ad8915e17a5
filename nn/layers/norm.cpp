// The normalisations are alike but for the axes that they run over.
#include "norm.hpp"

#include "../../autograd/ops.hpp"
#include "../module/repr.hpp"
#include "checks.hpp"

namespace jt::nn {

namespace {

Var ones_if(bool affine, const Shape& shape) { return affine ? ones(shape) : Var(); }
Var zeros_if(bool affine, const Shape& shape) { return affine ? zeros(shape) : Var(); }

Axes axes_from(int first, int ndim) {
    Axes axes;
    for (int k = first; k < ndim; ++k) axes.push_back(k);
    return axes;
}

// One number a channel, as it broadcasts over an x of `ndim` axes.
Var by_channel(const Var& v, int ndim) {
    if (!v.defined()) return v;
    Shape shape(static_cast<std::size_t>(ndim), 1);
    shape[1] = v.numel();
    return v.reshape(shape);
}

// x without its mean, and the biased variance: what is centred once serves both.
struct Moments {
    Var mean, centered, var;

    Moments(const Var& x, const Axes& axes)
        : mean(x.mean(axes, keepdims)), centered(x - mean), var(sqr(centered).mean(axes, keepdims)) {}
};

Var scaled(const Var& centered, const Var& var, double eps, const Var& weight, const Var& bias) {
    const Var root = sqrt(var + eps), y = centered * (weight.defined() ? weight / root : 1 / root);
    return bias.defined() ? y + bias : y;
}

Var normalized(const Var& x, const Axes& axes, double eps, const Var& weight, const Var& bias) {
    const Moments m(x, axes);
    return scaled(m.centered, m.var, eps, weight, bias);
}

Var normalized_last(const char* name, const Var& x, const Shape& last, double eps, const Var& weight, const Var& bias) {
    const Shape shape = x.defined() ? x.shape() : Shape();
    const int first = shape.rank() - last.rank();
    if (first < 0 || shape[from(first)] != last)
        fail<ShapeError>(name, ": needs last axes of shape ", last, ", got ", shape);
    return normalized(x, axes_from(first, shape.rank()), eps, weight, bias);
}

void check_channels(const char* layer, const Var& x, int channels) {
    const int ndim = x.defined() ? x.ndim() : 0;
    if (ndim < 2 || x.shape(1) != channels)
        fail<ShapeError>(layer, ": needs ", channels, " channels in axis 1, got ", ndim == 0 ? Shape() : x.shape());
}

// `running`, moved towards what a batch has.
Var followed(const Var& running, const Var& batch, double momentum) {
    return running + (batch.detach().reshape(running.shape()) - running) * momentum;
}

template <class Norm>
std::string channels_repr(const Norm& m) {
    const auto& [eps, momentum, affine] = m.options;
    return repr(m.num_features, eps, Named{"momentum", momentum}, Named{"affine", affine},
                Named{"is_train", m.is_training()}, Named{"sync", true});
}

}  // namespace

BatchNorm::BatchNorm(int num_features, const Options& o)
    : num_features(at_least(1, "BatchNorm", "num_features", num_features)),
      options(o),
      weight(attr("weight", ones_if(o.affine, {num_features}))),
      bias(attr("bias", zeros_if(o.affine, {num_features}))),
      running_mean(register_buffer("running_mean", zeros({num_features}))),
      running_var(register_buffer("running_var", ones({num_features}))) {}

Var BatchNorm::execute(const Var& x) {
    check_channels("BatchNorm", x, num_features);
    const int ndim = x.ndim();
    const Var w = by_channel(weight, ndim), b = by_channel(bias, ndim);
    if (!is_training())
        return scaled(x - by_channel(running_mean, ndim), by_channel(running_var, ndim), options.eps, w, b);
    if (x.numel() == 0) fail<ShapeError>("BatchNorm: needs numbers to learn from, got ", x.shape());
    Axes axes = axes_from(1, ndim);
    axes[0] = 0;
    const Moments m(x, axes);
    Var y = scaled(m.centered, m.var, options.eps, w, b);
    const no_grad guard;
    const Var new_mean = followed(running_mean, m.mean, options.momentum),
              new_var = followed(running_var, m.var, options.momentum);
    running_mean.assign(new_mean);
    running_var.assign(new_var);
    return y;
}

std::string BatchNorm::extra_repr() const { return channels_repr(*this); }

InstanceNorm::InstanceNorm(int num_features, const Options& o)
    : num_features(at_least(1, "InstanceNorm", "num_features", num_features)),
      options(o),
      weight(attr("weight", ones_if(o.affine, {num_features}))),
      bias(attr("bias", zeros_if(o.affine, {num_features}))) {}

Var InstanceNorm::execute(const Var& x) {
    check_channels("InstanceNorm", x, num_features);
    const int ndim = x.ndim();
    if (ndim < 3) fail<ShapeError>("InstanceNorm: needs 3 axes or more, got ", x.shape());
    return normalized(x, axes_from(2, ndim), options.eps, by_channel(weight, ndim), by_channel(bias, ndim));
}

std::string InstanceNorm::extra_repr() const { return channels_repr(*this); }

Var layer_norm(const Var& x, const Shape& normalized_shape, const Var& weight, const Var& bias, double eps) {
    for (const Var& v : {weight, bias})
        if (v.defined() && !broadcasts_to(v.shape(), normalized_shape))
            fail<ShapeError>("layer_norm: needs weight and bias that broadcast to ", normalized_shape, ", got ",
                             v.shape());
    return normalized_last("layer_norm", x, normalized_shape, eps, weight, bias);
}

LayerNorm::LayerNorm(const Shape& normalized_shape, const Options& o)
    : normalized_shape(normalized_shape),
      options(o),
      weight(attr("weight", ones_if(o.elementwise_affine, normalized_shape))),
      bias(attr("bias", zeros_if(o.elementwise_affine, normalized_shape))) {
    if (normalized_shape.empty()) fail<ShapeError>("LayerNorm: needs a shape of one axis or more, got ()");
}

Var LayerNorm::execute(const Var& x) {
    return normalized_last("LayerNorm", x, normalized_shape, options.eps, weight, bias);
}

std::string LayerNorm::extra_repr() const {
    return repr(normalized_shape, options.eps, Named{"elementwise_affine", options.elementwise_affine});
}

GroupNorm::GroupNorm(int num_groups, int num_channels, const Options& o)
    : num_groups(at_least(1, "GroupNorm", "num_groups", num_groups)),
      num_channels(at_least(1, "GroupNorm", "num_channels", num_channels)),
      options(o),
      weight(attr("weight", ones_if(o.affine, {num_channels}))),
      bias(attr("bias", zeros_if(o.affine, {num_channels}))) {
    if (num_channels % num_groups != 0)
        fail<ValueError>("GroupNorm: needs channels that ", num_groups, " groups divide, got ", num_channels);
}

Var GroupNorm::execute(const Var& x) {
    check_channels("GroupNorm", x, num_channels);
    const Shape in_groups{x.shape(0), num_groups, num_channels / num_groups, step_along(x.shape(), 1)};
    const auto affine = [&](const Var& v) {
        return v.defined() ? v.reshape({1, num_groups, num_channels / num_groups, 1}) : v;
    };
    return normalized(x.reshape(in_groups), {2, 3}, options.eps, affine(weight), affine(bias)).reshape(x.shape());
}

std::string GroupNorm::extra_repr() const {
    return repr(num_groups, num_channels, options.eps, Named{"affine", options.affine});
}

}  // namespace jt::nn
