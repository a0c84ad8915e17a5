// Which way a convolution and its gradients are computed; the gradient of the input is a convolution itself.
#include "conv.hpp"

#include <numeric>
#include <vector>

#include "conv_direct.hpp"
#include "gemm.hpp"
#include "winograd.hpp"

namespace jt::kernels {

namespace {

using Int = std::int64_t;

/// A kernel of a single cell that sees every pixel: a matrix times the image as it lies.
bool is_product(const Convolution& c) {
    return c.channels * c.outputs > 1 &&
           both(c, [](const Direction& d) { return d.kernel * d.stride == 1 && d.padding == 0 && d.in == d.out; });
}

template <class T>
void product(const Convolution& c, Images images, const T* x, const T* w, const T* bias, T* y) {
    const Int n = c.pixels();
    for (Int k = images.from * c.groups; k < images.end * c.groups; ++k) {
        const Int o = k % c.groups * c.outputs;
        T* const to = y + k * c.output_size();
        if (bias)
            for (Int i = 0; i < c.outputs; ++i) std::fill_n(to + i * n, n, bias[o + i]);
        gemm({false, false, c.outputs, n, c.channels, 1, w + o * c.channels, c.channels, x + k * c.image_size(), n,
              static_cast<T>(bias ? 1 : 0), to, n});
    }
}

template <class T>
void product_weight(const Convolution& c, Images images, const T* g, const T* x, T* gw) {
    const Int n = c.pixels();
    for (Int k = images.from * c.groups; k < images.end * c.groups; ++k)
        gemm({false, true, c.outputs, c.channels, n, 1, g + k * c.output_size(), n, x + k * c.image_size(), n, T{1},
              gw + k % c.groups * c.weight_size(), c.channels});
}

/// y = w * x + bias for some images; what an image becomes does not depend on the others.
template <class T>
void convolve(const Convolution& c, Images images, const T* x, const T* w, const T* bias, T* y) {
    is_product(c) ? product(c, images, x, w, bias, y) : direct(c, best_lanes<T>(c), images, x, w, bias, y);
}

template <class T>
void convolve(const Convolution& c, const T* x, const T* w, const T* bias, T* y) {
    if constexpr (sizeof(T) == sizeof(float))
        if (winograd_pays(c)) {
            const Finite finite = winograd(c, x, w, bias, y);
            for (Int k = 0; k < c.images; ++k)
                if (!finite[static_cast<std::size_t>(k)]) convolve(c, {k, k + 1}, x, w, bias, y);
            return;
        }
    each_share(c, [&](Images images) { convolve(c, images, x, w, bias, y); });
}

/// gw = g * x
template <class T>
void convolve_weight(const Convolution& c, const T* g, const T* x, T* gw) {
    if constexpr (sizeof(T) == sizeof(float))
        if (winograd_pays(c) && winograd_weight(c, g, x, gw)) return;
    add_shares(c, gw, c.groups * c.weight_size(), [&](Images images, T* sum) {
        is_product(c) ? product_weight(c, images, g, x, sum) : direct_weight(c, best_lanes<T>(c), images, g, x, sum);
    });
}

/// The inputs stride * i + phase of one direction. Of the kernel they see every step-th cell from `first` on, and so
/// their gradient is a convolution of g, of stride 1, by those cells from the last to the first.
struct Phase {
    Int phase, first, step;
    Direction back;

    Phase(const Direction& d, Int phase)
        : phase(phase), first(0), step(d.stride / std::gcd(d.stride, d.dilation)), back{} {
        while (first < std::min(d.kernel, step) && (phase + d.padding - first * d.dilation) % d.stride != 0) ++first;
        const Int cells = first < step ? (std::max(d.kernel - first, Int{0}) + step - 1) / step : 0;
        const Int dilation = d.dilation / std::gcd(d.stride, d.dilation);
        const Int before = (cells - 1) * dilation - (phase + d.padding - first * d.dilation) / d.stride;
        back = {d.out, (d.in - phase + d.stride - 1) / d.stride, cells, 1, before, dilation};
    }

    Int cell(Int k) const { return first + (back.kernel - 1 - k) * step; }
};

/// The gradient of the inputs of two phases.
template <class T>
struct PhaseGradient {
    Phase v, h;
    Convolution back;
    Array kernels;  ///< input and output channels of each group change places

