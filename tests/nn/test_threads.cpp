// Trainings on one, two, three and seven threads end with the same bits: their work is large enough to be divided.
#include <cstdint>

#include <doctest/doctest.h>

#include "../../autograd/grad.hpp"
#include "../../core/random.hpp"
#include "../../nn/interpolate.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../../nn/optim.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../core/threads.hpp"

namespace jt {

namespace {

/// FNV-1a of the bytes of all.
std::uint64_t hash(const std::vector<Var>& values) {
    std::uint64_t result = 14695981039346656037U;
    for (const Var& value : values) {
        const auto* const bytes = static_cast<const unsigned char*>(value.array().raw());
        const auto size = static_cast<std::size_t>(value.numel()) * size_of(value.dtype());
        for (std::size_t i = 0; i < size; ++i) result = (result ^ bytes[i]) * 1099511628211U;
    }
    return result;
}

/// That of all parameters and buffers.
std::uint64_t hash(nn::Module& net) {
    std::vector<Var> values;
    for (const auto& [name, value] : net.state_dict()) values.push_back(value);
    return hash(values);
}

/// Two steps on random numbers and classes, and the hash of what was learned.
template <class Optimizer>
std::uint64_t trained(nn::Module& net, Optimizer opt, const Shape& x_shape, int rows) {
    const Var x = randn(x_shape), y = randint(0, 10, {rows});
    for (int i = 0; i < 2; ++i) opt.step(nn::cross_entropy_loss(net(x), y));
    return hash(net);
}

/// `training` hashes the same on each number of threads.
template <class F>
void check_bits(F training) {
    const auto on = [&](int threads) {
        const Threads set(threads);
        set_global_seed(7);
        return training();
    };
    const auto one = on(1);
    for (const int threads : {2, 3, 7}) {
        CAPTURE(threads);
        CHECK(on(threads) == one);
    }
}

struct Attender : nn::Module {
    nn::Ref<nn::MultiheadAttention> attention{this, "attention", 64, 4};
    nn::Ref<nn::LayerNorm> norm{this, "norm", 64};
    nn::Ref<nn::Linear> head{this, "head", 64, 10};
    Var execute(const Var& x) override { return head(norm(x + std::get<0>(attention(x, x, x))).mean(0)); }
};

struct Reader : nn::Module {
    nn::Ref<nn::LSTM> rnn{this, "rnn", 64, 128};
    nn::Ref<nn::Linear> head{this, "head", 128, 10};
    Var execute(const Var& x) override { return head(rnn->call({x})[0][-1]); }
};

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("the same bits on any number of threads: a weight-normed MLP with dropout, Adam") {
        check_bits([] {
            nn::Sequential net(nn::make<nn::Linear>(400, 512), nn::make<nn::Tanh>(), nn::make<nn::Dropout>(.3),
                               nn::make<nn::Linear>(512, 300), nn::make<nn::ReLU>(), nn::make<nn::Linear>(300, 10));
            for (const int k : {0, 3}) weightnorm::weight_norm(net[k], "weight", 1 - k / 3);
            return trained(net, nn::Adam(net.parameters(), {.lr = .01}), {160, 400}, 160);
        });
    }

    TEST_CASE("the same bits on any number of threads: convolutions of all kinds, BatchNorm, pools") {
        check_bits([] {
            nn::Sequential net(
                nn::make<nn::Conv>(3, 32, 5, {.stride = 2, .padding = 2}), nn::make<nn::BatchNorm>(32),
                nn::make<nn::ReLU>(), nn::make<nn::Conv>(32, 32, 3, {.padding = 1}), nn::make<nn::ReLU>(),
                nn::make<nn::Pool>(2), nn::make<nn::Conv>(32, 32, 5, {.padding = 2}),
                nn::make<nn::Conv>(32, 32, 3, {.padding = 1, .groups = 32}), nn::make<nn::Conv>(32, 48, 1),
                nn::make<nn::Pool>(3, nn::PoolOptions{.op = nn::PoolOp::mean}), nn::make<nn::Flatten>(),
                nn::make<nn::Linear>(192, 10));
            return trained(net, nn::SGD(net.parameters(), {.lr = .05, .momentum = .9}), {48, 3, 28, 28}, 48);
        });
    }

    TEST_CASE("the same bits on any number of threads: attention and LayerNorm, AdamW") {
        check_bits([] {
            Attender net;
            return trained(net, nn::AdamW(net.parameters(), {.lr = .01}), {64, 32, 64}, 32);
        });
    }

    TEST_CASE("the same bits on any number of threads: an LSTM, RMSprop") {
        check_bits([] {
            Reader net;
            return trained(net, nn::RMSprop(net.parameters(), {.lr = .01}), {20, 48, 64}, 48);
        });
    }

    TEST_CASE("the same bits on any number of threads: large sums, softmax, random numbers") {
        check_bits([] {
            nn::Sequential net(nn::make<nn::Linear>(300, 900), nn::make<nn::Softmax>(), nn::make<nn::Linear>(900, 10));
            const Var noise = randn({300, 900}), scale = rand({300, 900}).sum() + noise.sqr().mean();
            net[0]->state_dict()["weight"].assign((noise / scale).transpose());
            return trained(net, nn::SGD(net.parameters(), {.lr = .05}), {300, 300}, 300);
        });
    }

    TEST_CASE("the same bits on any number of threads: ops that choose, move, sort and run along an axis") {
        check_bits([] {
            const Var x = randn({7, 130, 150}), row = randn({150}), column = randn({130, 1}), mask = x > 0;
            const Vars parts = x.split({40, 90}, 1);
            return hash({where(mask, x, 0), where(mask, row, x), where(column > 0, x, row), x.sort(1).second,
                         x.topk(5).first, x.median(0), x.cumsum(0), x.cumsum(1), x.cumsum(2), x.cumprod(1),
                         x.roll({3, -50}, {1, 2}), x.tril(5), x.triu(-3), parts[0], parts[1], x.flip(2), isfinite(x)});
        });
    }

    TEST_CASE("the same bits on any number of threads: resized images and their gradients") {
        check_bits([] {
            const Var x = randn({6, 5, 70, 60}), y = nn::resize(x, {90, 130}, ResizeMode::bilinear);
            return hash({y, grad((y * y).sum(), x)});
        });
    }
}

}  // namespace jt
