// Images cut out, turned over and made larger or smaller. What is random draws Jittor's numbers: flips and
// RandomCropAndResize from Python's random, RandomCrop from NumPy's, both started by set_global_seed. A size is
// (height, width), or one number for both; below 1 it throws a ValueError.
#pragma once
#include "../../core/windows.hpp"
#include "transform.hpp"

namespace jt::transform {

/// The part (height, width), 1 or more, whose first pixel is at (top, left); black where the image has none.
Var crop(const Var& x, std::int64_t top, std::int64_t left, std::int64_t height, std::int64_t width);
/// As Pillow's resize by BILINEAR, bit for bit: each new row and column is a weighted mean of all that it covers.
/// Pillow 13 differs by 1 here and there where the height shrinks more than the width.
Var resize(const Var& x, Pair size);
/// Left to right; upside down.
Var hflip(const Var& x);
Var vflip(const Var& x);

/// resize. Jittor's mode is always BILINEAR here.
class Resize {
public:
    explicit Resize(Pair size);
    Var operator()(const Var& x) const { return transform::resize(x, size_); }

private:
    Pair size_;
};

/// The middle; of two middles the one whose first row or column is even. Jittor's then has a row or column too many.
class CenterCrop {
public:
    explicit CenterCrop(Pair size);
    Var operator()(const Var& x) const;

private:
    Pair size_;
};

/// Any part of that size. Throws a ShapeError for a smaller image.
class RandomCrop {
public:
    explicit RandomCrop(Pair size);
    Var operator()(const Var& x) const;

private:
    Pair size_;
};

/// Numbers from low to high.
struct Range {
    double low, high;
};

/// What part of the area is kept, and how wide it is for its height.
struct RandomCropAndResizeOptions {
    Range scale = {0.08, 1.0}, ratio = {3.0 / 4, 4.0 / 3};
};

/// A part of random area and shape, resized. As Jittor's but for one number as size, which there is the shorter side.
/// Throws a ValueError unless 0 <= scale.low <= scale.high and 0 < ratio.low <= ratio.high.
class RandomCropAndResize {
public:
    explicit RandomCropAndResize(Pair size, const RandomCropAndResizeOptions& options = {});
    Var operator()(const Var& x) const;

private:
    Pair size_;
    RandomCropAndResizeOptions options_;
};

/// Turned over with probability p. Throws a ValueError unless p is from 0 to 1.
class RandomHorizontalFlip {
public:
    explicit RandomHorizontalFlip(double p = 0.5);
    Var operator()(const Var& x) const;

private:
    double p_;
};
class RandomVerticalFlip {
public:
    explicit RandomVerticalFlip(double p = 0.5);
    Var operator()(const Var& x) const;

private:
    double p_;
};

}  // namespace jt::transform
