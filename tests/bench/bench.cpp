// Times the limits and minijt with Google Benchmark: the same work under "limit/..." and "minijt/...".
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "limit.hpp"
#include "timed.hpp"

extern "C" void openblas_set_num_threads(int threads) __attribute__((weak));

namespace {

constexpr float learning_rate = 0.01f;

void time_training(benchmark::State& state, auto& net) {
    time_steps(state, [&] { return net.step(learning_rate); });
}

void time_chain(benchmark::State& state, void (*chain)(const float*, float*)) {
    const limit::Floats x = limit::uniform(limit::chain_size, 1, 1);
    limit::Floats gx(x.size());
    time_steps(state, [&] {
        chain(x.data(), gx.data());
        return gx[0];
    });
}

void time_mlp_small(benchmark::State& state, bool weight_norm) {
    limit::Mlp net(64, 128, 10, 32, weight_norm);
    time_training(state, net);
}

void time_mlp_big(benchmark::State& state, bool weight_norm) {
    limit::Mlp net(784, 512, 10, 128, weight_norm);
    time_training(state, net);
}

void time_lenet(benchmark::State& state) {
    limit::LeNet net(64);
    time_training(state, net);
}

BENCHMARK_CAPTURE(time_chain, vector, limit::chain)->Name("limit/chain");
BENCHMARK_CAPTURE(time_chain, scalar, limit::chain_scalar)->Name("limit/chain_scalar");
BENCHMARK_CAPTURE(time_mlp_small, plain, false)->Name("limit/mlp_small");
BENCHMARK_CAPTURE(time_mlp_small, normed, true)->Name("limit/mlp_small_wn");
BENCHMARK_CAPTURE(time_mlp_big, plain, false)->Name("limit/mlp_big");
BENCHMARK_CAPTURE(time_mlp_big, normed, true)->Name("limit/mlp_big_wn");
BENCHMARK(time_lenet)->Name("limit/lenet");

// The most memory that this process had, in kB.
void print_peak() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) std::cerr << line << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    if (openblas_set_num_threads) openblas_set_num_threads(1);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    if (std::getenv("BENCH_PEAK")) print_peak();
    return 0;
}
