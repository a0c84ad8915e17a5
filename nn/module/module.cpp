// The attribute table of a module, and what walks the tree.
#include <algorithm>
#include <atomic>
#include <unordered_set>

#include "draws.hpp"
#include "fhook2.hpp"

namespace jt::nn {

namespace {

std::uint64_t new_id() noexcept {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

}  // namespace

Module::Module() : id_(new_id()), table_(new Table), hooks_(make_shared_ptr<Hooks>(this)), calls_(new Calls) {}

Module::~Module() { hooks_->owner = nullptr; }

// ---- attributes

Module::Slot* Module::find(const std::string& name) const { return table_->find(name); }

Module::Slot& Module::need(const std::string& name) const {
    if (Slot* slot = find(name)) return *slot;
    std::string names;
    for (const auto& slot : *table_) names += " " + slot->name;
    fail<KeyError>(class_name(), " has no attribute '", name, "'; it has:", names.empty() ? " none" : names);
}

Module::Slot& Module::add_slot(const std::string& name) {
    if (name.empty()) fail<KeyError>(class_name(), ": needs an attribute name, got ''");
    if (name.find('.') != std::string::npos)
        fail<KeyError>(class_name(), ": needs an attribute name without a dot, got '", name, "'");
    return table_->add(name);
}

Module::Slot& Module::add_new_slot(const std::string& name) {
    if (find(name)) fail<KeyError>(class_name(), " has an attribute '", name, "' already");
    return add_slot(name);
}

Place<Var> Module::add_var(const std::string& name, const Var& value, Role role) {
    Var own = leaf(value);
    if (own.defined()) make_room_for_holder(own);
    Slot& slot = add_new_slot(name);
    slot.role = role;
    slot.var = std::move(own);
    slot.settle();
    return Place<Var>(slot.var);
}

Place<Var> Module::attr(const std::string& name, const Var& value) { return add_var(name, value, Role::parameter); }

Place<ModulePtr> Module::attr(const std::string& name, ModulePtr module) {
    adopt(module, name);
    Slot& slot = add_new_slot(name);
    put(slot, std::move(module));
    return Place<ModulePtr>(slot.module);
}

Place<Var> Module::register_buffer(const std::string& name, const Var& value) {
    return add_var(name, value, Role::buffer);
}

bool Module::hasattr(const std::string& name) const { return find(name) || hooks_->has(name); }

Var Module::getattr(const std::string& name) const {
    const Slot& slot = need(name);
    if (slot.module) fail<KeyError>(class_name(), ".", name, " is a module; getattr_module returns it");
    return slot.var;
}

const ModulePtr& Module::getattr_module(const std::string& name) const {
    const Slot& slot = need(name);
    if (!slot.module) fail<KeyError>(class_name(), ".", name, " is a Var; getattr returns it");
    return slot.module;
}

const Module* Module::child(const std::string& name) const {
    const Slot* slot = find(name);
    return slot ? slot->module.get() : nullptr;
}

Module::Slot& Module::slot_to_set(const std::string& name) {
    Slot* slot = find(name);
    if (!slot) return add_slot(name);
    if (slot->role != Role::derived) return *slot;
    fail<KeyError>(class_name(), ".", slot->derived->advice("set"));
}

void Module::setattr(const std::string& name, Var value) {
    if (value.defined()) make_room_for_holder(value);
    Slot& slot = slot_to_set(name);
    // An optimizer that holds the old parameter must not train it on in silence.
    if (slot.is_parameter() && slot.var.node() != value.node()) mark_replaced({slot.var}, name);
    slot.module = ModulePtr();
    table_->set_layer(slot, false);
    slot.var = std::move(value);
    if (slot.is_parameter()) {
        let_learn(slot.var);
        note_holder(slot.var, slot.place);
    }
    for (const auto& other : *table_)
        if (other->derived) other->hold_sources(*this);
}

void Module::setattr(const std::string& name, ModulePtr module) {
    adopt(module, name);
    Slot& slot = slot_to_set(name);
    mark_gone(slot.module);
    slot.var = Var();
    put(slot, std::move(module));
}

Module& Module::add_module(const std::string& name, ModulePtr module) {
    setattr(name, std::move(module));
    return *this;
}

// A module that was never put anywhere stands below nothing. (Assignment through a member goes by unseen: Walk says
// so.)
void Module::adopt(const ModulePtr& module, const std::string& name) const {
    if (!module) return;
    if (module.get() != this && (callers_.empty() || !module->holds(*this))) return module->belong(*this, name);
    fail<KeyError>(class_name(), ".", name, ": needs a module that this ", class_name(), " does not stand in, got ",
                   module.get() == this ? "itself" : "a " + module->class_name() + " that holds it");
}

// An optimizer that holds the parameters of a module that nobody has any more must not train them on in silence.
void Module::mark_gone(const ModulePtr& module) {
    if (!module) return;
    std::vector<const ModulePtr*> gone{&module};
    Vars parameters;
    std::vector<std::string> names;
    while (!gone.empty()) {
        const ModulePtr& last = *gone.back();
        gone.pop_back();
        if (!last || !last.unique()) continue;
        for (const auto& slot : *last->table_) {
            gone.push_back(&slot->module);
            if (!slot->is_parameter()) continue;
            parameters.push_back(slot->var);
            names.push_back(slot->name);
        }
    }
    mark_replaced(parameters, std::move(names));
}

void Module::put(Slot& slot, ModulePtr module) {
    slot.module = std::move(module);
    table_->set_layer(slot, true);
}

bool Module::holds(const Module& other) const {
    for (Walk at(*this); at; ++at)
        if (&at.module() == &other) return true;
    return false;
}

bool Module::has_state_or_mode() const {
    for (Walk at(*this); at; ++at) {
        if (at.module().calls_->ask_mode) return true;
        for (const auto& slot : at.table())
            if (slot->var.defined()) return true;
    }
    return false;
}

void Module::delattr(const std::string& name) {
    Slot& slot = need(name);
    if (slot.role == Role::derived) slot_to_set(name);  // throws, and names what to change instead
    if (const Slot* derived = derived_from(name))
        fail<KeyError>(class_name(), ".", derived->name, " is rebuilt from ", name, ", which cannot be deleted");
    table_->remove(slot);
    slot.var = Var();
    slot.module = ModulePtr();
}

std::vector<std::string> Module::attributes() const {
    std::vector<std::string> names;
    for (const auto& slot : *table_) names.push_back(slot->name);
    return names;
}

std::vector<std::string> Module::vars_in_order() const {
    std::vector<const Slot*> slots;
    for (const auto& slot : *table_)
        if (slot->var.defined() && !is_source(slot->name)) slots.push_back(slot.get());
    std::ranges::stable_sort(slots, {}, &Slot::birth);
    std::vector<std::string> names;
    for (const Slot* slot : slots) names.push_back(slot->name);
    return names;
}

// ---- the tree

ModulePtr Module::handle() {
    auto held = self_.lock();
    return held ? ModulePtr(std::move(held)) : ModulePtr(SharedPtr<Module>(SharedPtr<Module>(), this));
}

std::vector<ModulePtr> Module::children() {
    std::vector<ModulePtr> out;
    for (const auto& slot : *table_)
        if (slot->module) out.push_back(slot->module);
    return out;
}

NamedModules Module::named_children() {
    NamedModules out;
    for (const auto& slot : *table_)
        if (slot->module) out.emplace_back(slot->name, slot->module);
    return out;
}

std::size_t Module::n_layers() const { return table_->layers().size(); }

const ModulePtr& Module::layer(int i) const {
    const int n = static_cast<int>(n_layers()), k = i < 0 ? i + n : i;
    if (n == 0) fail<KeyError>(class_name(), ": needs layers to be indexed, got none");
    if (k < 0 || k >= n) fail<IndexError>(class_name(), ": needs an index from ", -n, " to ", n - 1, ", got ", i);
    return table_->layers()[static_cast<std::size_t>(k)]->module;
}

NamedModules Module::named_modules() {
    NamedModules out;
    for (Walk at(*this, Walk::Shared::everywhere); at; ++at) out.emplace_back(at.path(), at.module().handle());
    return out;
}

std::vector<ModulePtr> Module::modules() {
    std::vector<ModulePtr> out;
    for (Walk at(*this); at; ++at) out.push_back(at.module().handle());
    return out;
}

// The Vars of the tree that are wanted, each once.
StateDict Module::collect(bool (Slot::*wanted)() const) {
    StateDict out;
    std::unordered_set<Node*> seen;
    for (Walk at(*this); at; ++at)
        for (const auto& slot : at.table()) {
            slot->settle();
            if (((*slot).*wanted)() && seen.insert(slot->var.node()).second) out.add(at.path_of(*slot), slot->var);
        }
    return out;
}

StateDict Module::named_parameters() {
    StateDict out = collect(&Slot::is_parameter);
    for (const auto& [name, var] : out) Var(var).set_name(name);
    return out;
}

StateDict Module::state_dict() { return collect(&Slot::is_saved); }

Vars Module::parameters() {
    Vars out;
    for (const auto& [name, var] : named_parameters()) out.push_back(var);
    return out;
}

Module& Module::set_training(bool on) {
    for (Walk at(*this); at; ++at) at.module().training_ = on;
    return *this;
}

}  // namespace jt::nn
