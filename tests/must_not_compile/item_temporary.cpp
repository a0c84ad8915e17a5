// Writing to an item of a Var that nobody holds: it would change nothing.
#include <minijt/minijt.hpp>

using namespace jt;

int main() {
    Var x = zeros({2, 3});
    const Var y = ones({3});
#if defined(OK)
    Var z = x * 2;
    z[0] = y;
#else
    (x * 2)[0] = y;
#endif
}
