// Borders around images.
#pragma once
#include "../../autograd/ops/pad.hpp"
#include "../module/repr.hpp"

namespace jt::nn {

/// How wide a border is: `2`, or `{1, 2, 3, 4}` at the left, right, top and bottom.
struct Border {
    Border(int all) : Border(all, all, all, all) {}
    Border(int left, int right, int top, int bottom) : left(left), right(right), top(top), bottom(bottom) {}

    int left, right, top, bottom;
};
/// "2" of four equal ones, or "(1, 2, 3, 4)".
std::string text(Border border);

/// Base of the layers that pad the last two axes of x. They throw a ValueError for negative numbers; a call throws a
/// ShapeError for x of fewer axes, or too small to be mirrored or repeated.
class Pad2d : public Module {
public:
    using Options = Border;
    Var execute(const Var& x) override;
    std::string extra_repr() const override { return repr(padding); }

    const Border padding;

protected:
    Pad2d(const char* layer, Border padding, PadMode mode, double value = 0);

private:
    void check(const Var& x) const;

    const PadMode mode_;
    const double value_;
};

/// A border of zeros.
class ZeroPad2d : public Pad2d {
public:
    explicit ZeroPad2d(Border padding) : Pad2d("ZeroPad2d", padding, PadMode::constant) {}
};
/// x mirrored at its edge, which is not repeated.
class ReflectionPad2d : public Pad2d {
public:
    explicit ReflectionPad2d(Border padding) : Pad2d("ReflectionPad2d", padding, PadMode::reflect) {}
};
/// The edge of x again and again.
class ReplicationPad2d : public Pad2d {
public:
    explicit ReplicationPad2d(Border padding) : Pad2d("ReplicationPad2d", padding, PadMode::replicate) {}
};

struct ConstantPad2dOptions {
    Border padding;
    double value;
};

/// A border of one value: `nn::make<nn::ConstantPad2d>({{1, 2, 3, 4}, 0.5})`.
class ConstantPad2d : public Pad2d {
public:
    using Options = ConstantPad2dOptions;
    explicit ConstantPad2d(const Options& options) : ConstantPad2d(options.padding, options.value) {}
    ConstantPad2d(Border padding, double value)
        : Pad2d("ConstantPad2d", padding, PadMode::constant, value), value(value) {}
    std::string extra_repr() const override { return repr(padding, value); }

    const double value;
};

}  // namespace jt::nn
