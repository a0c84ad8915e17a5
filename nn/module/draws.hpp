// What nn::make knows of a module, and the order in which modules draw their initial values.
#pragma once
#include "../../core/random.hpp"
#include "walk.hpp"

namespace jt::nn {

/// How a module came to be, and the states of the random stream before and after.
struct Module::Origin {
    detail::Birth::Remake remake = {};
    std::vector<WeakPtr<Module>> given = {};  ///< the modules among the arguments
    std::uint32_t from = 0, to = 0;

    bool drew() const { return from != to; }
    /// The state of a new module that was made alike, with the same attributes derived; nothing when it has them not.
    StateDict newborn(const Module& module) const;
};

/// Puts the random stream back to where it stood.
struct KeptStream {
    KeptStream() = default;
    KeptStream(const KeptStream&) = delete;
    KeptStream& operator=(const KeptStream&) = delete;
    ~KeptStream() { drawing::set_state(state); }
    const std::uint32_t state = drawing::state();
};

}  // namespace jt::nn
