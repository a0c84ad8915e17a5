// `__fhook2__`, as Jittor calls the pre-forward hooks: the ordered list of what runs before a module's `execute`.
#pragma once
#include <memory>
#include <string_view>

#include "table.hpp"

namespace jt::nn {

/// x as the hooks of a list leave it: what call(hook, x) returns replaces x, unless it is an empty list.
template <class F, class Call>
Vars run_hooks(const HookList<F>& hooks, Vars x, Call call) {
    for (const auto& [id, hook] : hooks.entries())
        if (Vars replaced = call(hook, x); !replaced.empty()) x = std::move(replaced);
    return x;
}

/// Built-in entries stand first: one for each derived attribute, which rebuilds it (weight norm's is keyed
/// "weight_norm.weight"). The user's hooks follow in the order registered.
class Module::Fhook2 {
public:
    static constexpr std::string_view name = "__fhook2__";

    /// An entry that rebuilds the attribute in a slot. Runs share it, since one may take the attribute away.
    struct Rebuild {
        std::string key;
        Slot* slot;
        Derivation value;
        Callable<void(Module&)> again;  ///< does the same to a module that was made alike

        /// What the sources give now, in a node of its own, stopped when all of them are; nothing when this entry left
        /// `list` meanwhile.
        Var run(Module& module, const Fhook2& list) const;
    };
    using Rebuilds = std::vector<std::shared_ptr<const Rebuild>>;

    bool empty() const { return rebuilds.empty() && hooks.empty(); }
    std::vector<std::string> keys() const;
    bool has(const Rebuild* entry) const;
    void remove(const Slot& slot) noexcept;
    /// Throws a KeyError for a derived attribute that was assigned through its member.
    void check_in_place(const Module& module) const;
    void rebuild(Module& module, Exchange& exchange) const;
    /// All entries before a call; gives the inputs as the hooks leave them.
    Vars run(Module& module, const Vars& inputs) const;

    const HookList<PreForwardHook>& hooks;
    Rebuilds rebuilds = {};
};

/// All hooks of a module.
struct Module::Hooks : HookLists {
    explicit Hooks(Module* module) : owner(module) {}

    Module* owner;  ///< null when the module is gone but a graph still refers to it
    Fhook2 fhook2{pre_forward};

    /// Whether a list of that Jittor name has entries.
    bool has(std::string_view name) const;
    /// What the hooks at the inputs make of gradients g.
    Vars at_inputs(const Vars& g, const Vars& grad_out) const;
    bool none() const {
        return fhook2.empty() && forward.empty() && input_backward.empty() && output_backward.empty() &&
               backward.empty();
    }
};

}  // namespace jt::nn
