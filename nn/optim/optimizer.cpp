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

std::string name_of(const Var& p) { return p.name().empty() ? "a parameter" : p.name(); }

detail::Standing standing_of(const Var& p) {
    const auto [held, lost] = holders_of(p);
    return {p.node()->extra ? p.node()->extra->replacements : 0, held, lost};
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

void check_in_no_group(const Vars& parameters, const Vars& added) {
    for (const Var& p : added)
        for (const Var& other : parameters)
            if (p.node() == other.node())
                fail<ValueError>("optimizer: needs each parameter in one group, got ",
                                 p.name().empty() ? "one" : p.name(), " of shape ", p.shape(), " in two");
}

}  // namespace

void detail::check_group(std::size_t group, std::size_t count) {
    if (group >= count) fail<IndexError>("groups: needs a group below ", count, ", got ", group);
}

const Optimizer::Rates& Optimizer::rates_of(std::size_t group) const {
    detail::check_group(group, group_count());
    return held_.rates[group];
}

double Optimizer::given(const char* optimizer, double lr) {
    if (std::isnan(lr)) fail<ValueError>(optimizer, ": needs a learning rate, got none: {.lr = ...}");
    return lr;
}

std::vector<Array> Optimizer::zeros() const {
    std::vector<Array> out;
    for (const auto& p : held_.parameters) out.push_back(Array::zeros(p.shape(), p.dtype()));
    return out;
}

Optimizer::~Optimizer() = default;

Optimizer::Optimizer(double rate) : lr(rate) {
    numbers_.add({"lr", &lr});
    numbers_.add({"n_step", &n_step_, 0, 0x1p53});
    numbers_.check("optimizer");
}

Optimizer::Optimizer(const Vars& parameters, double rate) : Optimizer(rate) {
    detail::Numbers numbers;
    numbers.add({"groups.0.lr", &own_lr_});
    numbers.add({"groups.0.initial_lr", &own_initial_lr_});
    add_group(parameters, std::move(numbers), {&own_lr_, &own_initial_lr_});
    let_all_learn(0);
}

std::vector<std::vector<Array>> Optimizer::lists_with(const Vars& added) const {
    std::vector<std::vector<Array>> lists;
    for (const List& list : lists_) {
        lists.push_back(*list.arrays);
        for (const Var& p : added) lists.back().push_back(list.needed ? Array() : Array::zeros(p.shape(), p.dtype()));
    }
    return lists;
}

void Optimizer::add_group(const Vars& parameters, detail::Numbers numbers, const Rates& rates) {
    const Vars added = each_once(parameters);
    check_in_no_group(held_.parameters, added);
    numbers.check("optimizer");
    Held held = held_;
    auto lists = lists_with(added);
    auto all_numbers = numbers_;
    for (const Var& p : added) {
        held.parameters.push_back(p);
        held.group_of.push_back(held.rates.size());
        held.before.push_back(standing_of(p));
    }
    held.rates.push_back(rates);
    held.grads.resize(held.parameters.size());
    held.staged.resize(held.parameters.size());
    all_numbers.add(std::move(numbers));
    for (std::size_t k = 0; k < lists.size(); ++k) lists_[k].arrays->swap(lists[k]);
    std::swap(held_, held);
    std::swap(numbers_, all_numbers);
}

void Optimizer::let_all_learn(std::size_t k) {
    if (parameters().empty()) fail<ValueError>("optimizer: needs at least one parameter, got none");
    for (; k < parameters().size(); ++k) let_learn(parameters()[k]);
}

void Optimizer::remember(const char* name, double& number, double low, double below) {
    detail::Numbers numbers;
    numbers.add({name, &number, low, below});
    numbers.check("optimizer");
    numbers_.add(std::move(numbers));
}

void Optimizer::remember(const char* name, bool& flag) { numbers_.add({name, &flag, 0, 2}); }

void Optimizer::remember(const char* name, std::vector<Array>& arrays, Callable<bool(std::size_t)> needed) {
    lists_.push_back({name, &arrays, std::move(needed)});
}

void Optimizer::update(std::size_t k, Array& p, const Array& g) {
    Array none;
    kernels::sgd(p, g, none, {rate(k), 0, 0, 0, false});
}

// An attribute that was deleted is none that was assigned to: its parameter may have moved to another.
void Optimizer::check_not_replaced() const {
    for (std::size_t k = 0; k < held_.parameters.size(); ++k) {
        const Var& p = held_.parameters[k];
        const detail::Standing before = held_.before[k], now = standing_of(p);
        if (now.replacements != before.replacements)
            fail<GraphError>("optimizer: ", name_of(p), " was replaced by ",
                             with_path(p.name(), p.node()->extra->replaced_by),
                             "; make the optimizer after the change");
        if (now.held < before.held && now.lost > before.lost)
            fail<GraphError>(
                "optimizer: ", name_of(p),
                " was replaced by assignment; make the optimizer after the change, or write in place: assign, mul_");
    }
}

void Optimizer::check_ready() {
    check_not_replaced();
    numbers_.check("optimizer");
    make_ready();
}

void Optimizer::check_has_grads(const char* what, const char* advice) const {
    if (!has_grads_) fail<GraphError>(what, ": needs gradients, got none; call ", advice);
}

