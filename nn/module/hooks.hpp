// Ordered lists of hooks, and the handle that takes exactly one hook away again.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "../../autograd/var.hpp"

namespace jt::nn {

class Module;

/// f(module, inputs): an empty list leaves the inputs as they are, another list replaces them.
using PreForwardHook = std::function<Vars(Module&, const Vars&)>;
/// f(module, inputs, outputs): an empty list leaves the outputs as they are.
using ForwardHook = std::function<Vars(Module&, const Vars&, const Vars&)>;
/// f(gradients): an empty list leaves them as they are. A gradient that nobody needs is an empty Var.
using GradHook = std::function<Vars(const Vars&)>;
/// f(module, gradients of the inputs, gradients of the outputs): what it returns replaces the former.
using BackwardHook = std::function<Vars(Module&, const Vars&, const Vars&)>;

/// Takes away the hook it was returned for; safe after the module is gone, and more than once.
class HookHandle {
public:
    HookHandle() = default;
    explicit HookHandle(std::function<void()> take_away) : take_away_(std::move(take_away)) {}
    void remove() {
        if (take_away_) take_away_();
        take_away_ = nullptr;
    }

private:
    std::function<void()> take_away_;
};

/// Hooks of one kind in the order they were registered.
template <class F>
class HookList {
    using Entries = std::vector<std::pair<std::size_t, F>>;

public:
    HookHandle add(F hook) {
        entries_->emplace_back(++last_, std::move(hook));
        return HookHandle([weak = std::weak_ptr<Entries>(entries_), id = last_] {
            if (const auto alive = weak.lock())
                std::erase_if(*alive, [id](const auto& hook) { return hook.first == id; });
        });
    }
    void clear() { entries_->clear(); }
    bool empty() const { return entries_->empty(); }
    std::vector<std::string> ids() const {
        std::vector<std::string> ids;
        for (const auto& [id, hook] : *entries_) ids.push_back(std::to_string(id));
        return ids;
    }
    /// x as the hooks leave it: what call(hook, x) returns replaces x, unless it is an empty list. Goes over a copy, so
    /// that a hook may remove itself.
    template <class Call>
    Vars run(Vars x, Call call) const {
        for (const auto& [id, hook] : Entries(*entries_))
            if (Vars replaced = call(hook, x); !replaced.empty()) x = std::move(replaced);
        return x;
    }

private:
    std::shared_ptr<Entries> entries_ = std::make_shared<Entries>();
    std::size_t last_ = 0;
};

/// The user's hooks of a module.
struct HookLists {
    HookList<PreForwardHook> pre_forward;
    HookList<ForwardHook> forward;
    HookList<GradHook> input_backward, output_backward;
    HookList<BackwardHook> backward;
};

}  // namespace jt::nn
