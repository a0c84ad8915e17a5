// Refused: a Ref that is assigned another one, which would leave the attribute as it was.
// Says: deleted
#include <minijt/minijt.hpp>

using namespace jt;

struct Net : nn::Module {
    nn::Ref<nn::Linear> a{this, "a", 1, 1}, b{this, "b", 1, 1};
};

int main() {
    Net net;
#if defined(OK)
    net.a = nn::ModulePtr(net.b);
#else
    net.a = net.b;
#endif
}
