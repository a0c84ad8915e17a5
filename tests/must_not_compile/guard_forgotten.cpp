// Refused where warnings are: a guard without a name, which ends where it begins.
// With: -Werror
// Says: nodiscard
#include <minijt/minijt.hpp>

using namespace jt;

int main() {
#if defined(OK)
    const no_grad guard;
#else
    no_grad();
#endif
}
