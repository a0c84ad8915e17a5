// An own Function: the straight-through estimator rounds forwards, and backwards acts as if it had not.
#include <cstdio>
#include <minijt/minijt.hpp>
using namespace jt;

struct Round : Function {
    Vars execute(const Vars& x) override { return {floor(x[0] + 0.5)}; }
    Vars grad(const Vars& g) override { return g; }  // the true gradient, 0 everywhere, would teach nothing
};

int main() {
    const Var x = array({0.4, 1.6, -2.3});
    std::printf("rounded: %s\n", str(apply<Round>({x})[0]).c_str());
    std::printf("gradient: %s\n", str(grad(apply<Round>({x})[0].sum(), x)).c_str());

    // Weights that may be whole numbers only: y = 3 a - 2 b + 1.
    set_global_seed(5);
    const Var in = randn({64, 3}), y = matmul(in, array({{3.}, {-2.}, {1.}}));
    Var w = zeros({3, 1});
    nn::SGD opt({w}, {.lr = 0.1});
    for (int step = 0; step <= 30; ++step) {
        const Var whole = apply<Round>({w})[0], loss = nn::mse_loss(matmul(in, whole), y);
        if (step % 10 == 0)
            std::printf("step %2d  loss %.2f  weights %s\n", step, loss.item(), str(whole.reshape({3})).c_str());
        opt.step(loss);
    }
}
