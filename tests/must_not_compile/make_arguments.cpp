// Refused: make with arguments that no constructor takes, in ten lines at most.
// Says: make: the module has no constructor that takes these arguments
// Lines: 10
#include <minijt/minijt.hpp>

using namespace jt;

int main() {
#if defined(OK)
    const nn::ModulePtr layer = nn::make<nn::Linear>(3, 2);
#else
    const nn::ModulePtr layer = nn::make<nn::Linear>("a", 2);
#endif
}
