// What becomes of an image on its way into a batch. An image is a Var (height, width, channels) of uint8, as imread
// gives it, or (height, width); it has 1 channel of gray, 3 of colour, and with opacity 2 or 4. Anything else throws a
// DtypeError or a ShapeError in the name of the transform.
#pragma once
#include <functional>
#include <initializer_list>
#include <vector>

#include "../../autograd/var.hpp"

namespace jt::transform {

/// Any function of one Var: the classes here, and lambdas.
using Transform = std::function<Var(const Var&)>;

/// `Compose({Resize(32), RandomHorizontalFlip(), ToTensor()})`: one after the other. Throws a ValueError for an empty
/// function.
class Compose {
public:
    Compose(std::initializer_list<Transform> transforms) : Compose(std::vector<Transform>(transforms)) {}
    explicit Compose(std::vector<Transform> transforms);
    Var operator()(Var x) const;

private:
    std::vector<Transform> transforms_;
};

/// A function of the user's own.
class Lambda {
public:
    explicit Lambda(Transform lambd);
    Var operator()(const Var& x) const { return lambd_(x); }

private:
    Transform lambd_;
};

/// An image as float32 (c, h, w) from 0 to 1; other dtypes as they are.
Var to_tensor(const Var& x);
struct ToTensor {
    Var operator()(const Var& x) const { return to_tensor(x); }
};

/// One number for each channel, or one for all: `0.5`, `{0.485, 0.456, 0.406}`.
class PerChannel : public std::vector<float> {
public:
    PerChannel(double one) : PerChannel({one}) {}
    PerChannel(std::initializer_list<double> numbers) : vector(numbers.begin(), numbers.end()) {}
    explicit PerChannel(const std::vector<double>& numbers) : vector(numbers.begin(), numbers.end()) {}
};

/// An image as float32 (c, h, w), each channel minus its mean and divided by its std as if it went from 0 to 1; what is
/// no image is (..., c, h, w). Throws a ValueError for what is not finite, a std that is not above 0, and unlike
/// numbers of both, a ShapeError for another number of channels.
class ImageNormalize {
public:
    ImageNormalize(const PerChannel& mean, const PerChannel& std);
    Var operator()(const Var& x) const;

private:
    PerChannel mean_, std_;
};

/// An image's brightness as another one of 1 or 3 equal channels: (19595 r + 38470 g + 7471 b) / 65536, rounded;
/// opacity goes.
Var gray(const Var& x, int num_output_channels = 1);

/// gray as float32 (1, h, w) or (3, h, w) from 0 to 1.
class Gray {
public:
    explicit Gray(int num_output_channels = 1);
    Var operator()(const Var& x) const;

private:
    int num_output_channels_;
};

}  // namespace jt::transform
