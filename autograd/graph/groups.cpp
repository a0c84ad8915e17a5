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

// How many bytes of UTF-8 begin here; 0 for what is none.
std::size_t utf8_length(const std::string& text, std::size_t at) {
    const auto byte = [&](std::size_t k) {
        return at + k < text.size() ? static_cast<unsigned char>(text[at + k]) : 0;
    };
    const std::size_t n = byte(0) < 0x80 ? 1 : byte(0) >= 0xC2 && byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
    if (byte(0) >= 0x80 && (byte(0) < 0xC2 || byte(0) > 0xF4)) return 0;
    for (std::size_t k = 1; k < n; ++k)
        if ((byte(k) & 0xC0) != 0x80) return 0;
    const auto second = byte(1);  // no overlong forms, surrogates, numbers past the last or that stand for nothing
    if ((byte(0) == 0xE0 && second < 0xA0) || (byte(0) == 0xED && second > 0x9F)) return 0;
    if ((byte(0) == 0xF0 && second < 0x90) || (byte(0) == 0xF4 && second > 0x8F)) return 0;
    if (byte(0) == 0xEF && second == 0xBF && byte(2) >= 0xBE) return 0;
    return n;
}

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

std::string printable(const std::string& text) {
    std::string out;
    for (std::size_t at = 0, n = 1; at < text.size(); at += std::max<std::size_t>(n, 1)) {
        n = utf8_length(text, at);
        const auto c = static_cast<unsigned char>(text[at]);
        out += n == 0 ? "?" : c < 0x20 || c == 0x7F ? " " : text.substr(at, n);
    }
    return out;
}

}  // namespace jt
