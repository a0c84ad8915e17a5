// A number for an item with a name: not in x.
#include <minijt/minijt.hpp>

using namespace jt;

int main() {
    Var x = zeros({2, 3});
    const Var y = ones({3});
#if defined(OK)
    auto z = x[0];
    z = y;
#else
    auto z = x[0];
    z = 1;
#endif
}
