// Gradients of a fused op by the ops that it stands for. Private to autograd/ops.
#pragma once
#include "../grad.hpp"
#include "../node.hpp"

namespace jt {

/// The gradients of the sum of f(inputs) for those inputs that need one, from copies of them: the walk must not go on
/// behind. They can be differentiated again while one records.
template <class F>
Vars composed_gradients(const Call& call, F f) {
    const bool keep = recording();
    const enable_grad guard;
    Vars copies, targets;
    for (std::size_t k = 0; k < call.size(); ++k) {
        const Var x = call.input(k);
        copies.push_back(x.defined() ? x.clone() : Var());
        if (call.needs(k)) targets.push_back(copies.back());
    }
    const Vars gradients = grad(f(copies), targets, keep);
    std::size_t next = 0;
    return call.each_needed([&](std::size_t) { return gradients[next++]; });
}

}  // namespace jt
