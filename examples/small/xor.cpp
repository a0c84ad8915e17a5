// XOR, the smallest problem that needs a hidden layer: four points, eight hidden units.
#include <cmath>
#include <cstdio>
#include <minijt/minijt.hpp>
using namespace jt;

int main() {
    set_global_seed(42);
    nn::Sequential net(nn::make<nn::Linear>(2, 8), nn::make<nn::Tanh>(), nn::make<nn::Linear>(8, 1));
    nn::SGD opt(net.parameters(), {.lr = 0.1, .momentum = 0.9});
    const Var x = array({{0., 0.}, {0., 1.}, {1., 0.}, {1., 1.}}), y = array({{0.}, {1.}, {1.}, {0.}});
    for (int step = 0; step <= 100; ++step) {
        const Var loss = nn::mse_loss(net(x), y);
        if (step % 25 == 0) std::printf("step %3d  loss %.4f\n", step, loss.item());
        opt.step(loss);
    }
    const Var out = net(x);
    for (int i = 0; i < 4; ++i)
        std::printf("%g xor %g = %.1f\n", x[{i, 0}].item(), x[{i, 1}].item(), std::abs(out[i].item()));
}
