// A training that is saved, ended, and gone on with: to the last bit what it would have been without the break.
#include <cstdio>
#include <minijt/minijt.hpp>
using namespace jt;

struct Training {
    nn::Sequential net{nn::make<nn::Linear>(4, 16), nn::make<nn::Dropout>(0.1), nn::make<nn::Linear>(16, 1)};
    nn::Adam opt{net.parameters(), {.lr = 0.01}};

    void step() {
        const Var x = randn({32, 4});
        opt.step(nn::mse_loss(net(x), x.sum(1, keepdims)));
    }
    void save(const char* path) {
        nn::StateDict all{{"rng", get_rng_state()}};  // where data and dropout draw next
        all.add("net", net.state_dict());
        all.add("opt", opt.state_dict());  // rates, momenta, counts
        nn::save_state(path, all);
    }
    void load(const char* path) {
        const nn::StateDict all = nn::load_state(path);
        net.load_state_dict(all.part("net"));
        opt.load_state_dict(all.part("opt"));
        set_rng_state(all["rng"]);
    }
};

int main() {
    Training whole, resumed;
    for (int i = 0; i < 60; ++i) {
        whole.step();
        if (i == 39) whole.save("resume.npz");  // here another training could end
    }
    resumed.load("resume.npz");
    for (int i = 40; i < 60; ++i) resumed.step();
    for (const auto& [name, x] : whole.net.state_dict())
        std::printf("%s differs by %g\n", name.c_str(), (x - resumed.net.state_dict()[name]).abs().max().item());
    std::remove("resume.npz");
}
