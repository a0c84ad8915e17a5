// A state goes into a module, as a whole or not at all.
#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "../../core/warn.hpp"
#include "exchange.hpp"
#include "fhook2.hpp"
#include "walk.hpp"

namespace jt::nn {

namespace {

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
    void match(const std::string& name, const Var& value);
    void match(Target& target, const std::string& name, const Var& value);

    Module& root_;
    std::vector<Target> targets_;
    std::unordered_map<const Node*, std::size_t> target_of_;
    std::unordered_map<std::string, Slot*> slots_;
};

Module::Loading::Loading(Module& root, const StateDict& state) : root_(root) {
    for (Walk at(root); at; ++at)
        for (const auto& slot : at.table())
            if (slot->var.defined()) list_targets(at.path_of(*slot), *slot);
    for (const auto& [name, value] : state) match(name, value);
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

void Module::Loading::match(const std::string& name, const Var& value) {
    const Slot* slot = find(name);
    if (slot && slot->is_saved())
        match(targets_[target_of_.at(slot->var.node())], name, value);
    else if (!slot || !slot->var.defined() || slot->role != Role::derived)
        report.unexpected.push_back(name);
}

void Module::Loading::match(Target& target, const std::string& name, const Var& value) {
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
        if (var.node()->op)
            var = marked_like(var.detach(), var);  // what a forward pass computed, such as a running mean
        for (Slot* slot : target.slots) exchange.put(*slot, var);
        exchange.write(var, *target.from, *target.value);
    }
}

LoadReport Module::load_state_dict(const StateDict& state, bool strict) {
    check_each_once(state);
    Loading loading(*this, state);
    LoadReport report = std::move(loading.report);
    if (strict && !report.ok())
        fail<KeyError>("load_state_dict: needs the names and shapes of ", class_name(),
                       detail::listed("missing", report.missing), detail::listed("unexpected", report.unexpected),
                       detail::listed("wrong shape", report.mismatched));
    Exchange exchange;
    loading.assign(exchange);
    for (const ModulePtr& module : modules()) module->hooks_->fhook2.rebuild(*module, exchange);
    warn_of_derived(state);
    exchange.keep();
    return report;
}

LoadReport Module::load_parameters(const StateDict& state) {
    LoadReport report = load_state_dict(state, false);
    for (const auto& name : report.unexpected) warn("load_parameters: " + class_name() + " has no " + name);
    for (const auto& sentence : report.mismatched) warn("load_parameters: " + sentence);
    return report;
}

// A Jittor file holds the rebuilt weight of the last forward, which after training is a step behind g and v.
void Module::warn_of_derived(const StateDict& state) const {
    std::vector<std::string> notes;
    for (Walk at(*this); at; ++at)
        for (const auto& slot : at.table()) {
            const Var* value = slot->role == Role::derived ? state.find(at.path_of(*slot)) : nullptr;
            const double difference = value ? largest_difference(*value, slot->var) : 0;
            if (difference > 1e-5)
                notes.push_back("load_state_dict: " + at.path_of(*slot) + " in the file differs from its g and v by " +
                                text(difference) + "; g and v are used");
        }
    for (const auto& note : notes) warn(note);
}

void Module::save(const std::string& path) {
    for (const ModulePtr& module : modules()) module->hooks_->fhook2.check_in_place(*module);
    save_state(path, state_dict());
}

void Module::load(const std::string& path) {
    const StateDict state = load_state(path);
    try {
        load_state_dict(state);
    } catch (const KeyError& error) {
        fail<KeyError>("load: '", path, "': ", error.what());
    }
}

}  // namespace jt::nn
