// The update rules, and what a step checks before it writes.
#include "optim.hpp"

#include <algorithm>
#include <cmath>

#include "../autograd/grad.hpp"
#include "../autograd/node.hpp"
#include "../core/kernels/elementwise.hpp"
#include "../core/kernels/fused.hpp"
#include "../core/kernels/reduce.hpp"

namespace jt::nn {

namespace {

// "fc1.weight_g, fc1.weight_v" from the parameter's name and what replaced its last part.
std::string with_path(const std::string& name, const std::string& replacements) {
    const std::string path = name.substr(0, name.rfind('.') + 1);
    std::string out;
    for (std::size_t start = 0; start < replacements.size();) {
        const auto end = std::min(replacements.find(' ', start), replacements.size());
        out += (out.empty() ? "" : ", ") + path + replacements.substr(start, end - start);
        start = end + 1;
    }
    return out;
}

int replacements(const Var& p) { return p.node()->extra ? p.node()->extra->replacements : 0; }

double total_norm(const std::vector<Array>& grads, int norm_type) {
    double total = 0;
    for (const auto& g : grads) {
        if (!g) continue;
        const AxisSet all = all_axes(g.rank());
        const Array size =
            norm_type == 1 ? kernels::sum(kernels::map(kernels::Unary::abs, g), all, false) : kernels::norm(g, all);
        const double n = *kernels::cast(size, Dtype::float64).data<double>();
        total += norm_type == 1 ? n : n * n;
    }
    return norm_type == 1 ? total : std::sqrt(total);
}

void check_not_negative(const char* what, double value) {
    if (!(value >= 0) || std::isinf(value)) fail<ValueError>("optimizer: needs a ", what, " of 0 or more, got ", value);
}

std::vector<Array> zeros_for(const Vars& parameters) {
    std::vector<Array> out;
    for (const auto& p : parameters) out.push_back(Array::zeros(p.shape(), p.dtype()));
    return out;
}

}  // namespace

Optimizer::Optimizer(const Vars& parameters, double rate)
    : lr(rate), parameters_(parameters), grads_(parameters.size()) {
    if (parameters.empty()) fail<ValueError>("optimizer: needs at least one parameter, got none");
    check_not_negative("rate", rate);
    for (const auto& p : parameters)
        if (const Dtype dtype = node_of("optimizer", p).value.dtype(); !is_float(dtype))
            fail<DtypeError>("optimizer: needs float parameters, got ", dtype);
    for (const auto& p : parameters) replaced_before_.push_back(replacements(p));
}

void Optimizer::check_not_replaced() const {
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
        const Var& p = parameters_[k];
        if (replacements(p) == replaced_before_[k]) continue;
        const std::string name = p.name().empty() ? "a parameter" : p.name();
        fail<GraphError>("optimizer: ", name, " was replaced by ", with_path(p.name(), p.node()->extra->replaced_by),
                         "; make the optimizer after the change");
    }
}

void Optimizer::backward(const Var& loss) {
    check_not_replaced();
    Vars live;
    for (const auto& p : parameters_)
        if (p.requires_grad()) live.push_back(p);
    const Vars gradients = grad(loss, live, false);
    std::size_t next = 0;
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
        if (fresh_) grads_[k] = Array();
        if (!parameters_[k].requires_grad()) continue;
        const Array& g = gradients[next++].array();
        grads_[k] = !grads_[k] ? g : kernels::zip(kernels::Binary::add, grads_[k], g);
    }
    fresh_ = false;
    ++n_step_;
}

void Optimizer::step(const Var& loss) {
    backward(loss);
    step();
}

void Optimizer::step() {
    check_not_replaced();
    if (n_step_ == 0) fail<GraphError>("step: needs gradients, got none; call backward(loss) or step(loss)");
    for (std::size_t k = 0; k < parameters_.size(); ++k)
        if (grads_[k] && parameters_[k].requires_grad()) update(k, parameters_[k].node()->writable(), grads_[k]);
    zero_grad();
}

void Optimizer::clip_grad_norm(double max_norm, int norm_type) {
    if (norm_type != 1 && norm_type != 2)
        fail<ValueError>("clip_grad_norm: needs a norm_type of 1 or 2, got ", norm_type);
    if (!(max_norm >= 0)) fail<ValueError>("clip_grad_norm: needs a max_norm of 0 or more, got ", max_norm);
    if (n_step_ == 0) fail<GraphError>("clip_grad_norm: needs gradients, got none; call backward(loss) first");
    const double factor = std::min(max_norm / (total_norm(grads_, norm_type) + 1e-6), 1.0);
    for (auto& g : grads_)
        if (g) g = kernels::zip(kernels::Binary::mul, g, factor);
}

Var Optimizer::find_grad(const Var& parameter) const {
    for (std::size_t k = 0; k < parameters_.size(); ++k)
        if (parameters_[k].node() == parameter.node() && grads_[k]) return constant(grads_[k]);
    fail<KeyError>("find_grad: needs a parameter of this optimizer that has a gradient, got ",
                   parameter.name().empty() ? "an unnamed Var" : parameter.name(), " of shape ", parameter.shape());
}

SGD::SGD(const Vars& parameters, const SGDOptions& options) : Optimizer(parameters, options.lr), options_(options) {
    check_not_negative("momentum", options.momentum);
    check_not_negative("weight_decay", options.weight_decay);
    velocity_ = options.momentum != 0 ? zeros_for(parameters) : std::vector<Array>(parameters.size());
}

void SGD::update(std::size_t k, Array& p, const Array& g) {
    kernels::sgd(p, g, velocity_[k],
                 {lr, options_.momentum, options_.weight_decay, options_.dampening, options_.nesterov});
}

Adam::Adam(const Vars& parameters, const AdamOptions& options)
    : Optimizer(parameters, options.lr), options_(options), m_(zeros_for(parameters)), v_(zeros_for(parameters)) {
    const auto [b0, b1] = options.betas;
    if (!(b0 >= 0 && b0 < 1 && b1 >= 0 && b1 < 1))
        fail<ValueError>("Adam: needs betas of 0 or more and below 1, got ", b0, " and ", b1);
    check_not_negative("eps", options.eps);
    check_not_negative("weight_decay", options.weight_decay);
}

void Adam::update(std::size_t k, Array& p, const Array& g) {
    const auto [b0, b1] = options_.betas;
    const auto n = static_cast<double>(n_step());
    const double step = lr * std::sqrt(1 - std::pow(b1, n)) / (1 - std::pow(b0, n));
    kernels::adam(p, g, m_[k], v_[k], {step, b0, b1, options_.eps, options_.weight_decay});
}

}  // namespace jt::nn
