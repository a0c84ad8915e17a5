// Pooling: windows along both axes, worked out once, then plane by plane.
#include "pool.hpp"

#include <algorithm>
#include <vector>

#include "../parallel.hpp"
#include "products.hpp"

namespace jt::kernels {

namespace {

using Int = std::int64_t;

/// The cells [begin, end) of one axis that an output sees, and how many with the padding it sees.
struct Window {
    Int begin, end, padded;
    Int size() const { return end - begin; }
};
using Row = std::vector<Window>;

Int extent(const Pooling& p, int k, Int in) {
    const Int room = in + 2 * p.windows.padding[k] - p.windows.kernel[k], step = p.windows.stride[k];
    const Int out = (room + (p.ceil_mode ? step - 1 : 0)) / step + 1;
    return p.ceil_mode && (out - 1) * step >= in + p.windows.padding[k] ? out - 1 : out;
}

Row row_of(const Pooling& p, int k, Int in) {
    Row result;
    for (Int o = 0; o < extent(p, k, in); ++o) {
        const Int begin = o * p.windows.stride[k] - p.windows.padding[k],
                  end = std::min(begin + p.windows.kernel[k], in + p.windows.padding[k]);
        result.push_back({std::max(begin, Int{0}), std::min(end, in), end - begin});
    }
    return result;
}

/// Planes of an array (N, C, H, W).
struct Planes {
    Int count, height, width;
    explicit Planes(const Shape& s) : count(s[0] * s[1]), height(s[2]), width(s[3]) {}
    Int size() const { return height * width; }
};

Array pooled(const Array& x, const Pooling& p, Dtype dtype) {
    const Shape& s = x.shape();
    return Array({s[0], s[1], extent(p, 0, s[2]), extent(p, 1, s[3])}, dtype);
}

/// Place of the first largest element of one window in the plane x, or of its first NaN.
template <class T>
Int largest(const T* x, Int width, const Window& v, const Window& h) {
    Int best = v.begin * width + h.begin;
    for (Int y = v.begin; y < v.end; ++y)
        for (Int i = y * width + h.begin; i < y * width + h.end; ++i)
            if (x[i] > x[best] || (x[i] != x[i] && x[best] == x[best])) best = i;
    return best;
}

/// The windows along an axis that the border does not cut: [from, end).
struct Whole {
    Int from = 0, end;

    Whole(const Row& row, Int kernel) : end(std::ssize(row)) {
        const auto cut = [&](Int j) { return row[static_cast<std::size_t>(j)].size() < kernel; };
        while (from < end && cut(from)) ++from;
        while (from < end && cut(end - 1)) --end;
    }
    Int size() const { return end - from; }
};

/// The windows of all planes: those that the border cuts one by one, the others together where that pays.
class AllWindows {
public:
    AllWindows(const Planes& in, const Pooling& p)
        : in_(in),
          down_(row_of(p, 0, in.height)),
          across_(row_of(p, 1, in.width)),
          v_(down_, p.windows.kernel[0]),
          h_(across_, p.windows.kernel[1]),
          whole_{v_.size(),           h_.size(), p.windows.stride[0], p.windows.stride[1], p.windows.kernel[0],
                 p.windows.kernel[1], in.width,  std::ssize(across_)} {}

    /// For each plane calls all(whole windows, output, plane, down, across), the first of which sees `down` and
    /// `across` of the plane at x[plane]; and one(output, plane, down, across) for each other window, and for those
    /// too where `all` says false.
    template <class One, class All>
    void each(One one, All all) const {
        const Int rows = std::ssize(down_), columns = std::ssize(across_);
        for_rows(in_.count, in_.size(), [&](Int first, Int last) {
            for (Int k = first; k < last; ++k) {
                const auto each_in = [&](Int top, Int bottom, Int left, Int right) {
                    for (Int i = top; i < bottom; ++i)
                        for (Int j = left; j < right; ++j)
                            one((k * rows + i) * columns + j, k * in_.size(), at(down_, i), at(across_, j));
                };
                const bool none = v_.size() == 0 || h_.size() == 0;
                if (none || !all(whole_, (k * rows + v_.from) * columns + h_.from, k * in_.size(), at(down_, v_.from),
                                 at(across_, h_.from))) {
                    each_in(0, rows, 0, columns);
                    continue;
                }
                each_in(0, v_.from, 0, columns);
                each_in(v_.from, v_.end, 0, h_.from);
                each_in(v_.from, v_.end, h_.end, columns);
                each_in(v_.end, rows, 0, columns);
            }
        });
    }

private:
    static const Window& at(const Row& row, Int i) { return row[static_cast<std::size_t>(i)]; }

