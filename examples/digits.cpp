// Learn to read handwritten digits with a weight-normed network; `digits --help` lists what else it can do.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <minijt/metrics.hpp>
#include <minijt/minijt.hpp>
#include <minijt/progress.hpp>

#include "digits_data.hpp"
#include "digits_options.hpp"
#include "digits_page.hpp"

using jt::Var;
using jt::weightnorm::weight_norm;
namespace nn = jt::nn;

namespace {

// ---- the networks

/// Two layers; each row of a weight has a length g and a direction v of its own.
struct Mlp : nn::Module {
    nn::Ref<nn::Linear> fc1{this, "fc1", 64, 128};
    nn::Ref<nn::Linear> fc2{this, "fc2", 128, 10};

    explicit Mlp(bool plain) {
        if (plain) return;
        weight_norm(fc1, "weight", -1);
        weight_norm(fc2, "weight", -1);
    }
    Var execute(const Var& x) override { return fc2(relu(fc1(x))); }
};

/// Two convolutions; each kernel is normed over its last three axes: input channel, height, width.
struct ConvNet : nn::Module {
    nn::Ref<nn::Conv> conv1{this, "conv1", 1, 16, 3, {.padding = 1}};
    nn::Ref<nn::Conv> conv2{this, "conv2", 16, 32, 3, {.padding = 1}};
    nn::Ref<nn::Linear> fc{this, "fc", 32 * 4 * 4, 10};

    explicit ConvNet(bool plain) {
        if (plain) return;
        weight_norm(conv1, "weight", {-3, -2, -1});
        weight_norm(conv2, "weight", {-3, -2, -1});
        weight_norm(fc, "weight", -1);
    }
    Var execute(const Var& x) override {
        Var y = relu(conv1(reshape(x, {-1, 1, 8, 8})));
        y = max_pool2d(relu(conv2(y)), 2);
        return fc(reshape(y, {-1, 32 * 4 * 4}));
    }
};

// ---- training

Score evaluate(nn::Module& net, const Digits& digits) {
    const Var y = jt::without_grad([&] { return net(digits.images); });
    const Var loss = nn::cross_entropy_loss(y, digits.labels);
    return {loss.item(), 100 * jt::accuracy(y, digits.labels), y.argmax(1).first};
}

std::string text(const char* format, double x, double y) {
    char buffer[100];
    std::snprintf(buffer, sizeof buffer, format, x, y);
    return buffer;
}

std::vector<Epoch> train(nn::Module& net, const Split& data, const Options& o) {
    nn::SGD opt(net.parameters(), {.lr = o.lr, .momentum = 0.9});
    std::vector<Epoch> history;
    auto bar = jt::progress(*o.epochs);
    for (const auto epoch : bar) {
        opt.lr = o.lr * (1 - static_cast<double>(epoch) / *o.epochs);
        each_batch(data.train, o.batch, [&](const Digits& batch) {
            const Var y = net(batch.images);
            const Var loss = nn::cross_entropy_loss(y, batch.labels);
            opt.step(loss);
        });
        history.push_back({evaluate(net, data.train), evaluate(net, data.test)});
        const Score& score = history.back().train;
        bar.set("loss", score.loss);
        bar.set("accuracy", score.accuracy);
    }
    return history;
}

// ---- a network and its file

/// Made anew for a seed, which it carries along into its file: with the seed comes the split.
nn::ModulePtr make_net(const Options& o) {
    const auto net = *o.net == "conv" ? nn::make<ConvNet>(o.plain) : nn::make<Mlp>(o.plain);
    net->register_buffer("seed", jt::array({*o.seed}));
    return net;
}

[[noreturn]] void refuse(const std::string& path) {
    jt::fail<jt::FileError>(path, ": holds no network that --save wrote");
}

nn::StateDict read_state(const std::string& path) {
    nn::StateDict state;
    for (const auto& [name, value] : jt::load_npz(path)) state.add(name, jt::array(value));
    const Var* seed = state.find("seed");
    if (!seed || seed->dtype() != jt::int32 || seed->numel() != 1) refuse(path);
    return state;
}

// ---- what the program does

struct Outcome {
    Split data;
    nn::ModulePtr net;
    std::vector<Epoch> history;
    Score score;
};

/// Trains a network, or fills it with what was saved, and tests it. In Jittor's random stream the seeds 0 and 1 are
/// one, so those of this program begin at its 1.
Outcome outcome(const Options& o, const nn::StateDict& saved = {}) {
    jt::set_global_seed(std::int64_t{1} + *o.seed);
    Outcome out{split(read_digits(o.data)), make_net(o), {}, {}};
    if (saved.size() == 0)
        out.history = train(*out.net, out.data, o);
    else if (!out.net->load_state_dict(saved, false).ok())
        refuse(o.load);
    out.score = evaluate(*out.net, out.data.test);
    return out;
}

void print(const Score& score) {
    std::cout << text("test accuracy %.2f %% (%.0f", score.accuracy, score.right()) << " of " << score.of() << ")\n";
}

void run(Options o) {
    const nn::StateDict saved = o.load.empty() ? nn::StateDict() : read_state(o.load);
    if (saved.size() != 0) o.settle(saved);
    o.fill_in();
    const Outcome out = outcome(o, saved);
    const std::string title =
        *o.net + (o.plain ? " without" : " with") + " weight norm, seed " + std::to_string(*o.seed);
    std::cout << title << '\n';
    print(out.score);
    if (!o.save.empty()) out.net->save(o.save);
    write_page(o.svg, title, out.history, out.data.test, out.score);
    std::cout << "wrote " << std::filesystem::absolute(o.svg).string() << '\n';
}

void run_all_seeds(Options o) {
    o.fill_in();
    std::vector<double> accuracies;
    for (const int seed : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
        o.seed = seed;
        const Score score = outcome(o).score;
        std::cout << "seed " << seed << ": ";
        print(score);
        accuracies.push_back(score.accuracy);
    }
    std::sort(accuracies.begin(), accuracies.end());
    std::cout << text("median %.2f %%, worst %.2f %%\n", (accuracies[4] + accuracies[5]) / 2, accuracies[0]);
}

}  // namespace

int main(int argc, char** argv) {
    const Options options = parse(argc, argv);
    try {
        options.all_seeds ? run_all_seeds(options) : run(options);
    } catch (const std::exception& error) {
        std::cerr << "digits: " << error.what() << '\n';
        return 1;
    }
}
