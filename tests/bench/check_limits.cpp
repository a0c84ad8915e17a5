// Proves that the hand-written limits compute the right thing: against naive formulas in double, by finite differences.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>

#include "limit.hpp"

namespace {

using Doubles = std::vector<double>;
using Parameters = std::vector<Doubles>;
using Loss = std::function<double(const Parameters&)>;

int failures = 0;

void expect_close(const char* what, double got, double want, double tolerance) {
    if (std::abs(got - want) <= tolerance) return;
    std::printf("%s: needed %.9g, got %.9g\n", what, want, got);
    ++failures;
}

Doubles widen(const limit::Floats& x) { return {x.begin(), x.end()}; }

Parameters widen(const std::vector<limit::Floats*>& parameters) {
    Parameters out;
    for (const limit::Floats* p : parameters) out.push_back(widen(*p));
    return out;
}

Doubles linear(const Doubles& x, const Doubles& w, const Doubles& b) {
    const std::size_t in = w.size() / b.size();
    Doubles y;
    for (std::size_t row = 0; row < x.size(); row += in)
        for (std::size_t o = 0; o < b.size(); ++o) {
            y.push_back(b[o]);
            for (std::size_t i = 0; i < in; ++i) y.back() += x[row + i] * w[o * in + i];
        }
    return y;
}

Doubles normed(const Doubles& v, const Doubles& g) {
    const std::size_t in = v.size() / g.size();
    Doubles w;
    for (std::size_t o = 0; o < g.size(); ++o) {
        double square = 0;
        for (std::size_t i = 0; i < in; ++i) square += v[o * in + i] * v[o * in + i];
        for (std::size_t i = 0; i < in; ++i) w.push_back(g[o] * v[o * in + i] / std::sqrt(square));
    }
    return w;
}

Doubles relu(Doubles x) {
    for (double& value : x) value = std::max(value, 0.0);
    return x;
}

/// Square images (n, channels, side, side); the kernel is square too.
struct Images {
    std::size_t n, channels, side;
    Doubles x;

