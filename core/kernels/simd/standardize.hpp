// Batch, group, layer and instance norm of one instruction set: each group of numbers is centred, scaled and moved.
#pragma once
#include "change.hpp"

namespace jt::kernels::JT_ISA {

/// f(at, n, channel) for the runs of a group, n numbers of one channel each.
template <class F>
void each_run(const Groups& s, std::int64_t group, F f) {
    const auto own = s.channels * s.inner, step = s.outer * s.period * own, first = group % s.period * s.channels;
    for (std::int64_t piece = 0; piece < s.pieces; ++piece) {
        const auto at = piece * step + group * own;
        for (std::int64_t k = 0; k < s.channels; ++k) f(at + k * s.inner, s.inner, first + k);
    }
}

/// y = y / deviation * weight + bias: for a row, each of whose numbers has its own weight and bias, and for a run.
template <class T>
void scale_row(const StandardizeRows<T>& m, std::int64_t group, T deviation) {
    const auto n = m.groups.channels, channel = group % m.groups.period * n;
    update<T>(
        n, [part = 1 / deviation](auto& y, const auto& w, const auto& b) { y = y * part * w + b; }, m.y + group * n,
        m.weight + channel, m.bias + channel);
}
template <class T>
void scale_run(const StandardizeRows<T>& m, std::int64_t at, std::int64_t n, std::int64_t channel, T deviation) {
    change(m.y + at, m.y + at, n,
           [scale = m.weight[channel] / deviation, b = m.bias[channel]](auto y) { return y * scale + b; });
}

template <class T>
void standardize(const StandardizeRows<T>& m) {
    const auto& s = m.groups;
    const bool in_rows = s.inner == 1 && s.pieces == 1;
    const Groups spans = in_rows ? Groups{1, s.outer, s.period, 1, s.channels} : s;
    const auto count = static_cast<double>(s.count());
    for (std::int64_t group = m.from; group < m.end; ++group) {
        double sum = 0, squares = 0;
        each_run(spans, group, [&](auto at, auto n, auto) { sum += fold_row<Sum<T>>(m.x + at, m.x + at, n); });
        const T mean = m.mean[group] = static_cast<T>(sum / count);
        each_run(spans, group, [&](auto at, auto n, auto) {
            change(m.x + at, m.y + at, n, [mean](auto x) { return x - mean; });
            squares += fold_row<NearDot<T>>(m.y + at, m.y + at, n);
        });
        const T var = m.var[group] = static_cast<T>(squares / count), deviation = root<T>(var + m.eps);
        if (in_rows)
            scale_row(m, group, deviation);
        else
            each_run(s, group, [&](auto at, auto n, auto channel) { scale_run(m, at, n, channel, deviation); });
    }
}

/// The gradients of a group. With h = (x - mean) / deviation, and d = g * weight, means being those of the group:
/// weight gains g * h, bias g, and the gradient of x is (d - mean(d) - h * mean(d * h)) / deviation.
template <class T>
struct Standard {
    T mean, part, d = 0, slope = 0;

    Standard(const StandardizeGradRows<T>& m, std::int64_t group)
        : mean(m.mean[group]), part(1 / root<T>(m.var[group] + m.eps)) {}
    void set_means(double d_sum, double dh_sum, std::int64_t count) {
        d = static_cast<T>(d_sum / static_cast<double>(count));
        slope = static_cast<T>(dh_sum / static_cast<double>(count));
    }
    void write_h(const T* x, T* h, std::int64_t n) const {
        change(x, h, n, [m = mean, p = part](auto x) { return (x - m) * p; });
    }
};

/// The groups are rows, whose every number has a weight of its own.
template <class T>
void grad_of_row(const StandardizeGradRows<T>& m, std::int64_t group, T* h) {
    const auto n = m.groups.channels, at = group * n;
    const T *g = m.g + at, *w = m.weight + group % m.groups.period * n;
    T* gx = m.gx + at;
    Standard<T> s(m, group);
    s.write_h(m.x + at, h, n);
    change(g, w, gx, n, [](auto g, auto w) { return g * w; });
    s.set_means(fold_row<Sum<T>>(gx, gx, n), fold_row<NearDot<T>>(gx, h, n), n);
    update<T>(
        n, [s](auto& gx, const auto& h) { gx = (gx - s.d - h * s.slope) * s.part; }, gx, const_cast<const T*>(h));
}

/// `rows` rows of g and h join the gradients of weight and bias.
template <class T, int rows>
void gain_rows(const StandardizeGradRows<T>& m, std::int64_t group, const T* h) {
    const auto n = m.groups.channels, channel = group % m.groups.period * n;
    const T* g = m.g + group * n;
    fold_into<Sum<T>, rows>(g, g, m.gbias + channel, n, n);
    fold_into<NearDot<T>, rows>(g, h, m.gweight + channel, n, n);
}

template <class T>
void grad_of_rows(const StandardizeGradRows<T>& m) {
    const auto n = m.groups.channels;
    std::int64_t group = m.from;
    for (; m.groups.period == 1 && group + 4 <= m.end; group += 4) {
        for (int k = 0; k < 4; ++k) grad_of_row(m, group + k, m.h + k * n);
        gain_rows<T, 4>(m, group, m.h);
    }
    for (; group < m.end; ++group) {
        grad_of_row(m, group, m.h);
        gain_rows<T, 1>(m, group, m.h);
    }
}

/// The numbers of a run have one weight.
template <class T>
void grad_of_runs(const StandardizeGradRows<T>& m, std::int64_t group) {
    Standard<T> s(m, group);
    double d = 0, dh = 0;
    each_run(m.groups, group, [&](auto at, auto n, auto channel) {
        s.write_h(m.x + at, m.h, n);
        const T* g = m.g + at;
        const double sum = fold_row<Sum<T>>(g, g, n), dot = fold_row<NearDot<T>>(g, m.h, n), w = m.weight[channel];
        m.gbias[channel] += sum;
        m.gweight[channel] += dot;
        d += w * sum;
        dh += w * dot;
    });
    s.set_means(d, dh, m.groups.count());
    each_run(m.groups, group, [&](auto at, auto n, auto channel) {
        change(m.g + at, m.x + at, m.gx + at, n, [s, w = m.weight[channel]](auto g, auto x) {
            return (g * w - s.d - (x - s.mean) * s.part * s.slope) * s.part;
        });
    });
}

template <class T>
void standardize_grad(const StandardizeGradRows<T>& m) {
    if (m.groups.inner == 1 && m.groups.pieces == 1) return grad_of_rows(m);
    for (std::int64_t group = m.from; group < m.end; ++group) grad_of_runs(m, group);
}

}  // namespace jt::kernels::JT_ISA
