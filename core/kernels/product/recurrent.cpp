// The order of steps and products. Gates stand in four columns of width hidden_size; the gru's n has two of them, one
// for what comes from x and one for what comes from h.
#include "recurrent.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "../elementwise/rows.hpp"
#include "../movement/movement.hpp"
#include "../reduce/reduce.hpp"
#include "gemm.hpp"

namespace jt::kernels {

namespace {

constexpr std::int64_t n_columns = 4;

/// Gates of w_hh that stand in columns side by side, and whether what comes from x stands there, too.
struct Part {
    std::int64_t gate, count, column;
    bool with_x;
};

/// How many gates the weights have, those of w_ih being the first columns; and where those of w_hh are.
struct Layout {
    std::int64_t gates;
    std::span<const Part> from_h;
};

constexpr Part lstm_parts[] = {{0, 4, 0, true}}, gru_parts[] = {{0, 2, 0, true}, {2, 1, 3, false}};
constexpr Layout layouts[n_recurrent] = {{4, lstm_parts}, {3, gru_parts}};

template <class P>
P* moved(P* p, std::int64_t n) {
    return p ? p + n : p;
}

/// Extents, and where in the arrays of a run the t-th step has its numbers.
struct Places {
    const Layout& layout;
    std::int64_t steps, batch, input, hidden;
    bool reverse;

    Places(Recurrent kind, const RecurrentInputs& in, bool reverse)
        : layout(layouts[static_cast<int>(kind)]),
          steps(in.x.shape()[0]),
          batch(in.x.shape()[1]),
          input(in.x.shape()[2]),
          hidden(in.h.shape()[1]),
          reverse(reverse) {}

    std::int64_t rows() const { return steps * batch; }
    std::int64_t width() const { return n_columns * hidden; }
    std::int64_t gates() const { return layout.gates * hidden; }
    std::int64_t state() const { return batch * hidden; }

