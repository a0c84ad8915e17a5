// Convolutions: their first weights, what they compute and their printed forms.
#include "conv.hpp"

#include "../init.hpp"
#include "../module/repr.hpp"
#include "checks.hpp"

namespace jt::nn {

namespace {

void check_each(int low, const char* layer, const char* what, const Shape& numbers) {
    for (const auto number : numbers) at_least(low, layer, what, static_cast<int>(number));
}

template <class N, class O>
void check(const char* layer, int in, int out, N kernel, const O& o) {
    at_least(1, layer, "groups", o.groups);
    if (at_least(1, layer, "in_channels", in) % o.groups != 0 ||
        at_least(1, layer, "out_channels", out) % o.groups != 0)
        fail<ValueError>(layer, ": needs channels that ", o.groups, " groups divide, got ", in, " and ", out);
    check_each(1, layer, "a kernel", kernel.shape());
    check_each(1, layer, "stride", o.stride.shape());
    check_each(0, layer, "padding", o.padding.shape());
    check_each(1, layer, "dilation", o.dilation.shape());
}

// A weight (rows, columns / groups, *kernel), and a bias for `out` channels.
ConvDraws drawn(int rows, int columns, const Shape& kernel, int groups, int out, bool bias) {
    Shape shape{rows, columns / groups};
    for (const auto extent : kernel) shape.push_back(extent);
    return {init::invariant_uniform(shape), bias_for(bias, out, init::fan_in(shape))};
}

template <class N>
ConvDraws draws(const char* layer, int in, int out, N kernel, const ConvOptionsOf<N>& o) {
    check(layer, in, out, kernel, o);
    return drawn(out, in, kernel.shape(), o.groups, out, o.bias);
}

template <class N>
ConvDraws draws(const char* layer, int in, int out, N kernel, const ConvTransposeOptionsOf<N>& o) {
    check(layer, in, out, kernel, o);
    check_each(0, layer, "output_padding", o.output_padding.shape());
    return drawn(in, out, kernel.shape(), o.groups, out, o.bias);
}

template <class N, class F>
Var called(const char* layer, F f, const Var& x, const Var& weight, const Var& bias, const ConvOptionsOf<N>& o) {
    check_channels(layer, x, weight.shape(1) * o.groups, N::axes);
    return f(x, weight, bias, o.stride, o.padding, o.dilation, o.groups);
}

template <class N, class F>
Var called(const char* layer, F f, const Var& x, const Var& weight, const Var& bias,
           const ConvTransposeOptionsOf<N>& o) {
    check_channels(layer, x, weight.shape(0), N::axes);
    return f(x, weight, bias, o.stride, o.padding, o.output_padding, o.groups, o.dilation);
}

template <class N>
std::string shown(const ConvOptionsOf<N>& o, const Var& bias) {
    return repr(o.stride, o.padding, o.dilation, o.groups, bias);
}

template <class N>
std::string shown(const ConvTransposeOptionsOf<N>& o, const Var& bias) {
    return repr(o.stride, o.padding, o.output_padding, o.groups, Named{"bias", bias}, Named{"dilation", o.dilation});
}

}  // namespace

template <class N, class O>
Convolution<N, O>::Convolution(int in, int out, N kernel, const O& o, const ConvDraws& draws)
    : in_channels(in),
      out_channels(out),
      kernel_size(kernel),
      options(o),
      weight(attr("weight", draws.weight)),
      bias(attr("bias", draws.bias)) {}

template <class N, class O>
std::string Convolution<N, O>::extra_repr() const {
    return repr(in_channels, out_channels, kernel_size) + ", " + shown(options, bias);
}

template class Convolution<Pair, ConvOptions>;
template class Convolution<Triple, Conv3dOptions>;
template class Convolution<Single, ConvTranspose1dOptions>;
template class Convolution<Pair, ConvTransposeOptions>;
template class Convolution<Triple, ConvTranspose3dOptions>;

Conv::Conv(int in, int out, Pair kernel, const Options& o)
    : Convolution(in, out, kernel, o, draws("Conv", in, out, kernel, o)) {}

Var Conv::execute(const Var& x) { return called("Conv", conv2d, x, weight, bias, options); }

Conv3d::Conv3d(int in, int out, Triple kernel, const Options& o)
    : Convolution(in, out, kernel, o, draws("Conv3d", in, out, kernel, o)) {}

Var Conv3d::execute(const Var& x) { return called("Conv3d", conv3d, x, weight, bias, options); }

Conv1d::Conv1d(int in, int out, Single kernel, const Options& o)
    : Conv1d(in, out, kernel, o, draws("Conv1d", in, out, kernel, o)) {}

Conv1d::Conv1d(int in, int out, Single kernel, const Options& o, const ConvDraws& draws)
    : in_channels(in),
      out_channels(out),
      kernel_size(kernel),
      options(o),
      bias(attr("bias", draws.bias)),
      weight(attr("weight", draws.weight)) {}

Var Conv1d::execute(const Var& x) { return called("Conv1d", conv1d, x, weight, bias, options); }

std::string Conv1d::extra_repr() const {
    const Options& o = options;
    return repr(in_channels, out_channels, Pair{kernel_size.l, 1}, Pair{o.stride.l, 1},
                Named{"padding", Pair{o.padding.l, 0}}, Named{"dilation", Pair{o.dilation.l, 1}},
                Named{"groups", o.groups}, Named{"bias", bias});
}

ConvTranspose::ConvTranspose(int in, int out, Pair kernel, const Options& o)
    : Convolution(in, out, kernel, o, draws("ConvTranspose", in, out, kernel, o)) {}

Var ConvTranspose::execute(const Var& x) { return called("ConvTranspose", conv_transpose, x, weight, bias, options); }

ConvTranspose3d::ConvTranspose3d(int in, int out, Triple kernel, const Options& o)
    : Convolution(in, out, kernel, o, draws("ConvTranspose3d", in, out, kernel, o)) {}

Var ConvTranspose3d::execute(const Var& x) {
    return called("ConvTranspose3d", conv_transpose3d, x, weight, bias, options);
}

ConvTranspose1d::ConvTranspose1d(int in, int out, Single kernel, const Options& o)
    : Convolution(in, out, kernel, o, draws("ConvTranspose1d", in, out, kernel, o)) {}

Var ConvTranspose1d::execute(const Var& x) {
    return called("ConvTranspose1d", conv_transpose1d, x, weight, bias, options);
}

}  // namespace jt::nn
