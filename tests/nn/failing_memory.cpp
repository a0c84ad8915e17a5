// Makes every allocation of a training step fail in turn: the step throws, every parameter keeps its numbers, and the
// same step done again gives the bits of a training that nothing disturbed.
//
// The program's own operator new and aligned_alloc take the place of the library's. Each try has a thread of its own,
// since the caches of a new thread are empty.
#include <cstdio>
#include <cstdlib>
#include <minijt/minijt.hpp>
#include <new>
#include <thread>

namespace {

constinit thread_local long until_failure = -1;  // allocations that succeed before one fails; negative: none does

bool fails() noexcept { return until_failure >= 0 && until_failure-- == 0; }

}  // namespace

void* operator new(std::size_t size) {
    void* const memory = fails() ? nullptr : std::malloc(size);
    if (!memory) throw std::bad_alloc();
    return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    void* memory = nullptr;
    return fails() || posix_memalign(&memory, alignment, size) != 0 ? nullptr : memory;
}

namespace {

using jt::Var;
namespace nn = jt::nn;
using Numbers = std::vector<double>;

Var images() { return jt::rand({4, 1, 6, 6}); }

struct Training {
    nn::Sequential net{nn::make<nn::Conv>(1, 2, 3), nn::make<nn::ReLU>(), nn::make<nn::Pool>(2),
                       nn::make<nn::Flatten>(), nn::make<nn::Linear>(8, 3)};
    Var x = images(), classes = jt::array({0, 2, 1, 0});

    Training() {
        jt::weightnorm::weight_norm(net[0], "weight", {1, 2, 3});
        jt::weightnorm::weight_norm(net[4], "weight", -1);
    }
    void step(nn::Optimizer& optimizer) { optimizer.step(nn::cross_entropy_loss(net(x), classes)); }
    Numbers numbers() {
        Numbers all;
        for (const auto& p : net.parameters())
            for (const double number : p.to_vector<double>()) all.push_back(number);
        return all;
    }
};

struct Outcome {
    bool failed = false, recording = true;
    Numbers before, disturbed, after;  // parameters at the start, after the step that failed, after two good ones
};

// Two steps, before which a step is tried whose allocation number `n` fails.
template <class Optimizer, class Options>
Outcome train(long n, const Options& options) {
    Outcome out;
    jt::set_global_seed(3);
    Training training;
    Optimizer optimizer(training.net.parameters(), options);
    out.before = training.numbers();
    try {
        until_failure = n;
        if (n >= 0) training.step(optimizer);
    } catch (const std::bad_alloc&) {
        out.failed = true;
    }
    until_failure = -1;
    out.recording = (training.x * 1.0).requires_grad();
    out.disturbed = training.numbers();
    for (int k = 0; k < 2; ++k) training.step(optimizer);
    out.after = training.numbers();
    return out;
}

template <class Optimizer, class Options>
Outcome in_new_thread(long n, const Options& options) {
    Outcome out;
    std::thread([&] { out = train<Optimizer>(n, options); }).join();
    return out;
}

template <class Optimizer, class Options>
bool survives(const char* name, const Options& options) {
    const Outcome good = in_new_thread<Optimizer>(-1, options);
    long n = 0;
    for (;; ++n) {
        const Outcome out = in_new_thread<Optimizer>(n, options);
        if (!out.failed) break;
        if (out.recording && out.disturbed == good.before && out.after == good.after) continue;
        std::printf("%s: allocation %ld of a step failed, and left a trace\n", name, n);
        return false;
    }
    std::printf("%s: %ld allocations of a step failed in turn\n", name, n);
    return n > 20 && good.before != good.after;
}

}  // namespace

int main() {
    const bool sgd = survives<nn::SGD>("SGD", nn::SGDOptions{.lr = 0.1, .momentum = 0.9});
    return sgd && survives<nn::Adam>("Adam", nn::AdamOptions{.lr = 0.01}) ? 0 : 1;
}
