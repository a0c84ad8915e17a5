// The side of PyTorch's C++ front end in rows.def; libtorch.py compiles it against an installed PyTorch.
#include <torch/torch.h>

#include "torch_sides.hpp"

using torch::Tensor;
using Tensors = std::vector<Tensor>;
namespace nn = torch::nn;
namespace F = torch::nn::functional;

namespace {

constexpr double learning_rate = 0.01;

/// What a ROW is made of: a forward pass, and what learns in it.
struct Work {
    std::function<Tensor()> forward;
    Tensors learn;
};

void time_forward(Timer& timer, const Work& work) { timer(work.forward); }

void time_backward(Timer& timer, const Work& work) {
    const Tensor weights = torch::rand_like(work.forward());
    timer([&] { return torch::autograd::grad({(work.forward() * weights).sum()}, work.learn); });
}

// Steps. Where a work may be written in several ways, each is timed: the fastest counts.

void chain(Timer& timer, int size, int links, bool recorded) {
    const Tensor x = torch::linspace(-1, 1, size).requires_grad_();
    timer([&] {
        Tensor y = x;
        for (int i = 0; i < links; ++i) y = torch::tanh(y) * 1.01;
        return torch::autograd::grad({y.sum()}, {x}, {}, recorded, recorded);
    });
}

Tensor images(at::IntArrayRef shape) { return torch::rand(shape) * 2 - 1; }

Tensor labels(int batch) { return torch::arange(batch) % 10; }

template <class Forward>
Tensor loss(Forward& forward, const Tensor& x, const Tensor& y) {
    return F::cross_entropy(forward(x), y);
}

template <class Forward>
void time_optimizer(Timer& timer, const Tensors& parameters, const Tensor& x, const Tensor& y, Forward forward) {
    torch::optim::SGD opt(parameters, learning_rate);
    timer([&] {
        loss(forward, x, y).backward();
        opt.step();
        opt.zero_grad();
        return 0;
    });
}

void update(Tensor& p) {
    const torch::NoGradGuard guard;
    p.sub_(p.grad(), learning_rate);
    p.mutable_grad().reset();
}

template <class Forward>
void time_plain_loop(Timer& timer, Tensors parameters, const Tensor& x, const Tensor& y, Forward forward) {
    timer([&] {
        loss(forward, x, y).backward();
        for (Tensor& p : parameters) update(p);
        return 0;
    });
}

template <class Forward>
void time_training(Timer& timer, const Tensors& parameters, const Tensor& x, Forward forward) {
    const Tensor y = labels(static_cast<int>(forward(x).size(0)));
    time_optimizer(timer, parameters, x, y, forward);
    time_plain_loop(timer, parameters, x, y, forward);
}

template <class Net>
void time_training(Timer& timer, Net net, const Tensor& x) {
    time_training(timer, net->parameters(), x, [net](const Tensor& input) mutable { return net->forward(input); });
}

struct NormedLinearImpl : nn::Module {
    Tensor v, g, b;
    NormedLinearImpl(int in, int out) {
        const nn::Linear linear(in, out);
        v = register_parameter("v", linear->weight.detach().clone());
        g = register_parameter("g", v.detach().norm(2, 1, true));
        b = register_parameter("b", linear->bias.detach().clone());
    }
    Tensor forward(const Tensor& x) { return F::linear(x, torch::_weight_norm(v, g, 0), b); }
};
TORCH_MODULE(NormedLinear);

template <class Linear>
void time_mlp(Timer& timer, int in, int hidden, int out, int batch) {
    time_training(timer, nn::Sequential(Linear(in, hidden), nn::ReLU(), Linear(hidden, out)), images({batch, in}));
}

void mlp(Timer& timer, int in, int hidden, int out, int batch, bool weight_norm) {
    weight_norm ? time_mlp<NormedLinear>(timer, in, hidden, out, batch)
                : time_mlp<nn::Linear>(timer, in, hidden, out, batch);
}

void deep(Timer& timer, int width, int layers, int batch) {
    nn::Sequential net;
    for (int k = 0; k < layers; ++k) {
        net->push_back(nn::Linear(width, width));
        net->push_back(nn::ReLU());
    }
    time_training(timer, net, images({batch, width}));
}

void lenet(Timer& timer, int batch) {
    const nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(1, 6, 5).padding(2)), nn::ReLU(), nn::MaxPool2d(2),
                             nn::Conv2d(6, 16, 5), nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), nn::Linear(400, 120),
                             nn::ReLU(), nn::Linear(120, 84), nn::ReLU(), nn::Linear(84, 10));
    time_training(timer, net, images({batch, 1, 28, 28}));
}

