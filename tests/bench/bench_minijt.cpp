// minijt's side of the benchmark: the same nets, batches and steps as the limits.
#include <minijt/minijt.hpp>

#include "limit.hpp"
#include "timed.hpp"

using jt::Var;
namespace nn = jt::nn;

namespace {

Var images(const limit::Batch& batch, const jt::Shape& shape) { return jt::array(batch.x.data(), shape); }
Var labels(const limit::Batch& batch) { return jt::array(batch.labels.data(), {batch.size}); }

void time_training(benchmark::State& state, nn::Module& net, const Var& x, const Var& y) {
    nn::SGD opt(net.parameters(), {.lr = 0.01});
    time_steps(state, [&] {
        const Var loss = nn::cross_entropy_loss(net(x), y);
        opt.step(loss);
        return loss.item();
    });
}

void time_mlp(benchmark::State& state, int in, int hidden, int out, int batch, bool weight_norm) {
    nn::Sequential net(nn::make<nn::Linear>(in, hidden), nn::make<nn::ReLU>(), nn::make<nn::Linear>(hidden, out));
    for (int k : {0, 2})
        if (weight_norm) jt::weightnorm::weight_norm(net[k], "weight", -1);
    const limit::Batch data(batch, in, out);
    time_training(state, net, images(data, {batch, in}), labels(data));
}

void time_mlp_small(benchmark::State& state, bool weight_norm) { time_mlp(state, 64, 128, 10, 32, weight_norm); }

void time_mlp_big(benchmark::State& state, bool weight_norm) { time_mlp(state, 784, 512, 10, 128, weight_norm); }

void time_lenet(benchmark::State& state) {
    nn::Sequential net(nn::make<nn::Conv>(1, 6, 5, 1, 2), nn::make<nn::ReLU>(), nn::make<nn::Pool>(2),
                       nn::make<nn::Conv>(6, 16, 5), nn::make<nn::ReLU>(), nn::make<nn::Pool>(2),
                       nn::make<nn::Flatten>(), nn::make<nn::Linear>(400, 120), nn::make<nn::ReLU>(),
                       nn::make<nn::Linear>(120, 84), nn::make<nn::ReLU>(), nn::make<nn::Linear>(84, 10));
    const limit::Batch data(64, 28 * 28, 10);
    time_training(state, net, images(data, {64, 1, 28, 28}), labels(data));
}

// Forward, plain grad (which records) and everything freed.
void time_chain(benchmark::State& state) {
    const limit::Floats numbers = limit::uniform(limit::chain_size, 1, 1);
    const Var x = jt::array(numbers.data(), {limit::chain_size});
    time_steps(state, [&] {
        Var y = x;
        for (int i = 0; i < limit::chain_links; ++i) y = jt::tanh(y) * 1.01;
        return jt::grad(y, x).data<float>()[0];
    });
}

// Updates alone, again and again with the same gradients.
template <class Optimizer>
void time_updates(benchmark::State& state, const typename Optimizer::Options& options) {
    const limit::Floats numbers = limit::uniform(1'000'000, 1, 1);
    const Var p = jt::array(numbers.data(), {1'000'000});
    Optimizer opt({p}, options);
    opt.backward((p * p).sum());
    time_steps(state, [&] {
        opt.step();
        return p.data<float>()[0];
    });
}

void time_rmsprop(benchmark::State& state) { time_updates<nn::RMSprop>(state, {.lr = 1e-4}); }

void time_adamw(benchmark::State& state) { time_updates<nn::AdamW>(state, {.lr = 1e-4, .weight_decay = 0.01}); }

BENCHMARK(time_chain)->Name("minijt/chain");
BENCHMARK_CAPTURE(time_mlp_small, plain, false)->Name("minijt/mlp_small");
BENCHMARK_CAPTURE(time_mlp_small, normed, true)->Name("minijt/mlp_small_wn");
BENCHMARK_CAPTURE(time_mlp_big, plain, false)->Name("minijt/mlp_big");
BENCHMARK_CAPTURE(time_mlp_big, normed, true)->Name("minijt/mlp_big_wn");
BENCHMARK(time_lenet)->Name("minijt/lenet");
BENCHMARK(time_rmsprop)->Name("minijt/rmsprop");
BENCHMARK(time_adamw)->Name("minijt/adamw");

}  // namespace
