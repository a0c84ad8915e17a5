// Refused: writing to the copy of a handle that `net[0]` gives, where setattr replaces the layer.
#include <minijt/minijt.hpp>

int main() {
    jt::nn::ModulePtr net = jt::nn::make<jt::nn::Sequential>(jt::nn::make<jt::nn::ReLU>());
#if defined(OK)
    net->setattr("0", jt::nn::make<jt::nn::Tanh>());
#else
    net[0] = jt::nn::make<jt::nn::Tanh>();
#endif
    return net[0]->class_name() == "Tanh" ? 0 : 1;
}