void bn_cnn(Timer& timer, int batch) {
    nn::Sequential net;
    for (const int in : {3, 32, 32}) {
        net->push_back(nn::Conv2d(nn::Conv2dOptions(in, 32, 3).padding(1)));
        net->push_back(nn::BatchNorm2d(32));
        net->push_back(nn::ReLU());
    }
    net->push_back(nn::AdaptiveAvgPool2d(1));
    net->push_back(nn::Flatten());
    net->push_back(nn::Linear(32, 10));
    time_training(timer, net, torch::rand({batch, 3, 16, 16}));
}

// The last output of some steps of 64 numbers.
template <class Recurrent>
void time_recurrent(Timer& timer, int steps, int batch) {
    Recurrent recurrent(64, 128);
    nn::Linear last(128, 10);
    Tensors parameters = recurrent->parameters();
    for (const Tensor& p : last->parameters()) parameters.push_back(p);
    time_training(timer, parameters, torch::rand({steps, batch, 64}),
                  [=](const Tensor& x) mutable { return last(std::get<0>(recurrent->forward(x))[-1]); });
}

void lstm(Timer& timer, int steps, int batch) { time_recurrent<nn::LSTM>(timer, steps, batch); }
void gru(Timer& timer, int steps, int batch) { time_recurrent<nn::GRU>(timer, steps, batch); }

// This front end attends to steps that come first.
struct AttentionBlockImpl : nn::Module {
    nn::MultiheadAttention attention = register_module("attention", nn::MultiheadAttention(64, 4));
    nn::LayerNorm norm = register_module("norm", nn::LayerNorm(nn::LayerNormOptions({64})));
    nn::Linear last = register_module("last", nn::Linear(64, 10));
    Tensor forward(const Tensor& x) {
        const Tensor s = x.transpose(0, 1);
        const Tensor y = std::get<0>(attention->forward(s, s, s, {}, false)).transpose(0, 1);
        return last(norm(x + y).mean(1));
    }
};
TORCH_MODULE(AttentionBlock);

void attention(Timer& timer, int batch, int steps) {
    time_training(timer, AttentionBlock(), torch::rand({batch, steps, 64}));
}

void infer(Timer& timer, int batch) {
    nn::Sequential net(nn::Linear(784, 256), nn::ReLU(), nn::Linear(256, 128), nn::ReLU(), nn::Linear(128, 10));
    const Tensor x = images({batch, 784});
    const torch::NoGradGuard guard;
    timer([&] { return net->forward(x); });
}

// Updates alone, again and again with the same gradients.
template <class Optimizer, class Options>
void time_updates(Timer& timer, int size, const Options& options) {
    Tensor p = images({size}).requires_grad_();
    p.mutable_grad() = 2 * p.detach();
    Optimizer opt(Tensors{p}, options);
    timer([&] {
        opt.step();
        return 0;
    });
}

void sgd_momentum(Timer& timer, int size) {
    time_updates<torch::optim::SGD>(timer, size, torch::optim::SGDOptions(1e-4).momentum(0.9));
}

void adam(Timer& timer, int size) { time_updates<torch::optim::Adam>(timer, size, torch::optim::AdamOptions(1e-4)); }

