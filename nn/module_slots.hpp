// The inside of a Module: one entry of its attribute table, and its lists of hooks.
#pragma once
#include "../autograd/node.hpp"
#include "module.hpp"

namespace jt::nn {

/// "; missing: a, b", or nothing when there are no names.
std::string listed(const char* what, const std::vector<std::string>& names);

/// What somebody computed keeps its value, in a leaf: a parameter is where gradients end.
Var leaf(const Var& x);

/// Holds a Var or a module, so that a C++ reference to either stays valid whatever is set later. Slots never move.
struct Module::Slot {
    std::string name;
    Var var = {};
    ModulePtr module = {};
    Kind kind = Kind::parameter;
    std::size_t birth = 0;  ///< the order in which attributes first came, to put one back into its place
    std::shared_ptr<Derived> derived = {};  ///< what its values refer to, while it is derived
    Var rebuilt = {};                       ///< what the last rebuild put there
    Derivation rebuild = {};
    std::function<void(Module&)> derive_again = {};

    /// Notes what the sources hold now.
    void hold_sources(const Module& module);
    /// The value that the sources give now, in a node of its own, stopped when all of them are.
    Var value_from(Module& module);
    /// A parameter is where gradients end, and learns.
    void settle();
    void copy(const Slot& from, Copied& copied);
    void copy_module(const ModulePtr& from, Copied& copied);
    bool is_in_place() const { return var.node() == rebuilt.node(); }
    bool is_parameter() const { return var.defined() && kind == Kind::parameter && name[0] != '_'; }
    bool is_saved() const { return var.defined() && kind != Kind::derived && name[0] != '_'; }
};

struct Module::Hooks {
    Module* owner;  ///< null when the module is gone but a graph still refers to it
    HookList<PreForwardHook> pre_forward;
    HookList<ForwardHook> forward;
    HookList<GradHook> input_backward, output_backward;
    HookList<BackwardHook> backward;

    /// What the hooks at the inputs make of gradients g.
    Vars at_inputs(const Vars& g, const Vars& grad_out) const;
    bool none() const {
        return pre_forward.empty() && forward.empty() && input_backward.empty() && output_backward.empty() &&
               backward.empty();
    }
};

/// Exchanges values, and puts the old ones back unless keep() is called.
class Module::Exchange {
public:
    Exchange() = default;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange();

    /// Writes the elements of v, cast, into the Var of a slot, which becomes a leaf.
    void write(Slot& slot, const std::string& name, const Var& v);
    /// Puts a Var into a slot, as rebuilt when that is derived.
    void put(Slot& slot, Var value);
    void keep() noexcept;

private:
    struct Old {
        Slot* slot;
        Var var, rebuilt;
    };
    std::vector<std::pair<Var, Array>> arrays_;
    SmallVector<Old, 2> slots_;
};

// Own attributes first, then the children's: Jittor's order.
template <class F>
void Module::walk(const std::string& prefix, F visit) const {
    for (const auto& slot : table_) visit(prefix + slot->name, *slot);
    for (const auto& slot : table_)
        if (slot->module) slot->module->walk(prefix + slot->name + ".", visit);
}

}  // namespace jt::nn