    double at(std::size_t image, std::size_t c, std::ptrdiff_t row, std::ptrdiff_t column) const {
        const auto s = static_cast<std::ptrdiff_t>(side);
        if (row < 0 || column < 0 || row >= s || column >= s) return 0;
        return x[((image * channels + c) * side + row) * side + column];
    }
};

double patch(const Images& in, std::size_t image, std::ptrdiff_t row, std::ptrdiff_t column, const double* w) {
    double sum = 0;
    for (std::size_t c = 0; c < in.channels; ++c)
        for (int i = 0; i < 25; ++i) sum += in.at(image, c, row + i / 5, column + i % 5) * *w++;
    return sum;
}

Images conv5(const Images& in, const Doubles& w, const Doubles& b, std::ptrdiff_t pad) {
    Images out{in.n, b.size(), in.side + 2 * pad - 4, {}};
    const auto side = static_cast<std::ptrdiff_t>(out.side);
    for (std::size_t image = 0; image < in.n; ++image)
        for (std::size_t f = 0; f < b.size(); ++f)
            for (std::ptrdiff_t i = 0; i < side * side; ++i)
                out.x.push_back(b[f] + patch(in, image, i / side - pad, i % side - pad, &w[f * in.channels * 25]));
    return out;
}

Images relu_pool(const Images& in) {
    Images out{in.n, in.channels, in.side / 2, {}};
    for (std::size_t image = 0; image < in.n; ++image)
        for (std::size_t c = 0; c < in.channels; ++c)
            for (std::size_t i = 0; i < out.side * out.side; ++i) {
                double top = 0;
                for (std::size_t k = 0; k < 4; ++k)
                    top = std::max(top, in.at(image, c, 2 * (i / out.side) + k / 2, 2 * (i % out.side) + k % 2));
                out.x.push_back(top);
            }
    return out;
}

double cross_entropy(const Doubles& logits, const limit::Batch& batch) {
    double loss = 0;
    for (int i = 0; i < batch.size; ++i) {
        double sum = 0;
        for (int j = 0; j < batch.classes; ++j) sum += std::exp(logits[i * batch.classes + j]);
        loss += std::log(sum) - logits[i * batch.classes + batch.labels[i]];
    }
    return loss / batch.size;
}

Loss mlp_loss(const limit::Batch& batch, bool weight_norm) {
    return [&batch, weight_norm](const Parameters& p) {
        if (!weight_norm) return cross_entropy(linear(relu(linear(widen(batch.x), p[0], p[1])), p[2], p[3]), batch);
        const Doubles hidden = relu(linear(widen(batch.x), normed(p[0], p[2]), p[1]));
        return cross_entropy(linear(hidden, normed(p[3], p[5]), p[4]), batch);
    };
}

Loss lenet_loss(const limit::Batch& batch) {
    return [&batch](const Parameters& p) {
        const Images images{static_cast<std::size_t>(batch.size), 1, 28, widen(batch.x)};
        const Images features = relu_pool(conv5(relu_pool(conv5(images, p[0], p[1], 2)), p[2], p[3], 0));
        const Doubles hidden = relu(linear(relu(linear(features.x, p[4], p[5])), p[6], p[7]));
        return cross_entropy(linear(hidden, p[8], p[9]), batch);
    };
}

/// The slope of the loss along direction in the parameter at index.
double slope(const Loss& loss, Parameters p, std::size_t index, const Doubles& direction) {
    const double step = 1e-7;
    const Doubles start = p[index];
    auto at = [&](double t) {
        for (std::size_t i = 0; i < start.size(); ++i) p[index][i] = start[i] + t * direction[i];
        return loss(p);
    };
    return (at(step) - at(-step)) / (2 * step);
}

/// A step with lr = 1 leaves the gradient as the difference of the parameters.
void check_gradients(const char* what, const Loss& loss, const Parameters& before, const Parameters& after) {
    for (std::size_t index = 0; index < before.size(); ++index) {
        const Doubles direction = widen(limit::uniform(before[index].size(), 1, 99));
        double projected = 0, square = 0;
        for (std::size_t i = 0; i < direction.size(); ++i) {
            const double g = before[index][i] - after[index][i];
            projected += g * direction[i];
            square += g * g;
        }
        expect_close(what, projected, slope(loss, before, index, direction), 1e-3 * std::sqrt(square));
        if (square == 0) expect_close(what, 0, 1, 0);
    }
}

template <class Net>
void check_step(const char* what, Net& net, const Loss& loss) {
    const Parameters before = widen(net.parameters());
    expect_close(what, net.step(1), loss(before), 1e-5);
    check_gradients(what, loss, before, widen(net.parameters()));
}

void check_mlp(const char* what, limit::Mlp net, bool weight_norm) {
    check_step(what, net, mlp_loss(net.batch(), weight_norm));
}

void check_lenet() {
    limit::LeNet net(5);
    check_step("lenet", net, lenet_loss(net.batch()));
}

void check_chain(const char* what, void (*chain)(const float*, float*)) {
    const limit::Floats x = limit::uniform(limit::chain_size, 1, 7);
    limit::Floats gx(x.size());
    chain(x.data(), gx.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
        double y = x[i], g = 1;
        for (int k = 0; k < limit::chain_links; ++k) {
            const double t = std::tanh(y);
            g *= 1.01 * (1 - t * t);
            y = 1.01 * t;
        }
        expect_close(what, gx[i], g, 1e-4 * std::abs(g));
    }
}

}  // namespace

int main() {
    check_chain("chain", limit::chain);
    check_chain("chain_scalar", limit::chain_scalar);
    check_mlp("mlp", limit::Mlp(13, 9, 5, 7, false), false);
    check_mlp("mlp_wn", limit::Mlp(13, 9, 5, 7, true), true);
    check_mlp("mlp_small", limit::Mlp(64, 128, 10, 32, false), false);
    check_mlp("mlp_small_wn", limit::Mlp(64, 128, 10, 32, true), true);
    check_lenet();
    std::puts(failures ? "the limits are wrong" : "the limits compute the right thing");
    return failures != 0;
}
