// Writing to an item: assignment to a Var that nobody holds would change nothing.
#include <minijt/minijt.hpp>

int main() {
    jt::Var x = jt::zeros({2, 3});
    const jt::Var y = jt::ones({3});
#if defined(OK)
    x = y;
#else
    x[0] = y;
#endif
}
