// Checks of arguments and inputs, and the first bias.
#include "checks.hpp"

#include <cmath>

#include "../../autograd/node.hpp"
#include "../init.hpp"

namespace jt::nn {

int at_least(int low, const char* layer, const char* what, int value) {
    if (value < low) fail<ValueError>(layer, ": needs ", what, " of ", low, " or more, got ", value);
    return value;
}

double finite(const char* layer, const char* what, double value) {
    if (!std::isfinite(value)) fail<ValueError>(layer, ": needs a finite ", what, ", got ", value);
    return value;
}

double within(const char* layer, const char* what, double value, double low, double high) {
    if (std::isfinite(value) && value >= low && value <= high) return value;
    const std::string range =
        std::isinf(high) ? " of " + text(low) + " or more" : " from " + text(low) + " to " + text(high);
    fail<ValueError>(layer, ": needs ", what, range, ", got ", value);
}

const Shape& image_shape(const Module& layer, const Var& x) {
    const std::string name = layer.class_name();
    const Shape& shape = node_of(name.c_str(), x).value.shape();
    if (shape.size() != 4) fail<ShapeError>(name, ": needs an image (n, c, h, w), got ", shape);
    return shape;
}

void check_channels(const char* layer, const Var& x, std::int64_t channels, std::optional<int> behind) {
    constexpr const char* kinds[] = {"x (n, c, ...)", "x (n, c, l)", "x (n, c, h, w)", "x (n, c, d, h, w)"};
    const Shape& shape = node_of(layer, x).value.shape();
    if (shape.rank() < 2 || (behind && shape.rank() != 2 + *behind))
        fail<ShapeError>(layer, ": needs ", kinds[behind.value_or(0)], ", got ", shape);
    if (shape[1] != channels) fail<ShapeError>(layer, ": needs ", channels, " channels in axis 1, got ", shape);
}

Var bias_for(bool wanted, std::int64_t out, std::int64_t fan) {
    const double bound = fan == 0 ? 0 : 1.0 / std::sqrt(static_cast<double>(fan));
    return wanted ? init::uniform({out}, -bound, bound) : Var();
}

}  // namespace jt::nn
