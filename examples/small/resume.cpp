// A training that is saved, ended, and gone on with: to the last bit what it would have been without the break.
#include <cstdio>
#include <minijt/minijt.hpp>
using namespace jt;

struct Training {
    nn::Sequential net{nn::make<nn::Linear>(4, 16), nn::make<nn::Dropout>(0.1), nn::make<nn::Linear>(16, 1)};
    nn::Adam opt{net.parameters(), {.lr = 0.01}};
    int steps = 0;
    nn::Checkpoint checkpoint{{"net", net}, {"opt", opt}, {"steps", steps}};  // and where data and dropout draw next

    void run(int until) {
        for (; steps < until; ++steps) {
            const Var x = randn({32, 4});
            opt.step(nn::mse_loss(net(x), x.sum(1, keepdims)));
        }
    }
};

int main() {
    Training whole, resumed;
    whole.run(40);
    whole.checkpoint.save("resume.npz");  // here another training could end
    whole.run(60);
    resumed.checkpoint.load("resume.npz");
    resumed.run(60);
    for (const auto& [name, x] : whole.net.state_dict())
        std::printf("%s differs by %g\n", name.c_str(), (x - resumed.net.state_dict()[name]).abs().max().item());
    std::remove("resume.npz");
}
