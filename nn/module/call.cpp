// Calling a module: derived attributes, pre-forward hooks, backward taps around execute, forward hooks.
#include <pthread.h>

#include <algorithm>
#include <cstdint>

#include "../../autograd/function.hpp"
#include "../../autograd/function_node.hpp"
#include "../../core/warn.hpp"
#include "fhook2.hpp"
#include "walk.hpp"
#include "watch.hpp"

namespace jt::nn {

constinit thread_local CallWatch* CallWatch::now = nullptr;

namespace {

// The innermost module whose execute is running on this thread, and those around it.
struct Running {
    Running(const Module* module, const Scope* scope)
        : module(module), around(std::exchange(innermost, this)), inside(scope) {}
    ~Running() { innermost = around; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    const Module* const module;
    const Running* const around;
    const InScope inside;
    static constinit thread_local const Running* innermost;
};
constinit thread_local const Running* Running::innermost = nullptr;

// The stack of a thread, of which a call leaves the last part to the ops.
struct Stack {
    std::uintptr_t low = 0, high = 0;

    std::size_t reserve() const { return std::min<std::size_t>((high - low) / 4, 256 << 10); }
    static const Stack& of_this_thread() {
        static thread_local const Stack stack = measured();
        return stack;
    }

private:
    static Stack measured() {
        pthread_attr_t attributes;
        void* low = nullptr;
        std::size_t size = 0;
        if (pthread_getattr_np(pthread_self(), &attributes) != 0) return {};
        pthread_attr_getstack(&attributes, &low, &size);
        pthread_attr_destroy(&attributes);
        return {reinterpret_cast<std::uintptr_t>(low), reinterpret_cast<std::uintptr_t>(low) + size};
    }
};

// A program that runs on stacks of its own making is outside of the thread's, and left alone.
void check_stack(const Module& module) {
    const Stack& stack = Stack::of_this_thread();
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    if (here - stack.low >= stack.reserve() || here < stack.low || here >= stack.high) return;
    fail<GraphError>("call: needs ", stack.reserve(), " bytes of stack to go into ", module.class_name(), ", got ",
                     here - stack.low, "; it calls itself without end, or the tree is too deep");
}

// Passes values through and lets a hook see, or replace, their gradients.
class Tap : public Function {
public:
    explicit Tap(GradHook hook) : hook_(std::move(hook)) {}
    Vars execute(const Vars& inputs) override { return inputs; }
    Vars grad(const Vars& g) override { return hook_(g); }

private:
    GradHook hook_;
};

Vars run_all(const HookList<GradHook>& hooks, const Vars& g) {
    return run_hooks(hooks, g, [](const auto& hook, const Vars& g) { return hook(g); });
}

}  // namespace

Var Module::execute(const Var&) {
    fail<ValueError>(class_name(),
                     ": needs an execute of one input, got none; override execute, or derive from nn::Layer<",
                     class_name(), ">");
}

Vars Module::execute_vars(const Vars& inputs) {
    if (inputs.size() != 1)
        fail<ValueError>(class_name(), ": needs one input, got ", inputs.size(), "; for several derive from nn::Layer<",
                         class_name(), ">");
    return {execute(inputs[0])};
}

namespace {

constexpr std::size_t most_callers = 1024;  // that a module remembers

}  // namespace

bool Module::is_known(std::uint64_t caller) const {
    return std::find(callers_.begin(), callers_.end(), caller) != callers_.end();
}

void Module::know(std::uint64_t caller) {
    calls_->scope.store(nullptr, std::memory_order_relaxed);  // it may have another name there
    if (is_known(caller)) return;
    if (callers_.size() == most_callers) callers_.erase(0);
    callers_.push_back(caller);
}

void Module::belong(const Module& owner, const std::string& name) {
    name_ = name;
    know(owner.id_);
}

bool Module::is_training() const {
    if (Running::innermost && Running::innermost->module == this) calls_->ask_mode = true;
    return training_;
}

// Once for each caller, after a call, which shows whether the mode matters: who puts a module into an attribute is
// known from then on.
void Module::note_caller(const Module& caller) {
    if (is_known(caller.id_)) return;
    know(caller.id_);
    if (has_state_or_mode() && !caller.holds(*this))
        warn(caller.class_name() + " calls a " + class_name() + " it does not own; declare it with attr");
}

// By the last name that the child was given, or else by a look at all.
const Module::Slot* Module::slot_of(const Module& child) const {
    if (const Slot* slot = find(child.name_); slot && slot->module.get() == &child) return slot;
    const auto slot =
        std::find_if(table_->begin(), table_->end(), [&](const auto& slot) { return slot->module.get() == &child; });
    return slot == table_->end() ? nullptr : slot->get();
}

// Where it runs when it is called now. Modules without parameters may be called by several threads.
const Scope* Module::scope() {
    const Scope* known = calls_->scope.load(std::memory_order_relaxed);
    const std::uint64_t caller = Running::innermost ? Running::innermost->module->id_ : 0;
    if (known && known->parent == scope_now && calls_->scope_caller.load(std::memory_order_relaxed) == caller)
        return known;
    const Scope* scope = find_scope();
    calls_->scope.store(scope, std::memory_order_relaxed);
    calls_->scope_caller.store(caller, std::memory_order_relaxed);
    return scope;
}

// By the name that it has in its caller, or by its class.
const Scope* Module::find_scope() const {
    const Slot* slot = Running::innermost ? Running::innermost->module->slot_of(*this) : nullptr;
    return scope_in(scope_now, slot ? slot->name : class_name(), class_name());
}

Var Module::operator()(const Var& x) { return call_for_one({x}); }

Var Module::the_only(const Vars& outputs) const {
    if (outputs.size() == 1) return outputs[0];
    fail<ValueError>(class_name(), ": needs call(inputs) for ", outputs.size(),
                     " outputs, got a call for one; take them by const Vars y = module.call({x})");
}

Var Module::call_for_one(const Vars& inputs) {
    const auto held = self_.lock();
    return the_only(run(inputs));
}

Vars Module::call(const Vars& inputs) {
    const auto held = self_.lock();
    return run(inputs);
}

Vars Module::call_by(const Execute& execute, const Vars& inputs) {
    const auto held = self_.lock();
    return run(inputs, &execute);
}

Vars Module::run(const Vars& inputs, const Execute* by) {
    check_stack(*this);
    const Running guard(this, scope());
    try {
        CallWatch* const watch = CallWatch::now;
        Vars outputs = watch ? watch->around(*this, [&] { return run_hooked(inputs, by); }) : run_hooked(inputs, by);
        if (guard.around) note_caller(*guard.around->module);
        return outputs;
    } catch (Placeable& error) {
        place(error, scope_now);
        throw;
    }
}

Vars Module::run_hooked(const Vars& inputs, const Execute* by) {
    return hooks_->none() ? execute_by(by, inputs) : run_with_hooks(inputs, by);
}

Vars Module::run_with_hooks(const Vars& inputs, const Execute* by) {
    const Vars in = hooks_->fhook2.run(*this, inputs);
    return run_hooks(hooks_->forward, execute_between_taps(in, by),
                     [&](const auto& hook, const Vars& out) { return hook(*this, in, out); });
}

// A backward hook needs both ends: the tap behind execute keeps the gradients of the outputs for as long as the pass
// runs, the one before it calls.
Vars Module::execute_between_taps(const Vars& inputs, const Execute* by) {
    const bool both = !hooks_->backward.empty();
    if (!both && hooks_->input_backward.empty() && hooks_->output_backward.empty()) return execute_by(by, inputs);
    const auto hooks = hooks_;
    const auto call = make_shared_ptr<const char>();  // its address tells this call from others
    Vars in = inputs;
    if (both || !hooks_->input_backward.empty())
        in = jt::apply<Tap>(in, [hooks, call](const Vars& g) { return hooks->at_inputs(g, kept_in_pass(call.get())); });
    Vars out = execute_by(by, in);
    if (both || !hooks_->output_backward.empty())
        out = jt::apply<Tap>(out, [hooks, call](const Vars& g) {
            return kept_in_pass(call.get()) = run_all(hooks->output_backward, g);
        });
    return out;
}

Vars Module::Hooks::at_inputs(const Vars& g, const Vars& grad_out) const {
    Vars in = run_all(input_backward, g);
    if (!owner) return in;
    const auto held = owner->self_.lock();
    return run_hooks(backward, in, [&](const auto& hook, const Vars& in) { return hook(*owner, in, grad_out); });
}

}  // namespace jt::nn
