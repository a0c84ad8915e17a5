// Sequential.
#pragma once
#include "../module/module.hpp"

namespace jt::nn {

/// Modules one after another, named "0", "1", ...
class Sequential : public Module {
public:
    Sequential() = default;
    /// Modules and lists of them, mixed: `Sequential(block(1, 6), block(6, 16), nn::make<nn::Linear>(16, 10))`.
    template <class... Parts>
    requires((std::is_convertible_v<Parts, ModulePtr> ||
              std::is_convertible_v<Parts, std::vector<ModulePtr>>)&&...) explicit Sequential(Parts&&... parts) {
        (append(std::forward<Parts>(parts)), ...);
        draw_in_order();
    }
    /// Throws a KeyError for an empty handle.
    Sequential& append(ModulePtr module);
    Sequential& append(std::vector<ModulePtr> modules);
    Var execute(const Var& x) override;
    std::size_t size() const { return n_layers(); }
    /// As `layer`: the i-th module, counted from the end when negative.
    const ModulePtr& operator[](int i) const { return layer(i); }
};

}  // namespace jt::nn
