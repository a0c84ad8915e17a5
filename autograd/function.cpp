// Recording a user's Function and asking it for its gradients.
#include "function.hpp"

#include "function_node.hpp"

namespace jt {

namespace {

struct FunctionCall {
    std::shared_ptr<Function> function;
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

}  // namespace

const Op function_call{"Function", nullptr};
const Op function_output{"Function output", [](const Var& g, const Call&) -> Vars { return {g}; }};

Vars function_gradients(const Vars& g, const Call& call) {
    const auto& [function, outputs] = call.params<FunctionCall>();
    Vars padded = g;
    padded.resize(outputs);
    Vars gradients = function->grad(padded);
    check_gradients(gradients, call);
    return gradients;
}

Vars apply(const std::shared_ptr<Function>& function, const Vars& inputs) {
    const Vars values = execute_unrecorded(*function, inputs);
    const Var call = record(function_call, Array({0}, Dtype::float32), inputs, FunctionCall{function, values.size()});
    Vars outputs;
    for (std::size_t k = 0; k < values.size(); ++k)
        outputs.push_back(call.node()->op ? record(function_output, Array(values[k].array()), {call}, k)
                                          : make_var(values[k].array()));
    return outputs;
}

}  // namespace jt
