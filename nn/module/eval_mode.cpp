#include "eval_mode.hpp"

namespace jt::nn {

eval_mode::eval_mode(Module& net) {
    for (const ModulePtr& module : net.modules()) training_.emplace_back(module, module->training_);
    net.eval();
}

eval_mode::~eval_mode() {
    for (const auto& [module, training] : training_) module->training_ = training;
}

}  // namespace jt::nn
