// Kills a training wherever it stands, and goes on from its checkpoint: whoever was killed, however often, ends with
// the bits of a training that nobody interrupted.
//
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "../../autograd/ops.hpp"
#include "../../core/numpy_random.hpp"
#include "../../core/python_random.hpp"
#include "../../core/random.hpp"
#include "../../nn/checkpoint.hpp"
#include "../../nn/data/dataset.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../../nn/optim.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../files/temporary.hpp"

using namespace jt;

namespace {

// Points that each look moves, by all random streams.
struct Points : dataset::Dataset<Var, int> {
    explicit Points(int workers) { set_attrs({.batch_size = 7, .shuffle = true, .num_workers = workers}); }
    std::int64_t size() const override { return 80; }
    std::tuple<Var, int> item(std::int64_t k) const override {
        const double by = drawing::python_random() + static_cast<double>(drawing::numpy_randint(3));
        return {x[k] + by * rand({3}), static_cast<int>(k % 3)};
    }

    Var x = (arange(240, float32).reshape({80, 3}) * 0.7).sin();
};

struct Training {
    explicit Training(int workers) : data(workers) {}

    Points data;
    nn::Sequential net{nn::make<nn::Linear>(3, 16), nn::make<nn::BatchNorm>(16), nn::make<nn::Dropout>(0.2),
                       nn::make<nn::Linear>(16, 3)};
    nn::Adam opt{net.parameters(), {.lr = 0.02}};
    nn::StepLR scheduler{opt, 2, 0.8};
    double best = 1e9;
    int epoch = 0;
    nn::Checkpoint checkpoint{{"data", data},    {"net", net},   {"opt", opt},
                              {"lr", scheduler}, {"best", best}, {"epoch", epoch}};

    /// Six epochs, a checkpoint after every third batch; killed when it has been given `last` batches.
    void run(const std::string& path, int last) {
        if (std::filesystem::exists(path)) checkpoint.load(path);
        for (int batches = 0; epoch < 6; ++epoch) {
            for (auto [x, y] : data) {
                const Var loss = nn::cross_entropy_loss(net(x), y);
                opt.step(loss);
                best = std::min(best, loss.item());
                if (++batches % 3 == 0) checkpoint.save(path);
                if (batches == last) std::raise(SIGKILL);
            }
            scheduler.step();
        }
        checkpoint.save(path);
    }
};

/// Trains in a process of its own, with random streams that begin elsewhere each time; whether it came to its end.
bool train(const std::string& path, int workers, int seed, int last) {
    const pid_t child = fork();
    if (child == 0) {
        set_global_seed(seed);
        Training(workers).run(path, last);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool survives(int workers) {
    const test::Folder folder;
    const std::string whole = folder / "whole.npz", torn = folder / "torn.npz";
    const bool done = train(whole, workers, 5, 0);
    int kills = 0;
    while (kills < 40 && !train(torn, workers, 5 + kills, 4 + kills % 9)) ++kills;
    const bool equal = test::bytes_of(whole) == test::bytes_of(torn);
    std::printf("%d workers, %d kills: the last checkpoint is %s\n", workers, kills,
                equal ? "the same, byte for byte" : "another");
    return done && equal && kills > 5 && kills < 40 && folder.files() == 2;
}

}  // namespace

int main() {
    const bool alone = survives(0), ahead = survives(1);
    return alone && ahead ? 0 : 1;
}
