// Refused: a member that copies a module attribute, which would not be the attribute; the & is forgotten.
// Says: attr: bind to a reference
#include <minijt/minijt.hpp>

using namespace jt;

struct Net : nn::Module {
#if defined(OK)
    nn::ModulePtr& fc = attr("fc", nn::make<nn::Linear>(2, 3));
#else
    nn::ModulePtr fc = attr("fc", nn::make<nn::Linear>(2, 3));
#endif
};

int main() { Net net; }
