// The image is laid out in planes with its padding around it, rows of `width` cells. Then one kernel cell in one input
// channel, a tap, lies for output pixel (y, x) at cell y * width + x of what starts at tap_at[tap], and convolution and
// the gradient of its weight are products of the weight, the output and those overlapping rows:
//     y = w * rows        w += g * transposed rows
//
// Where pixels fill the vectors, output rows are also `width` long: what lies beyond the output's own extent is rubbish
// in y, zero in g. A stride deals the image out to stride x stride planes by the remainders of its coordinates: within
// a plane the output pixels are neighbours again. Where channels fill the vectors, a number of x meets them all, and
// pixels may lie anywhere.
#include "conv_direct.hpp"

#include <vector>

#include "../../array.hpp"
#include "products.hpp"

namespace jt::kernels {

namespace {

using Int = std::int64_t;

/// A direction dealt out to planes: kernel cell k meets output o at cell o + k * dilation / stride of plane
/// k * dilation % stride.
struct Dealt : Direction {
    explicit Dealt(const Direction& d) : Direction(d) {}

    Int planes() const { return std::min(stride, reach() + 1); }
    Int cells() const { return out + reach() / stride; }
    Int plane(Int k) const { return k * dilation % stride; }
    Int cell(Int k) const { return k * dilation / stride; }
    /// The cells of a plane that hold input and not padding, and the input of a cell.
    Int begin(Int plane) const { return (std::max(padding - plane, Int{0}) + stride - 1) / stride; }
    Int end(Int plane) const {
        return std::clamp((in + padding - plane + stride - 1) / stride, begin(plane), std::max(cells(), begin(plane)));
    }
    Int input(Int plane, Int cell) const { return cell * stride + plane - padding; }
};

/// The planes of an image, some channels of it, and where in them the taps are.
struct Plan {
    Int channels;
    Dealt v, h;
    std::vector<Int> tap_at;

    Plan(Int channels, const Direction& down, const Direction& across);

    Int width() const { return h.cells(); }
    Int plane_size() const { return v.cells() * h.cells(); }
    Int size() const { return channels * v.planes() * h.planes() * plane_size(); }
    Int taps() const { return std::ssize(tap_at); }
    Int plane(Int channel, Int y, Int x) const { return ((channel * v.planes() + y) * h.planes() + x) * plane_size(); }
    /// Whether an image is its own planes.
    bool is_image() const { return whole(v) && whole(h); }

private:
    static bool whole(const Dealt& d) { return d.stride == 1 && d.padding == 0 && d.cells() == d.in; }
};

Plan::Plan(Int channels, const Direction& down, const Direction& across)
    : channels(channels), v(down), h(across), tap_at(static_cast<std::size_t>(channels * v.kernel * h.kernel)) {
    Int* at = tap_at.data();
    for (Int c = 0; c < channels; ++c)
        for (Int i = 0; i < v.kernel; ++i)
            for (Int j = 0; j < h.kernel; ++j)
                *at++ = plane(c, v.plane(i), h.plane(j)) + v.cell(i) * width() + h.cell(j);
}

/// An image to its planes, where zeros lie around it.
template <class T>
void fill_planes(const Plan& p, const T* x, T* planes) {
    for (Int c = 0; c < p.channels; ++c)
        for (Int i = 0; i < p.v.planes(); ++i)
            for (Int j = 0; j < p.h.planes(); ++j) {
                const Int top = p.v.begin(i), left = p.h.begin(j);
                const T* const from = x + (c * p.v.in + p.v.input(i, top)) * p.h.in + p.h.input(j, left);
                products<T>().copy_rows({from, p.v.end(i) - top, p.h.end(j) - left, p.v.stride * p.h.in, p.h.stride}, 0,
                                        planes + p.plane(c, i, j) + top * p.width() + left, p.width());
            }
}

/// Zeros that live as long as this.
template <class T>
struct Scratch {
    Array array;
    explicit Scratch(Int n) : array(Array::zeros({n}, dtype_of<T>)) {}
    operator T*() { return array.template data<T>(); }
};

/// Calls f(k, group) for every group of some images, the k-th of the batch.
template <class F>
void each_group(const Convolution& c, Images images, F f) {
    for (Int k = images.from * c.groups; k < images.end * c.groups; ++k) f(k, k % c.groups);
}

Int round_up(Int n, Int part) { return (n + part - 1) / part * part; }

/// Pixels in the vectors.
template <class T>
struct PixelLanes {
    const Convolution& c;
    const Products<T>& simd = products<T>();
    const Plan plan{c.channels, c.v, c.h};
    const ConvTaps taps{c.outputs,          c.taps(), round_up((c.v.out - 1) * plan.width() + c.h.out, simd.lanes),
                        plan.tap_at.data(), nullptr,  plan.size() + simd.lanes};

