// Convolution and pooling over the last two of four axes.
#include "conv.hpp"

#include "../../core/kernels/product/conv.hpp"
#include "../../core/kernels/product/pool.hpp"
#include "../../core/kernels/xt/views.hpp"
#include "promote.hpp"
#include "reduce.hpp"
#include "shape.hpp"

namespace jt {

using kernels::Pooling;

namespace {

// Convolution is linear in x and in w, so it and its two gradients are closed under differentiation:
// with y = conv(x, w), <g, y> = <x, conv_input(g, w)> = <w, conv_weight(g, x)>.
Var conv(const Var& x, const Var& w, const Windows& p);
Var conv_weight(const Var& g, const Var& x, const Shape& w_shape, const Windows& p);

Var conv_input(const Var& g, const Var& w, const Shape& x_shape, const Windows& p) {
    static constexpr Op op{"conv2d_input", [](const Var& gx, const Call& call) -> Vars {
                               const auto& p = call.params<Windows>();
                               return {call.needs(0) ? conv(gx, call.input(1), p) : Var(),
                                       call.needs(1) ? conv_weight(call.input(0), gx, call.shape(1), p) : Var()};
                           }};
    return record(op, kernels::conv2d_input(g.array(), w.array(), x_shape, p), {g, w}, p);
}

Var conv_weight(const Var& g, const Var& x, const Shape& w_shape, const Windows& p) {
    static constexpr Op op{"conv2d_weight", [](const Var& gw, const Call& call) -> Vars {
                               const auto& p = call.params<Windows>();
                               return {call.needs(0) ? conv(call.input(1), gw, p) : Var(),
                                       call.needs(1) ? conv_input(call.input(0), gw, call.shape(1), p) : Var()};
                           }};
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

Var conv(const Var& x, const Var& w, const Windows& p) {
    return record(conv_op, kernels::conv2d(x.array(), w.array(), Array(), p), {x, w}, p);
}

Var conv(const Var& x, const Var& w, const Var& bias, const Windows& p) {
    return record(conv_op, kernels::conv2d(x.array(), w.array(), bias.array(), p), {x, w, bias}, p);
}

void check_channels(const Var& x, const Var& w, const Var& bias, int groups) {
    if (x.ndim() != 4 || w.ndim() != 4)
        fail<ShapeError>("conv2d: needs x (n, c, h, w) and weight (o, c / groups, kh, kw), got ", x.shape(), " and ",
                         w.shape());
    if (groups < 1 || x.shape(1) != w.shape(1) * groups || w.shape(0) % groups != 0)
        fail<ShapeError>("conv2d: needs channels that ", groups, " groups divide and that agree, got x ", x.shape(),
                         " and weight ", w.shape());
    if (bias.defined() && bias.shape() != Shape{w.shape(0)})
        fail<ShapeError>("conv2d: needs a bias of shape (", w.shape(0), ",), got ", bias.shape());
}

void check_windows(const char* op, const Shape& x, const Windows& w) {
    for (int k : {0, 1}) {
        if (w.kernel[k] < 1 || w.stride[k] < 1 || w.dilation[k] < 1 || w.padding[k] < 0)
            fail<ValueError>(op, ": needs kernel, stride and dilation of 1 or more and padding of 0 or more, got ",
                             w.kernel, ", ", w.stride, ", ", w.dilation, " and ", w.padding);
        if (x[2 + k] + 2 * w.padding[k] < w.reach(k))
            fail<ShapeError>(op, ": needs a kernel no larger than the padded input, got ", w.kernel, ", ",
                             w.dilation[k], " apart, for ", x);
    }
}

// Max pooling reads one place of each window; unpool adds to those places. Each is the other's gradient.
Var unpool(const Var& g, const Var& index, const Shape& x_shape);

Var pool_at(const Var& x, const Var& index) {
    static constexpr Op op{"pool_at", [](const Var& g, const Call& call) -> Vars {
                               return {unpool(g, call.input(1), call.shape(0)), Var()};
                           }};
    return record(op, kernels::pool_at(x.array(), index.array()), {x, index});
}

Var unpool(const Var& g, const Var& index, const Shape& x_shape) {
    static constexpr Op op{"unpool", [](const Var& gx, const Call& call) -> Vars {
                               return {pool_at(gx, call.input(1)), Var()};
                           }};
    return record(op, kernels::unpool(g.array(), index.array(), x_shape), {g, index});
}

Var mean_unpool(const Var& g, const Shape& x_shape, const Pooling& p);

Var mean_pool(const Var& x, const Pooling& p) {
    static constexpr Op op{"mean_pool2d", [](const Var& g, const Call& call) -> Vars {
                               return {mean_unpool(g, call.shape(0), call.params<Pooling>())};
                           }};
    return record(op, kernels::mean_pool(x.array(), p), {x}, p);
}

Var mean_unpool(const Var& g, const Shape& x_shape, const Pooling& p) {
    static constexpr Op op{"mean_unpool2d", [](const Var& gx, const Call& call) -> Vars {
                               return {mean_pool(gx, call.params<Pooling>())};
                           }};
    return record(op, kernels::mean_unpool(g.array(), x_shape, p), {g}, p);
}

Pooling checked(const char* op, const Var& x, const Pooling& p) {
    if (!is_float(node_of(op, x).value.dtype())) fail<DtypeError>(op, ": needs a float Var, got ", x.dtype());
    if (x.ndim() != 4) fail<ShapeError>(op, ": needs x (n, c, h, w), got ", x.shape());
    check_windows(op, x.shape(), p.windows);
    for (int k : {0, 1}) {
        if (2 * p.windows.padding[k] > p.windows.kernel[k])
            fail<ValueError>(op, ": needs padding of at most half the kernel, got ", p.windows.padding, " for ",
                             p.windows.kernel);
        if (x.shape(2 + k) < 1) fail<ShapeError>(op, ": needs h and w of 1 or more, got ", x.shape());
    }
    return p;
}

// The largest elements, and where they stand.
std::pair<Var, Var> max_pooled(const char* name, const Var& x, const Pooling& p) {
    static constexpr Op op{"max_pool2d", [](const Var& g, const Call& call) -> Vars {
                               return {unpool(g, call.input(1), call.shape(0)), Var()};
                           }};
    checked(name, x, p);
    if (!fits<std::int32_t>(x.shape(2) * x.shape(3)))
        fail<ShapeError>(name, ": needs planes that an int32 counts, got ", x.shape());
    auto pooled = kernels::max_pool(x.array(), p);
    const Var index = constant(std::move(pooled.index));
    return {record(op, std::move(pooled.value), {x, index}), index};
}

Var folded(const Var& columns, const Shape& shape, const Windows& w);

Var unfolded(const Var& x, const Windows& w) {
    static constexpr Op op{"unfold", [](const Var& g, const Call& call) -> Vars {
                               return {folded(g, call.shape(0), call.params<Windows>())};
                           }};
    return record(op, kernels::unfold(x.array(), w), {x}, w);
}

Var folded(const Var& columns, const Shape& shape, const Windows& w) {
    static constexpr Op op{
        "fold", [](const Var& g, const Call& call) -> Vars { return {unfolded(g, call.params<Windows>())}; }};
    return record(op, kernels::fold(columns.array(), shape, w), {columns}, w);
}

}  // namespace

Var conv2d(const Var& x, const Var& weight, const Var& bias, Pair stride, Pair padding, Pair dilation, int groups) {
    return conv2d(x, weight, bias, Windows{1, stride, padding, dilation, groups});
}

Var conv2d(const Var& x, const Var& weight, const Var& bias, const Windows& windows) {
    const Dtype dtype = to_float(promote(type_of("conv2d", x), type_of("conv2d", weight)));
    check_channels(x, weight, bias, windows.groups);
    Windows p = windows;
    p.kernel = {static_cast<int>(weight.shape(2)), static_cast<int>(weight.shape(3))};
    check_windows("conv2d", x.shape(), p);
    const Var v = as_var(x, dtype), w = as_var(weight, dtype);
    return bias.defined() ? conv(v, w, as_var(bias, dtype), p) : conv(v, w, p);
}

Var max_pool2d(const Var& x, Pair kernel, std::optional<Pair> stride, Pair padding, bool ceil_mode) {
    return max_pooled("max_pool2d", x, {{kernel, stride.value_or(kernel), padding}, ceil_mode}).first;
}

std::pair<Var, Var> max_pool2d_with_indices(const Var& x, Pair kernel, std::optional<Pair> stride, Pair padding,
                                            bool ceil_mode) {
    return max_pooled("max_pool2d_with_indices", x, {{kernel, stride.value_or(kernel), padding}, ceil_mode});
}

Var mean_pool2d(const Var& x, Pair kernel, std::optional<Pair> stride, Pair padding, bool ceil_mode,
                bool count_include_pad) {
    const Windows windows{kernel, stride.value_or(kernel), padding};
    return mean_pool(x, checked("mean_pool2d", x, {windows, ceil_mode, count_include_pad}));
}

Var unfold(const Var& x, Pair kernel, Pair dilation, Pair padding, Pair stride) {
    if (node_of("unfold", x).value.rank() != 4) fail<ShapeError>("unfold: needs x (n, c, h, w), got ", x.shape());
    const Windows w{kernel, stride, padding, dilation};
    check_windows("unfold", x.shape(), w);
    return unfolded(x, w);
}

Var fold(const Var& x, Pair output_size, Pair kernel, Pair dilation, Pair padding, Pair stride) {
    const Windows w{kernel, stride, padding, dilation};
    if (node_of("fold", x).value.rank() != 3)
        fail<ShapeError>("fold: needs x (n, c * kh * kw, windows), got ", x.shape());
    Shape shape{x.shape(0), 0, output_size.h, output_size.w};
    check_shape("fold", shape);
    check_windows("fold", shape, w);
    const auto taps = kernel[0] * kernel[1], windows = w.count(0, shape[2]) * w.count(1, shape[3]);
    if (x.shape(1) % taps != 0 || x.shape(2) != windows)
        fail<ShapeError>("fold: needs a multiple of ", taps, " rows and ", windows, " windows, got ", x.shape());
    shape[1] = x.shape(1) / taps;
    return folded(x, shape, w);
}

}  // namespace jt
