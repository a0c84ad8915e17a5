// A first program, to time how long it compiles: a weight-normed net and ten training steps.
#include <minijt/minijt.hpp>

using namespace jt;

int main() {
    nn::Sequential net(nn::make<nn::Linear>(4, 8), nn::make<nn::Tanh>(), nn::make<nn::Linear>(8, 2));
    weightnorm::weight_norm(net[0], "weight", -1);
    nn::SGD opt(net.parameters(), {.lr = 0.1, .momentum = 0.9});
    const Var x = randn({16, 4}), y = randint(0, 2, {16});
    for (int i = 0; i < 10; ++i) opt.step(nn::cross_entropy_loss(net(x), y));
}
