// The kinds of hooks that a module has.
#pragma once
#include "../../autograd/var.hpp"

namespace jt::nn {

class Module;

/// f(module, inputs): an empty list leaves the inputs as they are, another list replaces them.
using PreForwardHook = Callable<Vars(Module&, const Vars&)>;
/// f(module, inputs, outputs): an empty list leaves the outputs as they are.
using ForwardHook = Callable<Vars(Module&, const Vars&, const Vars&)>;
/// f(gradients): an empty list leaves them as they are. A gradient that nobody needs is an empty Var.
using GradHook = Callable<Vars(const Vars&)>;
/// f(module, gradients of the inputs, gradients of the outputs): what it returns replaces the former.
using BackwardHook = Callable<Vars(Module&, const Vars&, const Vars&)>;

using jt::HookHandle;
using jt::HookList;

/// The user's hooks of a module.
struct HookLists {
    HookList<PreForwardHook> pre_forward;
    HookList<ForwardHook> forward;
    HookList<GradHook> input_backward, output_backward;
    HookList<BackwardHook> backward;
};

}  // namespace jt::nn
