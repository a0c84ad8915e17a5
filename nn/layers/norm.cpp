// The normalisations are alike but for the axes that they run over.
#include "norm.hpp"

#include "../../autograd/node.hpp"
#include "../../autograd/ops.hpp"
#include "../../autograd/ops/standardize.hpp"
#include "../module/repr.hpp"
#include "checks.hpp"

namespace jt::nn {

namespace {

Var ones_if(bool affine, const Shape& shape) { return affine ? ones(shape) : Var(); }
Var zeros_if(bool affine, const Shape& shape) { return affine ? zeros(shape) : Var(); }

const BatchNormOptions& checked(const char* layer, const BatchNormOptions& o) {
    within(layer, "eps", o.eps);
    within(layer, "momentum", o.momentum, 0, 1);
    return o;
}
template <class Options>
const Options& checked(const char* layer, const Options& o) {
    within(layer, "eps", o.eps);
    return o;
}

// One number a channel, as it broadcasts over an x of `ndim` axes.
Var by_channel(const Var& v, int ndim) {
    Shape shape(static_cast<std::size_t>(ndim), 1);
    shape[1] = v.numel();
    return v.reshape(shape);
}

// Over the last axes, which have the shape `last`, as weight and bias have.
Var standardized(const char* name, const Var& x, const Shape& last, const Var& weight, const Var& bias, double eps) {
    const Shape& shape = node_of(name, x).value.shape();
    const int first = shape.rank() - last.rank();
    if (first < 0 || shape[from(first)] != last)
        fail<ShapeError>(name, ": needs last axes of shape ", last, ", got ", shape);
    const Shape rows{1, shape[to(first)].numel(), 1, last.numel(), 1};
    return standardize(x.reshape(rows), weight, bias, eps).y.reshape(shape);
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
      options(checked("BatchNorm", o)),
      weight(attr("weight", ones_if(o.affine, {num_features}))),
      bias(attr("bias", zeros_if(o.affine, {num_features}))),
      running_mean(register_buffer("running_mean", zeros({num_features}))),
      running_var(register_buffer("running_var", ones({num_features}))) {}

Var BatchNorm::execute(const Var& x) {
    check_channels("BatchNorm", x, num_features);
    if (!is_training()) return with_running(x);
    if (x.numel() == 0) fail<ShapeError>("BatchNorm: needs numbers to learn from, got ", x.shape());
    const std::int64_t n = x.shape(0), inner = step_along(x.shape(), 1);
    const auto [flat, mean, var] = standardize(x.reshape({n, 1, num_features, 1, inner}), weight, bias, options.eps);
    Var y = flat.reshape(x.shape());
    const no_grad guard;
    const Var new_mean = followed(running_mean, mean, options.momentum),
              new_var = followed(running_var, var, options.momentum);
    running_mean.assign(new_mean);
    running_var.assign(new_var);
    return y;
}

Var BatchNorm::with_running(const Var& x) const {
    const Var root = sqrt(running_var + options.eps), w = weight.defined() ? weight / root : 1 / root;
    const Var b = bias.defined() ? bias - running_mean * w : -running_mean * w;
    return x * by_channel(w, x.ndim()) + by_channel(b, x.ndim());
}

std::string BatchNorm::extra_repr() const { return channels_repr(*this); }

InstanceNorm::InstanceNorm(int num_features, const Options& o)
    : num_features(at_least(1, "InstanceNorm", "num_features", num_features)),
      options(checked("InstanceNorm", o)),
      weight(attr("weight", ones_if(o.affine, {num_features}))),
      bias(attr("bias", zeros_if(o.affine, {num_features}))) {}

Var InstanceNorm::execute(const Var& x) {
    if (node_of("InstanceNorm", x).value.shape().size() < 3)
        fail<ShapeError>("InstanceNorm: needs 3 axes or more, got ", x.shape());
    check_channels("InstanceNorm", x, num_features);
    return standardize(x.reshape({1, x.shape(0), num_features, 1, step_along(x.shape(), 1)}), weight, bias, options.eps)
        .y.reshape(x.shape());
}

std::string InstanceNorm::extra_repr() const { return channels_repr(*this); }

Var layer_norm(const Var& x, const Shape& normalized_shape, const Var& weight, const Var& bias, double eps) {
    if (normalized_shape.empty()) fail<ShapeError>("layer_norm: needs a shape of one axis or more, got ()");
    within("layer_norm", "eps", eps);
    const auto spread = [&normalized_shape](const Var& v) {
        if (!v.defined() || v.shape() == normalized_shape) return v;
        if (!broadcasts_to(v.shape(), normalized_shape))
            fail<ShapeError>("layer_norm: needs weight and bias that broadcast to ", normalized_shape, ", got ",
                             v.shape());
        return v.broadcast(normalized_shape);
    };
    return standardized("layer_norm", x, normalized_shape, spread(weight), spread(bias), eps);
}

LayerNorm::LayerNorm(const Shape& normalized_shape, const Options& o)
    : normalized_shape(normalized_shape),
      options(checked("LayerNorm", o)),
      weight(attr("weight", ones_if(o.elementwise_affine, normalized_shape))),
      bias(attr("bias", zeros_if(o.elementwise_affine, normalized_shape))) {
    if (normalized_shape.empty()) fail<ShapeError>("LayerNorm: needs a shape of one axis or more, got ()");
}

Var LayerNorm::execute(const Var& x) {
    return standardized("LayerNorm", x, normalized_shape, weight, bias, options.eps);
}

std::string LayerNorm::extra_repr() const {
    return repr(normalized_shape, options.eps, Named{"elementwise_affine", options.elementwise_affine});
}

GroupNorm::GroupNorm(int num_groups, int num_channels, const Options& o)
    : num_groups(at_least(1, "GroupNorm", "num_groups", num_groups)),
      num_channels(at_least(1, "GroupNorm", "num_channels", num_channels)),
      options(checked("GroupNorm", o)),
      weight(attr("weight", ones_if(o.affine, {num_channels}))),
      bias(attr("bias", zeros_if(o.affine, {num_channels}))) {
    if (num_channels % num_groups != 0)
        fail<ValueError>("GroupNorm: needs channels that ", num_groups, " groups divide, got ", num_channels);
}

Var GroupNorm::execute(const Var& x) {
    check_channels("GroupNorm", x, num_channels);
    const Shape groups{1, x.shape(0), num_groups, num_channels / num_groups, step_along(x.shape(), 1)};
    return standardize(x.reshape(groups), weight, bias, options.eps).y.reshape(x.shape());
}

std::string GroupNorm::extra_repr() const {
    return repr(num_groups, num_channels, options.eps, Named{"affine", options.affine});
}

}  // namespace jt::nn