    std::int64_t gates_at(std::int64_t t) const { return t * batch * width(); }
    std::int64_t before(std::int64_t t) const { return (reverse ? t + 1 : t) * state(); }
    std::int64_t after(std::int64_t t) const { return (reverse ? t : t + 1) * state(); }
    /// The row of the sequence that comes k-th.
    std::int64_t step(std::int64_t k) const { return reverse ? steps - 1 - k : k; }
    std::int64_t first() const { return before(step(0)); }
    std::int64_t last() const { return after(step(steps - 1)); }
    /// Where out has the last c.
    std::int64_t end() const { return (steps + 1) * state(); }
};

// The biases added up, in columns.
template <class T>
Array joined_biases(const RecurrentInputs& in, const Places& p) {
    Array sums = Array::zeros({p.width()}, in.x.dtype());
    if (!in.b_ih) return sums;
    T* const to = sums.data<T>();
    std::copy_n(in.b_ih.data<T>(), p.gates(), to);
    for (const auto& [gate, count, column, with_x] : p.layout.from_h)
        for (std::int64_t k = 0; k < count * p.hidden; ++k)
            to[column * p.hidden + k] += in.b_hh.data<T>()[gate * p.hidden + k];
    return sums;
}

template <class T>
void gates_from_x(const RecurrentInputs& in, const Places& p, T* gates) {
    gemm(Gemm<T>{false, true, p.rows(), p.gates(), p.input, T(1), in.x.data<T>(), p.input, in.w_ih.data<T>(), p.input,
                 T(0), gates, p.width()});
}

// w is w_hh transposed, which is faster in many products.
template <class T>
void add_from_h(const Places& p, const T* h, const T* w, T* gates) {
    for (const auto& [gate, count, column, with_x] : p.layout.from_h)
        gemm(Gemm<T>{false, false, p.batch, count * p.hidden, p.hidden, T(1), h, p.hidden, w + gate * p.hidden,
                     p.gates(), T(with_x), gates + column * p.hidden, p.width()});
}

template <class T>
void add_to_h(const Places& p, const T* gates, const T* w_hh, T* h) {
    for (const auto& [gate, count, column, with_x] : p.layout.from_h)
        gemm(Gemm<T>{false, false, p.batch, p.hidden, count * p.hidden, T(1), gates + column * p.hidden, p.width(),
                     w_hh + gate * p.hidden * p.hidden, p.hidden, T(1), h, p.hidden});
}

template <class T>
void run_forward(Recurrent kind, const RecurrentInputs& in, const Places& p, RecurrentRun& run) {
    const Array w = permute(in.w_hh, {1, 0}), bias = joined_biases<T>(in, p);
    T *const h = run.out.data<T>(), *const gates = run.gates.data<T>(), *const c = run.c.data<T>();
    std::copy_n(in.h.data<T>(), p.state(), h + p.first());
    if (c) std::copy_n(in.c.data<T>(), p.state(), c + p.first());
    gates_from_x(in, p, gates);
    for (std::int64_t k = 0; k < p.steps; ++k) {
        const auto t = p.step(k), from = p.before(t), to = p.after(t);
        add_from_h(p, h + from, w.data<T>(), gates + p.gates_at(t));
        fused_rows<T>().recurrent[static_cast<int>(kind)](
            {gates + p.gates_at(t), bias.data<T>(), h + from, moved(c, from), h + to, moved(c, to), p.batch, p.hidden});
    }
    if (c) std::copy_n(c + p.last(), p.state(), h + p.end());
}

// dh and dc go from those of the last state to those of the first.
template <class T>
void run_backward(Recurrent kind, const T* g, const RecurrentInputs& in, const RecurrentRun& run, const Places& p,
                  T* dgates, T* dh, T* dc) {
    const T *const gates = run.gates.data<T>(), *const h = run.out.data<T>(), *const c = run.c.data<T>();
    for (std::int64_t k = p.steps - 1; k >= 0; --k) {
        const auto t = p.step(k), from = p.before(t), to = p.after(t), at = p.gates_at(t);
        fused_rows<T>().recurrent_grad[static_cast<int>(kind)](
            {gates + at, h + from, moved(c, from), moved(c, to), g + to, dgates + at, dh, dc, p.batch, p.hidden});
        add_to_h(p, dgates + at, in.w_hh.data<T>(), dh);
    }
}

}  // namespace

RecurrentRun recurrent(Recurrent kind, const RecurrentInputs& in, bool reverse) {
    const Places p(kind, in, reverse);
    const Dtype dtype = in.x.dtype();
    const Shape states{p.steps + 1, p.batch, p.hidden}, with_last{p.steps + 2, p.batch, p.hidden};
    RecurrentRun run{Array(in.c ? with_last : states, dtype), Array({p.steps, p.batch, p.width()}, dtype),
                     in.c ? Array(states, dtype) : Array()};
    dispatch_float(dtype, [&]<class T>(T) { run_forward<T>(kind, in, p, run); });
    return run;
}

RecurrentGrad::RecurrentGrad(Recurrent kind, const Array& g, const RecurrentInputs& in, const RecurrentRun& run,
                             bool reverse)
    : kind_(kind), in_(in), run_(run), reverse_(reverse), gates_(Array::like(run.gates)) {
    const Places p(kind, in, reverse);
    h_ = Array::zeros(in.h.shape(), g.dtype());
    if (in.c) c_ = slice(g, {{p.steps + 1, 1, 1}, {0, 1, p.batch}, {0, 1, p.hidden}}).reshaped(in.c.shape());
    dispatch_float(g.dtype(), [&]<class T>(T) {
        run_backward(kind, g.data<T>(), in, run, p, gates_.data<T>(), h_.data<T>(), c_.data<T>());
    });
    if (in.b_ih) columns_ = sum(gates_, 0b11, false);
}

Array RecurrentGrad::x() const {
    const Places p(kind_, in_, reverse_);
    Array dx = Array::like(in_.x);
    dispatch_float(dx.dtype(), [&]<class T>(T) {
        gemm(Gemm<T>{false, false, p.rows(), p.input, p.gates(), T(1), gates_.data<T>(), p.width(), in_.w_ih.data<T>(),
                     p.input, T(0), dx.data<T>(), p.input});
    });
    return dx;
}

Array RecurrentGrad::w_ih() const {
    const Places p(kind_, in_, reverse_);
    Array dw = Array::like(in_.w_ih);
    dispatch_float(dw.dtype(), [&]<class T>(T) {
        gemm(Gemm<T>{true, false, p.gates(), p.input, p.rows(), T(1), gates_.data<T>(), p.width(), in_.x.data<T>(),
                     p.input, T(0), dw.data<T>(), p.input});
    });
    return dw;
}

Array RecurrentGrad::w_hh() const {
    const Places p(kind_, in_, reverse_);
    Array dw = Array::like(in_.w_hh);
    dispatch_float(dw.dtype(), [&]<class T>(T) {
        const T *const gates = gates_.data<T>(), *const h = run_.out.data<T>() + p.before(0);
        for (const auto& [gate, count, column, with_x] : p.layout.from_h)
            gemm(Gemm<T>{true, false, count * p.hidden, p.hidden, p.rows(), T(1), gates + column * p.hidden, p.width(),
                         h, p.hidden, T(0), dw.data<T>() + gate * p.hidden * p.hidden, p.hidden});
    });
    return dw;
}

Array RecurrentGrad::b_ih() const { return slice(columns_, {{0, 1, in_.b_ih.numel()}}); }

Array RecurrentGrad::b_hh() const {
    const Places p(kind_, in_, reverse_);
    SmallVector<Array, 2> parts;
    SmallVector<const Array*, 8> joined;
    for (const auto& [gate, count, column, with_x] : p.layout.from_h)
        parts.push_back(slice(columns_, {{column * p.hidden, 1, count * p.hidden}}));
    for (const Array& part : parts) joined.push_back(&part);
    return concat(joined, 0);
}

}  // namespace jt::kernels
