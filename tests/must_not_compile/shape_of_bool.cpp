// An extent is no bool.
#include <minijt/minijt.hpp>

using namespace jt;

int main() {
    const Var x = zeros(2, 3, 4);
#if defined(OK)
    x.reshape(2, -1);
#else
    x.reshape(2, true);
#endif
}
