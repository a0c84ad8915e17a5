// A conditional GAN: the generator draws the handwritten digit that it is asked for, the discriminator sees whether the
// two belong together.
#include <cstdio>
#include <minijt/metrics.hpp>
#include <minijt/minijt.hpp>
#include <minijt/plot.hpp>
#include <minijt/progress.hpp>
#include <string>

#include "digits_data.hpp"
#include "digits_reader.hpp"
#include "program.hpp"
using namespace jt;

namespace {

constexpr int kinds = 10, noise = 32, batch = 64, shown = 10;
constexpr double rate = 0.001, sameness = 0.1;

struct Generator : nn::Layer<Generator> {
    nn::Ref<nn::Embedding> label{this, "label", kinds, noise};
    nn::Ref<nn::Sequential> net{this,
                                "net",
                                nn::make<nn::ConvTranspose>(2 * noise, 64, 2),
                                nn::make<nn::BatchNorm>(64),
                                nn::make<nn::ReLU>(),
                                nn::make<nn::ConvTranspose>(64, 32, 4, 2, 1),
                                nn::make<nn::BatchNorm>(32),
                                nn::make<nn::ReLU>(),
                                nn::make<nn::ConvTranspose>(32, 1, 4, 2, 1),
                                nn::make<nn::Tanh>()};

    /// Images (n, 1, 8, 8) from -1 to 1 of noise (n, 32) and what they should show.
    Var execute(const Var& z, const Var& labels) {
        return net(concat({z, label(labels)}, 1).reshape({-1, 2 * noise, 1, 1}));
    }
};

struct Discriminator : nn::Layer<Discriminator> {
    nn::Ref<nn::Embedding> label{this, "label", kinds, 64};
    nn::Ref<nn::Sequential> net{this,
                                "net",
                                nn::make<nn::Conv>(2, 32, 4, 2, 1),
                                nn::make<nn::LeakyReLU>(0.2),
                                nn::make<nn::Conv>(32, 64, 4, 2, 1),
                                nn::make<nn::LeakyReLU>(0.2),
                                nn::make<nn::Flatten>(),
                                nn::make<nn::Dropout>(0.3),
                                nn::make<nn::Linear>(256, 1)};

