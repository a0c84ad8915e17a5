// Refused: a layer called with inputs that none of its execute takes.
// Says: execute: none of this layer takes that many Vars
#include <minijt/minijt.hpp>

using namespace jt;

int main() {
    nn::MSELoss loss;
#if defined(OK)
    const Var y = loss(ones({2}), ones({2}));
#else
    loss(ones({2}));
#endif
}
