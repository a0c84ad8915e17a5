// Recording a user's Function and asking it for its gradients.
#include "function.hpp"

#include "function_node.hpp"

namespace jt {

namespace {

struct FunctionCall {
    SharedPtr<Function> function;
    std::size_t outputs;
};

Vars execute_unrecorded(Function& function, const Vars& inputs) {
    const no_grad guard;
    return function.execute(inputs);
}

void check_gradients(const Vars& gradients, const Call& call) {
    if (gradients.size() != call.size())
        fail<ValueError>("Function.grad: needs one gradient for each of ", call.size(), " inputs, got ",
                         gradients.size());
    for (std::size_t k = 0; k < call.size(); ++k)
        if (call.needs(k) && gradients[k].defined() && gradients[k].shape() != call.shape(k))
            fail<ShapeError>("Function.grad: needs a gradient of shape ", call.shape(k), " for input ", k, ", got ",
                             gradients[k].shape());
}

// An output in a node of its own; one that the Function left empty stays empty.
Var output_of(const Var& call, const Var& value, std::size_t k) {
    if (!value.defined()) return Var();
    return call.node()->op ? record(function_output, Array(value.array()), {call}, k) : make_var(value.array());
}

}  // namespace

const Op function_call{"Function", nullptr};
const Op function_output{"Function output", [](const Var& g, const Call&) -> Vars { return {g}; }};

Vars function_gradients(Vars g, const Call& call) {
    const auto& [function, outputs] = call.params<FunctionCall>();
    for (Var& output : g) output = own(std::move(output));
    g.resize(outputs);
    const InScope inside(call.scope());
    Vars gradients = function->grad(g);
    if (!call.freed()) check_gradients(gradients, call);
    return gradients;
}

Vars apply(const SharedPtr<Function>& function, const Vars& inputs) {
    if (!function) fail<GraphError>("apply: needs a Function, got none");
    const Vars values = execute_unrecorded(*function, inputs);
    const Var call = record(function_call, Array({0}, Dtype::float32), inputs, FunctionCall{function, values.size()});
    Vars outputs;
    for (std::size_t k = 0; k < values.size(); ++k) outputs.push_back(output_of(call, values[k], k));
    return outputs;
}

}  // namespace jt
