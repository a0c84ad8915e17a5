#include "untouched.hpp"

#include <utility>

#include "fhook2.hpp"

namespace jt::nn {

// The parts of one module that a call may change.
struct Untouched::Before {
    explicit Before(ModulePtr m)
        : module(std::move(m)),
          attributes(*module),
          hooks{module->hooks_->pre_forward.restoring(), module->hooks_->forward.restoring(),
                module->hooks_->input_backward.restoring(), module->hooks_->output_backward.restoring(),
                module->hooks_->backward.restoring()} {}
    ~Before() {
        for (auto& restore : hooks) restore();
    }

    const ModulePtr module;
    const Attempt attributes;
    std::vector<Callable<void()>> hooks;
};

Untouched::Untouched(Module& root) : mode_(root) {
    for (const ModulePtr& module : root.modules()) note(module);
}

// An array that is shared is copied before anybody writes to it, so this keeps the old numbers.
void Untouched::note(const ModulePtr& module) {
    before_.push_back(std::make_unique<Before>(module));
    for (const std::string& name : module->attributes())
        if (const Var x = module->child(name) ? Var() : module->getattr(name); x.defined())
            values_.emplace_back(x, x.array());
}

Untouched::~Untouched() {
    for (auto& [x, value] : values_) std::swap(x.node()->value, value);
    *drawing::Drawing() = streams_;
}

}  // namespace jt::nn
