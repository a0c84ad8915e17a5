// Refused: a rule that captures a Var, which would keep the graph alive in a circle.
#include <minijt/autograd/node.hpp>
#include <minijt/minijt.hpp>

using namespace jt;

int main() {
    Var x = ones({2});
#if defined(OK)
    const Op op{"same", [](const Var& g, const Call&) -> Vars { return {g}; }};
#else
    const Op op{"same", [x](const Var& g, const Call&) -> Vars { return {g * x}; }};
#endif
    return op.name == nullptr;
}
