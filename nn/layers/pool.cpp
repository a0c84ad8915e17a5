// Pool and those made of it: what they compute and their printed forms.
#include "pool.hpp"

#include "checks.hpp"

namespace jt::nn {

std::string text(PoolOp op) { return op == PoolOp::mean ? "mean" : "maximum"; }

namespace {

void check(Pair kernel, Pair stride, Pair padding) {
    for (const int k : {0, 1}) {
        at_least(1, "Pool", "a kernel_size", static_cast<int>(kernel[k]));
        at_least(1, "Pool", "a stride", static_cast<int>(stride[k]));
        at_least(0, "Pool", "padding", static_cast<int>(padding[k]));
        if (2 * padding[k] > kernel[k])
            fail<ValueError>("Pool: needs padding of at most half the kernel, got ", padding, " for ", kernel);
    }
}

}  // namespace

Pool::Pool(Pair kernel_size, const Options& options) : kernel_size(kernel_size), options(options) {
    check(kernel_size, options.stride.value_or(kernel_size), options.padding);
    if (options.return_indices && options.op == PoolOp::mean)
        fail<ValueError>("Pool: needs op maximum to return indices, got mean");
}

Var Pool::execute(const Var& x) {
    const Options& o = options;
    if (o.op == PoolOp::maximum) return max_pool2d(x, kernel_size, o.stride, o.padding, o.ceil_mode);
    return mean_pool2d(x, kernel_size, o.stride, o.padding, o.ceil_mode, o.count_include_pad);
}

Vars Pool::execute_vars(const Vars& inputs) {
    const Options& o = options;
    if (!o.return_indices || inputs.size() != 1) return Module::execute_vars(inputs);
    const auto [value, index] = max_pool2d_with_indices(inputs[0], kernel_size, o.stride, o.padding, o.ceil_mode);
    return {value, index};
}

std::string Pool::extra_repr() const {
    const Options& o = options;
    const std::optional<bool> none, indices = o.return_indices ? std::optional(true) : none;
    const bool pads = o.count_include_pad && (o.padding.h != 0 || o.padding.w != 0);
    return repr(kernel_size, o.stride.value_or(kernel_size), o.padding, Named{"dilation", none},
                Named{"return_indices", indices}, Named{"ceil_mode", o.ceil_mode}, Named{"count_include_pad", pads},
                Named{"op", o.op});
}

MaxPool2d::MaxPool2d(Pair kernel_size, const Options& o)
    : pool_(this, "_layer", kernel_size,
            PoolOptions{{}, o.stride, o.padding, o.return_indices, o.ceil_mode, true, PoolOp::maximum}) {}

AvgPool2d::AvgPool2d(Pair kernel_size, const Options& o)
    : pool_(this, "layer", kernel_size,
            PoolOptions{{}, o.stride, o.padding, false, o.ceil_mode, o.count_include_pad, PoolOp::mean}) {}

}  // namespace jt::nn
