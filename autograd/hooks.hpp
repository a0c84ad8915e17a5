// Ordered lists of hooks, and the handle that takes exactly one hook away again.
#pragma once
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "../core/callable.hpp"

namespace jt {

/// Takes away the hook it was returned for; safe after what it hangs on is gone, and more than once. A handle that is
/// dropped leaves its hook on.
class HookHandle {
public:
    HookHandle() = default;
    explicit HookHandle(Callable<void()> take_away) : take_away_(std::move(take_away)) {}
    void remove() {
        if (const auto take_away = std::exchange(take_away_, {})) take_away();
    }

private:
    Callable<void()> take_away_;
};

/// Hooks of one kind in the order they were registered.
template <class F>
class HookList {
    using Entries = std::vector<std::pair<std::size_t, F>>;

public:
    HookHandle add(F hook) {
        if (!entries_) entries_ = make_shared_ptr<Entries>();
        entries_->emplace_back(++last_, std::move(hook));
        return HookHandle([weak = WeakPtr<Entries>(entries_), id = last_] {
            if (const auto alive = weak.lock())
                std::erase_if(*alive, [id](const auto& hook) { return hook.first == id; });
        });
    }
    void clear() {
        if (entries_) entries_->clear();
    }
    /// Puts the hooks of now back into this list, which must live.
    Callable<void()> restoring() {
        return [this, before = entries()]() mutable {
            if (entries_) entries_->swap(before);
        };
    }
    bool empty() const { return !entries_ || entries_->empty(); }
    /// A copy, so that a hook that runs may remove itself, or add others.
    Entries entries() const { return entries_ ? *entries_ : Entries(); }
    std::vector<std::string> ids() const {
        std::vector<std::string> ids;
        if (empty()) return ids;
        for (const auto& [id, hook] : *entries_) ids.push_back(std::to_string(id));
        return ids;
    }

private:
    SharedPtr<Entries> entries_;
    std::size_t last_ = 0;
};

}  // namespace jt
