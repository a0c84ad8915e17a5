// A Wasserstein GAN with a gradient penalty: a critic whose slope should be one teaches a generator a ring of modes.
#include <cstdio>
#include <minijt/minijt.hpp>
#include <minijt/plot.hpp>
#include <minijt/progress.hpp>
#include <numbers>
#include <string>
#include <utility>

#include "program.hpp"
using namespace jt;

namespace {

constexpr int batch = 128, critic_steps = 2, stride = 50;
constexpr double radius = 2, spread = 0.1, reach = 2.6;

Var modes() {
    const Var angle = arange(8).float32() * (std::numbers::pi / 4);
    return radius * stack({cos(angle), sin(angle)}, 1);
}

Var ring(int n) { return modes()[randint(0, 8, {n})] + normal(0, spread, {n, 2}); }

nn::ModulePtr mlp(int out) {
    return nn::make<nn::Sequential>(nn::make<nn::Linear>(2, 64), nn::make<nn::ReLU>(), nn::make<nn::Linear>(64, 64),
                                    nn::make<nn::ReLU>(), nn::make<nn::Linear>(64, 64), nn::make<nn::ReLU>(),
                                    nn::make<nn::Linear>(64, out));
}

struct Gan {
    nn::ModulePtr generator = mlp(2), critic = mlp(1);

    Var sample(int n) const { return generator(randn({n, 2})); }
};

/// How far the slope of the critic is from one, between real and generated points. The loss that holds it is
/// differentiated again.
Var gradient_penalty(nn::Module& critic, const Var& real, const Var& fake) {
    const Var x = lerp(fake, real, rand({real.shape(0), 1}));
    const Var slope = grad(critic(x).sum(), x).norm(2, 1);
    return sqr(slope - 1).mean();
}

// ---- training

/// How much higher the critic rates generated points than real ones, and its penalty.
std::pair<Var, Var> critic_losses(const Gan& gan, int n) {
    const Var real = ring(n), fake = without_grad([&] { return gan.sample(n); });
    return {gan.critic(fake).mean() - gan.critic(real).mean(), gradient_penalty(*gan.critic, real, fake)};
}

struct Score {
    double critic_loss, penalty;
    double near;  ///< percent of the generated points that lie within three spreads of a mode
    int covered;  ///< modes that have at least a quarter of their share of the points
};

Score evaluate(const Gan& gan) {
    const auto [loss, penalty] = critic_losses(gan, 1000);
    const Var fake = without_grad([&] { return gan.sample(1000); });
    const auto [mode, away] = (fake.unsqueeze(1) - modes()).norm(2, 2).argmin(1);
    const Var near = (away < 3 * spread).float32(), covered = bincount(mode, near, 8) >= 1000 / 8 / 4;
    return {(loss + penalty).item(), penalty.item(), 100 * near.mean().item(), static_cast<int>(covered.sum().item())};
}

constexpr double rate = 0.002;

struct Training {
    Gan gan;
    nn::Adam critic_opt{gan.critic->parameters(), {.lr = rate, .betas = {0.5, 0.9}}};
    nn::Adam generator_opt{gan.generator->parameters(), {.lr = rate, .betas = {0.5, 0.9}}};
    int step = 0;
    plot::Series penalties{""}, near{""};
    nn::Checkpoint checkpoint{{"generator", gan.generator}, {"critic", gan.critic}, {"generator_opt", generator_opt},
                              {"critic_opt", critic_opt},   {"step", step},         {"penalties", penalties.values},
                              {"near", near.values}};
};

void train_step(Training& t) {
    for (int k = 0; k < critic_steps; ++k) {
        const auto [loss, penalty] = critic_losses(t.gan, batch);
        t.critic_opt.step(loss + penalty);
    }
    t.generator_opt.step(-t.gan.critic(t.gan.sample(batch)).mean());
    ++t.step;
}

void train(const Program& program, Training& t) {
    program.resume(t.checkpoint);
    auto bar = progress(program.steps, {.initial = t.step});
    for ([[maybe_unused]] const auto k : bar) {
        t.critic_opt.lr = t.generator_opt.lr = rate * (1 - static_cast<double>(t.step) / program.steps);
        train_step(t);
        if (t.step % stride != 0) continue;
        const Score score = evaluate(t.gan);
        t.penalties.values.push_back(score.penalty);
        t.near.values.push_back(score.near);
        bar.set("penalty", score.penalty);
        bar.set("covered", score.covered);
        program.save(t.checkpoint);
    }
    program.save(t.checkpoint);
}

// ---- the picture

/// What the critic thinks of each place: the more, the paler.
Var landscape(const Gan& gan) {
    const Var line = linspace(-reach, reach, 96);
    const Vars place = meshgrid({-line, line});
    const Var rated = without_grad([&] { return gan.critic(stack({place[1], place[0]}, 2).reshape({-1, 2})); });
    const Var t = (rated - rated.min()) / (rated.max() - rated.min());
    return lerp(array({0.62, 0.74, 0.88}), ones({1}), t).reshape({96, 96, 3});
}

const std::string& real_color = plot::color(6);
const std::string& fake_color = plot::color(1);

void draw_points(plot::Page& page, const plot::Area& area, const Gan& gan) {
    heading(page, area, "Points over the critic's score", {{"real", real_color}, {"generated", fake_color}});
    const plot::Plane plane(page, area, {-reach, reach, -reach, reach});
    plane.image(landscape(gan));
    plane.axes();
    plane.dots(ring(400), real_color, {2});
    plane.dots(without_grad([&] { return gan.sample(400); }), fake_color, {2});
}

void train_and_draw(const Program& program) {
    Training t;
    train(program, t);
    const Score score = evaluate(t.gan);
    const std::string covered =
        text("%d of 8 modes covered, %.1f %% of the points near one", score.covered, score.near);
    std::printf("%s\ncritic loss %.4f, gradient penalty %.4f\n", covered.c_str(), score.critic_loss, score.penalty);
    plot::Page page(960, 560);
    headline(page, covered, text("WGAN-GP after %d steps, seed %d", program.steps, program.seed));
    draw_points(page, {40, 92, 416, 444}, t.gan);
    draw(page, {500, 92, 420, 222}, plot::Curves{"Gradient penalty", {t.penalties}, true, "", "step", stride});
    draw(page, {500, 324, 420, 222},
         plot::Curves{"Generated points near a mode", {t.near}, false, " %", "step", stride});
    page.save(program.svg);
}

}  // namespace

int main(int argc, char** argv) {
    return run({"penalty", "Trains a GAN with a gradient penalty on a ring of eight Gaussians.", "steps", 4000}, argc,
               argv, train_and_draw);
}