void adamw(Timer& timer, int size) {
    time_updates<torch::optim::AdamW>(timer, size, torch::optim::AdamWOptions(1e-4).weight_decay(0.01));
}

void rmsprop(Timer& timer, int size) {
    time_updates<torch::optim::RMSprop>(timer, size, torch::optim::RMSpropOptions(1e-4));
}

// Layers.

template <class F>
Work of(const Tensor& x, F f) {
    x.requires_grad_();
    return {[x, f]() mutable { return f(x); }, {x}};
}

template <class F>
Work of(const Tensor& x, const Tensor& y, F f) {
    x.requires_grad_();
    y.requires_grad_();
    return {[x, y, f] { return f(x, y); }, {x, y}};
}

template <class Layer>
Work layer_work(Layer layer, const Tensor& x) {
    const Work work = of(x, [layer](const Tensor& input) mutable { return layer(input); });
    Tensors learn = layer->parameters();
    learn.push_back(x);
    return {work.forward, learn};
}

Work conv(int batch, int in, int out, int kernel, int stride, int groups, int side) {
    const auto options = nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).groups(groups);
    return layer_work(nn::Conv2d(options), torch::rand({batch, in, side, side}));
}

Work layer_norm(int rows, int columns) {
    return layer_work(nn::LayerNorm(nn::LayerNormOptions({columns})), torch::rand({rows, columns}));
}

Work batch_norm(int batch, int channels, int side) {
    return layer_work(nn::BatchNorm2d(channels), torch::rand({batch, channels, side, side}));
}

Work embedding(int words, int size, int read) {
    nn::Embedding layer(words, size);
    const Tensor x = torch::randint(0, words, {read});
    return {[layer, x]() mutable { return layer(x); }, layer->parameters()};
}

// Ops of tensors that are drawn.

Work max_pool(int batch, int channels, int side, int kernel, int stride, int padding) {
    return of(torch::rand({batch, channels, side, side}),
              [=](const Tensor& x) { return torch::max_pool2d(x, kernel, stride, padding); });
}

Work mean_pool(int batch, int channels, int side, int kernel, int stride, int padding) {
    return of(torch::rand({batch, channels, side, side}),
              [=](const Tensor& x) { return torch::avg_pool2d(x, kernel, stride, padding); });
}

Tensor product_of_matrices(const Tensor& x, const Tensor& y) { return torch::matmul(x, y); }

Work matmul(int n, int k, int m) { return of(torch::rand({n, k}), torch::rand({k, m}), product_of_matrices); }

Work matmul_nt(int n) {
    return of(torch::rand({n, n}), torch::rand({n, n}), [](auto& x, auto& y) { return torch::matmul(x, y.t()); });
}

Work matmul_tn(int n) {
    return of(torch::rand({n, n}), torch::rand({n, n}), [](auto& x, auto& y) { return torch::matmul(x.t(), y); });
}

Work matmul_f64(int n) {
    return of(torch::rand({n, n}, torch::kFloat64), torch::rand({n, n}, torch::kFloat64), product_of_matrices);
}

Work bmm(int batch, int n) { return of(torch::rand({batch, n, n}), torch::rand({batch, n, n}), product_of_matrices); }

Work matvec(int n) { return of(torch::rand({n, n}), torch::rand({n}), product_of_matrices); }

Work rand(int size) {
    return {[=] { return torch::rand({size}); }, {}};
}

Work randn(int size) {
    return {[=] { return torch::randn({size}); }, {}};
}

// In [0.1, 1.1), so that every function has a value.
Tensor matrix(int rows, int columns) { return torch::rand({rows, columns}) + 0.1; }

#define OF_ONE(name, value)                                                      \
    Work name(int rows, int columns) {                                           \
        return of(matrix(rows, columns), [](const Tensor& x) { return value; }); \
    }
