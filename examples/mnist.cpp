// Jittor's first example: LeNet reads MNIST, or the 1,797 smaller digits at hand when there are no files of it.
#include <cstdio>
#include <iostream>
#include <memory>
#include <minijt/dataset.hpp>
#include <minijt/metrics.hpp>
#include <minijt/minijt.hpp>
#include <minijt/plot.hpp>
#include <minijt/progress.hpp>
#include <minijt/summary.hpp>
#include <minijt/transform.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "digits_data.hpp"
#include "program.hpp"
using namespace jt;

namespace {

constexpr int side = 28, kinds = 10, batch = 64;

struct LeNet : nn::Module {
    nn::Ref<nn::Conv> conv1{this, "conv1", 1, 6, 5, {.padding = 2}}, conv2{this, "conv2", 6, 16, 5};
    nn::Ref<nn::MaxPool2d> pool{this, "pool", 2};
    nn::Ref<nn::Dropout> dropout{this, "dropout", 0.2};
    nn::Ref<nn::Linear> fc1{this, "fc1", 400, 120}, fc2{this, "fc2", 120, 84}, fc3{this, "fc3", 84, kinds};

    Var execute(const Var& x) override {
        const Var h = pool(relu(conv2(pool(relu(conv1(x))))));
        return fc3(relu(fc2(dropout(relu(fc1(h.flatten(1)))))));
    }
};

// ---- the data

/// Images (1, 28, 28) from 0 to 1, and what they show.
using Images = dataset::Dataset<Var, int>;

/// The digits of 8 by 8 pixels, as large as MNIST's.
class SmallDigits : public Images {
public:
    explicit SmallDigits(const Digits& digits)
        : images_(nn::resize(digits.images.reshape({-1, 1, 8, 8}), {side, side}, ResizeMode::bilinear)),
          labels_(digits.labels.to_vector<int>()) {}
    std::int64_t size() const override { return images_.shape(0); }
    std::tuple<Var, int> item(std::int64_t k) const override {
        return {images_[k], labels_[static_cast<std::size_t>(k)]};
    }

private:
    Var images_;
    std::vector<int> labels_;
};

struct Data {
    std::unique_ptr<Images> train, test;
};

std::unique_ptr<Images> mnist(const std::string& folder, bool train) {
    const transform::Compose gray({transform::Resize(side), transform::Gray()});
    return std::make_unique<dataset::MNIST>(folder, train, gray);
}

Data read(const Program& program) {
    if (!program.data.empty()) return {mnist(program.data, true), mnist(program.data, false)};
    const Split digits = split(read_digits(DIGITS_DATA));
    return {std::make_unique<SmallDigits>(digits.train), std::make_unique<SmallDigits>(digits.test)};
}

// ---- training

struct Training {
    Data data;
    LeNet net;
    nn::SGD opt{net.parameters(), {.lr = 0.05, .momentum = 0.9}};
    lr_scheduler::CosineAnnealingLR scheduler;
    int epoch = 0;
    plot::Series losses{""}, rights{""};
    nn::Checkpoint checkpoint{{"data", data.train},     {"net", net},     {"opt", opt},
                              {"scheduler", scheduler}, {"epoch", epoch}, {"losses", losses.values},
                              {"rights", rights.values}};

    explicit Training(const Program& program) : data(read(program)), scheduler(opt, program.steps) {
        data.train->set_attrs({.batch_size = batch, .shuffle = true, .num_workers = 1});
        data.test->set_attrs({.batch_size = 500});
    }
};

/// The logits of all that a dataset holds, and what they should say.
std::pair<Var, Var> tested(nn::Module& net, Images& data) {
    const no_grad guard;
    const nn::eval_mode mode(net);
    Vars logits, labels;
    for (const auto& [x, y] : data) {
        logits.push_back(net(x));
        labels.push_back(y);
    }
    return {concat(logits), concat(labels)};
}

double percent(Training& t) {
    const auto [logits, labels] = tested(t.net, *t.data.test);
    return 100 * accuracy(logits, labels);
}

constexpr int apart = 10;  // steps from one point of the curve, and from one checkpoint, to the next

void train_epoch(const Program& program, Training& t) {
    auto bar = progress(*t.data.train, text("epoch %d", t.epoch + 1));
    int step = 0;
    for (const auto& [x, y] : bar) {
        const Var loss = nn::cross_entropy_loss(t.net(x), y);
        t.opt.step(loss);
        bar.set("loss", loss.item());
        if (++step % apart != 0) continue;
        t.losses.values.push_back(loss.item());
        program.save(t.checkpoint);
    }
}

void train(const Program& program, Training& t) {
    program.resume(t.checkpoint);
    while (t.epoch < program.steps) {
        train_epoch(program, t);
        t.scheduler.step();
        t.rights.values.push_back(percent(t));
        ++t.epoch;
        std::printf("epoch %d: %.1f %% right\n", t.epoch, t.rights.values.back());
    }
    program.save(t.checkpoint);
}

// ---- the picture

constexpr std::int64_t most_shown = 24;

/// Some of those that are taken for another digit.
plot::Images misread(Images& data, const Var& predicted, const Var& labels) {
    Vars images;
    std::vector<std::string> captions;
    for (const auto k : nonzero(predicted != labels).flatten()[to(most_shown)].to_vector<std::int64_t>()) {
        const auto [image, label] = data[k];
        images.push_back(image[0]);
        captions.push_back(text("%d as %d", label, static_cast<int>(predicted[k].item())));
    }
    return {.title = "Misread", .images = images, .low = 1, .high = 0, .columns = 6, .captions = captions};
}

void draw(const Program& program, Training& t) {
    const auto [logits, labels] = tested(t.net, *t.data.test);
    const Var predicted = logits.argmax(1).first, confusion = confusion_matrix(predicted, labels, kinds);
    const auto size = static_cast<int>(labels.numel()), right = static_cast<int>(confusion.diag().sum().item());
    const std::string outcome =
        text("%.1f %% of the test digits read right (%d of %d)", t.rights.values.back(), right, size);
    std::cout << outcome << '\n' << confusion << '\n';
    plot::save(
        program.svg, outcome,
        text("LeNet, %d epochs of %d digits, seed %d", program.steps, static_cast<int>(t.data.train->size()),
             program.seed),
        {plot::Curves{"Loss of a batch", {t.losses}, true, "", "step", apart},
         plot::Curves{"Right on test digits", {t.rights}, false, " %"},
         plot::HeatMap{.title = "Taken for each other", .matrix = confusion, .row = "true", .column = "predicted"},
         misread(*t.data.test, predicted, labels)});
}

void train_and_draw(const Program& program) {
    Training t(program);
    std::cout << summary(t.net, {{1, 1, side, side}}) << '\n';
    train(program, t);
    draw(program, t);
}

}  // namespace

int main(int argc, char** argv) {
    return run({.name = "mnist",
                .about = "Teaches LeNet to read handwritten digits.",
                .unit = "epochs",
                .steps = 12,
                .data_about = "a folder with MNIST's four files"},
               argc, argv, train_and_draw);
}
