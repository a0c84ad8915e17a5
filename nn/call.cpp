// Calling a module: derived attributes, pre-forward hooks, backward taps around execute, forward hooks.
#include <algorithm>
#include <vector>

#include "../autograd/function.hpp"
#include "../core/warn.hpp"
#include "module_slots.hpp"

namespace jt::nn {

namespace {

// Modules whose execute is running on this thread, innermost last.
thread_local std::vector<const Module*> running;

struct Running {
    explicit Running(const Module* module) { running.push_back(module); }
    ~Running() { running.pop_back(); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
};

bool owns(const Module& tree, const Module* wanted) {
    if (&tree == wanted) return true;
    for (const auto& name : tree.attributes())
        if (const Module* child = tree.child(name))
            if (owns(*child, wanted)) return true;
    return false;
}

// Passes values through and lets a hook see, or replace, their gradients.
class Tap : public Function {
public:
    explicit Tap(GradHook hook) : hook_(std::move(hook)) {}
    Vars execute(const Vars& inputs) override { return inputs; }
    Vars grad(const Vars& g) override {
        const Vars replaced = hook_(g);
        return replaced.empty() ? g : replaced;
    }

private:
    GradHook hook_;
};

// All grad hooks of a list one after another.
Vars run_all(const HookList<GradHook>& hooks, Vars g) {
    hooks.each([&](const GradHook& hook) {
        const Vars replaced = hook(g);
        if (!replaced.empty()) g = replaced;
    });
    return g;
}

}  // namespace

Var Module::execute(const Var&) {
    fail<ValueError>(class_name(), ": needs an execute of one input, got none; override execute or execute_vars");
}

Vars Module::execute_vars(const Vars& inputs) {
    if (inputs.size() != 1) fail<ValueError>(class_name(), ": needs one input, got ", inputs.size());
    return {execute(inputs[0])};
}

Var Module::only(const Vars& outputs) const {
    if (outputs.size() != 1)
        fail<ValueError>(class_name(), ": needs call(inputs) for ", outputs.size(), " outputs, got a call for one");
    return outputs[0];
}

void Module::note_caller() {
    if (running.empty() || running.back() == known_caller_) return;
    known_caller_ = running.back();
    if (owns(*known_caller_, this) || parameters().empty()) return;
    warn(known_caller_->class_name() + " calls a " + class_name() + " it does not own; declare it with attr");
}

Var Module::operator()(const Var& x) { return only(call({x})); }

Vars Module::call(const Vars& inputs) {
    note_caller();
    const Running guard(this);
    if (std::ranges::any_of(table_, [](const auto& slot) { return slot->kind == Kind::derived; })) {
        check_in_place();
        rebuild_derived();
    }
    return hooks_->none() ? execute_vars(inputs) : call_with_hooks(inputs);
}

Vars Module::call_with_hooks(const Vars& inputs) {
    Vars in = inputs;
    hooks_->pre_forward.each([&](const PreForwardHook& hook) {
        const Vars replaced = hook(*this, in);
        if (!replaced.empty()) in = replaced;
    });
    Vars out = execute_between_taps(in);
    hooks_->forward.each([&](const ForwardHook& hook) {
        const Vars replaced = hook(*this, in, out);
        if (!replaced.empty()) out = replaced;
    });
    return out;
}

// A backward hook needs both ends: the tap behind execute notes the gradients of the outputs, the one before it calls.
Vars Module::execute_between_taps(const Vars& inputs) {
    const bool both = !hooks_->backward.empty();
    auto grad_out = std::make_shared<Vars>();
    const auto hooks = hooks_;
    Vars in = inputs;
    if (both || !hooks_->input_backward.empty())
        in = jt::apply<Tap>(in, [hooks, grad_out](const Vars& g) { return hooks->at_inputs(g, *grad_out); });
    Vars out = execute_vars(in);
    if (both || !hooks_->output_backward.empty())
        out = jt::apply<Tap>(
            out, [hooks, grad_out](const Vars& g) { return *grad_out = run_all(hooks->output_backward, g); });
    return out;
}

Vars Module::Hooks::at_inputs(const Vars& g, const Vars& grad_out) const {
    Vars in = run_all(input_backward, g);
    if (!owner) return in;
    backward.each([&](const BackwardHook& hook) {
        const Vars replaced = hook(*owner, in, grad_out);
        if (!replaced.empty()) in = replaced;
    });
    return in;
}

namespace {

// A handle that finds its list only while the module's hooks are still there.
template <class Hooks, class F>
HookHandle add_to(const std::shared_ptr<Hooks>& hooks, HookList<F> Hooks::*list, F hook) {
    const auto id = ((*hooks).*list).add(std::move(hook));
    return HookHandle([weak = std::weak_ptr<Hooks>(hooks), list, id] {
        if (const auto alive = weak.lock()) ((*alive).*list).remove(id);
    });
}

}  // namespace

HookHandle Module::add_pre_forward(PreForwardHook hook) { return add_to(hooks_, &Hooks::pre_forward, std::move(hook)); }
HookHandle Module::add_forward(ForwardHook hook) { return add_to(hooks_, &Hooks::forward, std::move(hook)); }
HookHandle Module::add_input_backward(GradHook hook) { return add_to(hooks_, &Hooks::input_backward, std::move(hook)); }
HookHandle Module::add_output_backward(GradHook hook) {
    return add_to(hooks_, &Hooks::output_backward, std::move(hook));
}
HookHandle Module::add_backward(BackwardHook hook) { return add_to(hooks_, &Hooks::backward, std::move(hook)); }
void Module::remove_pre_forward_hook() { hooks_->pre_forward.clear(); }
void Module::remove_forward_hook() { hooks_->forward.clear(); }
void Module::remove_input_backward_hook() { hooks_->input_backward.clear(); }
void Module::remove_output_backward_hook() { hooks_->output_backward.clear(); }
void Module::remove_backward_hook() { hooks_->backward.clear(); }

}  // namespace jt::nn
