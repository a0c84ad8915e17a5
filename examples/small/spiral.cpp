// Two spirals that wind around each other, told apart by a net that learns from mini-batches.
#include <cstdio>
#include <minijt/minijt.hpp>
using namespace jt;

struct Net : nn::Module {
    nn::Ref<nn::Linear> in{this, "in", 2, 32}, hidden{this, "hidden", 32, 32}, out{this, "out", 32, 2};
    Var execute(const Var& x) override { return out(tanh(hidden(tanh(in(x))))); }
};

// n points of each arm: the second is the first turned by half a circle.
std::pair<Var, Var> spirals(int n) {
    const Var t = rand({n, 1}) * 2 + 0.3, angle = 4 * t;
    const Var arm = concat({t * cos(angle), t * sin(angle)}, 1) + randn({n, 2}) * 0.05;
    return {concat({arm, -arm}, 0), concat({zeros({n}, int32), ones({n}, int32)}, 0)};
}

double accuracy(Net& net, const Var& x, const Var& label) {
    const auto [best, score] = without_grad([&] { return net(x); }).argmax(1);
    return (best == label).float32().mean().item();
}

int main() {
    set_global_seed(7);
    const auto [x, label] = spirals(200);
    const auto [test_x, test_label] = spirals(200);
    Net net;
    nn::Adam opt(net.parameters(), {.lr = 0.01});
    for (int epoch = 0; epoch <= 60; ++epoch) {
        if (epoch % 20 == 0)
            std::printf("epoch %2d  accuracy %3.0f %%\n", epoch, 100 * accuracy(net, test_x, test_label));
        const Var order = randperm(400);
        for (int first = 0; first < 400; first += 40) {
            const Var batch = order[{Slice{first, first + 40}}];
            opt.step(nn::cross_entropy_loss(net(x[batch]), label[batch]));
        }
    }
}
