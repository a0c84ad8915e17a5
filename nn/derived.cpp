// Derived attributes: what is rebuilt from others, what that carries, and changes that happen as a whole or not at all.
#include <algorithm>

#include "module_slots.hpp"

namespace jt::nn {

namespace {

// As an optimizer takes it apart to name what replaced its parameter.
std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? "" : " ") + name;
    return out;
}

}  // namespace

Var leaf(const Var& x) {
    if (!x.defined() || (!x.node()->op && !derived_of(*x.node()))) return x;
    Var out = x.detach();
    if (x.node()->stopped) out.stop_grad();
    return out;
}

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
                    std::function<void(Module&)> again) {
    const Var old = getattr(name);
    Slot& slot = is_derived(name) ? slot_to_set(name) : need(name);  // throws when it is derived already
    for (const auto& source : sources)
        if (getattr(source); depends(source, name))
            fail<KeyError>(class_name(), ".", name, " cannot be rebuilt from ", source, ", which is rebuilt from it");
    Attempt attempt(*this);
    const bool learnt = slot.is_parameter();
    table_->move_to_end(slot);
    slot.kind = Kind::derived;
    slot.derived = std::make_shared<Derived>(Derived{name, sources, {}});
    slot.rebuild = std::make_shared<const Derivation>(std::move(rebuild));
    slot.derive_again = std::move(again);
    if (Var value = slot.value_from(*this); slot.derived) slot.rebuilt = slot.var = std::move(value);
    if (learnt) mark_replaced({old}, joined(sources));
    attempt.done();
}

void Module::underive(const std::string& name, const Var& value) {
    Slot& slot = need(name);
    if (slot.kind != Kind::derived) fail<KeyError>(class_name(), ".", name, " is not derived");
    Var own = leaf(value);
    mark_replaced(slot.derived->held, name);
    slot.kind = Kind::parameter;
    slot.derived = nullptr;
    slot.rebuild = nullptr;
    slot.derive_again = nullptr;
    slot.rebuilt = Var();
    slot.var = std::move(own);
    slot.settle();
    table_->move_home(slot);
}

bool Module::is_source(const std::string& name) const { return derived_from(name) != nullptr; }

bool Module::is_parameter(const std::string& name) const {
    const Slot* slot = find(name);
    return slot && slot->var.defined() && slot->kind == Kind::parameter;
}

bool Module::is_derived(const std::string& name) const {
    const Slot* slot = find(name);
    return slot && slot->kind == Kind::derived;
}

void Module::rebuild_derived() {
    Exchange exchange;
    rebuild_derived(exchange);
    exchange.keep();
}

// A derivation may change the table, and take itself away.
void Module::rebuild_derived(Exchange& exchange) {
    SmallVector<Slot*, 4> slots;
    for (const auto& slot : *table_)
        if (slot->derived) slots.push_back(slot.get());
    for (Slot* slot : slots) {
        const auto rebuild = slot->rebuild;
        if (!rebuild) continue;
        Var value = slot->value_from(*this);
        if (slot->rebuild == rebuild) exchange.put(*slot, std::move(value));
    }
}

void Module::check_in_place() const {
    for (const auto& slot : *table_)
        if (slot->derived && !slot->is_in_place())
            fail<KeyError>(class_name(), ".", slot->name, " was assigned through its member, but ",
                           slot->derived->advice("assign to"), ", or remove_weight_norm first");
}

void Module::Slot::hold_sources(const Module& module) {
    Vars& held = derived->held;
    held.resize(0);
    for (const auto& name : derived->sources)
        if (const Slot* source = module.find(name); source && source->var.defined()) held.push_back(source->var);
}

Var Module::Slot::value_from(Module& module) {
    const auto run = rebuild;
    Var value = (*run)(module);
    if (rebuild != run) return value;
    if (node_of("derive", value).refs > 1) value = value.clone();
    hold_sources(module);
    Node& node = *value.node();
    node.extras().derived = derived;
    const auto stopped = [](const Var& source) { return source.node()->stopped; };
    node.stopped = !node.op && !derived->held.empty() && std::ranges::all_of(derived->held, stopped);
    if (node.stopped) node.requires_grad = false;
    return value;
}

void Module::Slot::take(Slot&& from) noexcept {
    from.name.swap(name);  // to keep the string itself
    *this = std::move(from);
}

void Module::Slot::settle() {
    if (!is_parameter()) return;
    var = leaf(var);
    let_learn(var);
}

// ---- changes as a whole

Module::Exchange::~Exchange() {
    while (!slots_.empty()) {
        slots_.back().slot->var = std::move(slots_.back().var);
        slots_.back().slot->rebuilt = std::move(slots_.back().rebuilt);
        slots_.pop_back();
    }
    for (; !arrays_.empty(); arrays_.pop_back()) std::swap(arrays_.back().first.node()->value, arrays_.back().second);
}

void Module::Exchange::put(Slot& slot, Var value) {
    slots_.push_back({&slot, slot.var, slot.rebuilt});
    slot.var = std::move(value);
    if (slot.derived) slot.rebuilt = slot.var;
}

void Module::Exchange::keep() noexcept {
    slots_.resize(0);
    arrays_.clear();
}

struct Attempt::Before {
    explicit Before(Module& m) : module(m), table(m.table_->before()) {}

    Module& module;
    Module::Table::Before table;
};

Attempt::Attempt(Module& module) : before_(std::make_unique<Before>(module)) {}

Attempt::~Attempt() {
    if (before_) before_->module.table_->restore(before_->table);
}

void Attempt::done() noexcept { before_.reset(); }

}  // namespace jt::nn
