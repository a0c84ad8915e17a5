// Axes of a reduction are listed in braces: a second number is not one of them.
#include <minijt/minijt.hpp>

using namespace jt;

int main() {
    const Var x = zeros(2, 3, 4);
#if defined(OK)
    x.sum({0, 2});
#else
    x.sum(0, 2);
#endif
}
