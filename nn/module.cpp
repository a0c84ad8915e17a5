// The attribute table of a module, and what walks the tree.
#include "module.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>

#include "../autograd/node.hpp"
#include "module_slots.hpp"

namespace jt::nn {

Module::Module() : hooks_(std::make_shared<Hooks>()) { hooks_->owner = this; }

Module::~Module() { hooks_->owner = nullptr; }

Module& ModulePtr::checked() const {
    if (!module_) fail<KeyError>("ModulePtr: needs a module, got none");
    return *module_;
}

// ---- attributes

Module::Slot* Module::find(const std::string& name) const {
    for (const auto& slot : table_)
        if (slot->name == name) return slot.get();
    return nullptr;
}

auto Module::place_of(const Slot& slot) -> Table::iterator {
    return std::find_if(table_.begin(), table_.end(), [&](const auto& s) { return s.get() == &slot; });
}

Module::Slot& Module::need(const std::string& name) const {
    if (Slot* slot = find(name)) return *slot;
    std::string names;
    for (const auto& slot : table_) names += " " + slot->name;
    fail<KeyError>(class_name(), " has no attribute '", name, "'; it has:", names.empty() ? " none" : names);
}

Module::Slot& Module::add_slot(const std::string& name) {
    if (name.empty()) fail<KeyError>(class_name(), ": needs an attribute name, got ''");
    const auto gone =
        std::find_if(deleted_.begin(), deleted_.end(), [&](const auto& slot) { return slot->name == name; });
    if (gone != deleted_.end()) {
        table_.push_back(std::move(*gone));
        deleted_.erase(gone);
    } else {
        table_.push_back(std::make_unique<Slot>(Slot{name}));
    }
    table_.back()->birth = births_++;
    table_.back()->kind = Kind::parameter;
    return *table_.back();
}

Module::Slot& Module::add_new_slot(const std::string& name, Kind kind) {
    if (find(name)) fail<KeyError>(class_name(), " has an attribute '", name, "' already");
    Slot& slot = add_slot(name);
    slot.kind = kind;
    return slot;
}

Place<Var> Module::attr(const std::string& name, const Var& value) {
    Var own = leaf(value);
    Slot& slot = add_new_slot(name, Kind::parameter);
    slot.var = std::move(own);
    slot.settle();
    return Place<Var>(slot.var);
}

Place<ModulePtr> Module::attr(const std::string& name, ModulePtr module) {
    return Place<ModulePtr>(add_new_slot(name, Kind::parameter).module = std::move(module));
}

Place<Var> Module::register_buffer(const std::string& name, const Var& value) {
    return Place<Var>(add_new_slot(name, Kind::buffer).var = leaf(value));
}

bool Module::hasattr(const std::string& name) const {
    if (name == "__fhook2__")
        return !hooks_->pre_forward.empty() ||
               std::any_of(table_.begin(), table_.end(), [](const auto& slot) { return slot->kind == Kind::derived; });
    if (name == "__fhook__") return !hooks_->forward.empty();
    if (name == "__bihook__") return !hooks_->input_backward.empty() || !hooks_->backward.empty();
    if (name == "__bohook__") return !hooks_->output_backward.empty() || !hooks_->backward.empty();
    return find(name) != nullptr;
}

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
    if (slot->kind != Kind::derived) return *slot;
    fail<KeyError>(class_name(), ".", slot->derived->advice("set"));
}

void Module::setattr(const std::string& name, Var value) {
    Slot& slot = slot_to_set(name);
    // An optimizer that holds the old parameter must not train it on in silence.
    if (slot.is_parameter() && slot.var.node() != value.node()) mark_replaced({slot.var}, name);
    slot.module = ModulePtr();
    slot.var = std::move(value);
    if (slot.is_parameter()) let_learn(slot.var);
    for (const auto& other : table_)
        if (other->derived) other->hold_sources(*this);
}

void Module::setattr(const std::string& name, ModulePtr module) {
    Slot& slot = slot_to_set(name);
    slot.var = Var();
    slot.module = std::move(module);
}

void Module::delattr(const std::string& name) {
    Slot& slot = need(name);
    if (slot.kind == Kind::derived) slot_to_set(name);  // throws, and names what to change instead
    if (const Slot* derived = derived_from(name))
        fail<KeyError>(class_name(), ".", derived->name, " is rebuilt from ", name, ", which cannot be deleted");
    const auto place = place_of(slot);
    deleted_.push_back(std::move(*place));
    table_.erase(place);
    slot.var = Var();
    slot.module = ModulePtr();
}

