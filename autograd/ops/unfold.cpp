// Windows as columns, and columns added up.
#include "unfold.hpp"

#include "../../core/kernels/xt/views.hpp"
#include "check_windows.hpp"
#include "promote.hpp"

namespace jt {

namespace {

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