    /// Logits (n, 1): above 0 for what looks real. The label is a second image beside the first.
    Var execute(const Var& images, const Var& labels) {
        return net(concat({images, label(labels).reshape({-1, 1, 8, 8})}, 1));
    }
};

Var images_of(const Digits& digits) { return 2 * digits.images.reshape({-1, 1, 8, 8}) - 1; }

// ---- training

struct Training {
    Split data = split(read_digits(DIGITS_DATA));
    nn::ModulePtr reader = digits_reader(data.train);
    Generator generator;
    Discriminator discriminator;
    nn::Adam generator_opt{generator.parameters(), {.lr = rate, .betas = {0.5, 0.999}}};
    nn::Adam discriminator_opt{discriminator.parameters(), {.lr = rate, .betas = {0.5, 0.999}}};
    int step = 0;
    plot::Series generator_loss{"generator"}, discriminator_loss{"discriminator"}, right{""};
    nn::Checkpoint checkpoint{{"generator", generator},
                              {"discriminator", discriminator},
                              {"generator_opt", generator_opt},
                              {"discriminator_opt", discriminator_opt},
                              {"step", step},
                              {"generator_loss", generator_loss.values},
                              {"discriminator_loss", discriminator_loss.values},
                              {"right", right.values}};
};

Var drawn(Training& t, const Var& labels) { return t.generator(randn({labels.numel(), noise}), labels); }

/// What it costs that the discriminator does not say so of them.
Var looks(Training& t, const Var& images, const Var& labels, double real) {
    const Var logits = t.discriminator(images, labels);
    return nn::binary_cross_entropy_with_logits(logits, full_like(logits, real));
}

Var discriminator_loss(Training& t) {
    const Digits real = t.data.train.at(randint(0, t.data.train.size(), {batch}));
    const Var fake = drawn(t, real.labels).detach();
    return looks(t, images_of(real), real.labels, 0.9) + looks(t, fake, real.labels, 0);
}

/// Two drawings of each digit, which should look real and differ: without that they would soon all be alike. As "Mode
/// Seeking Generative Adversarial Networks", Mao and others, 2019.
Var generator_loss(Training& t) {
    const Var labels = randint(0, kinds, {batch}), one = drawn(t, labels), other = drawn(t, labels);
    return looks(t, one, labels, 1) + sameness / ((one - other).abs().mean() + 1e-5);
}

/// As many of each digit.
Var asked_for(int each) { return arange(kinds).repeat_interleave(each); }

/// As many of each digit, in rows of one, as the trained generator draws them.
Var samples(Training& t, int each) {
    const no_grad guard;
    const nn::eval_mode mode(t.generator);
    return (drawn(t, asked_for(each)) + 1) / 2;
}

/// Percent of the digits drawn that the reader takes for what was asked for.
double right(Training& t, const Var& images) {
    const auto each = static_cast<int>(images.shape(0)) / kinds;
    return 100 * accuracy(without_grad([&] { return t.reader(images); }), asked_for(each));
}

constexpr int apart = 50;  // steps from one point of a curve to the next

void note(Training& t, double discriminator, double generator) {
    t.discriminator_loss.values.push_back(discriminator);
    t.generator_loss.values.push_back(generator);
    t.right.values.push_back(right(t, samples(t, 20)));
}

void train(const Program& program, Training& t) {
    program.resume(t.checkpoint);
    auto bar = progress(program.steps, {.initial = t.step});
    for ([[maybe_unused]] const auto k : bar) {
        t.generator_opt.lr = t.discriminator_opt.lr = rate * (1 - static_cast<double>(t.step) / program.steps);
        const Var against = discriminator_loss(t);
        t.discriminator_opt.step(against);
        const Var loss = generator_loss(t);
        t.generator_opt.step(loss);
        bar.set("loss", loss.item());
        if (++t.step % apart != 0) continue;
        note(t, against.item(), loss.item());
        bar.set("right", t.right.values.back());
        program.save(t.checkpoint);
    }
    program.save(t.checkpoint);
}

// ---- the picture

/// How far images of a class lie from their mean, on average over the classes.
double spread(const Var& images, const Var& labels) {
    double sum = 0;
    for (int kind = 0; kind < kinds; ++kind) {
        const Var of_kind = images.flatten(1)[labels == kind];
        sum += (of_kind - of_kind.mean(0)).norm(2, 1).mean().item();
    }
    return sum / kinds;
}

void draw(const Program& program, Training& t, double share) {
    plot::Page page(960, 660);
    headline(page, text("%.1f %% of the digits drawn read as what was asked for", share),
             text("conditional GAN, %d steps, seed %d", program.steps, program.seed));
    draw(page, {40, 92, 520, 560},
         plot::Images{.title = "Ten digits asked for, a row each",
                      .images = samples(t, shown),
                      .low = 1,
                      .high = 0,
                      .columns = shown});
    draw(page, {610, 92, 310, 270},
         plot::Curves{"Loss", {t.generator_loss, t.discriminator_loss}, false, "", "step", apart});
    draw(page, {610, 372, 310, 270}, plot::Curves{"Read as asked for", {t.right}, false, " %", "step", apart});
    page.save(program.svg);
}

void train_and_draw(const Program& program) {
    Training t;
    train(program, t);
    const Var images = samples(t, 100), real = (images_of(t.data.test) + 1) / 2;
    const double share = right(t, images), known = 100 * accuracy(t.reader(real), t.data.test.labels);
    const double wide = spread(images, asked_for(100)) / spread(real, t.data.test.labels);
    std::printf("%.1f %% of 1000 drawn digits read as what was asked for (of real test digits %.1f %%)\n", share,
                known);
    std::printf("they differ %.2f times as much as real ones of a class\n", wide);
    draw(program, t, share);
}

}  // namespace

int main(int argc, char** argv) {
    return run({"cgan", "Trains a conditional GAN on the 1,797 handwritten digits.", "steps", 1500}, argc, argv,
               train_and_draw);
}
