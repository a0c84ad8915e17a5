// State in and out: load_state_dict, files, clone.
#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

#include "../autograd/node.hpp"
#include "../autograd/ops/create.hpp"
#include "../core/files/npz.hpp"
#include "../core/kernels/elementwise.hpp"
#include "../core/random.hpp"
#include "../core/warn.hpp"
#include "module_slots.hpp"

namespace jt::nn {

namespace {

double largest_difference(const Var& x, const Var& y) {
    if (x.shape() != y.shape()) return std::numeric_limits<double>::infinity();
    const auto a = x.to_vector<double>(), b = y.to_vector<double>();
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
    return worst;
}

Var leaf_like(const Var& x) {
    Var copy = x.detach();
    copy.node()->requires_grad = x.requires_grad();
    copy.node()->stopped = x.node()->stopped;
    if (!x.name().empty()) copy.set_name(x.name());
    return copy;
}

bool same_values(const Var& x, const Var& y) {
    const auto a = x.to_vector<double>(), b = y.to_vector<double>();
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](double p, double q) { return p == q || (std::isnan(p) && std::isnan(q)); });
}

void check_each_once(const StateDict& state) {
    std::unordered_set<std::string_view> seen;
    for (const auto& [name, var] : state)
        if (!seen.insert(name).second) fail<KeyError>("load_state_dict: needs each name once, got '", name, "' twice");
}

}  // namespace

std::string listed(const char* what, const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? std::string("; ") + what + ": " : ", ") + name;
    return out;
}

/// A state held against a module: what goes where, and what does not fit.
class Module::Loading {
public:
    Loading(Module& root, const StateDict& state);
    void assign(Exchange& exchange) const;

    LoadReport report;

private:
    // A parameter or buffer, which may stand in several places, and what the state brings for it.
    struct Target {
        std::vector<Slot*> slots = {};
        std::string name = {};
        const std::string* from = nullptr;
        const Var* value = nullptr;
    };
    void list_targets(const std::string& name, Slot& slot);
    Slot* find(const std::string& name) const;
    void take(const std::string& name, const Var& value);
    void take(Target& target, const std::string& name, const Var& value);

    Module& root_;
    std::vector<Target> targets_;
    std::unordered_map<const Node*, std::size_t> target_of_;
    std::unordered_map<std::string, Slot*> slots_;
};

Module::Loading::Loading(Module& root, const StateDict& state) : root_(root) {
    for (Walk at(root); at; ++at)
        for (const auto& slot : at.table())
            if (slot->var.defined()) list_targets(at.path_of(*slot), *slot);
    for (const auto& [name, value] : state) take(name, value);
    for (const auto& target : targets_)
        if (!target.from) report.missing.push_back(target.name);
}

void Module::Loading::list_targets(const std::string& name, Slot& slot) {
    slots_.emplace(name, &slot);
    if (!slot.is_saved()) return;
    const auto [known, fresh] = target_of_.try_emplace(slot.var.node(), targets_.size());
    if (fresh) targets_.push_back({.name = name});
    targets_[known->second].slots.push_back(&slot);
}

// By the name that a walk gives it, or another one that leads to it.
Module::Slot* Module::Loading::find(const std::string& name) const {
    if (const auto known = slots_.find(name); known != slots_.end()) return known->second;
    const Module* module = &root_;
    for (std::size_t start = 0; module;) {
        const auto dot = name.find('.', start);
        Slot* slot = module->find(name.substr(start, dot - start));
        if (!slot || dot == std::string::npos) return slot;
        module = slot->module.get();
        start = dot + 1;
    }
    return nullptr;
}

void Module::Loading::take(const std::string& name, const Var& value) {
    const Slot* slot = find(name);
    if (slot && slot->is_saved())
        take(targets_[target_of_.at(slot->var.node())], name, value);
    else if (!slot || !slot->var.defined() || slot->kind != Kind::derived)
        report.unexpected.push_back(name);
}

void Module::Loading::take(Target& target, const std::string& name, const Var& value) {
    const Shape& shape = target.slots.front()->var.shape();
    if (!target.from) target.from = &name;
    if (shape != value.shape())
        return report.mismatched.push_back(name + " needs " + text(shape) + ", got " + text(value.shape()));
    if (target.value && !same_values(*target.value, value))
        fail<KeyError>("load_state_dict: needs one value for ", *target.from, " and ", name,
                       ", which are one parameter, got two");
    target.value = &value;
}

void Module::Loading::assign(Exchange& exchange) const {
    for (const auto& target : targets_) {
        if (!target.value) continue;
        Var var = target.slots.front()->var;
        if (var.node()->op) var = leaf_like(var);  // what a forward pass computed, such as a running mean
        for (Slot* slot : target.slots) exchange.put(*slot, var);
        exchange.write(var, *target.from, *target.value);
    }
}

void Module::Exchange::write(const Var& x, const std::string& name, const Var& v) {
    Array& value = x.node()->value;
    const Array& source = v.array();
    const std::string op = "load_state_dict: '" + name + "'";
    arrays_.emplace_back(
        x, source.dtype() == value.dtype() ? source.clone() : kernels::cast_exact(op.c_str(), source, value.dtype()));
    std::swap(value, arrays_.back().second);
}

