// Sequential.
#pragma once
#include "module_list.hpp"

namespace jt::nn {

/// Modules one after another, named "0", "1", ..., or as they are given. Several outputs of one are the inputs of the
/// next.
class Sequential : public GrowingList<Sequential> {
public:
    Sequential() = default;
    /// Modules and lists of them, mixed: `Sequential(block(1, 6), block(6, 16), nn::make<nn::Linear>(16, 10))`; with
    /// names `Sequential(nn::NamedModules{{"in", nn::make<nn::Linear>(4, 8)}, {"act", nn::make<nn::ReLU>()}})`.
    template <LayerPart... Parts>
    explicit Sequential(Parts&&... parts) {
        add_all(std::forward<Parts>(parts)...);
    }
    Var execute(const Var& x) override;
    Vars execute_vars(const Vars& inputs) override;
};

}  // namespace jt::nn
