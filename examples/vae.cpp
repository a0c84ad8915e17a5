// A variational autoencoder: it says each handwritten digit by a point of the plane, and draws digits from such points.
#include <cstdio>
#include <minijt/metrics.hpp>
#include <minijt/minijt.hpp>
#include <minijt/plot.hpp>
#include <minijt/progress.hpp>
#include <string>
#include <tuple>
#include <utility>

#include "digits_data.hpp"
#include "program.hpp"
using namespace jt;

namespace {

constexpr int pixels = 64, hidden = 128, batch = 32;
constexpr double reach = 3;  // of the part of the plane that is drawn

struct Vae : nn::Layer<Vae> {
    nn::Ref<nn::Linear> enc1{this, "enc1", pixels, hidden}, enc2{this, "enc2", hidden, hidden};
    nn::Ref<nn::Linear> mu{this, "mu", hidden, 2}, logvar{this, "logvar", hidden, 2};
    nn::Ref<nn::Linear> dec1{this, "dec1", 2, hidden}, dec2{this, "dec2", hidden, hidden};
    nn::Ref<nn::Linear> dec3{this, "dec3", hidden, pixels};

    std::pair<Var, Var> encode(const Var& x) {
        const Var h = nn::gelu(enc2(nn::gelu(enc1(x))));
        return {mu(h), logvar(h)};
    }
    /// The logits of the pixels.
    Var decode(const Var& z) { return dec3(nn::gelu(dec2(nn::gelu(dec1(z))))); }

    std::tuple<Var, Var, Var> execute(Var x) {
        const auto [mean, log_variance] = encode(x);
        const Var z = mean + exp(0.5 * log_variance) * randn_like(mean);
        return {decode(z), mean, log_variance};
    }
};

/// Nats for each image, the negative evidence lower bound: what the pixels cost, and what the point in the plane costs.
Var loss_function(const Var& logits, const Var& x, const Var& mu, const Var& logvar) {
    const Var bce = pixels * nn::binary_cross_entropy_with_logits(logits, x);
    const Var kld = -0.5 * (1 + logvar - sqr(mu) - exp(logvar)).sum(1).mean();
    return bce + kld;
}

/// Of images whose pixels are black or white by chance, as dark as they are gray.
Var loss_of(Vae& vae, const Var& images) {
    const Var x = bernoulli(images);
    const auto [logits, mu, logvar] = vae(x);
    return loss_function(logits, x, mu, logvar);
}

// ---- training

struct Training {
    Split data = split(read_digits(DIGITS_DATA));
    Vae vae;
    nn::Adam opt{vae.parameters(), {.lr = 0.002}};
    int epoch = 0;
    plot::Series losses{"train"}, test_losses{"test"};
    nn::Checkpoint checkpoint{
        {"vae", vae}, {"opt", opt}, {"epoch", epoch}, {"losses", losses.values}, {"test_losses", test_losses.values}};
};

void train_epoch(Training& t) {
    each_batch(t.data.train, batch, [&](const Digits& digits) { t.opt.step(loss_of(t.vae, digits.images)); });
    const no_grad guard;
    t.losses.values.push_back(loss_of(t.vae, t.data.train.images).item());
    t.test_losses.values.push_back(loss_of(t.vae, t.data.test.images).item());
}

void train(const Program& program, Training& t) {
    program.resume(t.checkpoint);
    auto bar = progress(program.steps, {.initial = t.epoch});
    for ([[maybe_unused]] const auto k : bar) {
        t.opt.lr = 0.002 * (1 - static_cast<double>(t.epoch) / program.steps);
        train_epoch(t);
        ++t.epoch;
        bar.set("loss", t.test_losses.values.back());
        program.save(t.checkpoint);
    }
    program.save(t.checkpoint);
}

Var points_of(Vae& vae, const Digits& digits) {
    return without_grad([&] { return vae.encode(digits.images).first; });
}

/// Percent of the test digits whose nearest training digit in the plane is of their class.
double neighbors(Vae& vae, const Split& data) {
    const Var away = (points_of(vae, data.test).unsqueeze(1) - points_of(vae, data.train)).norm(2, 2);
    const Var nearest = data.train.labels[away.argmin(1).first];
    return 100 * accuracy(nearest, data.test.labels);
}

// ---- the picture

void draw_points(plot::Page& page, const plot::Area& area, const Var& points, const Var& labels) {
    heading(page, area, "Where the encoder puts the test digits");
    const plot::Plane plane(page, area, {-reach, reach, -reach, reach});
    plane.axes();
    for (int digit = 0; digit < 10; ++digit) {
        const Var of_class = points[labels == digit];
        plane.marks(of_class, std::to_string(digit),
                    {12, plot::color(static_cast<std::size_t>(digit)), "middle", "bold"});
    }
}

/// What the decoder makes of 12 by 12 points, each in its place.
Var decoded_plane(Vae& vae) {
    const Var line = ((arange(12).float32() + 0.5) / 6 - 1) * reach;
    const Vars place = meshgrid({-line, line});
    const Var z = stack({place[1], place[0]}, 2).reshape({-1, 2});
    const Var paper = without_grad([&] { return 1 - sigmoid(vae.decode(z)); });
    const Var apart = nn::pad(paper.reshape({12, 12, 8, 8}), {1, 1, 1, 1}, PadMode::constant, 1);
    return apart.transpose({0, 2, 1, 3}).reshape({12 * 10, 12 * 10});
}

void draw_decoded(plot::Page& page, const plot::Area& area, Vae& vae) {
    heading(page, area, "What the decoder draws there");
    const plot::Plane plane(page, area, {-reach, reach, -reach, reach});
    plane.image(decoded_plane(vae));
    plane.axes();
}

void train_and_draw(const Program& program) {
    Training t;
    train(program, t);
    const double loss = t.test_losses.values.back(), share = neighbors(t.vae, t.data);
    const std::string outcome = text("%.1f %% of the test digits lie next to one of their class", share);
    std::printf("test loss %.2f nats an image\n%s\n", loss, outcome.c_str());
    plot::Page page(960, 800);
    headline(page, outcome,
             text("variational autoencoder, two numbers for a digit, %d epochs, seed %d", program.steps, program.seed));
    draw_points(page, {40, 92, 416, 444}, points_of(t.vae, t.data.test), t.data.test.labels);
    draw_decoded(page, {504, 92, 416, 444}, t.vae);
    draw(page, {40, 556, 880, 230}, plot::Curves{"Loss, nats an image", {t.losses, t.test_losses}});
    page.save(program.svg);
}

}  // namespace

int main(int argc, char** argv) {
    return run({"vae", "Trains a variational autoencoder of the 1,797 handwritten digits.", "epochs", 150}, argc, argv,
               train_and_draw);
}
