// Convolutions. All are made of those over the last two of four axes: a sequence is an image of one row, and of a
// volume the planes that a kernel looks at together are channels of one image.
#include "conv.hpp"

#include <algorithm>

#include "../../core/kernels/product/conv.hpp"
#include "../work.hpp"
#include "arithmetic.hpp"
#include "axes.hpp"
#include "check_windows.hpp"
#include "pad.hpp"
#include "promote.hpp"
#include "reduce.hpp"
#include "reindex.hpp"
#include "shape.hpp"

namespace jt {

namespace {

// All three multiply each pixel of y, or of its gradient, with the taps that made it.
void count(const Shape& y, const Shape& w) { count_multiply_adds(y.numel() * step_along(w, 0)); }

// Convolution is linear in x and in w, so it and its two gradients are closed under differentiation:
// with y = conv(x, w), <g, y> = <x, conv_input(g, w)> = <w, conv_weight(g, x)>.
Var conv(const Var& x, const Var& w, const Windows& p);
Var conv_weight(const Var& g, const Var& x, const Shape& w_shape, const Windows& p);

Var conv_input(const Var& g, const Var& w, const Shape& x_shape, const Windows& p) {
    static constexpr Op op{"conv_transpose", [](const Var& gx, const Call& call) -> Vars {
                               const auto& p = call.params<Windows>();
                               return {call.needs(0) ? conv(gx, call.input(1), p) : Var(),
                                       call.needs(1) ? conv_weight(call.input(0), gx, call.shape(1), p) : Var()};
                           }};
    count(g.shape(), w.shape());
    return record(op, kernels::conv2d_input(g.array(), w.array(), x_shape, p), {g, w}, p);
}

Var conv_weight(const Var& g, const Var& x, const Shape& w_shape, const Windows& p) {
    static constexpr Op op{"conv2d_weight", [](const Var& gw, const Call& call) -> Vars {
                               const auto& p = call.params<Windows>();
                               return {call.needs(0) ? conv(call.input(1), gw, p) : Var(),
                                       call.needs(1) ? conv_input(call.input(0), gw, call.shape(1), p) : Var()};
                           }};
    count(g.shape(), w_shape);
    return record(op, kernels::conv2d_weight(g.array(), x.array(), w_shape, p), {g, x}, p);
}

Vars conv_rule(const Var& g, const Call& call) {
    const auto& p = call.params<Windows>();
    Vars gradients{call.needs(0) ? conv_input(g, call.input(1), call.shape(0), p) : Var(),
                   call.needs(1) ? conv_weight(g, call.input(0), call.shape(1), p) : Var()};
    if (call.size() == 3) gradients.push_back(call.needs(2) ? sum(g, {0, 2, 3}) : Var());
    return gradients;
}

constexpr Op conv_op{"conv2d", conv_rule};

// Without a bias the op has two inputs.
Var conv(const Var& x, const Var& w, const Var& bias, const Windows& p) {
    Array y = kernels::conv2d(x.array(), w.array(), bias.defined() ? bias.array() : Array(), p);
    count(y.shape(), w.shape());
    return bias.defined() ? record(conv_op, std::move(y), {x, w, bias}, p) : record(conv_op, std::move(y), {x, w}, p);
}

Var conv(const Var& x, const Var& w, const Windows& p) { return conv(x, w, Var(), p); }

struct Operands {
    Var x, weight, bias;
};

// What an op is called, and the shapes that it needs.
struct Kind {
    const char *op, *shapes;
    bool transposed = false;
};

Operands floats(const char* op, const Var& x, const Var& weight, const Var& bias) {
    const Dtype dtype = to_float(promote(type_of(op, x), type_of(op, weight)));
    return {as_var(x, dtype), as_var(weight, dtype), bias.defined() ? as_var(bias, dtype) : Var()};
}

void check_channels(const Kind& kind, const Operands& o, int rank, int groups) {
    const Shape &x = o.x.shape(), &w = o.weight.shape();
    if (x.rank() != rank || w.rank() != rank)
        fail<ShapeError>(kind.op, ": needs ", kind.shapes, ", got ", x, " and ", w);
    const auto in = kind.transposed ? w[0] : w[1] * groups, out = kind.transposed ? w[1] * groups : w[0];
    if (groups < 1 || x[1] != in || w[0] % groups != 0)
        fail<ShapeError>(kind.op, ": needs channels that ", groups, " groups divide and that agree, got x ", x,
                         " and weight ", w);
    if (o.bias.defined() && o.bias.shape() != Shape{out})
        fail<ShapeError>(kind.op, ": needs a bias of shape (", out, ",), got ", o.bias.shape());
}

Single kernel_of(const Shape& w, Single) { return static_cast<int>(w[2]); }
Pair kernel_of(const Shape& w, Pair) { return {static_cast<int>(w[2]), static_cast<int>(w[3])}; }
Triple kernel_of(const Shape& w, Triple) {
    return {static_cast<int>(w[2]), static_cast<int>(w[3]), static_cast<int>(w[4])};
}

// The windows with the weight's kernel.
template <class N>
WindowsOf<N> over(const Kind& kind, const Operands& o, WindowsOf<N> w) {
    check_channels(kind, o, 2 + N::axes, w.groups);
    w.kernel = kernel_of(o.weight.shape(), w.kernel);
    return w;
}

template <class N>
WindowsOf<N> fitting(const Kind& kind, const Operands& o, const WindowsOf<N>& windows) {
    const auto w = over(kind, o, windows);
    check_windows(kind.op, o.x.shape(), w);
    return w;
}

template <class N>
void check_padding(const char* op, const WindowsOf<N>& w, N output_padding) {
    check_numbers(op, w);
    for (int k = 0; k < N::axes; ++k)
        if (output_padding[k] < 0 || output_padding[k] >= std::max(w.stride[k], w.dilation[k]))
            fail<ValueError>(op, ": needs output_padding of 0 or more and below stride or dilation, got ",
                             output_padding, " for ", w.stride, " and ", w.dilation);
}

// The shape that a transposed convolution gives.
template <class N>
Shape transposed_shape(const char* op, const Operands& o, const WindowsOf<N>& w, N output_padding) {
    check_padding(op, w, output_padding);
    const Shape& x = o.x.shape();
    Shape y{x[0], o.weight.shape(1) * w.groups};
    for (int k = 0; k < N::axes; ++k)
        y.push_back((x[2 + k] - 1) * w.stride[k] - 2 * w.padding[k] + w.reach(k) + output_padding[k]);
    for (int k = 2; k < y.rank(); ++k)
        if (x[k] < 1 || y[k] < 1)
            fail<ShapeError>(op, ": needs extents of 1 or more, got ", x, " for an output of ", y);
    check_shape(op, y);
    return y;
}

// x gets zeros behind it where output_padding is a stride or more, so that each window of y has its pixel.
Var transposed(const Var& x, const Var& weight, const Shape& y_shape, const Windows& w, Pair output_padding) {
    const int h = output_padding.h / w.stride.h, v = output_padding.w / w.stride.w;
    return conv_input(h == 0 && v == 0 ? x : pad(x, {0, v, 0, h}), weight, y_shape, w);
}

Var with_bias(const Var& y, const Var& bias) {
    if (!bias.defined()) return y;
    Shape shape(static_cast<std::size_t>(y.ndim() - 1), 1);
    shape[0] = bias.shape(0);
    return y + bias.reshape(shape);
}

// Of a sequence as an image of one row.
Pair in_a_row(int height, Single n) { return {height, n.l}; }
Windows in_a_row(const WindowsOf<Single>& w) {
    return {in_a_row(1, w.kernel), in_a_row(1, w.stride), in_a_row(0, w.padding), in_a_row(1, w.dilation), w.groups};
}

// Of each plane of a volume.
Pair in_plane(Triple n) { return {n.h, n.w}; }
Windows in_plane(const WindowsOf<Triple>& w) {
    return {in_plane(w.kernel), in_plane(w.stride), in_plane(w.padding), in_plane(w.dilation), w.groups};
}

// (a, b, kd, kh, kw) to (a, b * kd, kh, kw).
Var planes_as_channels(const Var& weight) { return flatten(weight, 1, 2); }

// Which input plane the plane i3 of a kernel meets at output plane i1.
std::string plane(const WindowsOf<Triple>& w) {
    return "i1*" + text(w.stride.d) + "+i3*" + text(w.dilation.d) + "-" + text(w.padding.d);
}

// Of each output plane the input planes that it looks at, as channels: (n, c, d, h, w) to (n * d', c * kd, h, w).
Var together(const Var& x, const WindowsOf<Triple>& w) {
    const Shape& s = x.shape();
    const auto depth = w.count(0, s[2]);
    const Var planes = reindex(x, {s[0], depth, s[1], w.kernel.d, s[3], s[4]}, {"i0", "i2", plane(w), "i4", "i5"});
    return planes.reshape({s[0] * depth, s[1] * w.kernel.d, s[3], s[4]});
}

// Its transpose: (n * d', c * kd, h, w) added up to (n, c, d, h, w).
Var added(const Var& planes, const Shape& s, const WindowsOf<Triple>& w, std::int64_t depth) {
    const Var y = planes.reshape({s[0], depth, s[1], w.kernel.d, s[3], s[4]});
    return reindex_reduce(y, "add", s, {"i0", "i2", plane(w), "i4", "i5"});
}

}  // namespace

Var conv1d(const Var& x, const Var& weight, const Var& bias, Single stride, Single padding, Single dilation,
           int groups) {
    static constexpr Kind kind{"conv1d", "x (n, c, l) and weight (o, c / groups, k)"};
    const Operands o = floats(kind.op, x, weight, bias);
    const auto w = fitting(kind, o, WindowsOf<Single>{1, stride, padding, dilation, groups});
    return squeeze(conv(unsqueeze(o.x, 2), unsqueeze(o.weight, 2), o.bias, in_a_row(w)), 2);
}

Var conv2d(const Var& x, const Var& weight, const Var& bias, Pair stride, Pair padding, Pair dilation, int groups) {
    static constexpr Kind kind{"conv2d", "x (n, c, h, w) and weight (o, c / groups, kh, kw)"};
    const Operands o = floats(kind.op, x, weight, bias);
    return conv(o.x, o.weight, o.bias, fitting(kind, o, Windows{1, stride, padding, dilation, groups}));
}

Var conv3d(const Var& x, const Var& weight, const Var& bias, Triple stride, Triple padding, Triple dilation,
           int groups) {
    static constexpr Kind kind{"conv3d", "x (n, c, d, h, w) and weight (o, c / groups, kd, kh, kw)"};
    const Operands o = floats(kind.op, x, weight, bias);
    const auto w = fitting(kind, o, WindowsOf<Triple>{1, stride, padding, dilation, groups});
    const Var y = conv(together(o.x, w), planes_as_channels(o.weight), o.bias, in_plane(w));
    return transpose(y.reshape({x.shape(0), w.count(0, x.shape(2)), y.shape(1), y.shape(2), y.shape(3)}), 1, 2);
}

Var conv_transpose1d(const Var& x, const Var& weight, const Var& bias, Single stride, Single padding,
                     Single output_padding, int groups, Single dilation) {
    static constexpr Kind kind{"conv_transpose1d", "x (n, c, l) and weight (c, o / groups, k)", true};
    const Operands o = floats(kind.op, x, weight, bias);
    const auto w = over(kind, o, WindowsOf<Single>{1, stride, padding, dilation, groups});
    const Shape y = transposed_shape(kind.op, o, w, output_padding);
    const Var row = transposed(unsqueeze(o.x, 2), unsqueeze(o.weight, 2), {y[0], y[1], 1, y[2]}, in_a_row(w),
                               in_a_row(0, output_padding));
    return with_bias(squeeze(row, 2), o.bias);
}

Var conv_transpose(const Var& x, const Var& weight, const Var& bias, Pair stride, Pair padding, Pair output_padding,
                   int groups, Pair dilation) {
    static constexpr Kind kind{"conv_transpose", "x (n, c, h, w) and weight (c, o / groups, kh, kw)", true};
    const Operands o = floats(kind.op, x, weight, bias);
    const auto w = over(kind, o, Windows{1, stride, padding, dilation, groups});
    const Shape y = transposed_shape(kind.op, o, w, output_padding);
    return with_bias(transposed(o.x, o.weight, y, w, output_padding), o.bias);
}

Var conv_transpose3d(const Var& x, const Var& weight, const Var& bias, Triple stride, Triple padding,
                     Triple output_padding, int groups, Triple dilation) {
    static constexpr Kind kind{"conv_transpose3d", "x (n, c, d, h, w) and weight (c, o / groups, kd, kh, kw)", true};
    const Operands o = floats(kind.op, x, weight, bias);
    const auto w = over(kind, o, WindowsOf<Triple>{1, stride, padding, dilation, groups});
    const Shape y = transposed_shape(kind.op, o, w, output_padding);
    const Shape& s = x.shape();
    const Var planes = transpose(o.x, 1, 2).reshape({s[0] * s[2], s[1], s[3], s[4]});
    const Var apart = transposed(planes, planes_as_channels(o.weight), {s[0] * s[2], y[1] * w.kernel.d, y[3], y[4]},
                                 in_plane(w), in_plane(output_padding));
    return with_bias(added(apart, y, w, s[2]), o.bias);
}

}  // namespace jt
