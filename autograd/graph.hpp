// Look at what stands behind a Var: as a table, as text for Graphviz, as a picture.
#pragma once
#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "var.hpp"

namespace jt {

struct Scope;

/// What stands behind a Var: ops from the oldest to the Var itself, each behind the leaves that it is the first to
/// read. It holds words and numbers, no Vars.
struct Graph {
    struct Row {
        std::string op;    ///< "tanh"; "leaf" for what no op made
        std::string name;  ///< "fc1.weight", once parameters() was called; or what set_name said
        Shape shape;       ///< a Function that ran has (0,), and its outputs are rows of their own
        Dtype dtype;
        std::size_t bytes;                ///< of the value, which may share its buffer with others
        bool leaf;                        ///< no op made it
        bool gradient;                    ///< grad comes by
        std::vector<std::size_t> inputs;  ///< rows, in the order of the op; `none` for an empty Var
        const Scope* scope;               ///< the module it was made in, or null

        /// "Net.fc1", or nothing.
        std::string module() const;
    };
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    std::vector<Row> rows;

    /// The graph in Graphviz's language, with a cluster for each call of a module.
    std::string dot() const;
    /// A drawing that needs no Graphviz: data goes down, parameters come from the right, each call of a module is a
    /// tinted box, and what grad does not come by is dashed. Throws a ValueError for more than a thousand rows.
    std::string svg() const;
};

/// What stands behind x. Throws a GraphError for an empty Var; of a graph that was freed it gives what is left.
Graph graph(const Var& x);

/// The table, a line for each row.
std::string str(const Graph& graph);
std::ostream& operator<<(std::ostream& out, const Graph& graph);

}  // namespace jt
