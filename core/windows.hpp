// The windows that a convolution, a pooling or unfold lays over an image.
#pragma once
#include "shape.hpp"

namespace jt {

/// A number for length, which one axis has.
struct Single {
    static constexpr int axes = 1;
    Single(int length) : l(length) {}
    std::int64_t operator[](int) const { return l; }
    Shape shape() const { return {l}; }

    int l;
};
/// "3".
inline std::string text(Single single) { return std::to_string(single.l); }

/// A number for height and one for width: `3` or `{3, 5}`.
struct Pair {
    static constexpr int axes = 2;
    Pair(int both) : h(both), w(both) {}
    Pair(int height, int width) : h(height), w(width) {}
    std::int64_t operator[](int k) const { return k == 0 ? h : w; }
    Shape shape() const { return {h, w}; }

    int h, w;
};
/// "(3, 5)".
inline std::string text(Pair pair) { return text(pair.shape()); }

/// A number for depth, one for height and one for width: `3` or `{2, 3, 5}`.
struct Triple {
    static constexpr int axes = 3;
    Triple(int all) : d(all), h(all), w(all) {}
    Triple(int depth, int height, int width) : d(depth), h(height), w(width) {}
    std::int64_t operator[](int k) const { return k == 0 ? d : k == 1 ? h : w; }
    Shape shape() const { return {d, h, w}; }

    int d, h, w;
};
/// "(2, 3, 5)".
inline std::string text(Triple triple) { return text(triple.shape()); }

/// Windows over the last axes of a batch of images (n, c, ...), as many as N has numbers; a convolution looks at the
/// channels in groups.
template <class N>
struct WindowsOf {
    N kernel, stride = 1, padding = 0, dilation = 1;
    int groups = 1;

    /// How many elements a window spans along an axis.
    std::int64_t reach(int k) const { return dilation[k] * (kernel[k] - 1) + 1; }
    /// How many windows there are along an axis of n elements.
    std::int64_t count(int k, std::int64_t n) const { return (n + 2 * padding[k] - reach(k)) / stride[k] + 1; }
};
/// Windows over the last two axes of (n, c, h, w).
using Windows = WindowsOf<Pair>;

}  // namespace jt
