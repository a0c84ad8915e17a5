// Sequential.
#include "sequential.hpp"

namespace jt::nn {

Var Sequential::execute(const Var& x) { return the_only(execute_vars({x})); }

// A layer may replace others while it runs.
Vars Sequential::execute_vars(const Vars& inputs) {
    SmallVector<ModulePtr, 8> layers;
    for (const ModulePtr& layer : *this) layers.push_back(layer);
    Vars y = inputs;
    for (const ModulePtr& layer : layers) y = layer->call(y);
    return y;
}

}  // namespace jt::nn
