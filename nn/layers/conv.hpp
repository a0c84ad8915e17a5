// Convolutions and transposed ones.
#pragma once
#include "../../autograd/ops/conv.hpp"
#include "../module/module.hpp"
#include "options.hpp"

namespace jt::nn {

template <class N>
struct ConvOptionsOf {
    ByName by_name = {};
    N stride = 1, padding = 0, dilation = 1;
    int groups = 1;
    bool bias = true;
};
using ConvOptions = ConvOptionsOf<Pair>;
using Conv1dOptions = ConvOptionsOf<Single>;
using Conv3dOptions = ConvOptionsOf<Triple>;

template <class N>
struct ConvTransposeOptionsOf {
    ByName by_name = {};
    N stride = 1, padding = 0, output_padding = 0;
    int groups = 1;
    bool bias = true;
    N dilation = 1;
};
using ConvTransposeOptions = ConvTransposeOptionsOf<Pair>;
using ConvTranspose1dOptions = ConvTransposeOptionsOf<Single>;
using ConvTranspose3dOptions = ConvTransposeOptionsOf<Triple>;

/// The first weight of a convolution, and the bias, drawn behind it or empty.
struct ConvDraws {
    Var weight, bias;
};

/// What convolutions over the axes of N have. Throws a ValueError for channels that groups do not divide and numbers
/// out of range.
template <class N, class O>
class Convolution : public Module {
public:
    using Options = O;
    std::string extra_repr() const override;

    const int in_channels, out_channels;
    const N kernel_size;
    const Options options;
    Var& weight;
    Var& bias;

protected:
    Convolution(int in_channels, int out_channels, N kernel_size, const O& options, const ConvDraws& draws);
};

/// x (n, in, h, w) to (n, out, h', w'), h' = floor((h + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
/// weight (out, in / groups, kh, kw) and bias (out,) drawn from U(-1/sqrt(fan), 1/sqrt(fan)), fan = in / groups * kh *
/// kw. A call throws a ShapeError for x of other channels or smaller than the kernel.
class Conv : public Convolution<Pair, ConvOptions> {
public:
    Conv(int in_channels, int out_channels, Pair kernel_size, const Options& options = {});
    /// Jittor's order of arguments; pairs go by options.
    Conv(int in_channels, int out_channels, Pair kernel_size, int stride, int padding = 0, int dilation = 1,
         int groups = 1, bool bias = true)
        : Conv(in_channels, out_channels, kernel_size, Options{{}, stride, padding, dilation, groups, bias}) {}
    Var execute(const Var& x) override;
};
using Conv2d = Conv;

/// The same of x (n, in, d, h, w) and weight (out, in / groups, kd, kh, kw).
class Conv3d : public Convolution<Triple, Conv3dOptions> {
public:
    Conv3d(int in_channels, int out_channels, Triple kernel_size, const Options& options = {});
    Conv3d(int in_channels, int out_channels, Triple kernel_size, int stride, int padding = 0, int dilation = 1,
           int groups = 1, bool bias = true)
        : Conv3d(in_channels, out_channels, kernel_size, Options{{}, stride, padding, dilation, groups, bias}) {}
    Var execute(const Var& x) override;
};

/// The same of x (n, in, l) and weight (out, in / groups, k), which stands behind the bias, as in Jittor.
class Conv1d : public Module {
public:
    using Options = Conv1dOptions;
    Conv1d(int in_channels, int out_channels, Single kernel_size, const Options& options = {});
    Conv1d(int in_channels, int out_channels, Single kernel_size, int stride, int padding = 0, int dilation = 1,
           int groups = 1, bool bias = true)
        : Conv1d(in_channels, out_channels, kernel_size, Options{{}, stride, padding, dilation, groups, bias}) {}
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const int in_channels, out_channels;
    const Single kernel_size;
    const Options options;
    Var& bias;
    Var& weight;

private:
    Conv1d(int in_channels, int out_channels, Single kernel_size, const Options& options, const ConvDraws& draws);
};

/// x (n, in, h, w) to (n, out, h', w'), h' = (h - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding
/// + 1; weight (in, out / groups, kh, kw) and bias (out,) drawn as Conv's, fan = out / groups * kh * kw. A call throws
/// a ShapeError for x of other channels or an output of nothing, a ValueError for output_padding that is not below
/// stride or dilation.
class ConvTranspose : public Convolution<Pair, ConvTransposeOptions> {
public:
    ConvTranspose(int in_channels, int out_channels, Pair kernel_size, const Options& options = {});
    ConvTranspose(int in_channels, int out_channels, Pair kernel_size, int stride, int padding = 0,
                  int output_padding = 0, int groups = 1, bool bias = true, int dilation = 1)
        : ConvTranspose(in_channels, out_channels, kernel_size,
                        Options{{}, stride, padding, output_padding, groups, bias, dilation}) {}
    Var execute(const Var& x) override;
};
using ConvTranspose2d = ConvTranspose;

/// The same of x (n, in, d, h, w) and weight (in, out / groups, kd, kh, kw).
class ConvTranspose3d : public Convolution<Triple, ConvTranspose3dOptions> {
public:
    ConvTranspose3d(int in_channels, int out_channels, Triple kernel_size, const Options& options = {});
    ConvTranspose3d(int in_channels, int out_channels, Triple kernel_size, int stride, int padding = 0,
                    int output_padding = 0, int groups = 1, bool bias = true, int dilation = 1)
        : ConvTranspose3d(in_channels, out_channels, kernel_size,
                          Options{{}, stride, padding, output_padding, groups, bias, dilation}) {}
    Var execute(const Var& x) override;
};

/// The same of x (n, in, l) and weight (in, out / groups, k), which Jittor has not got.
class ConvTranspose1d : public Convolution<Single, ConvTranspose1dOptions> {
public:
    ConvTranspose1d(int in_channels, int out_channels, Single kernel_size, const Options& options = {});
    ConvTranspose1d(int in_channels, int out_channels, Single kernel_size, int stride, int padding = 0,
                    int output_padding = 0, int groups = 1, bool bias = true, int dilation = 1)
        : ConvTranspose1d(in_channels, out_channels, kernel_size,
                          Options{{}, stride, padding, output_padding, groups, bias, dilation}) {}
    Var execute(const Var& x) override;
};

}  // namespace jt::nn
