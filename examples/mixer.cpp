// An MLP-Mixer tells shapes apart that are drawn while it learns: nothing but products along patches and channels.
#include <array>
#include <cmath>
#include <cstdio>
#include <minijt/dataset.hpp>
#include <minijt/metrics.hpp>
#include <minijt/minijt.hpp>
#include <minijt/plot.hpp>
#include <minijt/progress.hpp>
#include <numbers>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "program.hpp"
using namespace jt;

namespace {

constexpr int side = 20, patch = 4, patches = (side / patch) * (side / patch), width = 32;

// ---- the shapes

/// How far points (u, v) lie outside of a shape about the origin; below 0 they are inside.
using Outside = Var (*)(const Var& u, const Var& v);

Var circle(const Var& u, const Var& v) { return hypot(u, v) - 1; }
Var ring(const Var& u, const Var& v) { return abs(hypot(u, v) - 0.8) - 0.2; }
Var moon(const Var& u, const Var& v) { return maximum(circle(u, v), -circle(u - 0.6, v)); }
Var bar(const Var& u, const Var& v) { return maximum(abs(u) - 0.3, abs(v) - 1); }
Var cross(const Var& u, const Var& v) { return minimum(bar(u, v), bar(v, u)); }
Var square(const Var& u, const Var& v) { return maximum(abs(u), abs(v)) - 0.85; }
Var triangle(const Var& u, const Var& v) {
    const double slope = std::numbers::sqrt3 / 2;
    return maximum(-v, maximum(slope * u + 0.5 * v, -slope * u + 0.5 * v)) - 0.5;
}

const std::array<std::pair<std::string, Outside>, 6> kinds{
    {{"circle", circle}, {"ring", ring}, {"moon", moon}, {"cross", cross}, {"square", square}, {"triangle", triangle}}};
constexpr int classes = static_cast<int>(std::tuple_size_v<decltype(kinds)>);

double between(double low, double high) { return init::uniform({1}, low, high).item(); }

/// Images (1, side, side) of one shape after the other, each drawn anew: somewhere, of some size, turned and noisy.
struct Shapes : dataset::Dataset<Var, int> {
    std::int64_t count;
    Var y = (arange(side).float32().unsqueeze(1) + 0.5) / side * 2 - 1, x = y.t();

    explicit Shapes(std::int64_t count) : count(count) {}
    std::int64_t size() const override { return count; }
    std::tuple<Var, int> item(std::int64_t k) const override {
        const auto kind = static_cast<int>(k % classes);
        const double size = between(0.4, 0.7), angle = between(0, 2 * std::numbers::pi);
        const Var dx = x - between(-0.3, 0.3), dy = y - between(-0.3, 0.3);
        const Var u = (std::cos(angle) * dx + std::sin(angle) * dy) / size;
        const Var v = (std::cos(angle) * dy - std::sin(angle) * dx) / size;
        const Var ink = sigmoid(-kinds[static_cast<std::size_t>(kind)].second(u, v) * (size * side));
        return {(ink + 0.2 * randn({side, side})).unsqueeze(0), kind};
    }
};

// ---- the net

struct Mlp : nn::Module {
    nn::Ref<nn::Linear> fc1, fc2;

    explicit Mlp(int features) : fc1{this, "fc1", features, 2 * features}, fc2{this, "fc2", 2 * features, features} {}
    Var execute(const Var& x) override { return fc2(nn::gelu(fc1(x))); }
};

struct Block : nn::Module {
    nn::Ref<nn::LayerNorm> norm1{this, "norm1", width}, norm2{this, "norm2", width};
    nn::Ref<Mlp> tokens{this, "tokens", patches}, channels{this, "channels", width};

    /// x is (n, patches, width).
    Var execute(const Var& x) override {
        const Var y = x + tokens(norm1(x).transpose(1, 2)).transpose(1, 2);
        return y + channels(norm2(y));
    }
};

struct Mixer : nn::Module {
    nn::Ref<nn::Conv> embed{this, "embed", 1, width, patch, {.stride = patch}};
    nn::Ref<nn::Sequential> blocks{this, "blocks", nn::make<Block>(), nn::make<Block>()};
    nn::Ref<nn::LayerNorm> norm{this, "norm", width};
    nn::Ref<nn::Linear> head{this, "head", width, classes};

