// How a Function stands in the graph: one node for the call, and one for each output that hands its gradient to the
// call.
#pragma once
#include "node.hpp"

namespace jt {

extern const Op function_call, function_output;

inline bool is_function(const Node& node) { return node.op == &function_call; }
/// Which output of a Function a node is, if it is one.
inline std::optional<std::size_t> output_slot(const Node& node) {
    if (node.op != &function_output) return {};
    return *reinterpret_cast<const std::size_t*>(node.params.data());
}
/// The user's gradients for the inputs; g has one entry for each output up to the last used.
Vars function_gradients(Vars g, const Call& call);

/// A place for Vars that lasts as long as the pass that is running on this thread, told from others by `key`: Functions
/// that hand gradients on within a pass must not hold them, since recorded gradients lead back to the Functions.
Vars& kept_in_pass(const void* key);

}  // namespace jt
