// Writing to an item of a const Var.
#include <minijt/minijt.hpp>

using namespace jt;

int main() {
    Var x = zeros({2, 3});
    const Var y = ones({3});
#if defined(OK)
    x[0] = y;
#else
    const Var c = x;
    c[0] = y;
#endif
}
