// What `__fhook2__` runs before a call, and derived attributes, whose entries it holds.
#include "fhook2.hpp"

#include <algorithm>
#include <memory>

#include "attempt.hpp"
#include "exchange.hpp"

namespace jt::nn {

namespace {

// As an optimizer takes it apart to name what replaced its parameter.
std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? "" : " ") + name;
    return out;
}

}  // namespace

// ---- the list

std::vector<std::string> Module::Fhook2::keys() const {
    std::vector<std::string> keys;
    for (const auto& entry : rebuilds) keys.push_back(entry->key);
    for (const auto& id : hooks.ids()) keys.push_back(id);
    return keys;
}

bool Module::Fhook2::has(const Rebuild* entry) const {
    return std::ranges::any_of(rebuilds, [&](const auto& each) { return each.get() == entry; });
}

void Module::Fhook2::remove(const Slot& slot) noexcept {
    std::erase_if(rebuilds, [&](const auto& entry) { return entry->slot == &slot; });
}

void Module::Fhook2::check_in_place(const Module& module) const {
    for (const auto& entry : rebuilds)
        if (const Slot& slot = *entry->slot; !slot.is_in_place())
            fail<KeyError>(module.class_name(), ".", slot.name, " was assigned through its member, but ",
                           slot.derived->advice("assign to"), ", or remove ", entry->key, " first");
}

// A derivation may change the table, and take itself away.
void Module::Fhook2::rebuild(Module& module, Exchange& exchange) const {
    const Rebuilds all = rebuilds;
    for (const auto& entry : all) {
        if (!has(entry.get())) continue;
        if (Var value = entry->run(module, *this); has(entry.get())) exchange.put(*entry->slot, std::move(value));
    }
}

Var Module::Fhook2::Rebuild::run(Module& module, const Fhook2& list) const {
    Var value = this->value(module);
    if (!list.has(this)) return value;
    if (node_of("derive", value).refs > 1) value = value.clone();
    slot->hold_sources(module);
    Node& node = *value.node();
    node.extras().derived = slot->derived;
    const Vars& held = slot->derived->held;
    node.stopped =
        !node.op && !held.empty() && std::ranges::all_of(held, [](const Var& x) { return x.node()->stopped; });
    if (node.stopped) node.requires_grad = false;
    return value;
}

Vars Module::Fhook2::run(Module& module, const Vars& inputs) const {
    if (!rebuilds.empty()) {
        check_in_place(module);
        module.rebuild_derived();
    }
    return run_hooks(hooks, inputs, [&](const auto& hook, const Vars& in) { return hook(module, in); });
}

HookLists& Module::hook_lists() { return *hooks_; }

void Module::remove_pre_forward_hook() { hooks_->pre_forward.clear(); }
void Module::remove_forward_hook() { hooks_->forward.clear(); }
void Module::remove_input_backward_hook() { hooks_->input_backward.clear(); }
void Module::remove_output_backward_hook() { hooks_->output_backward.clear(); }
void Module::remove_backward_hook() { hooks_->backward.clear(); }

bool Module::Hooks::has(std::string_view name) const {
    if (name == Fhook2::name) return !fhook2.empty();
    if (name == "__fhook__") return !forward.empty();
    if (name == "__bihook__") return !input_backward.empty() || !backward.empty();
    return name == "__bohook__" && (!output_backward.empty() || !backward.empty());
}

std::vector<std::string> Module::pre_forward_hooks() const { return hooks_->fhook2.keys(); }

void Module::rebuild_derived() {
    Exchange exchange;
    hooks_->fhook2.rebuild(*this, exchange);
    exchange.keep();
}

// ---- derived attributes

const Module::Slot* Module::derived_from(const std::string& source) const {
    for (const auto& slot : *table_)
        if (slot->derived && std::ranges::find(slot->derived->sources, source) != slot->derived->sources.end())
            return slot.get();
    return nullptr;
}

bool Module::depends(const std::string& name, const std::string& source) const {
    const Slot& slot = need(name);
    return name == source || (slot.derived && std::ranges::any_of(slot.derived->sources, [&](const auto& from) {
                                  return depends(from, source);
                              }));
}

void Module::derive(const std::string& name, const std::vector<std::string>& sources, Derivation rebuild,
                    Callable<void(Module&)> again, const std::string& by) {
    const Var old = getattr(name);
    Slot& slot = is_derived(name) ? slot_to_set(name) : need(name);  // throws when it is derived already
    for (const auto& source : sources)
        if (getattr(source); depends(source, name))
            fail<KeyError>(class_name(), ".", name, " cannot be rebuilt from ", source, ", which is rebuilt from it");
    Attempt attempt(*this);
    const bool learnt = slot.is_parameter();
    table_->move_to_end(slot);
    slot.role = Role::derived;
    slot.derived = std::make_shared<Derived>(Derived{name, sources, {}});
    Fhook2& list = hooks_->fhook2;
    const auto entry = std::make_shared<const Fhook2::Rebuild>(
        Fhook2::Rebuild{by + "." + name, &slot, std::move(rebuild), std::move(again)});
    list.rebuilds.push_back(entry);
    if (Var value = entry->run(*this, list); list.has(entry.get())) slot.rebuilt = slot.var = std::move(value);
    if (learnt) mark_replaced({old}, joined(sources));
    attempt.done();
}

void Module::underive(const std::string& name, const Var& value) {
    Slot& slot = need(name);
    if (slot.role != Role::derived) fail<KeyError>(class_name(), ".", name, " is not derived");
    Var own = leaf(value);
    if (own.defined()) make_room_for_holder(own);
    mark_replaced(slot.derived->held, name);
    hooks_->fhook2.remove(slot);
    slot.role = Role::parameter;
    slot.derived = nullptr;
    slot.rebuilt = Var();
    slot.var = std::move(own);
    slot.settle();
    table_->move_home(slot);
}

bool Module::is_source(const std::string& name) const { return derived_from(name) != nullptr; }

bool Module::is_parameter(const std::string& name) const {
    const Slot* slot = find(name);
    return slot && slot->var.defined() && slot->role == Role::parameter;
}

bool Module::is_derived(const std::string& name) const {
    const Slot* slot = find(name);
    return slot && slot->role == Role::derived;
}

}  // namespace jt::nn
