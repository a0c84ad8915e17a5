// What a step checks before it writes.
#include "optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "../../autograd/grad.hpp"
#include "../../autograd/node.hpp"
#include "../../core/kernels/elementwise/elementwise.hpp"
#include "../../core/kernels/elementwise/fused.hpp"
#include "../../core/kernels/reduce/reduce.hpp"

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

void check_not_negative(const std::string& what, double value) {
    if (!(std::isfinite(value) && value >= 0))
        fail<ValueError>("optimizer: needs ", what, " of 0 or more, got ", value);
}

// A parameter must be what the optimizer may write to, and what the next forward reads.
void check_parameter(const Var& p) {
    const Node& node = node_of("optimizer", p);
    if (!is_float(node.value.dtype())) fail<DtypeError>("optimizer: needs float parameters, got ", node.value.dtype());
    if (const auto derived = derived_of(node)) fail<GraphError>("optimizer: ", derived->advice("optimize"));
    if (!node.op) return;
    const std::string name = p.name().empty() ? "" : p.name() + ", ";
    fail<GraphError>("optimizer: needs leaves, got ", name, "the result of ", node.op->name);
}

Vars each_once(const Vars& parameters) {
    Vars out;
    std::unordered_set<const Node*> seen;
    for (const auto& p : parameters) {
        check_parameter(p);
        if (seen.insert(p.node()).second) out.push_back(p);
    }
    return out;
}

}  // namespace

bool Optimizer::is_in(double value, double low, double below) {
    return std::isfinite(value) && value >= low && value < below;
}

double Optimizer::given(const char* optimizer, double lr) {
    if (std::isnan(lr)) fail<ValueError>(optimizer, ": needs a learning rate, got none: {.lr = ...}");
    return lr;
}

std::string Optimizer::range_text(double low, double below) {
    if (std::isinf(low)) return "finite size";
    return text(low) + " or more" + (std::isinf(below) ? "" : " and below " + text(below));
}

std::vector<Array> Optimizer::zeros() const {
    std::vector<Array> out;
    for (const auto& p : parameters_) out.push_back(Array::zeros(p.shape(), p.dtype()));
    return out;
}

Optimizer::Optimizer(const Vars& parameters, double rate)
    : lr(rate), parameters_(each_once(parameters)), grads_(parameters_.size()), staged_(parameters_.size()) {
    if (parameters.empty()) fail<ValueError>("optimizer: needs at least one parameter, got none");
    check_not_negative("a rate", rate);
    numbers_ = {{"lr", &lr, Dtype::float64, 0, INFINITY}, {"n_step", &n_step_, Dtype::int64, 0, INFINITY}};
    for (const auto& p : parameters_) replaced_before_.push_back(replacements(p));
    for (const auto& p : parameters_) let_learn(p);
}

void Optimizer::remember(const char* name, double& number, double low, double below) {
    if (!is_in(number, low, below))
        fail<ValueError>("optimizer: needs ", *name == 'e' ? "an " : "a ", name, " of ", range_text(low, below),
                         ", got ", number);
    numbers_.push_back({name, &number, Dtype::float64, low, below});
}

void Optimizer::remember(const char* name, bool& flag) { numbers_.push_back({name, &flag, Dtype::bool_, 0, 2}); }

void Optimizer::remember(const char* name, std::vector<Array>& arrays, const double* unless_zero) {
    lists_.push_back({name, &arrays, unless_zero});
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

void Optimizer::check_ready() const {
    check_not_replaced();
    check_not_negative("a rate", lr);
}

// What backward will keep, so that nothing has changed when an allocation fails: neither in here nor, in a step(loss),
// before the parameters are ready to be written to.
void Optimizer::stage(const Var& loss, bool retain_graph) {
    Vars live;
    for (const auto& p : parameters_)
        if (p.requires_grad()) live.push_back(p);
    const no_grad quiet;
    const Vars gradients = grad(loss, live, retain_graph);
    std::size_t next = 0;
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
        staged_[k] = fresh_ ? Array() : grads_[k];
        if (!parameters_[k].requires_grad()) continue;
        const Array& g = gradients[next++].array();
        staged_[k] = !staged_[k] ? g : kernels::map(kernels::Binary::add, staged_[k], g);
    }
}

void Optimizer::keep_staged() noexcept {
    grads_.swap(staged_);
    for (auto& g : staged_) g = Array();
    fresh_ = false;
    has_grads_ = true;
    ++n_step_;
}

// Makes every array that is going to be written to its parameter's own, so that no update allocates.
void Optimizer::prepare(const std::vector<Array>& grads) {
    for (std::size_t k = 0; k < parameters_.size(); ++k)
        if (grads[k] && parameters_[k].requires_grad()) parameters_[k].node()->writable();
}

void Optimizer::update_all() {
    for (std::size_t k = 0; k < parameters_.size(); ++k)
        if (grads_[k] && parameters_[k].requires_grad()) update(k, parameters_[k].node()->value, grads_[k]);
    zero_grad();
}

void Optimizer::backward(const Var& loss, bool retain_graph) {
    check_not_replaced();
    stage(loss, retain_graph);
    keep_staged();
}

void Optimizer::step(const Var& loss, bool retain_graph) {
    check_ready();
    stage(loss, retain_graph);
    prepare(staged_);
    keep_staged();
    update_all();
}

void Optimizer::step() {
    check_ready();
    if (!has_grads_) fail<GraphError>("step: needs gradients, got none; call backward(loss) or step(loss)");
    prepare(grads_);
    update_all();
}

void Optimizer::clip_grad_norm(double max_norm, int norm_type) {
    if (norm_type != 1 && norm_type != 2)
        fail<ValueError>("clip_grad_norm: needs a norm_type of 1 or 2, got ", norm_type);
    if (!(max_norm >= 0)) fail<ValueError>("clip_grad_norm: needs a max_norm of 0 or more, got ", max_norm);
    if (!has_grads_) fail<GraphError>("clip_grad_norm: needs gradients, got none; call backward(loss) first");
    const double factor = std::min(max_norm / (total_norm(grads_, norm_type) + 1e-6), 1.0);
    std::vector<Array> clipped;
    for (const auto& g : grads_) clipped.push_back(g ? kernels::map(kernels::Binary::mul, g, factor) : Array());
    grads_.swap(clipped);
}

Var Optimizer::find_grad(const Var& parameter) const {
    for (std::size_t k = 0; k < parameters_.size(); ++k)
        if (parameters_[k].node() == parameter.node() && grads_[k]) return constant(grads_[k]);
    fail<KeyError>("find_grad: needs a parameter of this optimizer that has a gradient, got ",
                   parameter.name().empty() ? "an unnamed Var" : parameter.name(), " of shape ", parameter.shape());
}

}  // namespace jt::nn
