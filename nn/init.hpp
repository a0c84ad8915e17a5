// Initial values as Jittor's python/jittor/init.py draws them: the same seed gives the same weights, bit for bit.
//
// Each comes in two forms: `init::gauss({2, 3})` makes a Var, and `init::gauss_(w)` writes into w through its node, as
// w.assign, so that a parameter stays the one that its optimizer holds; it returns w. Draws need a float dtype (a
// DtypeError) and are those of float32, cast. A mode is "fan_in" or "fan_out" (a ValueError): fan_in is the product of
// all extents but the first, fan_out that of all but the second; both need two axes or more (a ShapeError).
#pragma once
#include "../autograd/ops/create.hpp"

namespace jt::nn::init {

using jt::eye;
/// Ones on the main diagonal of a matrix, zeros elsewhere; a ShapeError for other shapes.
Var eye_(const Var& w);
/// All elements `value`; `fill` writes, too, and `fill_` is PyTorch's and Var's name of constant_.
Var constant(const Shape& shape, const Scalar& value = 0, Dtype dtype = float32);
Var constant_(const Var& w, const Scalar& value = 0);
Var fill(const Var& w, const Scalar& value = 0);
Var fill_(const Var& w, const Scalar& value = 0);
Var zero(const Shape& shape, Dtype dtype = float32);
Var zero_(const Var& w);
Var one(const Shape& shape, Dtype dtype = float32);
Var one_(const Var& w);

/// Uniform in [0, 1); the other form is `rand`.
Var random_(const Var& w);
/// U(low, high].
Var uniform(const Shape& shape, double low = 0, double high = 1, Dtype dtype = float32);
Var uniform_(const Var& w, double low = 0, double high = 1);
/// N(mean, std), where std is the deviation.
Var gauss(const Shape& shape, double mean = 0, double std = 1, Dtype dtype = float32);
Var gauss_(const Var& w, double mean = 0, double std = 1);
Var normal_(const Var& w, double mean = 0, double std = 1);
/// N(mean, std) within [a, b], by the inverse of its distribution function. Warns when mean is more than two deviations
/// outside, as Jittor; a ValueError unless std is above 0 and a below b.
Var trunc_normal(const Shape& shape, double mean = 0, double std = 1, double a = -2, double b = 2,
                 Dtype dtype = float32);
Var trunc_normal_(const Var& w, double mean = 0, double std = 1, double a = -2, double b = 2);

/// U(-bound, bound) with bound = sqrt(1 / fan).
Var invariant_uniform(const Shape& shape, const std::string& mode = "fan_in", Dtype dtype = float32);
Var invariant_uniform_(const Var& w, const std::string& mode = "fan_in");
/// N(0, sqrt(2 / fan)).
Var relu_invariant_gauss(const Shape& shape, const std::string& mode = "fan_in", Dtype dtype = float32);
Var relu_invariant_gauss_(const Var& w, const std::string& mode = "fan_in");
/// U(-bound, bound) with bound = gain * sqrt(6 / (fan_in + fan_out)).
Var xavier_uniform(const Shape& shape, double gain = 1, Dtype dtype = float32);
Var xavier_uniform_(const Var& w, double gain = 1);
/// N(0, gain * sqrt(2 / (fan_in + fan_out))).
Var xavier_gauss(const Shape& shape, double gain = 1, Dtype dtype = float32);
Var xavier_gauss_(const Var& w, double gain = 1);
/// With std = gain / sqrt(fan), gain = calculate_gain(nonlinearity, a): U(-sqrt(3) * std, sqrt(3) * std), and N(0,
/// std).
Var kaiming_uniform(const Shape& shape, double a = 0, const std::string& mode = "fan_in",
                    const std::string& nonlinearity = "leaky_relu", Dtype dtype = float32);
Var kaiming_uniform_(const Var& w, double a = 0, const std::string& mode = "fan_in",
                     const std::string& nonlinearity = "leaky_relu");
Var kaiming_normal(const Shape& shape, double a = 0, const std::string& mode = "fan_in",
                   const std::string& nonlinearity = "leaky_relu", Dtype dtype = float32);
Var kaiming_normal_(const Var& w, double a = 0, const std::string& mode = "fan_in",
                    const std::string& nonlinearity = "leaky_relu");

/// 1 for linear, sigmoid, conv1d to conv3d and conv_transpose1d to conv_transpose3d, 5 / 3 for tanh, sqrt(2) for relu,
/// sqrt(2 / (1 + param^2)) for leaky_relu, 3 / 4 for selu; a ValueError for other names.
double calculate_gain(const std::string& nonlinearity, double param = 0.01);
/// Product of all extents but the first.
std::int64_t fan_in(const Shape& shape);

}  // namespace jt::nn::init

namespace jt {
namespace init = nn::init;
}  // namespace jt