    Var execute(const Var& images) override {
        const Var x = embed(images).flatten(2).transpose(1, 2);
        return head(norm(blocks(x)).mean(1));
    }
};

// ---- training

/// All of a dataset at once.
std::tuple<Var, Var> drawn(std::int64_t n) {
    Shapes shapes(n);
    shapes.set_attrs({.batch_size = n});
    return *shapes.begin();
}

struct Training {
    std::tuple<Var, Var> test = drawn(600);
    Shapes shapes{3000};
    dataset::Dataset<Var, int>& loader = dataset::DataLoader(shapes, {.batch_size = 50, .shuffle = true});
    Mixer net;
    nn::AdamW opt{net.parameters(), {.lr = 0.004}};
    plot::Series train{"train"}, tested{"test"};
    int epoch = 0;
    nn::Checkpoint checkpoint{
        {"net", net},    {"opt", opt}, {"shapes", shapes}, {"train", train.values}, {"tested", tested.values},
        {"epoch", epoch}};

    Var predicted() {
        return without_grad([&] { return net(std::get<0>(test)); }).argmax(1).first;
    }
    double right() { return 100 * accuracy(predicted(), std::get<1>(test)); }
};

/// Percent right of what it met in one epoch, all of it new.
double epoch_of(Training& t, ProgressLine& line) {
    double right = 0;
    for (const auto& [images, labels] : t.loader) {
        const Var logits = t.net(images), loss = nn::cross_entropy_loss(logits, labels);
        t.opt.step(loss);
        line.set("loss", loss.item());
        right += 100 * accuracy(logits, labels) / static_cast<double>(t.loader.batch_len());
    }
    return right;
}

void train(const Program& program, Training& t) {
    program.resume(t.checkpoint);
    auto line = progress(program.steps, {.initial = t.epoch});
    for ([[maybe_unused]] const auto k : line) {
        t.opt.lr = 0.004 * (1 - 0.9 * t.epoch / program.steps);
        t.train.values.push_back(epoch_of(t, line));
        t.tested.values.push_back(t.right());
        line.set("right", t.tested.values.back());
        ++t.epoch;
        program.save(t.checkpoint);
    }
}

// ---- the picture

std::vector<std::string> names() {
    std::vector<std::string> out;
    for (const auto& [name, outside] : kinds) out.push_back(name);
    return out;
}

std::vector<std::string> captions(const Var& predicted, const Var& labels) {
    const std::vector<int> said = predicted.to_vector<int>(), truth = labels.to_vector<int>();
    std::vector<std::string> out;
    for (std::size_t k = 0; k < said.size(); ++k)
        out.push_back(names()[static_cast<std::size_t>(said[k])] + (said[k] == truth[k] ? "" : "?"));
    return out;
}

void train_and_draw(const Program& program) {
    Training t;
    train(program, t);
    const auto& [images, labels] = t.test;
    const Var predicted = t.predicted();
    const double right = t.right();
    std::printf("test accuracy %.1f %% of %d images\n", right, static_cast<int>(labels.numel()));
    plot::Page page(960, 880);
    headline(page, text("%.1f %% of new shapes are recognized", right),
             text("MLP-Mixer of 2 blocks, %d patches, %d numbers wide, %d epochs, seed %d", patches, width,
                  program.steps, program.seed));
    draw(page, {40, 92, 316, 360}, plot::Curves{"Accuracy", {t.train, t.tested}, false, " %"});
    draw(page, {396, 92, 524, 360},
         plot::HeatMap{"Test images", confusion_matrix(predicted, labels, classes), names(), names(), "true",
                       "predicted"});
    const Slice some = to(24);
    draw(page, {40, 470, 880, 400},
         plot::Images{"What it takes the first ones for, ? where it is wrong", images[some], -0.5, 1.5, 8,
                      captions(predicted[some], labels[some])});
    page.save(program.svg);
}

}  // namespace

int main(int argc, char** argv) {
    return run({"mixer", "Trains an MLP-Mixer that tells six shapes apart.", "epochs", 30}, argc, argv, train_and_draw);
}
