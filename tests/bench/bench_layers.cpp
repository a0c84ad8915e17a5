// Trainings with the layers of every day, and some layers alone, forward and backward; torch_layers.py has the same.
#include <memory>

#include <minijt/minijt.hpp>

#include "timed.hpp"

using jt::Var;
namespace nn = jt::nn;

namespace {

Var labels(int batch) { return jt::arange(0, batch, 1, jt::int32) % 10; }

template <class Forward>
void time_training(benchmark::State& state, const jt::Vars& parameters, int batch, Forward forward) {
    nn::SGD opt(parameters, {.lr = 0.01});
    const Var y = labels(batch);
    time_steps(state, [&] {
        const Var loss = nn::cross_entropy_loss(forward(), y);
        opt.step(loss);
        return loss.item();
    });
}

void time_bn_cnn(benchmark::State& state) {
    nn::Sequential net;
    for (const int in : {3, 32, 32}) {
        net.append(nn::make<nn::Conv>(in, 32, 3, 1, 1));
        net.append(nn::make<nn::BatchNorm>(32));
        net.append(nn::make<nn::ReLU>());
    }
    net.append(nn::make<nn::AdaptiveAvgPool2d>(1));
    net.append(nn::make<nn::Flatten>());
    net.append(nn::make<nn::Linear>(32, 10));
    const Var x = jt::rand({32, 3, 16, 16});
    time_training(state, net.parameters(), 32, [&] { return net(x); });
}

// The last output of 32 steps of 64 numbers.
template <class Recurrent>
void time_recurrent(benchmark::State& state) {
    Recurrent recurrent(64, 128);
    nn::Linear last(128, 10);
    jt::Vars parameters = recurrent.parameters();
    for (const Var& p : last.parameters()) parameters.push_back(p);
    const Var x = jt::rand({32, 16, 64});
    time_training(state, parameters, 16, [&] { return last(std::get<0>(recurrent(x))[-1]); });
}

struct AttentionBlock : nn::Module {
    nn::Ref<nn::MultiheadAttention> attention{this, "attention", 64, 4,
                                              nn::MultiheadAttentionOptions{.batch_first = true}};
    nn::Ref<nn::LayerNorm> norm{this, "norm", 64};
    nn::Ref<nn::Linear> last{this, "last", 64, 10};
    Var execute(const Var& x) override {
        const auto [y, weights] = attention(x, x, x, nn::AttendOptions{.need_weights = false});
        return last(norm(x + y).mean(1));
    }
};

// 64 steps of 64 numbers.
void time_attention(benchmark::State& state) {
    AttentionBlock net;
    const Var x = jt::rand({8, 64, 64});
    time_training(state, net.parameters(), 8, [&] { return net(x); });
}

// Forward, and the gradients of a weighted sum.
template <class Forward>
void time_backward(benchmark::State& state, const jt::Vars& learn, Forward forward) {
    const Var weights = jt::rand(forward().shape());
    time_steps(state, [&] {
        const jt::Vars g = jt::grad((forward() * weights).sum(), learn, false);
        return g.back().data<float>()[0];
    });
}

template <class Layer>
void time_layer(benchmark::State& state, Layer layer, const jt::Shape& shape) {
    const Var x = jt::rand(shape);
    jt::Vars learn = layer->parameters();
    learn.push_back(x);
    time_backward(state, learn, [&] { return (*layer)(x); });
}

void time_embedding(benchmark::State& state, int words, int size, int read) {
    nn::Embedding layer(words, size);
    const Var x = jt::randint(0, words, {read});
    time_backward(state, layer.parameters(), [&] { return layer(x); });
}

void time_softmax(benchmark::State& state, int rows, int columns) {
    const Var x = jt::rand({rows, columns});
    time_backward(state, {x}, [&] { return jt::softmax(x, 1); });
}

template <class L>
auto made(int n) {
    return std::make_shared<L>(n);
}

BENCHMARK(time_bn_cnn)->Name("minijt/bn_cnn");
BENCHMARK(time_recurrent<nn::LSTM>)->Name("minijt/lstm");
BENCHMARK(time_recurrent<nn::GRU>)->Name("minijt/gru");
BENCHMARK(time_attention)->Name("minijt/attention");
BENCHMARK_CAPTURE(time_layer, toy, made<nn::LayerNorm>(64), {32, 64})->Name("minijt/layer_norm_toy");
BENCHMARK_CAPTURE(time_layer, large, made<nn::LayerNorm>(512), {2048, 512})->Name("minijt/layer_norm");
BENCHMARK_CAPTURE(time_layer, toy, made<nn::BatchNorm>(8), {16, 8, 8, 8})->Name("minijt/batch_norm_toy");
BENCHMARK_CAPTURE(time_layer, large, made<nn::BatchNorm>(32), {64, 32, 28, 28})->Name("minijt/batch_norm");
BENCHMARK_CAPTURE(time_embedding, toy, 100, 16, 64)->Name("minijt/embedding_toy");
BENCHMARK_CAPTURE(time_embedding, large, 10'000, 256, 4096)->Name("minijt/embedding");
BENCHMARK_CAPTURE(time_softmax, toy, 32, 10)->Name("minijt/softmax_toy");
BENCHMARK_CAPTURE(time_softmax, large, 1024, 1000)->Name("minijt/softmax");

}  // namespace
