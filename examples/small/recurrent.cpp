// A recurrent cell by hand: it reads twenty bits one by one, and then says whether they were odd in number.
#include <cstdio>
#include <minijt/minijt.hpp>
using namespace jt;

struct Cell : nn::Layer<Cell> {
    nn::Ref<nn::Linear> ih{this, "ih", 1, 16}, hh{this, "hh", 16, 16, {.bias = false}};
    Var execute(const Var& x, const Var& h) { return tanh(ih(x) + hh(h)); }
};

struct Parity : nn::Module {
    nn::Ref<Cell> cell{this, "cell"};
    nn::Ref<nn::Linear> out{this, "out", 16, 2};
    Var execute(const Var& bits) override {
        const auto [batch, length] = sizes<2>(bits);
        Var h = zeros({batch, 16});
        for (int t = 0; t < length; ++t) h = cell(bits[{_, Slice{t, t + 1}}], h);
        return out(h);
    }
};

int main() {
    set_global_seed(1);
    Parity net;
    nn::Adam opt(net.parameters(), {.lr = 0.01});
    for (int step = 0; step <= 600; ++step) {
        const int length = 1 + step / 30;  // one bit at first, twenty in the end
        const Var bits = randint(0, 2, {64, length}).float32(),
                  odd = bits.sum(1).int32() - 2 * floor(bits.sum(1) / 2).int32();
        const Var scores = net(bits), loss = nn::cross_entropy_loss(scores, odd);
        const double right = (scores.argmax(1).first == odd).float32().mean().item();
        if (step % 150 == 0) std::printf("%2d bits  loss %.2f  right %3.0f %%\n", length, loss.item(), 100 * right);
        opt.backward(loss);
        opt.clip_grad_norm(1);
        opt.step();
    }
}
