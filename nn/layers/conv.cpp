// Conv: its first weight and its printed form.
#include "conv.hpp"

#include "../init.hpp"
#include "../module/repr.hpp"
#include "checks.hpp"

namespace jt::nn {

namespace {

Shape weight_shape(int in, int out, Pair kernel, int groups) {
    at_least(1, "Conv", "groups", groups);
    if (at_least(1, "Conv", "in_channels", in) % groups != 0 || at_least(1, "Conv", "out_channels", out) % groups != 0)
        fail<ValueError>("Conv: needs channels that ", groups, " groups divide, got ", in, " and ", out);
    return {out, in / groups, at_least(1, "Conv", "a kernel", kernel.h), at_least(1, "Conv", "a kernel", kernel.w)};
}

}  // namespace

Conv::Conv(int in, int out, Pair kernel, const Options& o)
    : in_channels(in),
      out_channels(out),
      kernel_size(kernel),
      options(o),
      weight(attr("weight", init::invariant_uniform(weight_shape(in, out, kernel, o.groups)))),
      bias(attr("bias", bias_for(o.bias, out, init::fan_in(weight.shape())))) {}

std::string Conv::extra_repr() const {
    const auto& [by_name, stride, padding, dilation, groups, with_bias] = options;
    return repr(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias);
}

}  // namespace jt::nn
