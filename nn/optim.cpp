// The update rules, and what a step checks before it writes.
#include "optim.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "../autograd/grad.hpp"
#include "../autograd/node.hpp"
#include "../core/kernels/elementwise.hpp"
#include "../core/kernels/fused.hpp"
#include "../core/kernels/reduce.hpp"
#include "module_slots.hpp"

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

bool is_in(double value, double low, double below) { return std::isfinite(value) && value >= low && value < below; }

std::string text_of(double low, double below) {
    if (std::isinf(low)) return "finite size";
    return text(low) + " or more" + (std::isinf(below) ? "" : " and below " + text(below));
}

void check_not_negative(const std::string& what, double value) {
    if (!is_in(value, 0, INFINITY)) fail<ValueError>("optimizer: needs ", what, " of 0 or more, got ", value);
}

double given(const char* optimizer, double lr) {
    if (std::isnan(lr)) fail<ValueError>(optimizer, ": needs a learning rate, got none: {.lr = ...}");
    return lr;
}

std::vector<Array> zeros_for(const Vars& parameters) {
    std::vector<Array> out;
    for (const auto& p : parameters) out.push_back(Array::zeros(p.shape(), p.dtype()));
    return out;
}

std::string entry(const char* list, std::size_t k) { return list + ("." + std::to_string(k)); }

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
        fail<ValueError>("optimizer: needs ", *name == 'e' ? "an " : "a ", name, " of ", text_of(low, below), ", got ",
                         number);
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
        staged_[k] = !staged_[k] ? g : kernels::zip(kernels::Binary::add, staged_[k], g);
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
    for (const auto& g : grads_) clipped.push_back(g ? kernels::zip(kernels::Binary::mul, g, factor) : Array());
    grads_.swap(clipped);
}

Var Optimizer::find_grad(const Var& parameter) const {
    for (std::size_t k = 0; k < parameters_.size(); ++k)
        if (parameters_[k].node() == parameter.node() && grads_[k]) return constant(grads_[k]);
    fail<KeyError>("find_grad: needs a parameter of this optimizer that has a gradient, got ",
                   parameter.name().empty() ? "an unnamed Var" : parameter.name(), " of shape ", parameter.shape());
}

// ---- the state

StateDict Optimizer::state_dict() const {
    StateDict state;
    for (const auto& number : numbers_) {
        Array value({1}, number.dtype);
        std::memcpy(value.raw(), number.place, value.bytes());
        state.add(number.name, constant(std::move(value)));
    }
    const auto add_all = [&](const char* name, const std::vector<Array>& arrays) {
        for (std::size_t k = 0; k < arrays.size(); ++k)
            if (arrays[k]) state.add(entry(name, k), constant(arrays[k].clone()));
    };
    for (const auto& list : lists_) add_all(list.name, *list.arrays);
    if (!fresh_) add_all("grads", grads_);
    return state;
}

// What a state gives for each member, and all that is wrong with it.
class Optimizer::Loading {
public:
    Loading(Optimizer& optimizer, const StateDict& state) : optimizer_(optimizer), state_(state) {
        for (const auto& number : optimizer.numbers_) values_.push_back(read(number));
        for (const auto& list : optimizer.lists_) lists_.push_back(read(list));
        for (std::size_t k = 0; k < optimizer.grads_.size(); ++k) grads_.push_back(read("grads", k, Need::may_be));
        for (const auto& [name, var] : state)
            if (!known_.contains(name)) unexpected_.push_back(name);
    }
    void check() const {
        if (missing_.empty() && unexpected_.empty() && wrong_.empty()) return;
        fail<KeyError>("load_state_dict: needs the state of this ", class_name_of(typeid(optimizer_)),
                       listed("missing", missing_), listed("unexpected", unexpected_), listed("wrong", wrong_));
    }
    void commit() noexcept {
        for (std::size_t k = 0; k < values_.size(); ++k)
            std::memcpy(optimizer_.numbers_[k].place, std::as_const(values_[k]).raw(), values_[k].bytes());
        for (std::size_t k = 0; k < lists_.size(); ++k) optimizer_.lists_[k].arrays->swap(lists_[k]);
        optimizer_.grads_.swap(grads_);
        optimizer_.has_grads_ = std::ranges::any_of(optimizer_.grads_, [](const Array& g) { return bool(g); });
        optimizer_.fresh_ = !optimizer_.has_grads_;
    }

private:
    enum class Need { must_be, may_be, must_not_be };

