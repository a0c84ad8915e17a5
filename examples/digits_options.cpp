// The command line by CLI11.
#include "digits_options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>

namespace {

constexpr int largest_seed = 2147483644;

void add_choices(CLI::App& app, Options& o) {
    app.add_option("--net", o.net, "mlp (the default) or conv")->check(CLI::IsMember({"mlp", "conv"}));
    app.add_flag("--plain", o.plain, "train without weight norm");
    app.add_option("--epochs", o.epochs, "passes over the training digits (default: 30, conv 15)")
        ->check(CLI::Range(1, 100000));
    app.add_option("--batch", o.batch, "digits in a mini-batch")->capture_default_str()->check(CLI::Range(1, 100000));
    app.add_option("--lr", o.lr, "learning rate of the first epoch; it falls to 0")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
}

void add_files(CLI::App& app, Options& o) {
    auto* seed = app.add_option("--seed", o.seed, "of the split, the first weights and the batches (default: 0)")
                     ->check(CLI::Range(0, largest_seed));
    auto* all = app.add_flag("--all-seeds", o.all_seeds, "train with the seeds 0 to 9 and print the median accuracy");
    auto* save = app.add_option("--save", o.save, "keep the trained network in this .npz or .safetensors file");
    auto* load = app.add_option("--load", o.load, "reopen such a file instead of training");
    auto* svg =
        app.add_option("--svg", o.svg, "where to draw the curves and the misread digits")->capture_default_str();
    app.add_option("--data", o.data, "the digits, as scikit-learn's digits.csv.gz")->capture_default_str();
    all->excludes(seed)->excludes(save)->excludes(load)->excludes(svg);
    load->excludes(save);
}

template <class T>
void agree(std::optional<T>& option, const T& kept, const std::string& where) {
    if (option && *option != kept) jt::fail<jt::ValueError>(where, " ", kept, ", not ", *option);
    option = kept;
}

}  // namespace

void Options::settle(const jt::nn::StateDict& saved) {
    const bool conv = saved.contains("conv1.bias");
    const bool normed = saved.contains(conv ? "conv1.weight_g" : "fc1.weight_g");
    agree(seed, static_cast<int>(saved["seed"].item()), load + ": was saved with seed");
    agree(net, std::string(conv ? "conv" : "mlp"), load + ": was saved with net");
    if (plain && normed) jt::fail<jt::ValueError>(load, ": was saved with weight norm, not plain");
    plain = !normed;
}

void Options::fill_in() {
    if (!seed) seed = 0;
    if (!net) net = "mlp";
    if (!epochs) epochs = *net == "conv" ? 15 : 30;
}

Options parse(int argc, char** argv) {
    Options options;
    CLI::App app("Learns to read the 1,797 handwritten digits of the UCI set with a weight-normed network.");
    add_choices(app, options);
    add_files(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error) == 0 ? 0 : 1);
    }
    return options;
}
