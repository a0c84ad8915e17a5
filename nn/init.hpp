// Initial values as Jittor's python/jittor/init.py draws them: the same seed gives the same weights, bit for bit.
#pragma once
#include "../autograd/ops/create.hpp"

namespace jt::nn::init {

/// U(-bound, bound) with bound = sqrt(1 / fan_in), fan_in = product of all extents but the first; two axes or more.
Var invariant_uniform(const Shape& shape);
/// U(low, high], float32.
Var uniform(const Shape& shape, double low, double high);
/// N(mean, deviation), float32.
Var gauss(const Shape& shape, double mean = 0, double deviation = 1);
using jt::eye;
/// Product of all extents but the first.
std::int64_t fan_in(const Shape& shape);

}  // namespace jt::nn::init

namespace jt {
namespace init = nn::init;
}  // namespace jt
