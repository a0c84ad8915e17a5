// The table of scopes.
#include "scope.hpp"

#include <mutex>
#include <set>
#include <tuple>

namespace jt {

constinit thread_local const Scope* scope_now = nullptr;

namespace {

constexpr std::size_t deepest = 64, most = 1 << 16;  // what recursion and made up names may come to

struct Before {
    static auto key(const Scope& s) { return std::tie(s.parent, s.name, s.kind); }
    bool operator()(const Scope& a, const Scope& b) const { return key(a) < key(b); }
};

struct Scopes {
    std::mutex mutex;
    std::set<Scope, Before> all;
};

// Never destroyed: what ends after main may still refer to a scope.
Scopes& scopes() {
    static Scopes& scopes = *new Scopes;
    return scopes;
}

}  // namespace

std::string Scope::path() const { return parent ? parent->path() + "." + name : name; }

const Scope* scope_in(const Scope* parent, std::string name, std::string kind) {
    const std::size_t depth = parent ? parent->depth + 1 : 0;
    if (depth == deepest) return parent;
    const std::lock_guard lock(scopes().mutex);
    const Scope scope{parent, std::move(name), std::move(kind), depth};
    const auto known = scopes().all.find(scope);
    if (known != scopes().all.end()) return &*known;
    return scopes().all.size() == most ? parent : &*scopes().all.insert(scope).first;
}

void place(Placeable& error, const Scope* scope) {
    if (scope) error.place(scope->path(), scope->kind);
}

}  // namespace jt
