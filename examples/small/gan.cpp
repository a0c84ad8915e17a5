// A GAN in one dimension: two nets, two optimizers, and a detach where the generator must not learn.
#include <cstdio>
#include <minijt/minijt.hpp>
using namespace jt;

nn::ModulePtr net() {
    return nn::make<nn::Sequential>(nn::make<nn::Linear>(1, 32), nn::make<nn::Tanh>(), nn::make<nn::Linear>(32, 32),
                                    nn::make<nn::Tanh>(), nn::make<nn::Linear>(32, 1));
}

int main() {
    set_global_seed(1);
    const nn::ModulePtr generator = net(), critic = net();
    nn::Adam generator_opt(generator->parameters(), {.lr = 0.001, .betas = {0, 0.99}});
    nn::Adam critic_opt(critic->parameters(), {.lr = 0.004, .betas = {0, 0.99}});
    for (int step = 0; step <= 500; ++step) {
        const Var real = 3 + 0.5 * randn({64, 1}), fake = generator(randn({64, 1}));
        // softplus, log(1 + exp(x)), is the loss of a score that should be low.
        critic_opt.step((softplus(-critic(real)) + softplus(critic(fake.detach()))).mean());
        generator_opt.step(softplus(-critic(fake)).mean());
        if (step % 100 != 0) continue;
        const Var many = without_grad([&] { return generator(randn({1000, 1})); });
        std::printf("step %3d  real 3 +- 0.5, fake %.1f +- %.1f\n", step, many.mean().item(), sqrt(var(many)).item());
    }
}