    const Var* find(const std::string& name, Need need) {
        const Var* var = need == Need::must_not_be ? nullptr : state_.find(name);
        if (var) known_.insert(name);
        if (var && var->defined()) return var;
        if (need == Need::must_be) missing_.push_back(name);
        return nullptr;
    }
    Array wrong(const std::string& name, const std::string& needs, const std::string& got) {
        wrong_.push_back(name + " needs " + needs + ", got " + got);
        return Array();
    }
    Array read(const Number& number) {
        const Var* var = find(number.name, Need::must_be);
        if (!var) return Array();
        if (var->dtype() != number.dtype || var->numel() != 1)
            return wrong(number.name, std::string("one ") + name(number.dtype),
                         text(var->shape()) + " of " + name(var->dtype()));
        if (const double got = var->item(); !is_in(got, number.low, number.below))
            return wrong(number.name, text_of(number.low, number.below), text(got));
        return var->array();
    }
    Array read(const char* list, std::size_t k, Need need) {
        const std::string name = entry(list, k);
        const Var* var = find(name, need);
        if (!var) return Array();
        const Array& p = optimizer_.parameters_[k].array();
        if (!is_float(var->dtype())) return wrong(name, "floats", jt::name(var->dtype()));
        if (var->shape() != p.shape()) return wrong(name, text(p.shape()), text(var->shape()));
        return var->dtype() == p.dtype() ? var->array().clone() : kernels::cast(var->array(), p.dtype());
    }
    std::vector<Array> read(const List& list) {
        const Need need = is_zero(list.unless_zero) ? Need::must_not_be : Need::must_be;
        std::vector<Array> out;
        for (std::size_t k = 0; k < optimizer_.parameters_.size(); ++k) out.push_back(read(list.name, k, need));
        return out;
    }
    bool is_zero(const double* number) const {
        for (std::size_t k = 0; k < values_.size(); ++k)
            if (optimizer_.numbers_[k].place == number && values_[k]) return *values_[k].data<double>() == 0;
        return number && *number == 0;
    }

    Optimizer& optimizer_;
    const StateDict& state_;
    std::vector<Array> values_, grads_;
    std::vector<std::vector<Array>> lists_;
    std::unordered_set<std::string> known_;
    std::vector<std::string> missing_, unexpected_, wrong_;
};

void Optimizer::load_state_dict(const StateDict& state) {
    Loading loading(*this, state);
    loading.check();
    loading.commit();
}

// ---- the rules

SGD::SGD(const Vars& parameters, const SGDOptions& options)
    : Optimizer(parameters, given("SGD", options.lr)), options_(options) {
    remember("momentum", options_.momentum);
    remember("weight_decay", options_.weight_decay);
    remember("dampening", options_.dampening, -INFINITY);
    remember("nesterov", options_.nesterov);
    remember("values", velocity_, &options_.momentum);
    velocity_ = options.momentum != 0 ? zeros_for(this->parameters()) : std::vector<Array>(this->parameters().size());
}

void SGD::update(std::size_t k, Array& p, const Array& g) {
    kernels::sgd(p, g, velocity_[k],
                 {lr, options_.momentum, options_.weight_decay, options_.dampening, options_.nesterov});
}

Adam::Adam(const Vars& parameters, const AdamOptions& options)
    : Optimizer(parameters, given("Adam", options.lr)), options_(options) {
    auto& [b0, b1] = options_.betas;
    if (!is_in(b0, 0, 1) || !is_in(b1, 0, 1))
        fail<ValueError>("Adam: needs betas of 0 or more and below 1, got ", b0, " and ", b1);
    remember("betas.0", b0, 0, 1);
    remember("betas.1", b1, 0, 1);
    remember("eps", options_.eps);
    remember("weight_decay", options_.weight_decay);
    remember("values", v_);
    remember("m", m_);
    m_ = zeros_for(this->parameters());
    v_ = zeros_for(this->parameters());
}

void Adam::update(std::size_t k, Array& p, const Array& g) {
    const auto [b0, b1] = options_.betas;
    const auto n = static_cast<double>(n_step());
    const double step = lr * std::sqrt(1 - std::pow(b1, n)) / (1 - std::pow(b0, n));
    kernels::adam(p, g, m_[k], v_[k], {step, b0, b1, options_.eps, options_.weight_decay});
}

}  // namespace jt::nn
