// Where ops run: the modules whose execute is on its way, as far as autograd knows them.
#pragma once
#include <cstddef>
#include <string>
#include <utility>

#include "../core/error.hpp"

namespace jt {

/// One way of modules: the outermost is named by its class, the others as attributes. Each way is kept once, for the
/// life of the process and never changed, so that nodes of any thread may refer to it after the modules are gone.
struct Scope {
    const Scope* parent;  ///< null for the outermost
    std::string name;     ///< "fc1"
    std::string kind;     ///< the class, "Linear"
    std::size_t depth;    ///< how many stand around it

    /// "Net.fc1"
    std::string path() const;
};

/// The scope of a module that is called in `parent`; `parent` itself when it is very deep, or there are very many.
const Scope* scope_in(const Scope* parent, std::string name, std::string kind);

/// Where ops of this thread run now; null outside of modules. As all that every op asks of its thread, it is reached
/// without a call (initial-exec): few bytes, for which there is room in a shared library that is loaded late, too.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local const Scope* scope_now;

/// While it lives, ops of this thread run in a scope.
class InScope {
public:
    explicit InScope(const Scope* scope) noexcept : around_(std::exchange(scope_now, scope)) {}
    ~InScope() { scope_now = around_; }
    InScope(const InScope&) = delete;
    InScope& operator=(const InScope&) = delete;

private:
    const Scope* const around_;
};

/// Puts the scope's path in front of an error's message, "Net.fc1: ", if it has none yet.
void place(Placeable& error, const Scope* scope);

}  // namespace jt