    PhaseGradient(const Convolution& c, const Phase& v, const Phase& h, const T* w)
        : v(v),
          h(h),
          back{c.images, c.groups, c.outputs, c.channels, v.back, h.back},
          kernels({c.groups * back.weight_size()}, dtype_of<T>) {
        T* to = kernels.template data<T>();
        for (Int group = 0; group < c.groups; ++group, w += c.weight_size())
            for (Int k = 0; k < c.channels; ++k)
                for (Int o = 0; o < c.outputs; ++o)
                    for (Int i = 0; i < v.back.kernel; ++i)
                        for (Int j = 0; j < h.back.kernel; ++j)
                            *to++ = w[(o * c.channels + k) * c.cells() + v.cell(i) * c.h.kernel + h.cell(j)];
    }

    /// Of `images` images.
    void operator()(Int images, const T* g, T* gx) const {
        Convolution some = back;
        some.images = images;
        convolve<T>(some, g, kernels.template data<T>(), nullptr, gx);
    }
};

/// The pixels of two phases to their places in gx.
template <class T>
void deal(const Convolution& c, const Phase& v, const Phase& h, Int planes, const T* pixels, T* gx) {
    for (Int k = 0; k < planes; ++k, gx += c.v.in * c.h.in)
        for (Int i = 0; i < v.back.out; ++i, pixels += h.back.out) {
            T* const row = gx + (v.phase + i * c.v.stride) * c.h.in + h.phase;
            for (Int j = 0; j < h.back.out; ++j) row[j * c.h.stride] = pixels[j];
        }
}

/// Numbers of gx whose phases are put together while they are in the cache.
constexpr Int at_once = Int{1} << 16;

template <class T>
void convolve_input(const Convolution& c, const T* g, const T* w, T* gx) {
    std::vector<PhaseGradient<T>> parts;
    for (Int i = 0; i < std::min(c.v.stride, c.v.in); ++i)
        for (Int j = 0; j < std::min(c.h.stride, c.h.in); ++j) {
            const Phase v(c.v, i), h(c.h, j);
            if (v.back.kernel > 0 && h.back.kernel > 0) parts.emplace_back(c, v, h, w);
        }
    if (c.v.stride * c.h.stride == 1) return parts[0](c.images, g, gx);
    const Int in = c.groups * c.image_size(), out = c.groups * c.output_size();
    const Int most = std::clamp(at_once / in, Int{1}, c.images);
    const bool passes_over = std::ssize(parts) < std::min(c.v.stride, c.v.in) * std::min(c.h.stride, c.h.in);
    const bool shared = most * c.work() >= products_at_once;
    for_blocks(c.images, shared ? most : c.images, [&](Int from, Int end) {
        Array pixels({most * in}, dtype_of<T>);
        for (Int k = from; k < end; k += most) {
            const Int images = std::min(most, end - k);
            if (passes_over) std::fill_n(gx + k * in, images * in, T{0});
            for (const auto& part : parts) {
                part(images, g + k * out, pixels.data<T>());
                deal(c, part.v, part.h, images * c.groups * c.channels, pixels.data<T>(), gx + k * in);
            }
        }
    });
}

}  // namespace

Array conv2d(const Array& x, const Array& w, const Array& bias, const Windows& windows) {
    const Convolution c = convolution(x.shape(), w.shape(), windows);
    Array y({c.images, w.shape()[0], c.v.out, c.h.out}, x.dtype());
    if (y.numel() == 0) return y;
    dispatch_float(x.dtype(), [&]<class T>(T) {
        convolve(c, x.data<T>(), w.data<T>(), bias ? bias.data<T>() : nullptr, y.data<T>());
    });
    return y;
}

Array conv2d_input(const Array& g, const Array& w, const Shape& x_shape, const Windows& windows) {
    if (w.numel() == 0 || g.numel() == 0) return Array::zeros(x_shape, g.dtype());
    const Convolution c = convolution(x_shape, w.shape(), windows);
    Array gx(x_shape, g.dtype());
    if (gx.numel() == 0) return gx;
    dispatch_float(g.dtype(), [&]<class T>(T) { convolve_input(c, g.data<T>(), w.data<T>(), gx.data<T>()); });
    return gx;
}

Array conv2d_weight(const Array& g, const Array& x, const Shape& w_shape, const Windows& windows) {
    if (x.numel() == 0 || g.numel() == 0) return Array::zeros(w_shape, g.dtype());
    const Convolution c = convolution(x.shape(), w_shape, windows);
    Array gw(w_shape, g.dtype());
    if (gw.numel() == 0) return gw;
    dispatch_float(g.dtype(), [&]<class T>(T) { convolve_weight(c, g.data<T>(), x.data<T>(), gw.data<T>()); });
    return gw;
}

}  // namespace jt::kernels
