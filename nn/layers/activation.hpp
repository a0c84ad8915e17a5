// Activations as modules.
#pragma once
#include "../../autograd/ops/activation.hpp"
#include "../../autograd/ops/arithmetic.hpp"
#include "../../autograd/ops/comparison.hpp"
#include "../../autograd/ops/elementwise.hpp"
#include "../../autograd/ops/loss.hpp"
#include "../module/repr.hpp"
#include "options.hpp"

namespace jt::nn {

/// A layer without arguments: f of x.
template <Var (*f)(const Var&)>
class Activation : public Module {
public:
    Var execute(const Var& x) override { return f(x); }
};

class Tanh : public Activation<jt::tanh> {};
class Sigmoid : public Activation<jt::sigmoid> {};
class Mish : public Activation<jt::mish> {};
class LogSigmoid : public Activation<jt::log_sigmoid> {};
class Softsign : public Activation<jt::softsign> {};

// Jittor prints these by their functions: `relu()`.
class ReLU : public Activation<jt::relu> {
public:
    std::string class_name() const override { return "relu"; }
};
using Relu = ReLU;
class ReLU6 : public Activation<jt::relu6> {
public:
    std::string class_name() const override { return "relu6"; }
};
class GELU : public Activation<jt::gelu> {
public:
    std::string class_name() const override { return "gelu"; }
};
class SiLU : public Activation<jt::silu> {
public:
    std::string class_name() const override { return "silu"; }
};

struct LeakyReLUOptions {
    double scale = 0.01;
};

/// x where x is above 0, scale * x elsewhere. As in Jittor, the default does not show when it is printed. Throws a
/// ValueError for a scale that is not finite.
class LeakyReLU : public WithOptions<LeakyReLUOptions> {
public:
    explicit LeakyReLU(const Options& options = {});
    explicit LeakyReLU(double scale) : LeakyReLU(Options{scale}) {}
    Var execute(const Var& x) override { return jt::leaky_relu(x, options.scale); }
    std::string class_name() const override { return "leaky_relu"; }
    std::string extra_repr() const override { return options.scale == Options().scale ? "" : repr(options.scale); }
};
using Leaky_relu = LeakyReLU;

struct ELUOptions {
    double alpha = 1;
};

/// x where x is above 0, alpha * (exp(x) - 1) elsewhere. Throws a ValueError for an alpha that is not finite.
class ELU : public WithOptions<ELUOptions> {
public:
    explicit ELU(const Options& options = {});
    explicit ELU(double alpha) : ELU(Options{alpha}) {}
    Var execute(const Var& x) override { return jt::elu(x, options.alpha); }
    std::string extra_repr() const override { return repr(Float{options.alpha}); }
};

struct SoftplusOptions {
    ByName by_name = {};
    double beta = 1, threshold = 20;
};

/// softplus(x, beta, threshold). Throws a ValueError as that does.
class Softplus : public WithOptions<SoftplusOptions> {
public:
    explicit Softplus(const Options& options = {});
    explicit Softplus(double beta, double threshold = 20) : Softplus(Options{{}, beta, threshold}) {}
    Var execute(const Var& x) override { return jt::softplus(x, options.beta, options.threshold); }
    std::string extra_repr() const override { return repr(options.beta, Named{"threshold", options.threshold}); }
};

struct HardtanhOptions {
    ByName by_name = {};
    double min_val = -1, max_val = 1;
};

/// hardtanh(x, min_val, max_val). Throws a ValueError unless min_val is up to max_val.
class Hardtanh : public WithOptions<HardtanhOptions> {
public:
    explicit Hardtanh(const Options& options = {});
    explicit Hardtanh(double min_val, double max_val = 1) : Hardtanh(Options{{}, min_val, max_val}) {}
    Var execute(const Var& x) override { return jt::hardtanh(x, options.min_val, options.max_val); }
    std::string extra_repr() const override { return repr(options.min_val, options.max_val); }
};

struct SoftmaxOptions {
    std::optional<int> dim = {};
};

/// softmax(x, dim), of all elements without a dim. A call throws a ShapeError for an axis that x has not got.
class Softmax : public WithOptions<SoftmaxOptions> {
public:
    using WithOptions::WithOptions;
    explicit Softmax(int dim) : WithOptions({dim}) {}
    Var execute(const Var& x) override { return jt::softmax(x, options.dim); }
    std::string class_name() const override { return "softmax"; }
    std::string extra_repr() const override { return options.dim ? repr(*options.dim) : ""; }
};

/// Its logarithm.
class LogSoftmax : public WithOptions<SoftmaxOptions> {
public:
    using WithOptions::WithOptions;
    explicit LogSoftmax(int dim) : WithOptions({dim}) {}
    Var execute(const Var& x) override { return jt::log_softmax(x, options.dim); }
    std::string extra_repr() const override { return options.dim ? repr(*options.dim) : ""; }
};

struct PReLUOptions {
    ByName by_name = {};
    int num_parameters = 1;
    double init_ = 0.25;
};

/// maximum(0, x) + weight * minimum(0, x) with a weight that learns: one for all of x, or one for each channel of axis
/// 1. Throws a ValueError for num_parameters below 1 or an init_ that is not finite; a call throws a ShapeError for x
/// of other channels.
class PReLU : public WithOptions<PReLUOptions> {
public:
    explicit PReLU(const Options& options = {});
    explicit PReLU(int num_parameters, double init_ = 0.25) : PReLU(Options{{}, num_parameters, init_}) {}
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    Var& weight;
};

/// x itself.
class Identity : public Module {
public:
    Var execute(const Var& x) override { return x.clone(); }
};

}  // namespace jt::nn
