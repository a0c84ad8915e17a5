// An extent is a whole number.
#include <minijt/minijt.hpp>

using namespace jt;

int main() {
    const Var x = zeros(2, 3, 4);
#if defined(OK)
    x.view(2, 12);
#else
    x.view(2., 12);
#endif
}
