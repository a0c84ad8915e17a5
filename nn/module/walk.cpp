// Where a walk goes next, and that it never goes round.
#include "walk.hpp"

namespace jt::nn {

Module::Walk::Walk(const Module& root, Shared shared) : shared_(shared) {
    way_.push_back({const_cast<Module*>(&root), 0, 0, 0});
}

Module::Walk& Module::Walk::operator++() {
    while (!way_.empty()) {
        Step& step = way_.back();
        if (step.next == table().size())
            leave();
        else if (enter(table()[step.next++]))
            break;
    }
    return *this;
}

void Module::Walk::skip_below() { way_.back().next = table().size(); }

// What one handle holds stands in one place: only others can be met again.
bool Module::Walk::enter(const Slot& slot) {
    if (!slot.module || (!slot.module.unique() && !is_to_enter(slot))) return false;
    const std::size_t before = path_.size(), key = before == 0 ? 0 : before + 1;
    if (before != 0) path_ += '.';
    path_ += slot.name;
    way_.push_back({slot.module.get(), 0, before, key});
    return true;
}

bool Module::Walk::is_to_enter(const Slot& slot) {
    const Module& root = *way_.front().module;
    const auto [known, fresh] = entered_.try_emplace(slot.module.get(), false);
    if (known->second || slot.module.get() == &root)
        fail<GraphError>(root.class_name(), ": needs a tree of modules, got ", slot.module->class_name(),
                         " again below itself at '", path_of(slot), "'");
    known->second = fresh || shared_ == Shared::everywhere;
    return known->second;
}

void Module::Walk::leave() {
    if (const auto known = entered_.find(way_.back().module); known != entered_.end()) known->second = false;
    path_.resize(way_.back().path_before);
    way_.pop_back();
}

}  // namespace jt::nn
