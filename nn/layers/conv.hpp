// Conv.
#pragma once
#include "../../autograd/ops/conv.hpp"
#include "../module/module.hpp"
#include "options.hpp"

namespace jt::nn {

struct ConvOptions {
    ByName by_name = {};
    Pair stride = 1, padding = 0, dilation = 1;
    int groups = 1;
    bool bias = true;
};

/// x (n, in, h, w) to (n, out, h', w'), h' = floor((h + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
/// weight (out, in / groups, kh, kw) and bias (out,) drawn from U(-1/sqrt(fan), 1/sqrt(fan)), fan = in / groups * kh *
/// kw. Throws a ValueError for channels that groups do not divide and numbers out of range (stride, padding and
/// dilation are looked at when it is called), a ShapeError for x of other channels or smaller than the kernel.
class Conv : public Module {
public:
    using Options = ConvOptions;
    Conv(int in_channels, int out_channels, Pair kernel_size, const Options& options = {});
    /// Jittor's order of arguments; pairs go by options.
    Conv(int in_channels, int out_channels, Pair kernel_size, int stride, int padding = 0, int dilation = 1,
         int groups = 1, bool bias = true)
        : Conv(in_channels, out_channels, kernel_size, Options{{}, stride, padding, dilation, groups, bias}) {}
    Var execute(const Var& x) override {
        return conv2d(x, weight, bias,
                      {kernel_size, options.stride, options.padding, options.dilation, options.groups});
    }
    std::string extra_repr() const override;

    const int in_channels, out_channels;
    const Pair kernel_size;
    const Options options;
    Var& weight;
    Var& bias;
};
using Conv2d = Conv;

}  // namespace jt::nn
