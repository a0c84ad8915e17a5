// The attribute table of a module, and what walks the tree.
#include "module.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <ostream>
#include <unordered_set>

#include "../autograd/node.hpp"
#include "module_slots.hpp"

namespace jt::nn {

namespace {

std::uint64_t new_id() noexcept {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

}  // namespace

Module::Module() : id_(new_id()), table_(std::make_unique<Table>()), hooks_(std::make_shared<Hooks>()) {
    hooks_->owner = this;
}

Module::~Module() { hooks_->owner = nullptr; }

Module& ModulePtr::checked() const {
    if (!module_) fail<KeyError>("ModulePtr: needs a module, got none");
    return *module_;
}

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
    adopt(module, name);
    Slot& slot = add_new_slot(name, Kind::parameter);
    put(slot, std::move(module));
    return Place<ModulePtr>(slot.module);
}

Place<Var> Module::register_buffer(const std::string& name, const Var& value) {
    return Place<Var>(add_new_slot(name, Kind::buffer).var = leaf(value));
}

bool Module::hasattr(const std::string& name) const {
    if (name == "__fhook2__")
        return !hooks_->pre_forward.empty() || std::any_of(table_->begin(), table_->end(), [](const auto& slot) {
            return slot->kind == Kind::derived;
        });
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
    table_->set_layer(slot, false);
    slot.var = std::move(value);
    if (slot.is_parameter()) let_learn(slot.var);
    for (const auto& other : *table_)
        if (other->derived) other->hold_sources(*this);
}

void Module::setattr(const std::string& name, ModulePtr module) {
    adopt(module, name);
    Slot& slot = slot_to_set(name);
    slot.var = Var();
    put(slot, std::move(module));
}

// A module that was never put anywhere stands below nothing. (Assignment through a member goes by unseen: Walk says
// so.)
void Module::adopt(const ModulePtr& module, const std::string& name) const {
    if (!module) return;
    if (module.get() != this && (callers_.empty() || !module->holds(*this))) return module->know(id_);
    fail<KeyError>(class_name(), ".", name, ": needs a module that this ", class_name(), " does not stand in, got ",
                   module.get() == this ? "itself" : "a " + module->class_name() + " that holds it");
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

bool Module::has_parameters() const {
    for (Walk at(*this); at; ++at)
        for (const auto& slot : at.table())
            if (slot->is_parameter()) return true;
    return false;
}

void Module::delattr(const std::string& name) {
    Slot& slot = need(name);
    if (slot.kind == Kind::derived) slot_to_set(name);  // throws, and names what to change instead
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

// ---- the tree

ModulePtr Module::handle() {
    auto held = weak_from_this().lock();
    return held ? ModulePtr(std::move(held)) : ModulePtr(std::shared_ptr<Module>(std::shared_ptr<Module>(), this));
}

std::vector<ModulePtr> Module::children() {
    std::vector<ModulePtr> out;
    for (const auto& slot : *table_)
        if (slot->module) out.push_back(slot->module);
    return out;
}

std::size_t Module::n_layers() const { return table_->layers().size(); }

const ModulePtr& Module::layer(int i) const {
    const int n = static_cast<int>(n_layers()), k = i < 0 ? i + n : i;
    if (n == 0) fail<KeyError>(class_name(), ": needs layers to be indexed, got none");
    if (k < 0 || k >= n) fail<IndexError>(class_name(), ": needs an index from ", -n, " to ", n - 1, ", got ", i);
    return table_->layers()[static_cast<std::size_t>(k)]->module;
}

std::vector<std::pair<std::string, ModulePtr>> Module::named_modules() {
    std::vector<std::pair<std::string, ModulePtr>> out;
    for (Walk at(*this, Walk::Shared::everywhere); at; ++at) out.emplace_back(at.path(), at.module().handle());
    return out;
}

std::vector<ModulePtr> Module::modules() {
    std::vector<ModulePtr> out;
    for (Walk at(*this); at; ++at) out.push_back(at.module().handle());
    return out;
}

StateDict Module::named_parameters() {
    StateDict out;
    std::unordered_set<Node*> seen;
    for (Walk at(*this); at; ++at)
        for (const auto& slot : at.table()) {
            slot->settle();
            if (!slot->is_parameter() || !seen.insert(slot->var.node()).second) continue;
            slot->var.set_name(at.path_of(*slot));
            out.add(slot->var.name(), slot->var);
        }
    return out;
}

Vars Module::parameters() {
    Vars out;
    for (const auto& [name, var] : named_parameters()) out.push_back(var);
    return out;
}

StateDict Module::state_dict() {
    StateDict out;
    std::unordered_set<Node*> seen;
    for (Walk at(*this); at; ++at)
        for (const auto& slot : at.table()) {
            slot->settle();
            if (slot->is_saved() && seen.insert(slot->var.node()).second) out.add(at.path_of(*slot), slot->var);
        }
    return out;
}

Module& Module::set_training(bool on) {
    for (Walk at(*this); at; ++at) at.module().training_ = on;
    return *this;
}

// ---- the state of a tree

namespace {

constexpr std::size_t large_state = 16;  // from here on names are looked up by hash

}  // namespace

void StateDict::add(const std::string& name, const Var& var) {
    entries_.emplace_back(name, var);
    if (entries_.size() < large_state) return;
    for (std::size_t k = entries_.size() == large_state ? 0 : entries_.size() - 1; k < entries_.size(); ++k)
        index_.emplace(entries_[k].first, k);
}

const Var* StateDict::find(const std::string& name) const {
    if (const auto found = index_.find(name); found != index_.end()) return &entries_[found->second].second;
    if (!index_.empty()) return nullptr;
    for (const auto& [key, var] : entries_)
        if (key == name) return &var;
    return nullptr;
}

void StateDict::add(const std::string& prefix, const StateDict& state) {
    StateDict all = *this;
    const std::string start = prefix + ".";
    for (const auto& [name, var] : state) all.add(start + name, var);
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

void append_indented(std::string& out, const std::string& text, std::size_t depth) {
    for (char c : text) {
        out += c;
        if (c == '\n') out.append(4 * depth, ' ');
    }
}

// Closes the parentheses of containers until `depth` of them are open.
void close_to(std::string& out, std::size_t& open, std::size_t depth) {
    while (open > depth) out.append("\n").append(4 * --open, ' ').append(")");
}

}  // namespace

std::string str(const Module& module) {
    std::string out;
    std::size_t open = 0;
    for (Module::Walk at(module, Module::Walk::Shared::everywhere); at; ++at) {
        const std::size_t depth = at.depth();
        close_to(out, open, depth);
        if (depth != 0) out.append("\n").append(4 * depth, ' ').append(at.key()).append(": ");
        const auto slots = at.module().children();
        append_indented(out, at.module().class_name() + "(" + (slots.empty() ? at.module().extra_repr() + ")" : ""),
                        depth);
        if (!slots.empty()) open = depth + 1;
    }
    close_to(out, open, 0);
    return out;
}

std::ostream& operator<<(std::ostream& out, const Module& module) { return out << str(module); }

}  // namespace jt::nn
