// Refused: a copy of a module, whose members would refer to the original's attributes.
#include <minijt/minijt.hpp>

int main() {
    jt::nn::Linear a(2, 3);
#if defined(OK)
    jt::nn::Linear& b = a;
#else
    jt::nn::Linear b = a;
#endif
    return b.in_features;
}
