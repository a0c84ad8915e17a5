// A form in place of an item that nobody holds: it would change nothing.
#include <minijt/minijt.hpp>

using namespace jt;

int main() {
    Var x = zeros({2, 3});
    const Var y = ones({3});
#if defined(OK)
    auto z = x[0];
    z.add_(1);
#else
    x[0].add_(1);
#endif
}
