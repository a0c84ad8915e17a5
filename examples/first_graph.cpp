// Draws what README's first program computes: the picture in README is what this one prints.
#include <iostream>
#include <minijt/minijt.hpp>
using namespace jt;

int main() {
    nn::Sequential net(nn::make<nn::Linear>(2, 8), nn::make<nn::Tanh>(), nn::make<nn::Linear>(8, 1));
    weightnorm::weight_norm(net[0], "weight", -1);
    net.parameters();  // gives them their names
    const Var x = array({{0., 0.}, {0., 1.}, {1., 0.}, {1., 1.}}), y = array({{0.}, {1.}, {1.}, {0.}});
    std::cout << graph(nn::mse_loss(net(x), y)).svg();
}
