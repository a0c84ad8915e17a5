// minijt's side of rows.def.
#include <functional>
#include <memory>
#include <minijt/minijt.hpp>

#include "sides.hpp"

using jt::Var;
namespace nn = jt::nn;

namespace {

/// What a ROW is made of: a forward pass, and what learns in it.
struct Work {
    std::function<Var()> forward;
    jt::Vars learn;
};

void time_forward(Timer& timer, const Work& work) {
    timer([&] { return work.forward().array().raw(); });
}

void time_backward(Timer& timer, const Work& work) {
    const Var weights = jt::rand(work.forward().shape());
    timer([&] {
        const jt::Vars g = jt::grad((work.forward() * weights).sum(), work.learn, false);
        return g.back().data<float>()[0];
    });
}

// Steps.

// Recorded: its gradient could be differentiated again.
void chain(Timer& timer, int size, int links, bool recorded) {
    const Var x = jt::linspace(-1, 1, size);
    timer([&] {
        Var y = x;
        for (int i = 0; i < links; ++i) y = jt::tanh(y) * 1.01;
        return jt::grad(y, x, recorded).data<float>()[0];
    });
}

Var images(const jt::Shape& shape) { return jt::array(jt::rand(shape) * 2 - 1); }

Var labels(int batch) { return jt::arange(0, batch, 1, jt::int32) % 10; }

template <class Forward>
void time_training(Timer& timer, const jt::Vars& parameters, int batch, Forward forward) {
    nn::SGD opt(parameters, {.lr = 0.01});
    const Var y = labels(batch);
    timer([&] {
        const Var loss = nn::cross_entropy_loss(forward(), y);
        opt.step(loss);
        return loss.item();
    });
}

void time_training(Timer& timer, nn::Module& net, const Var& x) {
    time_training(timer, net.parameters(), static_cast<int>(x.shape(0)), [&] { return net(x); });
}

void mlp(Timer& timer, int in, int hidden, int out, int batch, bool weight_norm) {
    nn::Sequential net(nn::make<nn::Linear>(in, hidden), nn::make<nn::ReLU>(), nn::make<nn::Linear>(hidden, out));
    for (int k : {0, 2})
        if (weight_norm) jt::weightnorm::weight_norm(net[k], "weight", -1);
    time_training(timer, net, images({batch, in}));
}

void deep(Timer& timer, int width, int layers, int batch) {
    nn::Sequential net;
    for (int k = 0; k < layers; ++k) {
        net.append(nn::make<nn::Linear>(width, width));
        net.append(nn::make<nn::ReLU>());
    }
    time_training(timer, net, images({batch, width}));
}

void lenet(Timer& timer, int batch) {
    nn::Sequential net(nn::make<nn::Conv>(1, 6, 5, 1, 2), nn::make<nn::ReLU>(), nn::make<nn::Pool>(2),
                       nn::make<nn::Conv>(6, 16, 5), nn::make<nn::ReLU>(), nn::make<nn::Pool>(2),
                       nn::make<nn::Flatten>(), nn::make<nn::Linear>(400, 120), nn::make<nn::ReLU>(),
                       nn::make<nn::Linear>(120, 84), nn::make<nn::ReLU>(), nn::make<nn::Linear>(84, 10));
    time_training(timer, net, images({batch, 1, 28, 28}));
}

void bn_cnn(Timer& timer, int batch) {
    nn::Sequential net;
    for (const int in : {3, 32, 32}) {
        net.append(nn::make<nn::Conv>(in, 32, 3, 1, 1));
        net.append(nn::make<nn::BatchNorm>(32));
        net.append(nn::make<nn::ReLU>());
    }
    net.append(nn::make<nn::AdaptiveAvgPool2d>(1));
    net.append(nn::make<nn::Flatten>());
    net.append(nn::make<nn::Linear>(32, 10));
    time_training(timer, net, jt::rand({batch, 3, 16, 16}));
}

// The last output of some steps of 64 numbers.
template <class Recurrent>
void time_recurrent(Timer& timer, int steps, int batch) {
    Recurrent recurrent(64, 128);
    nn::Linear last(128, 10);
    jt::Vars parameters = recurrent.parameters();
    for (const Var& p : last.parameters()) parameters.push_back(p);
    const Var x = jt::rand({steps, batch, 64});
    time_training(timer, parameters, batch, [&] { return last(std::get<0>(recurrent(x))[-1]); });
}

void lstm(Timer& timer, int steps, int batch) { time_recurrent<nn::LSTM>(timer, steps, batch); }
void gru(Timer& timer, int steps, int batch) { time_recurrent<nn::GRU>(timer, steps, batch); }

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

void attention(Timer& timer, int batch, int steps) {
    AttentionBlock net;
    time_training(timer, net, jt::rand({batch, steps, 64}));
}

void infer(Timer& timer, int batch) {
    nn::Sequential net(nn::make<nn::Linear>(784, 256), nn::make<nn::ReLU>(), nn::make<nn::Linear>(256, 128),
                       nn::make<nn::ReLU>(), nn::make<nn::Linear>(128, 10));
    const Var x = images({batch, 784});
    const jt::no_grad guard;
    timer([&] { return net(x).data<float>()[0]; });
}

// Updates alone, again and again with the same gradients.
template <class Optimizer, class Options>
void time_updates(Timer& timer, int size, const Options& options) {
    const Var p = images({size});
    Optimizer opt({p}, options);
    opt.backward((p * p).sum());
    timer([&] {
        opt.step();
        return p.data<float>()[0];
    });
}

void sgd_momentum(Timer& timer, int size) {
    time_updates<nn::SGD>(timer, size, nn::SGDOptions{.lr = 1e-4, .momentum = 0.9});
}
void adam(Timer& timer, int size) { time_updates<nn::Adam>(timer, size, nn::AdamOptions{.lr = 1e-4}); }
void adamw(Timer& timer, int size) {
    time_updates<nn::AdamW>(timer, size, nn::AdamWOptions{.lr = 1e-4, .weight_decay = 0.01});
}
void rmsprop(Timer& timer, int size) { time_updates<nn::RMSprop>(timer, size, nn::RMSpropOptions{.lr = 1e-4}); }

// Layers.

template <class Layer>
Work layer_work(std::shared_ptr<Layer> layer, const Var& x) {
    jt::Vars learn = layer->parameters();
    learn.push_back(x);
    return {[layer, x] { return (*layer)(x); }, learn};
}

Work conv(int batch, int in, int out, int kernel, int stride, int groups, int side) {
    const nn::ConvOptions options{.stride = stride, .padding = kernel / 2, .groups = groups};
    return layer_work(std::make_shared<nn::Conv>(in, out, kernel, options), jt::rand({batch, in, side, side}));
}

Work layer_norm(int rows, int columns) {
    return layer_work(std::make_shared<nn::LayerNorm>(columns), jt::rand({rows, columns}));
}

Work batch_norm(int batch, int channels, int side) {
    return layer_work(std::make_shared<nn::BatchNorm>(channels), jt::rand({batch, channels, side, side}));
}

Work embedding(int words, int size, int read) {
    const auto layer = std::make_shared<nn::Embedding>(words, size);
    const Var x = jt::randint(0, words, {read});
    return {[layer, x] { return (*layer)(x); }, layer->parameters()};
}

// Ops of Vars that are drawn.

template <class F>
Work of(const Var& x, F f) {
    return {[x, f] { return f(x); }, {x}};
}

template <class F>
Work of(const Var& x, const Var& y, F f) {
    return {[x, y, f] { return f(x, y); }, {x, y}};
}

Work max_pool(int batch, int channels, int side, int kernel, int stride, int padding) {
    return of(jt::rand({batch, channels, side, side}),
              [=](const Var& x) { return jt::max_pool2d(x, kernel, stride, padding); });
}

Work mean_pool(int batch, int channels, int side, int kernel, int stride, int padding) {
    return of(jt::rand({batch, channels, side, side}),
              [=](const Var& x) { return jt::mean_pool2d(x, kernel, stride, padding); });
}

Work product(const Var& x, const Var& y, bool trans_x = false, bool trans_y = false) {
    return of(x, y, [=](const Var& a, const Var& b) { return jt::matmul(a, b, trans_x, trans_y); });
}

Work matmul(int n, int k, int m) { return product(jt::rand({n, k}), jt::rand({k, m})); }
Work matmul_nt(int n) { return product(jt::rand({n, n}), jt::rand({n, n}), false, true); }
Work matmul_tn(int n) { return product(jt::rand({n, n}), jt::rand({n, n}), true, false); }
Work matmul_f64(int n) { return product(jt::rand({n, n}, jt::float64), jt::rand({n, n}, jt::float64)); }
Work bmm(int batch, int n) { return product(jt::rand({batch, n, n}), jt::rand({batch, n, n})); }

Work matvec(int n) {
    return of(jt::rand({n, n}), jt::rand({n}), [](const Var& x, const Var& y) { return jt::matmul(x, y); });
}

Work rand(int size) {
    return {[=] { return jt::rand({size}); }, {}};
}

Work randn(int size) {
    return {[=] { return jt::randn({size}); }, {}};
}

// In [0.1, 1.1), so that every function has a value.
Var matrix(int rows, int columns) { return jt::array(jt::rand({rows, columns}) + 0.1); }

#define OF_ONE(name, value)                                                   \
    Work name(int rows, int columns) {                                        \
        return of(matrix(rows, columns), [](const Var& x) { return value; }); \
    }
#define OF_TWO(name, value)                                                                                        \
    Work name(int rows, int columns) {                                                                             \
        return of(matrix(rows, columns), matrix(rows, columns), [](const Var& x, const Var& y) { return value; }); \
    }

OF_ONE(dropout, nn::dropout(x, 0.5))
OF_ONE(power3, jt::pow(x, 3))
OF_ONE(power2_5, jt::pow(x, 2.5))
OF_ONE(mul_scalar, x * 1.01)
OF_ONE(cast_int, x.int32())
OF_ONE(tanh, jt::tanh(x))
OF_ONE(exp, jt::exp(x))
OF_ONE(log, jt::log(x))
OF_ONE(sqrt, jt::sqrt(x))
OF_ONE(abs, jt::abs(x))
OF_ONE(sigmoid, jt::sigmoid(x))
OF_ONE(relu, jt::relu(x))
OF_ONE(leaky_relu, jt::leaky_relu(x))
OF_ONE(elu, jt::elu(x))
OF_ONE(gelu, jt::gelu(x))
OF_ONE(silu, jt::silu(x))
OF_ONE(mish, jt::mish(x))
OF_ONE(softplus, jt::softplus(x))
OF_ONE(hardtanh, jt::hardtanh(x))
OF_ONE(sum0, x.sum(0))
OF_ONE(sum1, x.sum(1))
OF_ONE(sum_all, x.sum())
OF_ONE(mean_all, x.mean())
OF_ONE(max0, x.max(0))
OF_ONE(max1, x.max(1))
OF_ONE(transpose, x.t())
OF_ONE(slice_columns, (x[{jt::_, jt::from(1)}]))
OF_ONE(slice_step2, (x[{jt::_, jt::Slice{{}, {}, 2}}]))
OF_ONE(softmax, jt::softmax(x, 1))
OF_TWO(add, x + y)
OF_TWO(mul, x* y)
OF_TWO(div, x / y)
OF_TWO(concat0, jt::concat({x, y}, 0))
OF_TWO(concat1, jt::concat({x, y}, 1))

Work of_shapes(const jt::Shape& a, const jt::Shape& b, Var (*f)(const Var&, const Var&)) {
    return of(jt::rand(a), jt::rand(b), f);
}

Var sum_of(const Var& x, const Var& y) { return x + y; }
Var product_of(const Var& x, const Var& y) { return x * y; }

Work row_add(int rows, int columns) { return of_shapes({rows, columns}, {columns}, sum_of); }
Work column_add(int rows, int columns) { return of_shapes({rows, columns}, {rows, 1}, sum_of); }
Work column_mul(int rows, int columns) { return of_shapes({rows, columns}, {rows, 1}, product_of); }
Work outer_add(int rows, int columns) { return of_shapes({rows, 1}, {1, columns}, sum_of); }

Work sum_middle(int a, int b, int c) {
    return of(jt::rand({a, b, c}), [](const Var& x) { return x.sum(1); });
}

Work permute(int a, int b, int c, int d) {
    return of(jt::rand({a, b, c, d}), [](const Var& x) { return x.permute(0, 2, 3, 1); });
}

Work cross_entropy(int rows, int columns) {
    const Var y = labels(rows);
    return of(jt::rand({rows, columns}), [y](const Var& x) { return nn::cross_entropy_loss(x, y); });
}

Rows rows_of_def() {
    Rows rows;
#define STEP(function, name, ...) rows.push_back({name, [](Timer& timer) { function(timer, __VA_ARGS__); }});
#define ROW(passes, function, name, ...) add_passes(rows, passes, name, [] { return function(__VA_ARGS__); });
#include "rows.def"
    return rows;
}

}  // namespace

Rows minijt_rows() {
    Rows rows = rows_of_def();
    for (const Row& row : minijt_ops()) rows.push_back(row);
    return rows;
}