std::vector<std::string> Module::attributes() const {
    std::vector<std::string> names;
    for (const auto& slot : table_) names.push_back(slot->name);
    return names;
}

// ---- the tree

std::vector<Module*> Module::children() {
    std::vector<Module*> out;
    for (const auto& slot : table_)
        if (slot->module) out.push_back(slot->module.get());
    return out;
}

std::vector<std::pair<std::string, Module*>> Module::named_modules() {
    std::vector<std::pair<std::string, Module*>> out{{"", this}};
    for (std::size_t k = 0; k < table_.size(); ++k) {
        if (!table_[k]->module) continue;
        for (auto& [name, module] : table_[k]->module->named_modules())
            out.emplace_back(table_[k]->name + (name.empty() ? "" : "." + name), module);
    }
    return out;
}

std::vector<Module*> Module::modules() {
    std::vector<Module*> out;
    for (const auto& [name, module] : named_modules())
        if (std::find(out.begin(), out.end(), module) == out.end()) out.push_back(module);
    return out;
}

StateDict Module::named_parameters() {
    StateDict out;
    std::vector<Node*> seen;
    walk("", [&](const std::string& name, Slot& slot) {
        slot.settle();
        if (!slot.is_parameter() || std::find(seen.begin(), seen.end(), slot.var.node()) != seen.end()) return;
        seen.push_back(slot.var.node());
        slot.var.set_name(name);
        out.add(name, slot.var);
    });
    return out;
}

Vars Module::parameters() {
    Vars out;
    for (const auto& [name, var] : named_parameters()) out.push_back(var);
    return out;
}

StateDict Module::state_dict() {
    StateDict out;
    std::vector<Node*> seen;
    walk("", [&](const std::string& name, Slot& slot) {
        slot.settle();
        if (!slot.is_saved() || std::find(seen.begin(), seen.end(), slot.var.node()) != seen.end()) return;
        seen.push_back(slot.var.node());
        out.add(name, slot.var);
    });
    return out;
}

Module& Module::set_training(bool on) {
    for (Module* module : modules()) module->training_ = on;
    return *this;
}

const Var* StateDict::find(const std::string& name) const {
    for (const auto& [key, var] : entries_)
        if (key == name) return &var;
    return nullptr;
}

void StateDict::add(const std::string& prefix, const StateDict& state) {
    StateDict all = *this;
    for (const auto& [name, var] : state) all.add(prefix + "." + name, var);
    *this = std::move(all);
}

StateDict StateDict::part(const std::string& prefix) const {
    StateDict out;
    for (const auto& [name, var] : *this)
        if (name.starts_with(prefix + ".")) out.add(name.substr(prefix.size() + 1), var);
    return out;
}

Var StateDict::operator[](const std::string& name) const {
    if (const Var* var = find(name)) return *var;
    fail<KeyError>("state_dict: needs a name that is there, got '", name, "'");
}

std::vector<std::string> StateDict::names() const {
    std::vector<std::string> out;
    for (const auto& [name, var] : entries_) out.push_back(name);
    return out;
}

// ---- printing

std::string class_name_of(const std::type_info& type) {
    int status = 0;
    char* readable = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
    const std::string full = readable ? readable : type.name();
    std::free(readable);
    return full.substr(full.rfind(':') + 1);
}

std::string Module::class_name() const { return class_name_of(typeid(*this)); }

std::string peek(const Var& x) {
    if (!x.defined()) return "None";
    std::string out = std::string(name(x.dtype())) + "[";
    for (auto extent : x.shape()) out += std::to_string(extent) + ",";
    return out + "]";
}

namespace {

std::string indented(const std::string& text) {
    std::string out;
    for (char c : text) out += c == '\n' ? std::string("\n    ") : std::string(1, c);
    return out;
}

}  // namespace

std::string str(const Module& module) {
    std::string inside;
    for (const auto& name : module.attributes())
        if (const Module* child = module.child(name)) inside += "\n    " + name + ": " + indented(str(*child));
    return module.class_name() + "(" + (inside.empty() ? module.extra_repr() : inside + "\n") + ")";
}

std::ostream& operator<<(std::ostream& out, const Module& module) { return out << str(module); }

}  // namespace jt::nn
