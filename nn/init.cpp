// Initial values: what their names mean as bounds and deviations.
#include "init.hpp"

#include <cmath>
#include <map>
#include <numbers>

#include "../autograd/node.hpp"
#include "../autograd/ops/arithmetic.hpp"
#include "../autograd/ops/elementwise.hpp"
#include "../core/kernels/elementwise/elementwise.hpp"
#include "../core/random.hpp"
#include "../core/warn.hpp"

namespace jt::nn::init {

namespace {

void check_draw(const char* name, const Shape& shape, Dtype dtype) {
    check_shape(name, shape);
    if (!is_float(dtype)) fail<DtypeError>(name, ": needs a float dtype, got ", dtype);
}

struct Fans {
    double in, out;
};

Fans fans(const char* name, const Shape& shape) {
    check_shape(name, shape);
    if (shape.rank() < 2) fail<ShapeError>(name, ": needs two axes or more, got ", shape);
    const Shape field(shape.begin() + 2, shape.end());
    const auto times_field = [&](int axis) { return static_cast<double>(shape[axis] * field.numel()); };
    return {times_field(1), times_field(0)};
}

double fan(const char* name, const Shape& shape, const std::string& mode) {
    const auto [in, out] = fans(name, shape);
    if (mode != "fan_in" && mode != "fan_out")
        fail<ValueError>(name, ": needs a mode of fan_in or fan_out, got ", mode);
    return mode == "fan_in" ? in : out;
}

double sum_of_fans(const char* name, const Shape& shape) {
    const auto [in, out] = fans(name, shape);
    return in + out;
}

double kaiming_std(const char* name, const Shape& shape, double a, const std::string& mode,
                   const std::string& nonlinearity) {
    return calculate_gain(nonlinearity, a) / std::sqrt(fan(name, shape, mode));
}

Var uniform_within(const char* name, const Shape& shape, double bound, Dtype dtype) {
    check_draw(name, shape, dtype);
    return uniform(shape, -bound, bound, dtype);
}

Var gauss_of(const char* name, const Shape& shape, double deviation, Dtype dtype) {
    check_draw(name, shape, dtype);
    return gauss(shape, 0, deviation, dtype);
}

double normal_cdf(double x) { return (1 + std::erf(x / std::numbers::sqrt2)) / 2; }

void check_trunc_normal(double mean, double std, double a, double b) {
    if (!std::isfinite(mean)) fail<ValueError>("trunc_normal: needs a finite mean, got ", mean);
    if (!(std > 0)) fail<ValueError>("trunc_normal: needs a std above 0, got ", std);
    if (!(a < b)) fail<ValueError>("trunc_normal: needs a below b, got ", a, " and ", b);
    if (mean < a - 2 * std || mean > b + 2 * std)
        warn("trunc_normal: mean is more than two deviations outside [a, b]; the distribution may be wrong");
}

Var truncated(const Shape& shape, double mean, double std, double a, double b) {
    const double l = normal_cdf((a - mean) / std), u = normal_cdf((b - mean) / std);
    const Var z = erfinv(uniform(shape, 2 * l - 1, 2 * u - 1));
    return clamp(z * (std * std::numbers::sqrt2) + mean, a, b);
}

// w.assign(make(shape, dtype)); the random stream stays where it was when that is refused.
template <class F>
Var write(const char* name, Var w, F make) {
    const Array& value = node_of(name, w).value;
    const std::uint32_t state = drawing::state();
    try {
        return w.assign(make(value.shape(), value.dtype()));
    } catch (...) {
        drawing::set_state(state);
        throw;
    }
}

}  // namespace

std::int64_t fan_in(const Shape& shape) { return Shape(shape.begin() + 1, shape.end()).numel(); }

double calculate_gain(const std::string& nonlinearity, double param) {
    static const std::map<std::string, double> gains = {
        {"linear", 1},     {"sigmoid", 1},          {"conv1d", 1},           {"conv2d", 1},
        {"conv3d", 1},     {"conv_transpose1d", 1}, {"conv_transpose2d", 1}, {"conv_transpose3d", 1},
        {"tanh", 5.0 / 3}, {"selu", 3.0 / 4},       {"relu", std::sqrt(2.0)}};
    if (nonlinearity == "leaky_relu") return std::sqrt(2 / (1 + param * param));
    if (const auto found = gains.find(nonlinearity); found != gains.end()) return found->second;
    fail<ValueError>("calculate_gain: needs linear, sigmoid, tanh, relu, leaky_relu, selu, conv1d or the like, got ",
                     nonlinearity);
}

Var constant(const Shape& shape, const Scalar& value, Dtype dtype) { return full(shape, value, dtype); }
Var zero(const Shape& shape, Dtype dtype) { return zeros(shape, dtype); }
Var one(const Shape& shape, Dtype dtype) { return ones(shape, dtype); }

Var uniform(const Shape& shape, double low, double high, Dtype dtype) {
    check_draw("uniform", shape, dtype);
    if (shape.numel() > 0 && !(std::isfinite(low) && std::isfinite(high)))
        fail<ValueError>("uniform: needs finite bounds, got ", low, " and ", high);
    return array(kernels::cast(drawing::uniform(shape, low, high), dtype));
}

Var gauss(const Shape& shape, double mean, double std, Dtype dtype) { return normal(mean, std, shape, dtype); }

Var trunc_normal(const Shape& shape, double mean, double std, double a, double b, Dtype dtype) {
    check_draw("trunc_normal", shape, dtype);
    check_trunc_normal(mean, std, a, b);
    return array(without_grad([&] { return truncated(shape, mean, std, a, b); }), dtype);
}

Var invariant_uniform(const Shape& shape, const std::string& mode, Dtype dtype) {
    const char* name = "invariant_uniform";
    return uniform_within(name, shape, std::sqrt(1 / fan(name, shape, mode)), dtype);
}

Var relu_invariant_gauss(const Shape& shape, const std::string& mode, Dtype dtype) {
    const char* name = "relu_invariant_gauss";
    return gauss_of(name, shape, std::sqrt(2 / fan(name, shape, mode)), dtype);
}

Var xavier_uniform(const Shape& shape, double gain, Dtype dtype) {
    const char* name = "xavier_uniform";
    return uniform_within(name, shape, gain * std::sqrt(6 / sum_of_fans(name, shape)), dtype);
}

Var xavier_gauss(const Shape& shape, double gain, Dtype dtype) {
    const char* name = "xavier_gauss";
    return gauss_of(name, shape, gain * std::sqrt(2 / sum_of_fans(name, shape)), dtype);
}

Var kaiming_uniform(const Shape& shape, double a, const std::string& mode, const std::string& nonlinearity,
                    Dtype dtype) {
    const char* name = "kaiming_uniform";
    return uniform_within(name, shape, std::sqrt(3.0) * kaiming_std(name, shape, a, mode, nonlinearity), dtype);
}

Var kaiming_normal(const Shape& shape, double a, const std::string& mode, const std::string& nonlinearity,
                   Dtype dtype) {
    const char* name = "kaiming_normal";
    return gauss_of(name, shape, kaiming_std(name, shape, a, mode, nonlinearity), dtype);
}

Var eye_(const Var& w) {
    const Shape& shape = node_of("eye_", w).value.shape();
    if (shape.rank() != 2) fail<ShapeError>("eye_: needs two axes, got ", shape);
    return write("eye_", w, [](const Shape& s, Dtype) { return eye(s[0], s[1]); });
}

Var constant_(const Var& w, const Scalar& value) {
    return write("constant_", w, [&](const Shape& s, Dtype dtype) { return constant(s, value, dtype); });
}
Var fill(const Var& w, const Scalar& value) { return constant_(w, value); }
Var fill_(const Var& w, const Scalar& value) { return constant_(w, value); }
Var zero_(const Var& w) { return write("zero_", w, zero); }
Var one_(const Var& w) { return write("one_", w, one); }
Var random_(const Var& w) {
    return write("random_", w, [](const Shape& s, Dtype dtype) { return rand(s, dtype); });
}

Var uniform_(const Var& w, double low, double high) {
    return write("uniform_", w, [&](const Shape& s, Dtype dtype) { return uniform(s, low, high, dtype); });
}

Var gauss_(const Var& w, double mean, double std) {
    return write("gauss_", w, [&](const Shape& s, Dtype dtype) { return gauss(s, mean, std, dtype); });
}
Var normal_(const Var& w, double mean, double std) { return gauss_(w, mean, std); }

Var trunc_normal_(const Var& w, double mean, double std, double a, double b) {
    return write("trunc_normal_", w,
                 [&](const Shape& s, Dtype dtype) { return trunc_normal(s, mean, std, a, b, dtype); });
}

Var invariant_uniform_(const Var& w, const std::string& mode) {
    return write("invariant_uniform_", w,
                 [&](const Shape& s, Dtype dtype) { return invariant_uniform(s, mode, dtype); });
}

Var relu_invariant_gauss_(const Var& w, const std::string& mode) {
    return write("relu_invariant_gauss_", w,
                 [&](const Shape& s, Dtype dtype) { return relu_invariant_gauss(s, mode, dtype); });
}

Var xavier_uniform_(const Var& w, double gain) {
    return write("xavier_uniform_", w, [&](const Shape& s, Dtype dtype) { return xavier_uniform(s, gain, dtype); });
}

Var xavier_gauss_(const Var& w, double gain) {
    return write("xavier_gauss_", w, [&](const Shape& s, Dtype dtype) { return xavier_gauss(s, gain, dtype); });
}

Var kaiming_uniform_(const Var& w, double a, const std::string& mode, const std::string& nonlinearity) {
    return write("kaiming_uniform_", w,
                 [&](const Shape& s, Dtype dtype) { return kaiming_uniform(s, a, mode, nonlinearity, dtype); });
}

Var kaiming_normal_(const Var& w, double a, const std::string& mode, const std::string& nonlinearity) {
    return write("kaiming_normal_", w,
                 [&](const Shape& s, Dtype dtype) { return kaiming_normal(s, a, mode, nonlinearity, dtype); });
}

}  // namespace jt::nn::init
