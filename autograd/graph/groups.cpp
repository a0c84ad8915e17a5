// Finding the calls of modules in the order of creation.
#include "groups.hpp"

#include <algorithm>

namespace jt {

namespace {

// How many scopes stand in each other, down to this one.
std::size_t depth_of(const Scope* scope) { return scope ? scope->depth + 1 : 0; }

const Scope* at_depth(const Scope* scope, std::size_t depth) {
    while (depth_of(scope) > depth) scope = scope->parent;
    return scope;
}

bool is_inside(const Graph::Row& leaf) { return leaf.leaf && (leaf.scope || !leaf.name.empty()); }

}  // namespace

Groups::Groups(const Graph& graph) : of_row(graph.rows.size(), Graph::none) {
    std::size_t now = 0;
    for (std::size_t k = 0; k < graph.rows.size(); ++k) {
        if (graph.rows[k].leaf) continue;
        now = of_row[k] = enter(now, graph.rows[k].scope);
        for (std::size_t g = now;; g = list[g].parent) {
            list[g].last = k;
            if (g == 0) break;
        }
    }
    for (std::size_t k = 0; k < graph.rows.size(); ++k)
        for (const std::size_t in : graph.rows[k].inputs)
            if (in != Graph::none && is_inside(graph.rows[in]))
                of_row[in] = of_row[in] == Graph::none ? of_row[k] : common(of_row[in], of_row[k]);
    std::replace(of_row.begin(), of_row.end(), Graph::none, std::size_t{0});
}

std::size_t Groups::enter(std::size_t now, const Scope* scope) {
    while (list[now].depth > depth_of(scope) || list[now].scope != at_depth(scope, list[now].depth))
        now = list[now].parent;
    while (list[now].depth < depth_of(scope)) {
        const std::size_t depth = list[now].depth + 1;
        list.push_back({now, at_depth(scope, depth), depth});
        now = list.size() - 1;
    }
    return now;
}

std::size_t Groups::common(std::size_t a, std::size_t b) const {
    while (a != b) (list[a].depth > list[b].depth ? a : b) = list[list[a].depth > list[b].depth ? a : b].parent;
    return a;
}

}  // namespace jt
