// Seeing the calls of modules go by.
#pragma once
#include <functional>
#include <utility>

#include "../../autograd/var.hpp"

namespace jt::nn {

class Module;

/// While it lives it stands around each call of a module in this thread, hooks and all.
class CallWatch {
public:
    CallWatch() noexcept : previous_(std::exchange(now, this)) {}
    CallWatch(const CallWatch&) = delete;
    CallWatch& operator=(const CallWatch&) = delete;
    /// Gives what `run` gives.
    virtual Vars around(Module& module, const std::function<Vars()>& run) = 0;

    static constinit thread_local CallWatch* now;

protected:
    ~CallWatch() { now = previous_; }

private:
    CallWatch* const previous_;
};

}  // namespace jt::nn
