// Refused: a member that copies a Var attribute by braces, which would not be the attribute; the & is forgotten.
// Says: attr: bind to a reference
#include <minijt/minijt.hpp>

using namespace jt;

struct Net : nn::Module {
#if defined(OK)
    Var& w = attr("w", jt::ones({2}));
#else
    Var w{attr("w", jt::ones({2}))};
#endif
};

int main() { Net net; }
