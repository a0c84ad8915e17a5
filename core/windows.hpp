// The windows that a convolution, a pooling or unfold lays over an image.
#pragma once
#include "shape.hpp"

namespace jt {

/// A number for height and one for width: `3` or `{3, 5}`.
struct Pair {
    Pair(int both) : h(both), w(both) {}
    Pair(int height, int width) : h(height), w(width) {}
    std::int64_t operator[](int k) const { return k == 0 ? h : w; }

    int h, w;
};
/// "(3, 5)".
inline std::string text(Pair pair) { return text(Shape{pair.h, pair.w}); }

/// Windows over the last two axes of an image (n, c, h, w); a convolution looks at its channels in groups.
struct Windows {
    Pair kernel, stride = 1, padding = 0, dilation = 1;
    int groups = 1;

    /// How many elements a window spans along an axis.
    std::int64_t reach(int k) const { return dilation[k] * (kernel[k] - 1) + 1; }
    /// How many windows there are along an axis of n elements.
    std::int64_t count(int k, std::int64_t n) const { return (n + 2 * padding[k] - reach(k)) / stride[k] + 1; }
};

}  // namespace jt