    Planes in_;
    Row down_, across_;
    Whole v_, h_;
    WindowGrid whole_;
};

template <class T>
void max_pool(const Array& x, const Pooling& p, MaxPooled& y) {
    const Planes in(x.shape());
    const T* from = x.data<T>();
    T* value = y.value.data<T>();
    auto* index = y.index.data<std::int32_t>();
    const auto& simd = products<T>();
    AllWindows(in, p).each(
        [&](Int output, Int plane, const Window& down, const Window& across) {
            const Int best = largest(from + plane, in.width, down, across);
            value[output] = from[plane + best];
            index[output] = static_cast<std::int32_t>(best);
        },
        [&](const WindowGrid& grid, Int output, Int plane, const Window& down, const Window& across) {
            const Int at = down.begin * in.width + across.begin;
            return simd.max_pool_windows(grid, from + plane + at, at, value + output, index + output);
        });
}

template <class T>
void unpool(const Array& g, const Array& index, Array& gx) {
    const Planes in(gx.shape()), out(g.shape());
    T* const result = gx.data<T>();
    for_rows(in.count, in.size(), [&](Int first, Int last) {
        for (Int k = first; k < last; ++k) {
            const auto* at = index.data<std::int32_t>() + k * out.size();
            const T* from = g.data<T>() + k * out.size();
            T* to = result + k * in.size();
            std::fill_n(to, in.size(), T{0});
            for (Int i = 0; i < out.size(); ++i) to[at[i]] += from[i];
        }
    });
}

template <class T>
void pool_at(const Array& x, const Array& index, Array& y) {
    const Planes in(x.shape()), out(y.shape());
    T* to = y.data<T>();
    for_rows(in.count, in.size(), [&](Int first, Int last) {
        for (Int k = first; k < last; ++k)
            for (Int i = k * out.size(); i < (k + 1) * out.size(); ++i)
                to[i] = x.data<T>()[k * in.size() + index.data<std::int32_t>()[i]];
    });
}

/// What the sum of a window is divided by.
Int divisor(const Pooling& p, const Window& down, const Window& across) {
    return p.count_include_pad ? down.padded * across.padded : down.size() * across.size();
}

template <class T>
void mean_pool(const Array& x, const Pooling& p, Array& y) {
    const Planes in(x.shape());
    const T* from = x.data<T>();
    T* to = y.data<T>();
    const auto& simd = products<T>();
    AllWindows(in, p).each(
        [&](Int output, Int plane, const Window& down, const Window& across) {
            T sum = 0;
            for (Int i = down.begin; i < down.end; ++i)
                for (Int j = across.begin; j < across.end; ++j) sum += from[plane + i * in.width + j];
            to[output] = sum / static_cast<T>(divisor(p, down, across));
        },
        [&](const WindowGrid& grid, Int output, Int plane, const Window& down, const Window& across) {
            const T* const top = from + plane + down.begin * in.width + across.begin;
            return simd.mean_pool_windows(grid, top, static_cast<T>(divisor(p, down, across)), to + output);
        });
}

template <class T>
void mean_unpool(const Array& g, const Pooling& p, Array& gx) {
    const Planes in(gx.shape());
    const T* from = g.data<T>();
    T* to = gx.data<T>();
    const auto add = [&](Int output, Int plane, const Window& down, const Window& across) {
        const T share = from[output] / static_cast<T>(divisor(p, down, across));
        for (Int i = down.begin; i < down.end; ++i)
            for (Int j = across.begin; j < across.end; ++j) to[plane + i * in.width + j] += share;
    };
    AllWindows(in, p).each(add, [](auto&&...) { return false; });
}

}  // namespace

void pool_extents(const Pooling& p, std::int64_t h, std::int64_t w, std::int64_t out[2]) {
    out[0] = extent(p, 0, h);
    out[1] = extent(p, 1, w);
}

MaxPooled max_pool(const Array& x, const Pooling& p) {
    MaxPooled y{pooled(x, p, x.dtype()), pooled(x, p, int32)};
    if (y.value.numel() == 0) return y;
    dispatch_float(x.dtype(), [&]<class T>(T) { max_pool<T>(x, p, y); });
    return y;
}

Array unpool(const Array& g, const Array& index, const Shape& x_shape) {
    Array gx(x_shape, g.dtype());
    dispatch_float(g.dtype(), [&]<class T>(T) { unpool<T>(g, index, gx); });
    return gx;
}

Array pool_at(const Array& x, const Array& index) {
    Array y(index.shape(), x.dtype());
    dispatch_float(x.dtype(), [&]<class T>(T) { pool_at<T>(x, index, y); });
    return y;
}

Array mean_pool(const Array& x, const Pooling& p) {
    Array y = pooled(x, p, x.dtype());
    if (y.numel() == 0) return y;
    dispatch_float(x.dtype(), [&]<class T>(T) { mean_pool<T>(x, p, y); });
    return y;
}

Array mean_unpool(const Array& g, const Shape& x_shape, const Pooling& p) {
    Array gx = Array::zeros(x_shape, g.dtype());
    if (g.numel() == 0) return gx;
    dispatch_float(g.dtype(), [&]<class T>(T) { mean_unpool<T>(g, p, gx); });
    return gx;
}

}  // namespace jt::kernels
