// A diffusion model: a small UNet learns to see the noise in noisy handwritten digits, and draws new ones by taking the
// noise out of nothing but noise, fifty times a little.
#include <cmath>
#include <cstdio>
#include <minijt/minijt.hpp>
#include <minijt/plot.hpp>
#include <minijt/progress.hpp>
#include <numbers>
#include <string>
#include <utility>

#include "digits_data.hpp"
#include "digits_reader.hpp"
#include "program.hpp"
using namespace jt;

namespace {

constexpr int times = 50, width = 16, deep = 2 * width, embedded = 64, batch = 64;

// ---- the net

/// Sines and cosines of a time (n,) from 0 up to `times`, (n, 64).
Var embedding(const Var& t) {
    const Var frequency = exp(arange(embedded / 2).float32() * (-std::log(1000.) / (embedded / 2)));
    const Var angle = t.float32().unsqueeze(1) * frequency;
    return concat({sin(angle), cos(angle)}, 1);
}

/// Two convolutions, told the time in between, and a way around them.
struct Block : nn::Layer<Block> {
    nn::Ref<nn::GroupNorm> norm1, norm2;
    nn::Ref<nn::Conv> conv1, conv2, around;
    nn::Ref<nn::Linear> time;

    Block(int in, int out)
        : norm1{this, "norm1", 8, in},
          norm2{this, "norm2", 8, out},
          conv1{this, "conv1", in, out, 3, {.padding = 1}},
          conv2{this, "conv2", out, out, 3, {.padding = 1}},
          around{this, "around", in, out, 1},
          time{this, "time", embedded, out} {}

    Var execute(const Var& x, const Var& t) {
        const Var h = conv1(nn::silu(norm1(x))) + time(t).unsqueeze(2).unsqueeze(3);
        return around(x) + conv2(nn::silu(norm2(h)));
    }
};

/// Each pixel asks all others.
struct Attention : nn::Module {
    nn::Ref<nn::GroupNorm> norm{this, "norm", 8, deep};
    nn::Ref<nn::MultiheadAttention> attention{this, "attention", deep, 4, {.batch_first = true}};

    Var execute(const Var& x) override {
        const Var pixels = norm(x).flatten(2).transpose(1, 2);
        const auto [h, weights] = attention(pixels, pixels, pixels);
        return x + h.transpose(1, 2).reshape(x.shape());
    }
};

struct UNet : nn::Layer<UNet> {
    nn::Ref<nn::Linear> time1{this, "time1", embedded, embedded}, time2{this, "time2", embedded, embedded};
    nn::Ref<nn::Conv> first{this, "first", 1, width, 3, {.padding = 1}}, down{this, "down", width, deep, 2, 2};
    nn::Ref<Block> block1{this, "block1", width, width}, block2{this, "block2", deep, deep};
    nn::Ref<Attention> attention{this, "attention"};
    nn::Ref<Block> block3{this, "block3", 2 * deep, deep}, block4{this, "block4", 2 * width, width};
    nn::Ref<nn::ConvTranspose> up{this, "up", deep, width, 2, 2};
    nn::Ref<nn::GroupNorm> norm{this, "norm", 8, width};
    nn::Ref<nn::Conv> last{this, "last", width, 1, 3, {.padding = 1}};

    /// The noise in images (n, 1, 8, 8) at times (n,).
    Var execute(const Var& x, const Var& t) {
        const Var when = time2(nn::silu(time1(embedding(t))));
        const Var fine = block1(first(x), when), coarse = block2(down(fine), when);
        const Var h = block3(concat({attention(coarse), coarse}, 1), when);
        return last(nn::silu(norm(block4(concat({up(h), fine}, 1), when))));
    }
};

// ---- noise

/// How much of the image, squared, is left at each time: a cosine.
const Var& schedule() {
    static const Var left = [] {
        const Var f = sqr(cos((arange(times + 1).float64() / times + 0.008) / 1.008 * (std::numbers::pi / 2)));
        const Var beta = (1 - f[{from(1)}] / f[{to(-1)}]).clamp({}, 0.999);
        return (1 - beta).cumprod(0).float32();
    }();
    return left;
}

Var noisy(const Var& images, const Var& noise, const Var& t) {
    const Var left = schedule()[t].reshape({-1, 1, 1, 1});
    return left.sqrt() * images + (1 - left).sqrt() * noise;
}

/// One step from time t to the one before: towards what the image seems to be.
Var denoised(UNet& net, const Var& x, int t) {
    const double now = schedule()[t].item(), before = t > 0 ? schedule()[t - 1].item() : 1;
    const Var noise = net(x, full({x.shape(0)}, t));
    const Var image = ((x - std::sqrt(1 - now) * noise) / std::sqrt(now)).clamp(-1, 1);
    const double beta = 1 - now / before, sigma = std::sqrt(beta * (1 - before) / (1 - now));
    const Var mean = (std::sqrt(before) * beta * image + std::sqrt(1 - beta) * (1 - before) * x) / (1 - now);
    return mean + sigma * randn_like(x);
}

/// What n samples are at the beginning and after each step, (51, n, 1, 8, 8) from -1 to 1.
Var samples(UNet& net, int n) {
    const no_grad guard;
    Vars steps{randn({n, 1, 8, 8})};
    for (int t = times - 1; t >= 0; --t) steps.push_back(denoised(net, steps.back(), t));
    return stack(steps);
}

// ---- training

Var images_of(const Digits& digits) { return 2 * digits.images.reshape({-1, 1, 8, 8}) - 1; }

Var loss_of(UNet& net, const Var& images, const Var& noise, const Var& t) {
    return nn::mse_loss(net(noisy(images, noise, t), t), noise);
}

struct Training {
    Split data = split(read_digits(DIGITS_DATA));
    nn::ModulePtr reader = digits_reader(data.train);
    Var train = images_of(data.train), test = images_of(data.test);
    Var test_noise = randn_like(test), test_times = randint(0, times, {test.shape(0)});
    UNet net;
    nn::Adam opt{net.parameters(), {.lr = 0.002}};
    int step = 0;
    plot::Series losses{"train"}, test_losses{"test"};
    nn::Checkpoint checkpoint{
        {"net", net}, {"opt", opt}, {"step", step}, {"losses", losses.values}, {"test_losses", test_losses.values}};

