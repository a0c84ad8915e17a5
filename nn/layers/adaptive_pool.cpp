// Pooling to a size: which windows that takes.
#include "../../autograd/ops/arithmetic.hpp"
#include "../../autograd/ops/comparison.hpp"
#include "../../autograd/ops/create.hpp"
#include "../../autograd/ops/index.hpp"
#include "../../autograd/ops/reduce.hpp"
#include "../../autograd/ops/reindex.hpp"
#include "checks.hpp"
#include "pool.hpp"

namespace jt::nn {

std::string text(OutputSize size) {
    const auto shown = [](std::optional<int> n) { return n ? jt::text(*n) : "None"; };
    return size.h && size.h == size.w ? shown(size.h) : "(" + shown(size.h) + ", " + shown(size.w) + ")";
}

namespace {

OutputSize checked(const char* layer, OutputSize size) {
    for (const auto& n : {size.h, size.w})
        if (n) at_least(1, layer, "an output_size", *n);
    return size;
}

// The output's h and w for an image.
Pair size_for(const Module& layer, const Var& x, OutputSize size) {
    const Shape& shape = image_shape(layer, x);
    if (shape[2] < 1 || shape[3] < 1) fail<ShapeError>(layer.class_name(), ": needs h and w of 1 or more, got ", shape);
    const Pair out{size.h.value_or(static_cast<int>(shape[2])), size.w.value_or(static_cast<int>(shape[3]))};
    check_room(layer.class_name().c_str(), {shape[0], shape[1], out.h, out.w}, x.dtype());
    return out;
}

// x made larger along an axis: each window is one element or two neighbours, of which f takes one number.
template <class F>
Var grown(const Var& x, int axis, std::int64_t out, F f) {
    const std::int64_t in = x.shape(axis);
    if (out <= in) return x;
    std::vector<std::int64_t> first, last;
    for (std::int64_t i = 0; i < out; ++i) {
        first.push_back(i * in / out);
        last.push_back(((i + 1) * in + out - 1) / out - 1);
    }
    return f(index_select(x, axis, array(first)), index_select(x, axis, array(last)));
}

// Windows of Jittor's rule, for an output that is no larger.
Windows windows_for(const Var& x, Pair out) {
    const auto h = static_cast<int>(x.shape(2)), w = static_cast<int>(x.shape(3));
    const Pair stride{h / out.h, w / out.w};
    return {{h - (out.h - 1) * stride.h, w - (out.w - 1) * stride.w}, stride};
}

}  // namespace

AdaptiveAvgPool2d::AdaptiveAvgPool2d(OutputSize output_size) : output_size(checked("AdaptiveAvgPool2d", output_size)) {}

Var AdaptiveAvgPool2d::execute(const Var& x) {
    const Pair out = size_for(*this, x, output_size);
    const auto mean = [](const Var& a, const Var& b) { return (a + b) * 0.5; };
    const Var y = grown(grown(x, 2, out.h, mean), 3, out.w, mean);
    const Windows w = windows_for(y, out);
    return mean_pool2d(y, w.kernel, w.stride);
}

OutputSize AdaptiveMaxPool2d::checked(OutputSize size) { return nn::checked("AdaptiveMaxPool2d", size); }

Var AdaptiveMaxPool2d::execute(const Var& x) {
    const Pair out = size_for(*this, x, output_size);
    const auto most = [](const Var& a, const Var& b) { return maximum(a, b); };
    const Var y = grown(grown(x, 2, out.h, most), 3, out.w, most);
    const Windows w = windows_for(y, out);
    const auto places = [&](const char* i, int k, const char* j) {
        return i + std::string("*") + std::to_string(w.stride[k]) + "+" + j;
    };
    return y
        .reindex({y.shape(0), y.shape(1), out.h, out.w, w.kernel.h, w.kernel.w},
                 {"i0", "i1", places("i2", 0, "i4"), places("i3", 1, "i5")})
        .max({4, 5});
}

Vars AdaptiveMaxPool2d::execute_vars(const Vars& inputs) {
    if (!return_indices || inputs.size() != 1) return Module::execute_vars(inputs);
    const Var& x = inputs[0];
    const Pair out = size_for(*this, x, output_size);
    if (out.h > x.shape(2) || out.w > x.shape(3))
        fail<ShapeError>("AdaptiveMaxPool2d: needs an output no larger than x to return indices, got ", out, " for ",
                         x.shape());
    const Windows w = windows_for(x, out);
    const auto [value, index] = max_pool2d_with_indices(x, w.kernel, w.stride);
    return {value, index};
}

}  // namespace jt::nn
