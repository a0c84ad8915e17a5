// Views that xtensor describes, and those of windows.
#include "views.hpp"

#include <algorithm>

#include "../xt.hpp"

namespace jt::kernels {

namespace {

Shape padded(Shape shape, const Windows& w) {
    for (std::size_t k : {0, 1}) shape[2 + k] += 2 * w.padding[k];
    return shape;
}

// Where x stands in the padded array.
Ranges inside(const Shape& shape, const Windows& w) {
    Ranges out;
    for (int k = 0; k < 4; ++k) out.push_back({k < 2 ? 0 : w.padding[k - 2], 1, shape[k]});
    return out;
}

// Empty where the offset leads past an edge; then it starts nowhere.
struct DiagonalView {
    std::int64_t start;
    Shape shape;
    Strides strides;

    DiagonalView(const Shape& x, const Diagonal& d) {
        const Strides s = strides_of(x);
        const auto above = std::max<std::int64_t>(d.offset, 0), below = std::max<std::int64_t>(-d.offset, 0);
        for (int k = 0; k < x.rank(); ++k)
            if (k != d.row && k != d.column) shape.push_back(x[k]), strides.push_back(s[k]);
        shape.push_back(std::max<std::int64_t>(std::min(x[d.row] - below, x[d.column] - above), 0));
        strides.push_back(s[d.row] + s[d.column]);
        start = shape.numel() > 0 ? below * s[d.row] + above * s[d.column] : 0;
    }
};

// (n, c, kh, kw, rows, columns) over a padded array of `shape`: windows overlap.
struct View {
    Shape shape;
    Strides strides;

    View(const Shape& x, const Windows& w) {
        const Strides s = strides_of(padded(x, w));
        shape = {x[0], x[1], w.kernel[0], w.kernel[1], w.count(0, x[2]), w.count(1, x[3])};
        strides = {s[0], s[1], w.dilation[0] * s[2], w.dilation[1], w.stride[0] * s[2], w.stride[1]};
    }
};

}  // namespace

Array flip(const Array& x, AxisSet axes) {
    using namespace xt::placeholders;
    return view_xt(x, [&](const auto& v) {
        xt::xstrided_slice_vector slices;
        for (int k = 0; k < x.rank(); ++k)
            if (contains(axes, k))
                slices.emplace_back(xt::range(_, _, -1));
            else
                slices.emplace_back(xt::all());
        return xt::strided_view(v, slices);
    });
}

Array diagonal(const Array& x, const Diagonal& d) {
    const DiagonalView view(x.shape(), d);
    return strided(x, view.start, view.shape, view.strides);
}

Array undiagonal(const Array& x, const Shape& shape, const Diagonal& d) {
    const DiagonalView view(shape, d);
    return unstrided(x, shape, view.start, view.strides);
}

Array unfold(const Array& x, const Windows& w) {
    const View view(x.shape(), w);
    const Array columns = strided(unslice(x, inside(x.shape(), w), padded(x.shape(), w)), 0, view.shape, view.strides);
    return columns.reshaped(
        {view.shape[0], view.shape[1] * view.shape[2] * view.shape[3], view.shape[4] * view.shape[5]});
}

Array fold(const Array& columns, const Shape& shape, const Windows& w) {
    const View view(shape, w);
    return slice(unstrided(columns.reshaped(view.shape), padded(shape, w), 0, view.strides), inside(shape, w));
}

}  // namespace jt::kernels
