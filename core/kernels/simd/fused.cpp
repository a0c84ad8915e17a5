// The fused row functions of one instruction set: the softmax family, weight norm, normalisations, recurrent cells,
// optimizer updates, random draws, the order of short lines and places of indices.
#include "draw.hpp"
#include "index.hpp"
#include "order.hpp"
#include "recurrent.hpp"
#include "standardize.hpp"

namespace jt::kernels::JT_ISA {

namespace {

// Short rows are worked on together, this many elements at a time, so that exp and log always meet full vectors.
constexpr std::int64_t block_size = 1024;

// f(first row, number of rows) for blocks of rows; a row longer than a block is a block of its own.
template <class F>
void each_block(std::int64_t rows, std::int64_t n, F f) {
    const auto step = n < block_size ? block_size / n : 1;
    for (std::int64_t r = 0; r < rows; r += step) f(r, r + step < rows ? step : rows - r);
}

// As Max, but NaN may be lost: what is made of it here is NaN all the same.
template <class T>
struct Top : Max<T> {
    static constexpr auto join = [](auto a, auto x) { return x > a ? x : a; };

    template <int places, int n, class A>
    static A gain(const A& acc, const T* x, const T*, std::int64_t stride) {
        return join(acc, join_places<T, places, n>(x, stride, join));
    }
};

template <class T>
T max_row(const T* x, std::int64_t n) {
    return fold_row<Top<T>>(x, x, n);
}

// y = exp(row - its largest element) for the rows of a block of x, and what the rows of y sum to.
template <class T>
struct Exponentials {
    T tops[block_size], sums[block_size];

    Exponentials(const T* x, T* y, std::int64_t rows, std::int64_t n) {
        for (std::int64_t r = 0; r < rows; ++r) {
            tops[r] = max_row(x + r * n, n);
            change(x + r * n, y + r * n, n, [top = tops[r]](auto a) { return a - top; });
        }
        apply(y, y, rows * n, [](Vec<T> a) { return Math<T>::exp(a); });
        for (std::int64_t r = 0; r < rows; ++r) sums[r] = sum_row(y + r * n, n);
    }

    // Divides each row by its sum.
    void share(T* y, std::int64_t rows, std::int64_t n) const {
        for (std::int64_t r = 0; r < rows; ++r)
            change(y + r * n, y + r * n, n, [part = 1 / sums[r]](auto a) { return a * part; });
    }

