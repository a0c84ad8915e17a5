// The inside of a Module: one entry of its attribute table, and its lists of hooks.
#pragma once
#include "module.hpp"

namespace jt::nn {

/// Holds a Var or a module, so that a C++ reference to either stays valid whatever is set later. Slots never move.
struct Module::Slot {
    std::string name;
    Var var = {};
    ModulePtr module = {};
    Kind kind = Kind::parameter;
    std::size_t birth = 0;  ///< the order in which attributes first came, to put one back into its place
    std::vector<std::string> sources = {};
    Derivation rebuild = {};
    std::function<void(Module&)> derive_again = {};

    void copy(const Slot& from, Copied& copied);
    void copy_module(const ModulePtr& from, Copied& copied);
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

// Own attributes first, then the children's: Jittor's order.
template <class F>
void Module::walk(const std::string& prefix, F visit) const {
    for (const auto& slot : table_) visit(prefix + slot->name, *slot);
    for (const auto& slot : table_)
        if (slot->module) slot->module->walk(prefix + slot->name + ".", visit);
}

}  // namespace jt::nn
