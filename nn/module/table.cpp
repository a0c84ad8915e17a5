// How slots are found, listed, and put back.
#include "table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace jt::nn {

namespace {

constexpr std::size_t large = 16;  // from here on a look-up by hash is faster than one by one

}  // namespace

Var leaf(const Var& x) {
    if (!x.defined() || (!x.node()->op && !derived_of(*x.node()))) return x;
    Var out = x.detach();
    if (x.node()->stopped) out.stop_grad();
    return out;
}

Var marked_like(Var leaf, const Var& x) {
    leaf.node()->requires_grad = x.requires_grad();
    leaf.node()->stopped = x.node()->stopped;
    leaf.node()->scalar = x.node()->scalar;
    if (!x.name().empty()) leaf.set_name(x.name());
    return leaf;
}

double largest_difference(const Var& x, const Var& y) {
    if (x.shape() != y.shape()) return std::numeric_limits<double>::infinity();
    const auto a = x.to_vector<double>(), b = y.to_vector<double>();
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
    return worst;
}

// ---- a slot

void Module::Slot::hold_sources(const Module& module) {
    Vars& held = derived->held;
    held.resize(0);
    for (const auto& name : derived->sources)
        if (const Slot* source = module.find(name); source && source->var.defined()) held.push_back(source->var);
}

void Module::Slot::refill(Slot&& from) noexcept {
    from.name.swap(name);  // to keep the string itself
    *this = std::move(from);
}

void Module::Slot::settle() {
    if (!is_parameter()) return;
    var = leaf(var);
    let_learn(var);
    note_holder(var, place);
}

// ---- the table

Module::Slot* Module::Table::known(const std::string& name) const {
    if (!by_name_.empty()) {
        const auto found = by_name_.find(name);
        return found == by_name_.end() ? nullptr : found->second;
    }
    for (const Slots* slots : {&slots_, &deleted_})
        for (const auto& slot : *slots)
            if (slot->name == name) return slot.get();
    return nullptr;
}

Module::Slot* Module::Table::find(const std::string& name) const {
    Slot* slot = known(name);
    return slot && slot->listed ? slot : nullptr;
}

void Module::Table::index(Slot& slot) {
    if (!by_name_.empty()) return void(by_name_.emplace(slot.name, &slot));
    if (slots_.size() + deleted_.size() < large) return;
    decltype(by_name_) all{{slot.name, &slot}};
    for (const Slots* slots : {&slots_, &deleted_})
        for (const auto& each : *slots) all.emplace(each->name, each.get());
    by_name_.swap(all);
}

// Room for one more slot, so that listing it cannot fail half-way.
void Module::Table::make_room() {
    if (slots_.size() == slots_.capacity()) slots_.reserve(slots_.empty() ? 4 : 2 * slots_.size());
    layers_.reserve(slots_.capacity());
}

void Module::Table::add_known(const Slot& slot) {
    const auto place =
        std::find_if(deleted_.rbegin(), deleted_.rend(), [&](const auto& s) { return s.get() == &slot; });
    slots_.push_back(std::move(*place));
    deleted_.erase(place.base() - 1);
}

Module::Slot* Module::Table::add_fresh(const std::string& name) {
    auto slot = std::make_unique<Slot>(Slot{name});
    slot->place = {std::make_shared<char>(), &slot->var};
    index(*slot);
    return slots_.emplace_back(std::move(slot)).get();
}

Module::Slot& Module::Table::add(const std::string& name) {
    make_room();
    Slot* slot = known(name);
    if (slot)
        add_known(*slot);
    else
        slot = add_fresh(name);
    slot->birth = births++;
    slot->role = Role::parameter;
    slot->listed = true;
    return *slot;
}

auto Module::Table::place_of(const Slot& slot) -> Slots::iterator {
    return std::find_if(slots_.begin(), slots_.end(), [&](const auto& s) { return s.get() == &slot; });
}

void Module::Table::remove(Slot& slot) {
    const auto place = place_of(slot);
    deleted_.push_back(std::move(*place));
    slots_.erase(place);
    slot.listed = false;
    set_layer(slot, false);
}

void Module::Table::remove_all() {
    for (; !slots_.empty(); slots_.pop_back()) {  // from the end, where `add` looks first for those that come back
        slots_.back()->listed = slots_.back()->layer = false;
        deleted_.push_back(std::move(slots_.back()));
    }
    layers_.clear();
}

void Module::Table::move_to_end(const Slot& slot) {
    const auto place = place_of(slot);
    std::rotate(place, place + 1, slots_.end());
}

void Module::Table::move_home(const Slot& slot) {
    const auto place = place_of(slot);
    const auto home = std::find_if(slots_.begin(), slots_.end(), [&](const auto& s) { return s->birth > slot.birth; });
    if (home < place) std::rotate(home, place, place + 1);
}

void Module::Table::set_layer(Slot& slot, bool on) {
    if (slot.layer == on) return;
    slot.layer = on;
    if (!on)
        std::erase(layers_, &slot);
    else if (slots_.back().get() == &slot)
        layers_.push_back(&slot);
    else
        list_layers();
}

void Module::Table::list_layers() {
    layers_.clear();
    for (const auto& slot : slots_)
        if (slot->layer) layers_.push_back(slot.get());
}

namespace {

template <class Slot>
bool lists(const std::vector<std::pair<Slot*, Slot>>& before, const Slot* slot) {
    return std::any_of(before.begin(), before.end(), [slot](const auto& entry) { return entry.first == slot; });
}

template <class Slots, class Before>
Before copied(const Slots& slots) {
    Before out;
    for (const auto& slot : slots) out.emplace_back(slot.get(), *slot);
    return out;
}

}  // namespace

auto Module::Table::before() -> Before {
    deleted_.reserve(deleted_.size() + slots_.size());
    using Copies = decltype(Before::slots);
    return {births, copied<Slots, Copies>(slots_), copied<Slots, Copies>(deleted_), layers_};
}

// Forgets the slots that came since, and lets go of the others without freeing them.
void Module::Table::let_go(Slots& slots, const Before& before) noexcept {
    for (auto& slot : slots) {
        if (lists(before.slots, slot.get()) || lists(before.deleted, slot.get()))
            static_cast<void>(slot.release());
        else
            by_name_.erase(slot->name);
    }
    slots.clear();
}

void Module::Table::restore(Before& before) noexcept {
    const auto put_back = [](Slots& slots, auto& old) {
        for (auto& [slot, content] : old) {
            slot->refill(std::move(content));
            slots.emplace_back(slot);
        }
    };
    let_go(slots_, before);
    let_go(deleted_, before);
    put_back(slots_, before.slots);
    put_back(deleted_, before.deleted);
    layers_ = std::move(before.layers);
    births = before.births;
}

}  // namespace jt::nn
