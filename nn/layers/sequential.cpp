// Sequential.
#include "sequential.hpp"

namespace jt::nn {

Sequential& Sequential::append(ModulePtr module) {
    if (!module) fail<KeyError>("append: needs a module, got none");
    std::size_t next = size();
    while (hasattr(std::to_string(next))) ++next;
    attr(std::to_string(next), std::move(module));
    return *this;
}

Sequential& Sequential::append(std::vector<ModulePtr> modules) {
    for (ModulePtr& module : modules) append(std::move(module));
    return *this;
}

// A layer may replace others while it runs.
Var Sequential::execute(const Var& x) {
    SmallVector<ModulePtr, 8> layers;
    for (std::size_t k = 0; k < size(); ++k) layers.push_back(layer(static_cast<int>(k)));
    Var y = x;
    for (const ModulePtr& layer : layers) y = layer(y);
    return y;
}

}  // namespace jt::nn
