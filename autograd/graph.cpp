// Collecting what stands behind a Var, and printing it.
#include "graph.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <unordered_map>
#include <unordered_set>

#include "node.hpp"

namespace jt {

namespace {

using Nodes = std::vector<const Node*>;

Nodes nodes_behind(const Node& last) {
    Nodes nodes{&last};
    std::unordered_set<const Node*> seen{&last};
    for (std::size_t done = 0; done < nodes.size(); ++done)
        for (const Input& in : nodes[done]->inputs)
            if (in.var.defined() && seen.insert(in.var.node()).second) nodes.push_back(in.var.node());
    std::sort(nodes.begin(), nodes.end(), [](const Node* a, const Node* b) { return a->id < b->id; });
    return nodes;
}

// Ops in the order of creation, leaves ahead of the first op that reads them: when leaves were made depends on the
// order in which a compiler evaluates arguments.
Nodes in_order(const Nodes& nodes) {
    Nodes out;
    std::unordered_set<const Node*> placed;
    for (const Node* node : nodes) {
        for (const Input& in : node->inputs)
            if (in.var.defined() && !in.var.node()->op && placed.insert(in.var.node()).second)
                out.push_back(in.var.node());
        if (node->op || node == nodes.back()) out.push_back(node);
    }
    return out;
}

Graph::Row row_of(const Node& node) {
    const Array& x = node.value;
    const char* op = !node.op ? "leaf" : node.op == &freed ? "freed" : node.op->name;
    return {op, node.extra ? node.extra->name : "", x.shape(), x.dtype(), x.bytes(), !node.op, false, {}, node.scope};
}

// grad goes from a node that takes gradients to its inputs that do.
void mark_way(Graph& graph, const Nodes& nodes) {
    graph.rows.back().gradient = nodes.back()->requires_grad;
    for (std::size_t k = nodes.size(); k-- > 0;)
        for (const std::size_t in : graph.rows[k].inputs)
            if (in != Graph::none && graph.rows[k].gradient && nodes[in]->requires_grad) graph.rows[in].gradient = true;
}

using Line = std::array<std::string, 9>;

std::string list_of(const std::vector<std::size_t>& inputs) {
    std::string out;
    for (const std::size_t in : inputs)
        out += (out.empty() ? "" : " ") + (in == Graph::none ? "-" : std::to_string(in));
    return out;
}

Line line_of(const Graph::Row& row, std::size_t number) {
    return {std::to_string(number),
            row.op,
            row.name,
            text(row.shape),
            name(row.dtype),
            std::to_string(row.bytes),
            row.gradient ? "yes" : "no",
            list_of(row.inputs),
            row.module()};
}

bool is_number(std::size_t column) { return column == 0 || column == 5; }

std::string laid_out(const std::vector<Line>& lines) {
    std::array<std::size_t, std::tuple_size_v<Line>> widths{};
    for (const Line& line : lines)
        for (std::size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], line[c].size());
    std::string out;
    for (const Line& line : lines) {
        for (std::size_t c = 0; c < line.size(); ++c) {
            const std::string room(widths[c] - line[c].size(), ' ');
            out += is_number(c) ? room + line[c] + "  " : line[c] + room + "  ";
        }
        out.erase(out.find_last_not_of(' ') + 1);
        out += '\n';
    }
    return out;
}

}  // namespace

std::string Graph::Row::module() const { return scope ? scope->path() : ""; }

Graph graph(const Var& x) {
    const Nodes nodes = in_order(nodes_behind(node_of("graph", x)));
    std::unordered_map<const Node*, std::size_t> rows;
    Graph graph;
    for (const Node* node : nodes) {
        rows[node] = graph.rows.size();
        graph.rows.push_back(row_of(*node));
        for (const Input& in : node->inputs)
            graph.rows.back().inputs.push_back(in.var.defined() ? rows[in.var.node()] : Graph::none);
    }
    mark_way(graph, nodes);
    return graph;
}

std::string str(const Graph& graph) {
    std::vector<Line> lines{{"#", "op", "name", "shape", "dtype", "bytes", "grad", "inputs", "module"}};
    for (const Graph::Row& row : graph.rows) lines.push_back(line_of(row, lines.size() - 1));
    return laid_out(lines);
}

std::ostream& operator<<(std::ostream& out, const Graph& graph) { return out << str(graph); }

}  // namespace jt
