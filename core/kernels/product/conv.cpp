// Convolution and its gradients as products over shifted views of the image, without copies of patches (im2col).
//
// The image is laid out in planes with its padding around it, rows of `width` cells. Then one kernel cell in one input
// channel, a tap, meets all output pixels at once: pixel (y, x) at cell y * width + x of the row of cells that starts
// at plane_at[tap]. So with output rows that are also `width` long (what lies beyond the output's own extent is rubbish
// in y, zero in g) the three kernels are products of the weight, the output and those overlapping rows:
//     y = w * rows        rows += transposed w * g        w += g * transposed rows
// A stride deals the image out to stride x stride planes by the remainders of its coordinates: within a plane the
// output pixels are neighbours again.
//
// Kernels of 3 x 3 with much to do go to winograd.cpp, which leaves what is not finite to this.
#include "conv.hpp"

#include <algorithm>
#include <vector>

#include "products.hpp"
#include "winograd.hpp"

namespace jt::kernels {

namespace {

using Int = std::int64_t;

/// One direction: output o and kernel cell k meet at padded input o * stride + k * dilation, which is cell
/// o + k * dilation / stride of plane k * dilation % stride.
struct Direction {
    Int in, out, kernel, stride, padding, dilation;

    Int reach() const { return (kernel - 1) * dilation; }
    Int planes() const { return std::min(stride, reach() + 1); }
    Int cells() const { return out + reach() / stride; }
    Int plane(Int k) const { return k * dilation % stride; }
    Int cell(Int k) const { return k * dilation / stride; }
    /// The cells of a plane that hold input and not padding, and the input of a cell.
    Int begin(Int plane) const { return (std::max(padding - plane, Int{0}) + stride - 1) / stride; }
    Int end(Int plane) const { return std::min((in + padding - plane + stride - 1) / stride, cells()); }
    Int input(Int plane, Int cell) const { return cell * stride + plane - padding; }
};

/// Geometry of a convolution, one group of it at a time.
struct Plan {
    Int images, groups, channels, outputs;  // channels and outputs of a group
    Direction v, h;
    Int pixels;
    std::vector<Int> lists;  // three numbers a tap: see for_tiles and turned

    Plan(const Shape& x, const Shape& w, const Windows& windows, Int lanes);

