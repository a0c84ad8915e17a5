// Refused: a pair where options stand, which in Jittor would be a stride.
// Says: no matching
#include <minijt/minijt.hpp>

using namespace jt;

int main() {
#if defined(OK)
    const nn::Conv conv(1, 6, 5, {.stride = {2, 1}});
#else
    const nn::Conv conv(1, 6, 5, {2, 1});
#endif
}
