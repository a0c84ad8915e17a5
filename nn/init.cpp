// The initial draws of layers.
#include "init.hpp"

#include <cmath>

#include "../core/random.hpp"

namespace jt::nn::init {

std::int64_t fan_in(const Shape& shape) { return Shape(shape.begin() + 1, shape.end()).numel(); }

Var invariant_uniform(const Shape& shape) {
    if (shape.rank() < 2) fail<ShapeError>("invariant_uniform: needs two axes or more, got ", shape);
    const double bound = std::sqrt(1.0 / static_cast<double>(fan_in(shape)));
    return uniform(shape, -bound, bound);
}

Var uniform(const Shape& shape, double low, double high) { return array(random::uniform(shape, low, high)); }

Var gauss(const Shape& shape, double mean, double deviation) { return normal(mean, deviation, shape); }

}  // namespace jt::nn::init
