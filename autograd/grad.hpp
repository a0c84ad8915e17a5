// Differentiate: jt::grad gives the gradients of a loss for any Vars that it was computed from.
#pragma once
#include <concepts>

#include "var.hpp"

namespace jt {

/// Gradients of `loss` (summed when it has several elements) for each target, in order and in the targets' shapes.
/// A target that the loss does not depend on gets zeros and a warning. The walk records, so gradients can be
/// differentiated again; with retain_graph = false it does not, and frees the graph: differentiating it again throws.
/// Throws a DtypeError for a loss or target that is no float, a GraphError for a freed graph.
Vars grad(const Var& loss, const Vars& targets, bool retain_graph = true);

/// The gradient for one target.
template <std::same_as<Var> V>
Var grad(const Var& loss, const V& target, bool retain_graph = true) {
    return grad(loss, Vars{target}, retain_graph)[0];
}

}  // namespace jt
