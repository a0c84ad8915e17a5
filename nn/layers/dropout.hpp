// Dropout of elements, channels and samples.
#pragma once
#include "../module/repr.hpp"
#include "options.hpp"

namespace jt::nn {

// In training these keep a part of x where a uniform draw says so, and divide by 1 - p; zeros for p = 1. Otherwise they
// give the values of x. They throw a ValueError for p outside [0, 1].

/// x * keep / (1 - p), one draw for each element, which is kept where it exceeds p.
Var dropout(const Var& x, double p = 0.5, bool is_train = true);
/// One draw for each channel: for each of all axes but the last two. Throws a ShapeError for other than 3 or 4 axes.
Var dropout2d(const Var& x, double p = 0.5, bool is_train = true);
/// One draw u for each sample, entries of axis 0, which is kept where u + (1 - p) reaches 1.
Var droppath(const Var& x, double p = 0.5, bool is_train = true);

struct DropoutOptions {
    double p = 0.5;
};

/// f(x, p, is_train) as a layer.
template <Var (*f)(const Var&, double, bool)>
class DropoutLayer : public WithOptions<DropoutOptions> {
public:
    Var execute(const Var& x) override { return f(x, options.p, is_training()); }
    std::string extra_repr() const override { return repr(options.p, Named{"is_train", is_training()}); }

protected:
    DropoutLayer(const char* layer, const Options& options) : WithOptions(checked(layer, options)) {}

private:
    static const Options& checked(const char* layer, const Options& o) {
        if (!(o.p >= 0 && o.p <= 1)) fail<ValueError>(layer, ": needs a probability from 0 to 1, got ", o.p);
        return o;
    }
};

class Dropout : public DropoutLayer<dropout> {
public:
    explicit Dropout(const Options& options = {}) : DropoutLayer("Dropout", options) {}
    explicit Dropout(double p) : Dropout(Options{p}) {}
};
class Dropout2d : public DropoutLayer<dropout2d> {
public:
    explicit Dropout2d(const Options& options = {}) : DropoutLayer("Dropout2d", options) {}
    explicit Dropout2d(double p) : Dropout2d(Options{p}) {}
};
class DropPath : public DropoutLayer<droppath> {
public:
    explicit DropPath(const Options& options = {}) : DropoutLayer("DropPath", options) {}
    explicit DropPath(double p) : DropPath(Options{p}) {}
};

}  // namespace jt::nn
