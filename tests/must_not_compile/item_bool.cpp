// A bool is no index; Jittor refuses x[True] too.
#include <minijt/minijt.hpp>

using namespace jt;

int main() {
    Var x = zeros({2, 3});
    const Var y = ones({3});
#if defined(OK)
    x[1] = 0;
#else
    x[true] = 0;
#endif
}
