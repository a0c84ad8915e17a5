// Pooling over the last two of four axes.
#include "pool.hpp"

#include "../../core/kernels/product/pool.hpp"
#include "check_windows.hpp"
#include "promote.hpp"

namespace jt {

using kernels::Pooling;

namespace {

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

}  // namespace

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

}  // namespace jt