    void forward(Images images, const T* x, const T* w, const T* bias, T* y) const {
        Scratch<T> planes(taps.plane_step), rows(c.outputs * taps.pixels);
        each_group(c, images, [&](Int k, Int group) {
            fill_planes<T>(plan, x + k * c.image_size(), planes);
            simd.conv_pixels(taps, w + group * c.weight_size(), planes, rows);
            crop(rows, bias ? bias + group * c.outputs : nullptr, y + k * c.output_size());
        });
    }

    void weight(Images images, const T* g, const T* x, T* gw) const {
        const Int most = batch(), row = c.outputs * taps.pixels;
        Scratch<T> planes(most * taps.plane_step), rows(most * row);
        for (Int group = 0; group < c.groups; ++group)
            for (Int from = images.from; from < images.end; from += most) {
                const Int count = std::min(most, images.end - from);
                for (Int i = 0; i < count; ++i) {
                    const Int k = (from + i) * c.groups + group;
                    fill_planes<T>(plan, x + k * c.image_size(), planes + i * taps.plane_step);
                    spread(g + k * c.output_size(), rows + i * row);
                }
                simd.conv_pixels_weight(taps, count, rows, planes, gw + group * c.weight_size());
            }
    }

private:
    /// Images to sum over in one go: enough pixels to make the sums at their end cheap, few enough to stay in cache.
    Int batch() const {
        const Int most = std::min(1024 / taps.pixels, 65536 / taps.plane_step);
        return std::clamp(most, Int{1}, c.images);
    }

    /// g (outputs, out, out) to rows of `pixels`.
    void spread(const T* g, T* rows) const {
        for (Int o = 0; o < c.outputs; ++o)
            simd.copy_rows({g + o * c.pixels(), c.v.out, c.h.out, c.h.out, 1}, 0, rows + o * taps.pixels, plan.width());
    }

    /// And back, plus the bias of each output channel.
    void crop(const T* rows, const T* bias, T* y) const {
        for (Int o = 0; o < c.outputs; ++o)
            simd.copy_rows({rows + o * taps.pixels, c.v.out, c.h.out, plan.width(), 1}, bias ? bias[o] : 0,
                           y + o * c.pixels(), c.h.out);
    }
};

/// Where the output pixels lie in the planes of a plan whose directions are dense.
std::vector<Int> pixels_in(const Convolution& c, Int width) {
    std::vector<Int> at;
    at.reserve(static_cast<std::size_t>(c.pixels()));
    for (Int y = 0; y < c.v.out; ++y)
        for (Int x = 0; x < c.h.out; ++x) at.push_back(y * c.v.stride * width + x * c.h.stride);
    return at;
}

/// Output channels in the vectors.
template <class T>
struct ChannelLanes {
    const Convolution& c;
    const Products<T>& simd = products<T>();
    const Plan plan{c.channels, c.v.dense(), c.h.dense()};
    const std::vector<Int> pixel_at = pixels_in(c, plan.width());
    const ConvTaps taps{c.outputs, c.taps(), c.pixels(), plan.tap_at.data(), pixel_at.data(), plan.size()};
    const Int panel_size = round_up(c.outputs, simd.lanes) * c.taps();

