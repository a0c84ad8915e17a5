// Attempt: changes of a module's attributes that happen as a whole or not at all.
#pragma once
#include "../../core/shared.hpp"

namespace jt::nn {

class Module;

/// Changes the attributes of a module as a whole: unless done() is called, its destructor puts them back.
class Attempt {
public:
    explicit Attempt(Module& module);
    ~Attempt();
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;
    void done() noexcept;

private:
    struct Before;
    OwnPtr<Before> before_;
};

}  // namespace jt::nn
