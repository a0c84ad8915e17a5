// Calling a net without a trace.
#pragma once
#include <memory>
#include <vector>

#include "../../core/streams.hpp"
#include "attempt.hpp"
#include "eval_mode.hpp"
#include "module.hpp"

namespace jt::nn {

/// While it lives a module and all below it are in eval mode. Then modes, attributes, the values of Vars, the user's
/// hooks and the random streams are as they were.
class Untouched {
public:
    explicit Untouched(Module& root);
    Untouched(const Untouched&) = delete;
    Untouched& operator=(const Untouched&) = delete;
    ~Untouched();

private:
    struct Before;
    void note(const ModulePtr& module);

    std::vector<std::unique_ptr<Before>> before_;
    std::vector<std::pair<Var, Array>> values_;
    const drawing::Streams streams_ = *drawing::Drawing();
    const eval_mode mode_;
};

}  // namespace jt::nn