    void forward(Images images, const T* x, const T* w, const T* bias, T* y) const {
        Scratch<T> panels(c.groups * panel_size), planes(plan.is_image() ? 0 : plan.size());
        for (Int group = 0; group < c.groups; ++group)
            simd.to_panels(taps, w + group * c.weight_size(), panels + group * panel_size);
        each_group(c, images, [&](Int k, Int group) {
            const T* const image = in_planes(x + k * c.image_size(), planes);
            simd.conv_channels(taps, panels + group * panel_size, image, bias ? bias + group * c.outputs : nullptr,
                               y + k * c.output_size());
        });
    }

    void weight(Images images, const T* g, const T* x, T* gw) const {
        Scratch<T> panels(c.groups * panel_size), planes(plan.is_image() ? 0 : plan.size());
        each_group(c, images, [&](Int k, Int group) {
            const T* const image = in_planes(x + k * c.image_size(), planes);
            simd.conv_channels_weight(taps, g + k * c.output_size(), image, panels + group * panel_size);
        });
        for (Int group = 0; group < c.groups; ++group)
            simd.from_panels(taps, panels + group * panel_size, gw + group * c.weight_size());
    }

private:
    const T* in_planes(const T* image, T* planes) const {
        if (plan.is_image()) return image;
        fill_planes(plan, image, planes);
        return planes;
    }
};

/// One channel to one output: a plane at a time.
template <class T>
void depthwise(const Convolution& c, Images images, const T* x, const T* w, const T* bias, T* y) {
    const auto& simd = products<T>();
    const Plan plan(1, c.v, c.h);
    const DepthwiseTaps taps{c.v.out, c.h.out, plan.width(), plan.taps(), plan.tap_at.data()};
    Scratch<T> planes(plan.size() + simd.lanes);
    each_group(c, images, [&](Int k, Int group) {
        fill_planes<T>(plan, x + k * c.image_size(), planes);
        simd.depthwise(taps, w + group * c.taps(), bias ? bias[group] : 0, planes, y + k * c.output_size());
    });
}

}  // namespace

template <class T>
Lanes best_lanes(const Convolution& c) {
    if (c.channels == 1 && c.outputs == 1) return Lanes::depthwise;
    constexpr Int turning = 6;  // taps that take as long as turning cells into planes
    const PixelLanes<T> way{c};
    const Int pixels = way.taps.pixels * c.outputs, channels = c.pixels() * round_up(c.outputs, way.simd.lanes);
    return channels * (c.taps() + turning) <= pixels * c.taps() ? Lanes::channels : Lanes::pixels;
}

template <class T>
void direct(const Convolution& c, Lanes lanes, Images images, const T* x, const T* w, const T* bias, T* y) {
    switch (lanes) {
        case Lanes::pixels:
            return PixelLanes<T>{c}.forward(images, x, w, bias, y);
        case Lanes::channels:
            return ChannelLanes<T>{c}.forward(images, x, w, bias, y);
        case Lanes::depthwise:
            return depthwise(c, images, x, w, bias, y);
    }
}

template <class T>
void direct_weight(const Convolution& c, Lanes lanes, Images images, const T* g, const T* x, T* gw) {
    lanes == Lanes::channels ? ChannelLanes<T>{c}.weight(images, g, x, gw) : PixelLanes<T>{c}.weight(images, g, x, gw);
}

template Lanes best_lanes<float>(const Convolution&);
template Lanes best_lanes<double>(const Convolution&);
template void direct(const Convolution&, Lanes, Images, const float*, const float*, const float*, float*);
template void direct(const Convolution&, Lanes, Images, const double*, const double*, const double*, double*);
template void direct_weight(const Convolution&, Lanes, Images, const float*, const float*, float*);
template void direct_weight(const Convolution&, Lanes, Images, const double*, const double*, double*);

}  // namespace jt::kernels
