// What a border needs of an image.
#include "pad.hpp"

#include <algorithm>

#include "../../autograd/node.hpp"
#include "checks.hpp"

namespace jt::nn {

std::string text(Border b) {
    const bool same = b.left == b.right && b.left == b.top && b.left == b.bottom;
    return same ? jt::text(b.left) : jt::text(Shape{b.left, b.right, b.top, b.bottom});
}

Pad2d::Pad2d(const char* layer, Border padding, PadMode mode, double value)
    : padding(padding), mode_(mode), value_(value) {
    at_least(0, layer, "padding", std::min({padding.left, padding.right, padding.top, padding.bottom}));
}

void Pad2d::check(const Var& x) const {
    const std::string name = class_name();
    const Shape& shape = node_of(name.c_str(), x).value.shape();
    const std::size_t rank = shape.size();
    if (rank < 2) fail<ShapeError>(name, ": needs an image (..., h, w), got ", shape);
    if (mode_ == PadMode::constant) return;
    const bool mirrors = mode_ == PadMode::reflect;
    const int h = mirrors ? std::max(padding.top, padding.bottom) : 0;
    const int w = mirrors ? std::max(padding.left, padding.right) : 0;
    if (shape[rank - 2] <= h || shape[rank - 1] <= w)
        fail<ShapeError>(name, ": needs h above ", h, " and w above ", w, ", got ", shape);
}

Var Pad2d::execute(const Var& x) {
    check(x);
    return jt::pad(x, {padding.left, padding.right, padding.top, padding.bottom}, mode_, value_);
}

}  // namespace jt::nn
