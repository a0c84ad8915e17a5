// Refused: an attribute copied into a Var that is there already.
// Says: attr: bind to a reference
#include <minijt/minijt.hpp>

using namespace jt;

struct Net : nn::Module {
    Net() {
        Var w;
#if defined(OK)
        w = static_cast<Var&>(attr("w", ones({2})));
#else
        w = attr("w", ones({2}));
#endif
    }
};

int main() { Net net; }