LoadReport Module::load_state_dict(const StateDict& state, bool strict) {
    check_each_once(state);
    Loading loading(*this, state);
    LoadReport report = std::move(loading.report);
    if (strict && !report.ok())
        fail<KeyError>("load_state_dict: needs the names and shapes of ", class_name(),
                       listed("missing", report.missing), listed("unexpected", report.unexpected),
                       listed("wrong shape", report.mismatched));
    Exchange exchange;
    loading.assign(exchange);
    for (const ModulePtr& module : modules()) module->rebuild_derived(exchange);
    warn_of_derived(state);
    exchange.keep();
    return report;
}

// A Jittor file holds the rebuilt weight of the last forward, which after training is a step behind g and v.
void Module::warn_of_derived(const StateDict& state) const {
    std::vector<std::string> notes;
    for (Walk at(*this); at; ++at)
        for (const auto& slot : at.table()) {
            const Var* value = slot->kind == Kind::derived ? state.find(at.path_of(*slot)) : nullptr;
            const double difference = value ? largest_difference(*value, slot->var) : 0;
            if (difference > 1e-5)
                notes.push_back("load_state_dict: " + at.path_of(*slot) + " in the file differs from its g and v by " +
                                text(difference) + "; g and v are used");
        }
    for (const auto& note : notes) warn(note);
}

void Module::save(const std::string& path) {
    for (const ModulePtr& module : modules()) module->check_in_place();
    save_state(path, state_dict());
}

void save_state(const std::string& path, const StateDict& state) {
    NamedArrays arrays;
    for (const auto& [name, var] : state) arrays.emplace_back(name, var.array());
    save_npz(path, arrays);
}

StateDict load_state(const std::string& path) {
    StateDict state;
    for (const auto& [name, value] : load_npz(path)) state.add(name, jt::array(value));
    return state;
}

void Module::load(const std::string& path) {
    const StateDict state = load_state(path);
    try {
        load_state_dict(state);
    } catch (const KeyError& error) {
        fail<KeyError>("load: '", path, "': ", error.what());
    }
}

void Module::draw_in_order() {
    const bool backwards = were_made_backwards();  // asked before anybody else holds them
    std::vector<ModulePtr> drawn = children();
    std::erase_if(drawn, [](const ModulePtr& child) { return !child->is_drawn(); });
    if (drawn.empty()) return;
    if (backwards && std::all_of(drawn.begin(), drawn.end(), [](const auto& child) { return child->is_as_drawn(); })) {
        random::set_state(drawn.back()->draws_.from);
        for (const auto& child : drawn) child->redraw();
    } else if (backwards) {
        warn(class_name() +
             ": its modules were made from right to left and changed since, so they keep their initial values; make "
             "them one by one to draw in order");
    }
    draws_ = {drawn.front()->draws_.from, drawn.back()->draws_.to};
}

bool Module::were_made_backwards() const {
    std::vector<Draws> draws;
    for (const auto& slot : *table_) {
        if (!slot->module || !slot->module->is_drawn()) continue;
        if (!slot->module.unique()) return false;
        draws.push_back(slot->module->draws_);
    }
    for (std::size_t k = 1; k < draws.size(); ++k)
        if (draws[k - 1].from != draws[k].to) return false;
    return draws.size() > 1 && random::state() == draws.front().to;
}

// The modules whose constructors drew its initial values: those that containers are made of, or itself.
std::vector<ModulePtr> Module::drawn_parts() {
    std::vector<ModulePtr> parts;
    for (Walk at(*this); at; ++at) {
        if (!at.module().given_.empty()) continue;
        parts.push_back(at.module().handle());
        at.skip_below();
    }
    return parts;
}

// Whether it still has the values that it was born with.
bool Module::is_as_drawn() {
    const auto parts = drawn_parts();
    return std::all_of(parts.begin(), parts.end(), [](const ModulePtr& part) { return part->has_drawn_values(); });
}

bool Module::has_drawn_values() {
    if (!is_drawn() || !remake_) return true;
    const KeptStream stream;
    random::set_state(draws_.from);
    const StateDict born = newborn(), mine = state_dict();
    return born.names() == mine.names() && std::all_of(mine.begin(), mine.end(), [&](const auto& entry) {
               return largest_difference(entry.second, born[entry.first]) == 0;
           });
}

// A container redraws what it was made of; anything else takes the values of a new one.
void Module::redraw() {
    for (const ModulePtr& part : drawn_parts()) part->redraw_itself();
    auto all = modules();
    for (; !all.empty(); all.pop_back())
        if (!all.back()->given_.empty()) all.back()->take_draws_of_children();
}

void Module::redraw_itself() {
    const auto from = random::state();
    if (remake_) {
        const StateDict fresh = newborn();
        for (const auto& [name, var] : state_dict()) Var(var).assign(fresh[name]);
        rebuild_derived();
    }
    draws_ = {from, random::state()};
}

// What a container drew goes from the first draw of its modules to the last.
void Module::take_draws_of_children() {
    draws_ = {};
    for (const auto& slot : *table_) {
        if (!slot->module || !slot->module->is_drawn()) continue;
        const Draws draws = slot->module->draws_;
        draws_ = {is_drawn() ? draws_.from : draws.from, draws.to};
    }
}

}  // namespace jt::nn
