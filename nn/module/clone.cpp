// Copies of module trees that own everything they have.
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "draws.hpp"
#include "fhook2.hpp"

namespace jt::nn {

namespace detail {

std::vector<KeptModule> keep(const std::vector<ModulePtr>& modules) {
    std::vector<KeptModule> kept;
    for (const auto& module : modules) kept.push_back(keep(module));
    return kept;
}

KeptNamed keep(const NamedModules& modules) {
    KeptNamed kept;
    for (const auto& [name, module] : modules) kept.emplace_back(name, keep(module));
    return kept;
}

NamedModules Copies::copy(const KeptNamed& modules) {
    NamedModules copies;
    for (const auto& [name, module] : modules) copies.emplace_back(name, copy(module));
    return copies;
}

std::vector<ModulePtr> Copies::copy(const std::vector<KeptModule>& modules) {
    std::vector<ModulePtr> copies;
    for (const auto& module : modules) copies.push_back(copy(module));
    return copies;
}

}  // namespace detail

/// One clone in the making: which module and which Var became which.
class Module::Cloning final : public detail::Copies {
public:
    using Copies::copy;
    ModulePtr copy(const detail::KeptModule& module) override;
    Var copy(const Var& x) override;
    ModulePtr clone(Module& root);

private:
    bool is_ready(const ModulePtr& module) const { return made_.contains(module.get()); }
    static bool is_made(const Module& module) { return module.origin_ && module.origin_->remake; }
    void push_missing(const ModulePtr& module);
    void push_given(const Module& module);
    void make(const ModulePtr& module);
    void fill(Module& copy, const Module& from);
    static void copy_rebuilds(Module& copy, const Module& from);
    void fill_slot(Slot& copy, const Slot& from);
    ModulePtr child_for(const ModulePtr& made_by_constructor, const ModulePtr& from);
    [[noreturn]] static void refuse(const Module& module);

    std::unordered_map<const Module*, ModulePtr> made_;  ///< null: the constructor of what holds it makes its like
    std::unordered_map<const Node*, Var> vars_;
    std::vector<ModulePtr> waiting_;
    std::unordered_set<const Module*> opened_;
    std::vector<std::pair<ModulePtr, ModulePtr>> unfilled_;  ///< copies and originals
};

ModulePtr Module::clone() {
    const KeptStream stream;
    return Cloning().clone(*this);
}

void Module::Cloning::refuse(const Module& module) {
    fail<ValueError>("clone: needs a ", module.class_name(), " made by nn::make, got one made otherwise");
}

// One that was replaced since may be gone, or hold the original now: anything in its place will do, as it is replaced
// in the copy too.
ModulePtr Module::Cloning::copy(const detail::KeptModule& kept) {
    if (!kept.given) return {};
    const ModulePtr module(kept.module.lock());
    const auto found = made_.find(module.get());
    if (found == made_.end()) return ModulePtr(make_shared_ptr<Module>());
    if (!found->second) refuse(*module);
    return found->second;
}

Var Module::Cloning::copy(const Var& x) {
    if (!x.defined()) return x;
    Var& copy = vars_[x.node()];
    if (copy.defined()) return copy;
    return copy = marked_like(make_var(x.array().clone()), x);
}

// What it is made of comes before a module: it stays in the list until all of that is there.
ModulePtr Module::Cloning::clone(Module& root) {
    if (!is_made(root)) refuse(root);
    waiting_.push_back(root.handle());
    while (!waiting_.empty()) {
        const ModulePtr module = waiting_.back();
        const std::size_t before = waiting_.size();
        if (!is_ready(module)) push_missing(module);
        if (waiting_.size() != before) continue;
        if (!is_ready(module)) make(module);
        waiting_.pop_back();
    }
    return made_.at(&root);
}

void Module::Cloning::push_missing(const ModulePtr& module) {
    const bool first = opened_.insert(module.get()).second;
    if (first && module->origin_) push_given(*module);
    const std::size_t before = waiting_.size();
    for (const auto& slot : *module->table_)
        if (slot->module && !is_ready(slot->module)) waiting_.push_back(slot->module);
    if (!first && waiting_.size() != before)
        fail<GraphError>("clone: needs a tree of modules, got a ", module->class_name(), " below itself");
}

// An argument that is no attribute, or none any more; but not one that holds the module by now.
void Module::Cloning::push_given(const Module& module) {
    std::unordered_set<const Module*> attributes;
    for (const auto& slot : *module.table_) attributes.insert(slot->module.get());
    for (const auto& given : module.origin_->given) {
        const ModulePtr alive(given.lock());
        if (alive && !attributes.contains(alive.get()) && !is_ready(alive) && !opened_.contains(alive.get()) &&
            !alive->holds(module))
            waiting_.push_back(alive);
    }
}

void Module::Cloning::make(const ModulePtr& module) {
    ModulePtr& copy = made_[module.get()];
    if (!is_made(*module)) return;
    copy = module->origin_->remake(*this);
    for (unfilled_.emplace_back(copy, module); !unfilled_.empty();) {
        const auto [to, from] = std::move(unfilled_.back());
        unfilled_.pop_back();
        fill(*to, *from);
    }
}

// Makes the table of a copy equal to that of its original.
void Module::Cloning::fill(Module& copy, const Module& from) {
    from.hooks_->fhook2.check_in_place(from);
    copy.table_->remove_all();
    for (const auto& theirs : *from.table_) {
        Slot& mine = copy.table_->add(theirs->name);
        ModulePtr child = child_for(mine.module, theirs->module);
        fill_slot(mine, *theirs);
        if (child) child->belong(copy, theirs->name);
        mine.module = std::move(child);
        copy.table_->set_layer(mine, theirs->layer);
    }
    for (const auto& gone : copy.table_->deleted()) gone->var = Var(), gone->module = ModulePtr();
    copy.table_->births = from.table_->births;
    copy.training_ = from.training_;
    copy_rebuilds(copy, from);
    copy.rebuild_derived();
}

void Module::Cloning::copy_rebuilds(Module& copy, const Module& from) {
    Fhook2::Rebuilds& mine = copy.hooks_->fhook2.rebuilds;
    mine.clear();
    for (const auto& theirs : from.hooks_->fhook2.rebuilds) {
        Fhook2::Rebuild entry = *theirs;
        entry.slot = copy.find(theirs->slot->name);
        mine.push_back(std::make_shared<const Fhook2::Rebuild>(std::move(entry)));
    }
}

void Module::Cloning::fill_slot(Slot& copy, const Slot& from) {
    copy.role = from.role;
    copy.birth = from.birth;
    copy.derived = from.derived ? std::make_shared<Derived>(Derived{copy.name, from.derived->sources, {}}) : nullptr;
    copy.var = this->copy(from.var);
}

// What was not made by nn::make is made by the constructor of what holds it, and takes the state of the original.
ModulePtr Module::Cloning::child_for(const ModulePtr& made_by_constructor, const ModulePtr& from) {
    if (!from) return {};
    ModulePtr& copy = made_.at(from.get());
    if (copy) return copy;
    const Module* const made = made_by_constructor.get();
    const Module& original = *from;
    if (!made || typeid(*made) != typeid(original)) refuse(original);
    copy = made_by_constructor;
    unfilled_.emplace_back(copy, from);
    return copy;
}

StateDict Module::Origin::newborn(const Module& module) const try {
    Cloning nothing;
    const ModulePtr fresh = remake(nothing);
    for (const auto& entry : module.hooks_->fhook2.rebuilds)
        if (entry->again) entry->again(*fresh);
    return fresh->state_dict();
} catch (const Error&) {
    return {};
}

}  // namespace jt::nn
