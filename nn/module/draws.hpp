// What nn::make knows of a module, and the order in which modules draw their initial values.
#pragma once
#include "../../core/random.hpp"
#include "walk.hpp"

namespace jt::nn {

/// How a module came to be, and the states of the random stream before and after.
struct Module::Origin {
    detail::Birth::Remake remake = {};
    std::vector<std::weak_ptr<Module>> given = {};  ///< the modules among the arguments
    std::uint32_t from = 0, to = 0;
};

/// Compilers make the arguments of a constructor in any order; Jittor draws from left to right.
class Module::Draws {
public:
    static void put_in_order(Module& parent);
    /// The state of a new module that was made alike, with the same attributes derived; nothing when it has them not.
    static StateDict newborn(const Module& module);

private:
    static bool drew(const Module& module) { return module.origin_ && module.origin_->from != module.origin_->to; }
    static bool was_made_of_modules(const Module& m) { return m.origin_ && !m.origin_->given.empty(); }
    static Origin& origin_of(Module& module);
    static std::vector<ModulePtr> drawn_children(const Module& parent);
    static std::vector<ModulePtr> as_drawn(const std::vector<ModulePtr>& drawn);
    static std::vector<ModulePtr> parts_of(Module& module);
    static bool has_drawn_values(const ModulePtr& part);
    static bool is_as_drawn(const ModulePtr& module);
    static void redraw(Module& module);
    static void redraw_itself(Module& part);
    static void take_from_children(Module& container);
};

/// Puts the random stream back to where it stood.
struct KeptStream {
    KeptStream() = default;
    KeptStream(const KeptStream&) = delete;
    KeptStream& operator=(const KeptStream&) = delete;
    ~KeptStream() { random::set_state(state); }
    const std::uint32_t state = random::state();
};

}  // namespace jt::nn
