// Two writes in one: a write gives no value.
#include <minijt/minijt.hpp>

using namespace jt;

int main() {
    Var x = zeros({2, 3});
    const Var y = ones({3});
#if defined(OK)
    x[1] = 3;
    x[0] = x[1];
#else
    x[0] = x[1] = 3;
#endif
}
