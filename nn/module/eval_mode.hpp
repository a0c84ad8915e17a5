// eval_mode: testing in the middle of a training.
#pragma once
#include <utility>
#include <vector>

#include "module.hpp"

namespace jt::nn {

/// While it lives a module and all below it are in eval mode; then each is in the mode that it was in, however the
/// scope is left: `const nn::eval_mode guard(net);`.
class eval_mode {
public:
    [[nodiscard]] explicit eval_mode(Module& net);
    eval_mode(const eval_mode&) = delete;
    eval_mode& operator=(const eval_mode&) = delete;
    ~eval_mode();

private:
    std::vector<std::pair<ModulePtr, bool>> training_;
};

}  // namespace jt::nn