    Int n_planes() const { return channels * v.planes() * h.planes(); }
    Int plane_size() const { return v.cells() * h.cells(); }
    Int image_size() const { return channels * v.in * h.in; }
    Int output_size() const { return outputs * v.out * h.out; }
    Int taps() const { return channels * v.kernel * h.kernel; }
    Int width() const { return h.cells(); }
    Int plane(Int channel, Int y, Int x) const { return ((channel * v.planes() + y) * h.planes() + x) * plane_size(); }
    ConvTaps for_tiles(Int lanes) const {
        const Int* list = lists.data();
        return {outputs, taps(), pixels, n_planes() * plane_size() + lanes, list, list + taps()};
    }
};

Direction direction(Int in, const Windows& w, int k) {
    return {in, w.count(k, in), w.kernel[k], w.stride[k], w.padding[k], w.dilation[k]};
}

Plan::Plan(const Shape& x, const Shape& w, const Windows& windows, Int lanes)
    : images(x[0]),
      groups(windows.groups),
      channels(w[1]),
      outputs(w[0] / windows.groups),
      v(direction(x[2], windows, 0)),
      h(direction(x[3], windows, 1)),
      pixels(((v.out - 1) * width() + h.out + lanes - 1) / lanes * lanes),
      lists(static_cast<std::size_t>(3 * taps())) {
    Int *plane_at = lists.data(), *plane_by_cell = plane_at + taps(), *cell_order = plane_by_cell + taps();
    for (Int c = 0, tap = 0; c < channels; ++c)
        for (Int i = 0; i < v.kernel; ++i)
            for (Int j = 0; j < h.kernel; ++j, ++tap) {
                const Int at = plane(c, v.plane(i), h.plane(j)) + v.cell(i) * width() + h.cell(j);
                cell_order[tap] = (i * h.kernel + j) * channels + c;
                plane_at[tap] = plane_by_cell[cell_order[tap]] = at;
            }
}

/// Calls f(input, cell, count) for every piece of a row: `count` numbers of the image from `input` on, a stride apart,
/// lie side by side from `cell` on in the planes.
template <class F>
void each_piece(const Plan& p, F f) {
    for (Int c = 0; c < p.channels; ++c)
        for (Int i = 0; i < p.v.planes(); ++i)
            for (Int j = 0; j < p.h.planes(); ++j) {
                const Int plane = p.plane(c, i, j), from = p.h.begin(j), count = p.h.end(j) - from;
                for (Int y = p.v.begin(i); y < p.v.end(i); ++y)
                    f((c * p.v.in + p.v.input(i, y)) * p.h.in + p.h.input(j, from), plane + y * p.width() + from,
                      count);
            }
}

template <class T>
void fill_planes(const Plan& p, const T* x, T* planes) {
    const Int step = p.h.stride;
    each_piece(p, [&](Int input, Int cell, Int count) {
        for (Int i = 0; i < count; ++i) planes[cell + i] = x[input + i * step];
    });
}

template <class T>
void read_planes(const Plan& p, const T* planes, T* x) {
    const Int step = p.h.stride;
    each_piece(p, [&](Int input, Int cell, Int count) {
        for (Int i = 0; i < count; ++i) x[input + i * step] = planes[cell + i];
    });
}

/// g (outputs, out, out) to rows of `pixels`.
template <class T>
void spread(const Plan& p, const T* g, T* rows) {
    for (Int o = 0; o < p.outputs; ++o, rows += p.pixels)
        for (Int y = 0; y < p.v.out; ++y, g += p.h.out) std::copy_n(g, p.h.out, rows + y * p.width());
}

/// And back, plus the bias of each output channel.
template <class T>
void crop(const Plan& p, const T* rows, const T* bias, T* y) {
    for (Int o = 0; o < p.outputs; ++o, rows += p.pixels)
        for (Int i = 0; i < p.v.out; ++i, y += p.h.out)
            for (Int j = 0; j < p.h.out; ++j) y[j] = rows[i * p.width() + j] + (bias ? bias[o] : 0);
}

/// Zeros that live as long as this.
template <class T>
struct Scratch {
    Array array;
    explicit Scratch(Int n) : array(Array::zeros({n}, dtype_of<T>)) {}
    operator T*() { return array.template data<T>(); }
};

/// Images [from, end).
struct Images {
    Int from, end;
};

template <class T>
void forward(const Array& x, const Array& w, const Array& bias, const Windows& windows, Images images, Array& y) {
    const auto& tiles = products<T>();
    const Plan p(x.shape(), w.shape(), windows, tiles.lanes);
    const ConvTaps taps = p.for_tiles(tiles.lanes);
    Scratch<T> planes(taps.plane_step), rows(p.outputs * p.pixels);
    for (Int k = images.from * p.groups; k < images.end * p.groups; ++k) {
        const Int o = k % p.groups * p.outputs;
        fill_planes<T>(p, x.data<T>() + k * p.image_size(), planes);
        tiles.conv(taps, w.data<T>() + o * p.taps(), planes, rows);
        crop<T>(p, rows, bias ? bias.data<T>() + o : nullptr, y.data<T>() + k * p.output_size());
    }
}

/// The weight of each group transposed, (groups, taps, outputs), with the input channels innermost in the taps: then a
/// tile adds to cells of different channels, not to overlapping ones.
template <class T>
Scratch<T> turned(const Plan& p, const T* w) {
    Scratch<T> result(p.groups * p.taps() * p.outputs);
    const Int* cell_order = p.lists.data() + 2 * p.taps();
    for (Int group = 0; group < p.groups; ++group) {
        T* to = result + group * p.taps() * p.outputs;
        for (Int o = 0; o < p.outputs; ++o)
            for (Int tap = 0; tap < p.taps(); ++tap) to[cell_order[tap] * p.outputs + o] = *w++;
    }
    return result;
}

template <class T>
void input_gradient(const Array& g, const Array& w, const Windows& windows, Images images, Array& gx) {
    const auto& tiles = products<T>();
    const Plan p(gx.shape(), w.shape(), windows, tiles.lanes);
    const ConvTaps taps = p.for_tiles(tiles.lanes);
    Scratch<T> planes(taps.plane_step), rows(p.outputs * p.pixels), weight = turned(p, w.data<T>());
    for (Int k = images.from * p.groups; k < images.end * p.groups; ++k) {
        spread<T>(p, g.data<T>() + k * p.output_size(), rows);
        std::fill_n(static_cast<T*>(planes), taps.plane_step, T{0});
        tiles.conv_input(taps, weight + k % p.groups * p.outputs * p.taps(), rows, planes);
        T* const image = gx.data<T>() + k * p.image_size();
        std::fill_n(image, p.image_size(), T{0});  // a stride may pass over some pixels
        read_planes<T>(p, planes, image);
    }
}

/// Images to sum over in one go: enough pixels to make the sums at their end cheap, few enough to stay in cache.
Int batch(const Plan& p, const ConvTaps& taps) {
    const Int most = std::min(1024 / p.pixels, 65536 / taps.plane_step);
    return std::clamp(most, Int{1}, p.images);
}

template <class T>
void weight_gradient(const Array& g, const Array& x, const Windows& windows, Array& gw) {
    const auto& tiles = products<T>();
    const Plan p(x.shape(), gw.shape(), windows, tiles.lanes);
    const ConvTaps taps = p.for_tiles(tiles.lanes);
    const Int most = batch(p, taps), row = p.outputs * p.pixels;
    Scratch<T> planes(most * taps.plane_step), rows(most * row);
    for (Int group = 0; group < p.groups; ++group)
        for (Int from = 0; from < p.images; from += most) {
            const Int count = std::min(most, p.images - from);
            for (Int i = 0; i < count; ++i) {
                const Int k = (from + i) * p.groups + group;
                fill_planes<T>(p, x.data<T>() + k * p.image_size(), planes + i * taps.plane_step);
                spread<T>(p, g.data<T>() + k * p.output_size(), rows + i * row);
            }
            tiles.conv_weight(taps, count, rows, planes, gw.data<T>() + group * p.outputs * p.taps());
        }
}

/// Calls f(images) for those that are not finite, each for itself: what an image becomes does not depend on others.
template <class F>
void each_not_finite(const Finite& finite, F f) {
    for (Int k = 0; k < std::ssize(finite); ++k)
        if (!finite[static_cast<std::size_t>(k)]) f(Images{k, k + 1});
}

}  // namespace

Array conv2d(const Array& x, const Array& w, const Array& bias, const Windows& windows) {
    const Shape& in = x.shape();
    Array y({in[0], w.shape()[0], windows.count(0, in[2]), windows.count(1, in[3])}, x.dtype());
    if (y.numel() == 0) return y;
    const auto direct = [&](Images images) {
        dispatch_float(x.dtype(), [&]<class T>(T) { forward<T>(x, w, bias, windows, images, y); });
    };
    if (winograd_pays(in, w.shape(), windows, x.dtype()))
        each_not_finite(winograd(x, w, bias, windows, y), direct);
    else
        direct({0, in[0]});
    return y;
}

Array conv2d_input(const Array& g, const Array& w, const Shape& x_shape, const Windows& windows) {
    if (w.numel() == 0 || g.numel() == 0) return Array::zeros(x_shape, g.dtype());
    Array gx(x_shape, g.dtype());
    if (gx.numel() == 0) return gx;
    const auto direct = [&](Images images) {
        dispatch_float(g.dtype(), [&]<class T>(T) { input_gradient<T>(g, w, windows, images, gx); });
    };
    if (winograd_pays(x_shape, w.shape(), windows, g.dtype()))
        each_not_finite(winograd_input(g, w, windows, gx), direct);
    else
        direct({0, x_shape[0]});
    return gx;
}

Array conv2d_weight(const Array& g, const Array& x, const Shape& w_shape, const Windows& windows) {
    Array gw = Array::zeros(w_shape, g.dtype());
    if (gw.numel() == 0 || x.numel() == 0 || g.numel() == 0) return gw;
    if (winograd_pays(x.shape(), w_shape, windows, g.dtype())) {
        if (winograd_weight(g, x, windows, gw)) return gw;
        gw = Array::zeros(w_shape, g.dtype());
    }
    dispatch_float(g.dtype(), [&]<class T>(T) { weight_gradient<T>(g, x, windows, gw); });
    return gw;
}

}  // namespace jt::kernels
