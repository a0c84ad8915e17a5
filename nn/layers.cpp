// What the layers compute and how they print.
#include "layers.hpp"

#include <cmath>

#include "../autograd/ops/create.hpp"
#include "../autograd/ops/shape.hpp"
#include "init.hpp"

namespace jt::nn {

namespace {

int positive(const char* layer, const char* what, int value) {
    if (value < 1) fail<ValueError>(layer, ": needs ", what, " of 1 or more, got ", value);
    return value;
}

int not_negative(const char* layer, const char* what, int value) {
    if (value < 0) fail<ValueError>(layer, ": needs ", what, " of 0 or more, got ", value);
    return value;
}

// U(-1 / sqrt(fan), 1 / sqrt(fan)), 0 where nothing comes in; nothing is drawn without a bias.
Var bias_for(bool wanted, std::int64_t out, std::int64_t fan) {
    const double bound = fan == 0 ? 0 : 1.0 / std::sqrt(static_cast<double>(fan));
    return wanted ? init::uniform({out}, -bound, bound) : Var();
}

Shape conv_shape(int in, int out, Pair kernel, int groups) {
    positive("Conv", "groups", groups);
    if (positive("Conv", "in_channels", in) % groups != 0 || positive("Conv", "out_channels", out) % groups != 0)
        fail<ValueError>("Conv: needs channels that ", groups, " groups divide, got ", in, " and ", out);
    return {out, in / groups, positive("Conv", "a kernel", kernel.h), positive("Conv", "a kernel", kernel.w)};
}

const char* python(bool value) { return value ? "True" : "False"; }

std::string peek(Pair p) { return "(" + std::to_string(p.h) + ", " + std::to_string(p.w) + ")"; }

}  // namespace

Linear::Linear(int in, int out, bool with_bias)
    : in_features(not_negative("Linear", "in_features", in)),
      out_features(not_negative("Linear", "out_features", out)),
      weight(attr("weight", init::invariant_uniform({out, in}))),
      bias(attr("bias", bias_for(with_bias, out, in))) {}

std::string Linear::extra_repr() const {
    return std::to_string(in_features) + ", " + std::to_string(out_features) + ", " + peek(bias);
}

Conv::Conv(int in, int out, Pair kernel, Pair stride_, Pair padding_, Pair dilation_, int groups_, bool with_bias)
    : in_channels(in),
      out_channels(out),
      kernel_size(kernel),
      stride(stride_),
      padding(padding_),
      dilation(dilation_),
      groups(groups_),
      weight(attr("weight", init::invariant_uniform(conv_shape(in, out, kernel, groups_)))),
      bias(attr("bias", bias_for(with_bias, out, init::fan_in(weight.shape())))) {}

std::string Conv::extra_repr() const {
    return std::to_string(in_channels) + ", " + std::to_string(out_channels) + ", " + peek(kernel_size) + ", " +
           peek(stride) + ", " + peek(padding) + ", " + peek(dilation) + ", " + std::to_string(groups) + ", " +
           peek(bias);
}

Pool::Pool(Pair kernel, std::optional<Pair> stride_, Pair padding_, bool ceil, bool include_pad, PoolOp op_)
    : kernel_size(kernel),
      stride(stride_.value_or(kernel)),
      padding(padding_),
      ceil_mode(ceil),
      count_include_pad(include_pad),
      op(op_) {}

Var Pool::execute(const Var& x) {
    if (op == PoolOp::maximum) return max_pool2d(x, kernel_size, stride, padding, ceil_mode);
    return mean_pool2d(x, kernel_size, stride, padding, ceil_mode, count_include_pad);
}

std::string Pool::extra_repr() const {
    const bool pads = count_include_pad && (padding.h != 0 || padding.w != 0);
    return peek(kernel_size) + ", " + peek(stride) + ", " + peek(padding) +
           ", dilation=None, return_indices=None, ceil_mode=" + python(ceil_mode) +
           ", count_include_pad=" + python(pads) + ", op=" + (op == PoolOp::mean ? "mean" : "maximum");
}

Dropout::Dropout(double probability) : p(probability) {
    if (!(p >= 0 && p <= 1)) fail<ValueError>("Dropout: needs a probability from 0 to 1, got ", p);
}

Var Dropout::execute(const Var& x) { return dropout(x, p, is_training()); }

std::string Dropout::extra_repr() const { return text(p) + ", is_train=" + python(is_training()); }

Var dropout(const Var& x, double p, bool is_train) {
    if (!(p >= 0 && p <= 1)) fail<ValueError>("dropout: needs a probability from 0 to 1, got ", p);
    if (p == 0 || !is_train) return x.clone();
    if (p == 1) return x * zeros_like(x);
    const Var keep = cast(rand(x.shape()) > p, x.dtype());
    return x * keep / (1.0 - p);
}

Var Flatten::execute(const Var& x) {
    const int first = normalize_axis("Flatten", start_dim, x.ndim()),
              last = normalize_axis("Flatten", end_dim, x.ndim());
    if (first > last)
        fail<ShapeError>("Flatten: needs start_dim at or before end_dim, got ", start_dim, " and ", end_dim);
    Shape shape(x.shape().begin(), x.shape().begin() + first);
    shape.push_back(Shape(x.shape().begin() + first, x.shape().begin() + last + 1).numel());
    for (int k = last + 1; k < x.ndim(); ++k) shape.push_back(x.shape(k));
    return reshape(x, shape);
}

std::string Flatten::extra_repr() const { return std::to_string(start_dim) + ", end_dim=" + std::to_string(end_dim); }

Sequential& Sequential::append(ModulePtr module) {
    if (!module) fail<KeyError>("append: needs a module, got none");
    std::size_t next = size();
    while (hasattr(std::to_string(next))) ++next;
    attr(std::to_string(next), std::move(module));
    return *this;
}

// A layer may replace others while it runs.
Var Sequential::execute(const Var& x) {
    SmallVector<ModulePtr, 8> layers;
    for (std::size_t k = 0; k < size(); ++k) layers.push_back(layer(static_cast<int>(k)));
    Var y = x;
    for (const ModulePtr& layer : layers) y = layer(y);
    return y;
}

}  // namespace jt::nn
