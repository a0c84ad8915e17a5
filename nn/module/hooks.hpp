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

/// Hooks of one kind in the order they were registered. Calling goes over a copy, so a hook may remove itself.
template <class F>
class HookList {
public:
    std::size_t add(F hook) {
        hooks_.push_back({++last_, std::move(hook)});
        return last_;
    }
    void remove(std::size_t id) {
        std::erase_if(hooks_, [id](const auto& hook) { return hook.first == id; });
    }
    void clear() { hooks_.clear(); }
    bool empty() const { return hooks_.empty(); }
    std::vector<std::size_t> ids() const {
        std::vector<std::size_t> ids;
        for (const auto& hook : hooks_) ids.push_back(hook.first);
        return ids;
    }
    template <class G>
    void each(G g) const {
        const auto copy = hooks_;
        for (const auto& hook : copy) g(hook.second);
    }

private:
    std::vector<std::pair<std::size_t, F>> hooks_;
    std::size_t last_ = 0;
};

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

}  // namespace jt::nn