#define OF_TWO(name, value)                                                \
    Work name(int rows, int columns) {                                     \
        return of(matrix(rows, columns), matrix(rows, columns),            \
                  [](const Tensor& x, const Tensor& y) { return value; }); \
    }

OF_ONE(dropout, torch::dropout(x, 0.5, true))
OF_ONE(power3, torch::pow(x, 3))
OF_ONE(power2_5, torch::pow(x, 2.5))
OF_ONE(mul_scalar, x * 1.01)
OF_ONE(cast_int, x.to(torch::kInt32))
OF_ONE(tanh, torch::tanh(x))
OF_ONE(exp, torch::exp(x))
OF_ONE(log, torch::log(x))
OF_ONE(sqrt, torch::sqrt(x))
OF_ONE(abs, torch::abs(x))
OF_ONE(sigmoid, torch::sigmoid(x))
OF_ONE(relu, torch::relu(x))
OF_ONE(leaky_relu, torch::leaky_relu(x))
OF_ONE(elu, torch::elu(x))
OF_ONE(gelu, torch::gelu(x))
OF_ONE(silu, torch::silu(x))
OF_ONE(mish, torch::mish(x))
OF_ONE(softplus, torch::softplus(x))
OF_ONE(hardtanh, torch::hardtanh(x))
OF_ONE(sum0, x.sum(0))
OF_ONE(sum1, x.sum(1))
OF_ONE(sum_all, x.sum())
OF_ONE(mean_all, x.mean())
OF_ONE(max0, x.amax(0))
OF_ONE(max1, x.amax(1))
// Where libtorch would give a view, it is asked for the numbers.
OF_ONE(transpose, x.t().contiguous())
OF_ONE(slice_columns, x.slice(1, 1).contiguous())
OF_ONE(slice_step2, x.slice(1, 0, {}, 2).contiguous())
OF_ONE(softmax, x.softmax(1))
OF_TWO(add, x + y)
OF_TWO(mul, x* y)
OF_TWO(div, x / y)
OF_TWO(concat0, torch::cat({x, y}, 0))
OF_TWO(concat1, torch::cat({x, y}, 1))

Tensor sum_of(const Tensor& x, const Tensor& y) { return x + y; }
Tensor product_of(const Tensor& x, const Tensor& y) { return x * y; }

Work row_add(int rows, int columns) { return of(torch::rand({rows, columns}), torch::rand({columns}), sum_of); }
Work column_add(int rows, int columns) { return of(torch::rand({rows, columns}), torch::rand({rows, 1}), sum_of); }
Work column_mul(int rows, int columns) { return of(torch::rand({rows, columns}), torch::rand({rows, 1}), product_of); }
Work outer_add(int rows, int columns) { return of(torch::rand({rows, 1}), torch::rand({1, columns}), sum_of); }

Work sum_middle(int a, int b, int c) {
    return of(torch::rand({a, b, c}), [](const Tensor& x) { return x.sum(1); });
}

Work permute(int a, int b, int c, int d) {
    return of(torch::rand({a, b, c, d}), [](const Tensor& x) { return x.permute({0, 2, 3, 1}).contiguous(); });
}

Work cross_entropy(int rows, int columns) {
    const Tensor y = labels(rows);
    return of(torch::rand({rows, columns}), [y](const Tensor& x) { return F::cross_entropy(x, y); });
}

Rows rows_of_def() {
    Rows rows;
#define STEP(function, name, ...) rows.push_back({name, [](Timer& timer) { function(timer, __VA_ARGS__); }});
#define ROW(passes, function, name, ...) add_passes(rows, passes, name, [] { return function(__VA_ARGS__); });
#include "rows.def"
    return rows;
}

}  // namespace

// torch_rows [cpu|wall]
int main(int argc, char** argv) {
    Rows rows = rows_of_def();
    for (const Row& row : torch_ops()) rows.push_back(row);
    return serve(rows, argc > 1 ? argv[1] : "cpu");
}