    void take_logs(std::int64_t rows) {
        apply(sums, sums, rows, [](Vec<T> a) { return Math<T>::log(a); });
    }
};

template <class T>
void softmax(const T* x, T* y, std::int64_t rows, std::int64_t n) {
    each_block(rows, n, [&](std::int64_t first, std::int64_t count) {
        const Exponentials<T> exponentials(x + first * n, y + first * n, count, n);
        exponentials.share(y + first * n, count, n);
    });
}

template <class T>
void log_softmax(const T* x, T* y, std::int64_t rows, std::int64_t n) {
    each_block(rows, n, [&](std::int64_t first, std::int64_t count) {
        Exponentials<T> of(x + first * n, y + first * n, count, n);
        of.take_logs(count);
        for (std::int64_t r = 0; r < count; ++r) {
            const auto at = (first + r) * n;
            change(x + at, y + at, n, [top = of.tops[r], log = of.sums[r]](auto a) { return a - top - log; });
        }
    });
}

template <class T>
void softmax_grad(const T* g, const T* y, T* gx, std::int64_t rows, std::int64_t n) {
    for (std::int64_t r = 0; r < rows; ++r, g += n, y += n, gx += n) {
        const T total = static_cast<T>(fold_row<Dot<T>>(g, y, n));
        change(g, y, gx, n, [total](auto a, auto b) { return b * (a - total); });
    }
}

template <class T>
void log_softmax_grad(const T* g, const T* y, T* gx, std::int64_t rows, std::int64_t n) {
    apply(y, gx, rows * n, [](Vec<T> a) { return Math<T>::exp(a); });
    for (std::int64_t r = 0; r < rows; ++r, g += n, gx += n) {
        const T total = sum_row(g, n);
        change(g, gx, gx, n, [total](auto a, auto b) { return a - b * total; });
    }
}

template <class T>
void cross_entropy(const Labelled<T>& in, T* p, T* loss) {
    const auto n = in.n;
    each_block(in.rows, n, [&](std::int64_t first, std::int64_t count) {
        Exponentials<T> of(in.x + first * n, p + first * n, count, n);
        of.share(p + first * n, count, n);
        of.take_logs(count);
        for (std::int64_t r = 0; r < count; ++r) {
            const auto row = first + r;
            const auto t = in.t[row];
            loss[row] = 0;
            if (t >= 0 && t < n) loss[row] = (of.sums[r] - (in.x[row * n + t] - of.tops[r])) * in.w[row];
        }
    });
}

// in.x is the softmax of the logits.
template <class T>
void cross_entropy_grad(const T* g, const Labelled<T>& in, T* gx) {
    const auto n = in.n;
    for (std::int64_t r = 0; r < in.rows; ++r) {
        const auto t = in.t[r];
        const T c = g[r] * in.w[r];
        const bool known = t >= 0 && t < n;
        change(in.x + r * n, gx + r * n, n, [c, known](auto a) { return known ? a * c : decltype(a){}; });
        if (known) gx[r * n + t] = (in.x[r * n + t] - 1) * c;
    }
}

// The roots of a block's sums are taken together: one by one, each row would wait for its own.
template <class T>
void rescale_rows(const RescaleRows<T>& m) {
    const auto n = m.length;
    double s[block_size];
    T scale[block_size];
    each_block(m.rows, n, [&](std::int64_t first, std::int64_t count) {
        const T* v = m.v + first * n;
        for (std::int64_t k = 0; k < count; ++k) s[k] = fold_row<Squares<T>>(v + k * n, v + k * n, n);
        apply(s, s, count, [](Vec<double> x) { return Math<double>::sqrt(x < 1e-30 ? splat(1e-30) : x); });
        for (std::int64_t k = 0; k < count; ++k) m.n[first + k] = static_cast<T>(s[k]);
        for (std::int64_t k = 0; k < count; ++k) scale[k] = m.g[first + k] / m.n[first + k];
        for (std::int64_t k = 0; k < count; ++k)
            change(v + k * n, m.w + (first + k) * n, n, [scale = scale[k]](auto a) { return a * scale; });
    });
}

template <class T>
void rescale_terms(const T* g, const T* n, const double* s, T* dg, const RescaleTerms<T>& t, std::int64_t count) {
    const T least = static_cast<T>(1e-15);
    for (std::int64_t k = 0; k < count; ++k) {
        dg[k] = static_cast<T>(s[k] / static_cast<double>(n[k]));
        t.a[k] = g[k] / n[k];
        t.r[k] = 1 / n[k];
        t.b[k] = n[k] <= least ? 0 : dg[k];
    }
}

template <class T>
void rescale_grad(const T* G, const T* v, T* dv, std::int64_t n, const RescaleTerms<T>& t, Form form) {
    const auto grad = [](auto g, auto x, auto a, auto r, auto b) { return a * (g - x * r * b); };
    if (form == Form::vv) {
        update<T>(
            n, [grad](auto& d, auto g, auto x, auto a, auto r, auto b) { d = grad(g, x, a, r, b); }, dv, G, v, t.a, t.r,
            t.b);
    } else {
        change(G, v, dv, n, [grad, a = *t.a, r = *t.r, b = *t.b](auto g, auto x) { return grad(g, x, a, r, b); });
    }
}

template <class T>
void rescale_grad_rows(const RescaleGradRows<T>& m) {
    const auto n = m.length;
    double s[block_size];
    T a[block_size], r[block_size], b[block_size];
    each_block(m.rows, n, [&](std::int64_t first, std::int64_t count) {
        const T *G = m.G + first * n, *v = m.v + first * n;
        T* dv = m.dv + first * n;
        for (std::int64_t k = 0; k < count; ++k) s[k] = fold_row<Dot<T>>(G + k * n, v + k * n, n);
        rescale_terms(m.g + first, m.n + first, s, m.dg + first, {a, r, b}, count);
        for (std::int64_t k = 0; k < count; ++k)
            rescale_grad(G + k * n, v + k * n, dv + k * n, n, {a + k, r + k, b + k}, Form::vs);
    });
}

template <class T>
void sgd(T* p, const T* g, T* velocity, std::int64_t n, const SgdParams& s) {
    const T lr = static_cast<T>(s.lr), decay = static_cast<T>(s.weight_decay), mu = static_cast<T>(s.momentum),
            damp = static_cast<T>(1 - s.dampening);
    if (!velocity)
        update<T>(
            n,
            [=, nesterov = s.nesterov](auto& x, const auto& gx) {
                const auto d = x * decay + gx;
                x -= lr * (nesterov ? d : d * damp);
            },
            p, g);
    else
        update<T>(
            n,
            [=, nesterov = s.nesterov](auto& x, const auto& gx, auto& v) {
                const auto d = x * decay + gx;
                v = mu * v + d * damp;
                x -= lr * (nesterov ? d + mu * v : v);
            },
            p, g, velocity);
}

template <class T>
void adam(T* p, const T* g, T* m, T* v, std::int64_t n, const AdamParams& s) {
    const T step = static_cast<T>(s.step), b0 = static_cast<T>(s.beta0), b1 = static_cast<T>(s.beta1),
            c0 = static_cast<T>(1 - s.beta0), c1 = static_cast<T>(1 - s.beta1), eps = static_cast<T>(s.eps),
            decay = static_cast<T>(s.weight_decay);
    update<T>(
        n,
        [=](auto& x, const auto& gx, auto& mean, auto& square) {
            const auto d = gx + x * decay;
            mean = b0 * mean + c0 * d;
            square = b1 * square + c1 * d * d;
            x -= step * mean / (root<T>(square) + eps);
        },
        p, g, m, v);
}

template <class T>
void adamw(T* p, const T* g, T* m, T* v, std::int64_t n, const AdamWParams& s) {
    const T step = static_cast<T>(s.step), b0 = static_cast<T>(s.beta0), b1 = static_cast<T>(s.beta1),
            c0 = static_cast<T>(1 - s.beta0), c1 = static_cast<T>(1 - s.beta1), eps = static_cast<T>(s.eps),
            keep = static_cast<T>(s.keep), scale = static_cast<T>(s.scale);
    update<T>(
        n,
        [=](auto& x, const auto& gx, auto& mean, auto& square) {
            mean = b0 * mean + c0 * gx;
            square = b1 * square + c1 * gx * gx;
            x = x * keep - step * mean / (root<T>(square) * scale + eps);
        },
        p, g, m, v);
}

template <class T>
void rmsprop(T* p, const T* g, T* v, std::int64_t n, const RmspropParams& s) {
    const T lr = static_cast<T>(s.lr), alpha = static_cast<T>(s.alpha), rest = static_cast<T>(1 - s.alpha),
            eps = static_cast<T>(s.eps);
    update<T>(
        n,
        [=](auto& x, const auto& gx, auto& square) {
            square = alpha * square + rest * gx * gx;
            x -= lr * gx / (root<T>(square) + eps);
        },
        p, g, v);
}

template <class T>
void adan(T* p, const T* g, const AdanRows<T>& state, std::int64_t n, const AdanParams& s) {
    const T step = static_cast<T>(s.step), step_diff = static_cast<T>(s.step_diff), b0 = static_cast<T>(s.beta0),
            b1 = static_cast<T>(s.beta1), b2 = static_cast<T>(s.beta2), c0 = static_cast<T>(1 - s.beta0),
            c1 = static_cast<T>(1 - s.beta1), c2 = static_cast<T>(1 - s.beta2), eps = static_cast<T>(s.eps),
            keep = static_cast<T>(s.keep);
    update<T>(
        n,
        [=](auto& x, const auto& gx, auto& mean, auto& square, auto& slope, auto& before) {
            const auto diff = gx - before, u = gx + b1 * diff;
            mean = b0 * mean + c0 * gx;
            slope = b1 * slope + c1 * diff;
            square = b2 * square + c2 * u * u;
            x = (x - (step * mean + step_diff * slope) / (root<T>(square) + eps)) * keep;
            before = gx;
        },
        p, g, state.m, state.v, state.d, state.before);
}

template <class T>
constexpr FusedRows<T> table = {
    .softmax = softmax<T>,
    .log_softmax = log_softmax<T>,
    .softmax_grad = softmax_grad<T>,
    .log_softmax_grad = log_softmax_grad<T>,
    .cross_entropy = cross_entropy<T>,
    .cross_entropy_grad = cross_entropy_grad<T>,
    .rescale_rows = rescale_rows<T>,
    .rescale_terms = rescale_terms<T>,
    .rescale_grad_rows = rescale_grad_rows<T>,
    .rescale_grad = rescale_grad<T>,
    .standardize = standardize<T>,
    .standardize_grad = standardize_grad<T>,
    .recurrent = {lstm_step<T>, gru_step<T>},
    .recurrent_grad = {lstm_step_grad<T>, gru_step_grad<T>},
    .sgd = sgd<T>,
    .adam = adam<T>,
    .adamw = adamw<T>,
    .rmsprop = rmsprop<T>,
    .adan = adan<T>,
};

}  // namespace

constinit const FusedTables fused = {table<float>, table<double>, draw_rows, order_rows, index_rows};

}  // namespace jt::kernels::JT_ISA