// What backward will keep, so that nothing has changed when an allocation fails: neither in here nor, in a step(loss),
// before the parameters are ready to be written to.
void Optimizer::stage(const Var& loss, bool retain_graph) {
    Vars live;
    for (const auto& p : held_.parameters)
        if (p.requires_grad()) live.push_back(p);
    const no_grad quiet;
    const Vars gradients = grad(loss, live, retain_graph);
    std::size_t next = 0;
    for (std::size_t k = 0; k < held_.parameters.size(); ++k) {
        held_.staged[k] = fresh_ ? Array() : held_.grads[k];
        if (!held_.parameters[k].requires_grad()) continue;
        const Array& g = gradients[next++].array();
        held_.staged[k] = !held_.staged[k] ? g : kernels::map(kernels::Binary::add, held_.staged[k], g);
    }
}

void Optimizer::keep_staged() noexcept {
    held_.grads.swap(held_.staged);
    for (auto& g : held_.staged) g = Array();
    fresh_ = false;
    has_grads_ = true;
    ++n_step_;
}

// Makes every array that is going to be written to its parameter's own, so that no update allocates.
void Optimizer::prepare(const std::vector<Array>& grads) {
    for (std::size_t k = 0; k < held_.parameters.size(); ++k)
        if (grads[k] && held_.parameters[k].requires_grad()) held_.parameters[k].node()->writable();
}

void Optimizer::update_all() {
    for (std::size_t k = 0; k < held_.parameters.size(); ++k)
        if (held_.grads[k] && held_.parameters[k].requires_grad())
            update(k, held_.parameters[k].node()->value, held_.grads[k]);
    zero_grad();
}

void Optimizer::backward(const Var& loss, bool retain_graph) {
    check_not_replaced();
    stage(loss, retain_graph);
    keep_staged();
}

void Optimizer::pre_step(const Var& loss, bool retain_graph) {
    if (loss.defined()) backward(loss, retain_graph);
}

void Optimizer::step(const Var& loss, bool retain_graph) {
    check_ready();
    stage(loss, retain_graph);
    adjust(held_.staged);
    prepare(held_.staged);
    keep_staged();
    update_all();
}

void Optimizer::step() {
    check_ready();
    check_has_grads("step", "backward(loss) or step(loss)");
    std::vector<Array> grads = held_.grads;
    if (!fresh_) adjust(grads);
    prepare(grads);
    held_.grads.swap(grads);
    update_all();
}

double Optimizer::total_norm(const std::vector<Array>& grads, int norm_type) const {
    double total = 0;
    for (std::size_t k = 0; k < grads.size(); ++k) {
        if (!grads[k] || !parameters()[k].requires_grad()) continue;
        const AxisSet all = all_axes(grads[k].rank());
        const Array size = norm_type == 1 ? kernels::sum(kernels::map(kernels::Unary::abs, grads[k]), all, false)
                                          : kernels::norm(grads[k], all);
        const double n = *kernels::cast(size, Dtype::float64).data<double>();
        total += norm_type == 1 ? n : n * n;
    }
    return norm_type == 1 ? total : std::sqrt(total);
}

std::vector<Array> Optimizer::clipped(const std::vector<Array>& grads, double max_norm, int norm_type) const {
    const double factor = std::min(max_norm / (total_norm(grads, norm_type) + 1e-6), 1.0);
    std::vector<Array> out;
    for (const auto& g : grads) out.push_back(g ? kernels::map(kernels::Binary::mul, g, factor) : Array());
    return out;
}

void Optimizer::clip_grad_norm(double max_norm, int norm_type) {
    if (norm_type != 1 && norm_type != 2)
        fail<ValueError>("clip_grad_norm: needs a norm_type of 1 or 2, got ", norm_type);
    if (!(max_norm >= 0)) fail<ValueError>("clip_grad_norm: needs a max_norm of 0 or more, got ", max_norm);
    check_has_grads("clip_grad_norm", "backward(loss) first");
    if (!fresh_) held_.grads = clipped(held_.grads, max_norm, norm_type);
}

void Optimizer::clip_grad_value(double clip_value) {
    if (!(clip_value >= 0)) fail<ValueError>("clip_grad_value: needs a clip_value of 0 or more, got ", clip_value);
    check_has_grads("clip_grad_value", "backward(loss) first");
    if (fresh_) return;
    std::vector<Array> clipped = held_.grads;
    for (Array& g : clipped)
        if (g)
            g = kernels::map(kernels::Binary::minimum, kernels::map(kernels::Binary::maximum, g, -clip_value),
                             clip_value);
    held_.grads.swap(clipped);
}

Var Optimizer::find_grad(const Var& parameter) const {
    for (std::size_t k = 0; k < held_.parameters.size(); ++k)
        if (held_.parameters[k].node() == parameter.node() && held_.grads[k]) return constant(held_.grads[k]);
    fail<KeyError>("find_grad: needs a parameter of this optimizer that has a gradient, got ",
                   parameter.name().empty() ? "an unnamed Var" : parameter.name(), " of shape ", parameter.shape());
}

Var opt_grad(const Var& v, const Optimizer& optimizer) { return optimizer.find_grad(v); }

}  // namespace jt::nn
