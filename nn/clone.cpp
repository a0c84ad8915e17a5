// Copies of module trees that own everything they have.
#include <unordered_set>

#include "../autograd/node.hpp"
#include "../core/random.hpp"
#include "module_slots.hpp"

namespace jt::nn {

namespace detail {

std::vector<KeptModule> keep(const std::vector<ModulePtr>& modules) {
    std::vector<KeptModule> kept;
    for (const auto& module : modules) kept.push_back(keep(module));
    return kept;
}

void note_given(std::vector<std::weak_ptr<Module>>& given, const ModulePtr& module) {
    if (module) given.push_back(module.weak());
}

void note_given(std::vector<std::weak_ptr<Module>>& given, const std::vector<ModulePtr>& modules) {
    for (const auto& module : modules) note_given(given, module);
}

std::vector<ModulePtr> Copies::copy(const std::vector<KeptModule>& modules) {
    std::vector<ModulePtr> copies;
    for (const auto& module : modules) copies.push_back(copy(module));
    return copies;
}

std::vector<Var> Copies::copy(const std::vector<Var>& list) {
    std::vector<Var> copies;
    for (const auto& x : list) copies.push_back(copy(x));
    return copies;
}

Vars Copies::copy(const Vars& list) {
    Vars copies;
    for (const auto& x : list) copies.push_back(copy(x));
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
    void push_missing(const ModulePtr& module);
    void push_given(const Module& module);
    void make(const ModulePtr& module);
    void fill(Module& copy, const Module& from);
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
    if (found == made_.end()) return ModulePtr(std::make_shared<Module>());
    if (!found->second) refuse(*module);
    return found->second;
}

Var Module::Cloning::copy(const Var& x) {
    if (!x.defined()) return x;
    Var& copy = vars_[x.node()];
    if (copy.defined()) return copy;
    copy = make_var(x.array().clone());
    copy.node()->requires_grad = x.requires_grad();
    copy.node()->stopped = x.node()->stopped;
    copy.node()->scalar = x.node()->scalar;
    if (!x.name().empty()) copy.set_name(x.name());
    return copy;
}

// What it is made of comes before a module: it stays in the list until all of that is there.
ModulePtr Module::Cloning::clone(Module& root) {
    if (!root.remake_) refuse(root);
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
    if (first && !module->given_.empty()) push_given(*module);
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
    for (const auto& given : module.given_) {
        const ModulePtr alive(given.lock());
        if (alive && !attributes.contains(alive.get()) && !is_ready(alive) && !opened_.contains(alive.get()) &&
            !alive->holds(module))
            waiting_.push_back(alive);
    }
}

void Module::Cloning::make(const ModulePtr& module) {
    ModulePtr& copy = made_[module.get()];
    if (!module->remake_) return;
    copy = module->remake_(*this);
    for (unfilled_.emplace_back(copy, module); !unfilled_.empty();) {
        const auto [to, from] = std::move(unfilled_.back());
        unfilled_.pop_back();
        fill(*to, *from);
    }
}

// Makes the table of a copy equal to that of its original.
void Module::Cloning::fill(Module& copy, const Module& from) {
    from.check_in_place();
    copy.table_->remove_all();
    for (const auto& theirs : *from.table_) {
        Slot& mine = copy.table_->add(theirs->name);
        ModulePtr child = child_for(mine.module, theirs->module);
        fill_slot(mine, *theirs);
        if (child) child->know(copy.id_);
        mine.module = std::move(child);
        copy.table_->set_layer(mine, theirs->layer);
    }
    for (const auto& gone : copy.table_->deleted()) gone->var = Var(), gone->module = ModulePtr();
    copy.table_->births = from.table_->births;
    copy.training_ = from.training_;
    copy.rebuild_derived();
}

void Module::Cloning::fill_slot(Slot& copy, const Slot& from) {
    copy.kind = from.kind;
    copy.birth = from.birth;
    copy.derived = from.derived ? std::make_shared<Derived>(Derived{copy.name, from.derived->sources, {}}) : nullptr;
    copy.rebuild = from.rebuild ? std::make_shared<const Derivation>(*from.rebuild) : nullptr;
    copy.derive_again = from.derive_again;
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

void Module::made(Remake remake, std::vector<std::weak_ptr<Module>> given, Draws draws) {
    remake_ = std::move(remake);
    given_ = std::move(given);
    if (!is_drawn()) draws_ = draws;
}

// The state of a new one that was made alike, with the same attributes derived; nothing when it has them not.
StateDict Module::newborn() const try {
    Cloning nothing;
    const ModulePtr fresh = remake_(nothing);
    for (const auto& slot : *table_)
        if (slot->derive_again) slot->derive_again(*fresh);
    return fresh->state_dict();
} catch (const Error&) {
    return {};
}

}  // namespace jt::nn
