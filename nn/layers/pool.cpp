// Pool: what it computes and its printed form.
#include "pool.hpp"

#include "../module/repr.hpp"

namespace jt::nn {

std::string text(PoolOp op) { return op == PoolOp::mean ? "mean" : "maximum"; }

Var Pool::execute(const Var& x) {
    const Options& o = options;
    if (o.op == PoolOp::maximum) return max_pool2d(x, kernel_size, o.stride, o.padding, o.ceil_mode);
    return mean_pool2d(x, kernel_size, o.stride, o.padding, o.ceil_mode, o.count_include_pad);
}

std::string Pool::extra_repr() const {
    const Options& o = options;
    const std::optional<int> none;
    const bool pads = o.count_include_pad && (o.padding.h != 0 || o.padding.w != 0);
    return repr(kernel_size, o.stride.value_or(kernel_size), o.padding, Named{"dilation", none},
                Named{"return_indices", none}, Named{"ceil_mode", o.ceil_mode}, Named{"count_include_pad", pads},
                Named{"op", o.op});
}

}  // namespace jt::nn
