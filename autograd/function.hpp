// Write an op of your own: Function has an execute for the value and a grad for its gradients.
#pragma once
#include "var.hpp"

namespace jt {

/// An op written by the user. One object serves one call, so that members can carry what grad needs from execute.
/// Save inputs rather than results when second derivatives matter: results are computed without recording.
class Function {
public:
    Function() = default;
    Function(const Function&) = delete;
    Function& operator=(const Function&) = delete;
    virtual ~Function() = default;

    /// The outputs for the inputs; nothing in here is recorded.
    virtual Vars execute(const Vars& inputs) = 0;
    /// One gradient for each input, in the input's shape, from one for each output. An output that nobody used
    /// has an empty g; an empty Var returned means no gradient.
    virtual Vars grad(const Vars& g) = 0;
};

/// Runs a Function once and records it. Throws a ValueError during grad when the number of gradients is wrong,
/// a ShapeError when a shape is.
Vars apply(const SharedPtr<Function>& function, const Vars& inputs);

/// `Vars out = jt::apply<Swish>({x});`
template <class F, class... Args>
Vars apply(const Vars& inputs, Args&&... args) {
    return jt::apply(make_shared_ptr<F>(std::forward<Args>(args)...), inputs);
}

}  // namespace jt