    double test_loss() {
        return without_grad([&] { return loss_of(net, test, test_noise, test_times); }).item();
    }
};

Var step_loss(Training& t) {
    const Var images = t.train[randint(0, t.train.shape(0), {batch})];
    return loss_of(t.net, images, randn_like(images), randint(0, times, {batch}));
}

constexpr int apart = 50;  // steps from one point of a curve to the next

void train(const Program& program, Training& t) {
    program.resume(t.checkpoint);
    auto bar = progress(program.steps, {.initial = t.step});
    double sum = 0;
    for ([[maybe_unused]] const auto k : bar) {
        t.opt.lr = 0.002 * (1 - static_cast<double>(t.step) / program.steps);
        const Var loss = step_loss(t);
        t.opt.step(loss);
        sum += loss.item() / apart;
        bar.set("loss", loss.item());
        if (++t.step % apart != 0) continue;
        t.losses.values.push_back(std::exchange(sum, 0));
        t.test_losses.values.push_back(t.test_loss());
        program.save(t.checkpoint);
    }
    program.save(t.checkpoint);
}

// ---- the picture

/// How sure the reader is of what images from -1 to 1 show, in percent.
double sure(Training& t, const Var& images) {
    const Var logits = without_grad([&] { return t.reader((images.clamp(-1, 1) + 1) / 2); });
    return 100 * nn::softmax(logits, 1).max(1).mean().item();
}

/// How far images are from the nearest real test digit, on average.
double away(Training& t, const Var& images) {
    return (images.flatten(1).unsqueeze(1) - t.test.flatten(1)).norm(2, 2).min(1).mean().item();
}

/// The first images after every fifth step, a row each.
Var on_their_way(const Var& steps, int rows) {
    return steps[{Slice{0, {}, 5}, to(rows)}].transpose(0, 1).reshape({-1, 8, 8});
}

void draw(const Program& program, Training& t, const Var& steps) {
    plot::Page page(960, 730);
    headline(page, text("A reader of digits is %.0f %% sure of what was drawn", sure(t, steps[-1])),
             text("of real digits %.0f %%, of noise %.0f %%; diffusion of %d steps, trained for %d steps, seed %d",
                  sure(t, t.test), sure(t, steps[0]), times, program.steps, program.seed));
    draw(page, {40, 92, 400, 440},
         plot::Images{.title = "Drawn", .images = steps[-1][to(16)], .low = 1, .high = -1, .columns = 4});
    draw(page, {500, 92, 420, 400}, plot::Curves{"Loss", {t.losses, t.test_losses}, true, "", "step", apart});
    draw(page, {40, 540, 880, 180},
         plot::Images{.title = "Two on their way out of the noise",
                      .images = on_their_way(steps, 2),
                      .low = 1,
                      .high = -1,
                      .columns = 11});
    page.save(program.svg);
}

void train_and_draw(const Program& program) {
    Training t;
    train(program, t);
    const Var steps = samples(t.net, 500), drawn = steps[-1];
    std::printf("test loss %.4f\n", t.test_loss());
    std::printf("the reader is %.1f %% sure of drawn digits, %.1f %% of real ones, %.1f %% of noise\n", sure(t, drawn),
                sure(t, t.test), sure(t, steps[0]));
    std::printf("nearest test digit: %.2f from drawn ones, %.2f from real ones, %.2f from noise\n", away(t, drawn),
                away(t, t.train), away(t, steps[0].clamp(-1, 1)));
    draw(program, t, steps);
}

}  // namespace

int main(int argc, char** argv) {
    return run({"diffusion", "Trains a diffusion model on the 1,797 handwritten digits.", "steps", 1200}, argc, argv,
               train_and_draw);
}
