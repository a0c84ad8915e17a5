// How the rows of a graph stand in calls of modules, for those who draw it.
#pragma once
#include "../graph.hpp"
#include "../scope.hpp"

namespace jt {

/// Calls of modules, each with what ran in it and the calls in it; group 0 is the whole. Ops of one call are neighbours
/// in the order of creation, so what lies between them may not come back to an earlier call: groups form no rings. A
/// leaf that has a name, as parameters have, or was made in a module stands with those who use it; other data outside.
struct Groups {
    explicit Groups(const Graph& graph);

    struct Group {
        std::size_t parent;
        const Scope* scope;
        std::size_t depth;
        std::size_t last = 0;  ///< the newest op in it
    };
    std::vector<Group> list{{0, nullptr, 0}};  ///< a parent before its children
    std::vector<std::size_t> of_row;

    /// The innermost group that holds both.
    std::size_t common(std::size_t a, std::size_t b) const;

private:
    std::size_t enter(std::size_t now, const Scope* scope);
};

}  // namespace jt
