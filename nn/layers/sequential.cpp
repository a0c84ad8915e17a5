// Sequential.
#include "sequential.hpp"

namespace jt::nn {

Var Sequential::execute(const Var& x) {
    const Vars y = execute_vars({x});
    if (y.size() != 1)
        fail<ValueError>("Sequential: needs call(inputs) for ", y.size(), " outputs, got a call for one");
    return y[0];
}

// A layer may replace others while it runs.
Vars Sequential::execute_vars(const Vars& inputs) {
    SmallVector<ModulePtr, 8> layers;
    for (const ModulePtr& layer : *this) layers.push_back(layer);
    Vars y = inputs;
    for (const ModulePtr& layer : layers) y = layer->call(y);
    return y;
}

}  // namespace jt::nn
