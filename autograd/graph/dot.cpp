// A graph in Graphviz's language.
#include "../../core/printable.hpp"
#include "groups.hpp"

namespace jt {

namespace {

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : printable(text)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string lines(const std::string& first, const std::string& second) {
    const std::string a = quoted(first), b = quoted(second);
    return a.substr(0, a.size() - 1) + "\\n" + b.substr(1);
}

std::string node_line(const Graph::Row& row, std::size_t k) {
    const bool named = !row.name.empty();
    std::string out = "n" + std::to_string(k) + " [label=" + lines(named ? row.name : row.op, text(row.shape));
    if (named && row.leaf) out += " fillcolor=\"#fdf0c8\"";
    if (!row.gradient) out += " style=\"filled,rounded,dashed\" color=gray fontcolor=gray40";
    return out + "];\n";
}

std::string cluster_head(const Scope& scope, std::size_t g) {
    return "subgraph cluster_" + std::to_string(g) +
           " {\nlabel=" + quoted(scope.parent ? scope.path() + ": " + scope.kind : scope.kind) + ";\n";
}

// Each row inside its cluster, and clusters inside theirs; a parent's number is the smaller one.
std::string clusters(const Graph& graph, const Groups& groups) {
    std::vector<std::string> bodies(groups.list.size());
    for (std::size_t k = 0; k < graph.rows.size(); ++k) bodies[groups.of_row[k]] += node_line(graph.rows[k], k);
    for (std::size_t g = groups.list.size() - 1; g > 0; --g)
        bodies[groups.list[g].parent] += cluster_head(*groups.list[g].scope, g) + bodies[g] + "}\n";
    return bodies[0];
}

}  // namespace

std::string Graph::dot() const {
    std::string out =
        "digraph {\nnode [shape=box style=\"filled,rounded\" fillcolor=white fontname=monospace fontsize=11];\n"
        "graph [style=\"rounded,filled\" fillcolor=\"#eef3fa\" color=\"#b9c8de\" fontname=monospace "
        "fontsize=11];\nbgcolor=white;\n";
    out += clusters(*this, Groups(*this));
    for (std::size_t k = 0; k < rows.size(); ++k)
        for (const std::size_t in : rows[k].inputs)
            if (in != none)
                out += "n" + std::to_string(in) + " -> n" + std::to_string(k) +
                       (rows[in].gradient && rows[k].gradient ? "" : " [style=dashed color=gray]") + ";\n";
    return out + "}\n";
}

}  // namespace jt
