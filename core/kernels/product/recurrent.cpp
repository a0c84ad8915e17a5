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

/// Gates of w_hh that stand in columns side by side.
struct Part {
    std::int64_t gate, count, column;
};

/// How many gates the weights have, those of w_ih being the first columns; and where those of w_hh are.
struct Layout {
    std::int64_t gates;
    std::span<const Part> from_h;
};

constexpr Part lstm_parts[] = {{0, 4, 0}}, gru_parts[] = {{0, 2, 0}, {2, 1, 3}};
constexpr Layout layouts[n_recurrent] = {{4, lstm_parts}, {3, gru_parts}};

template <class P>
P* moved(P* p, std::int64_t n) {
    return p ? p + n : p;
}

struct Extents {
    const Layout& layout;
    std::int64_t steps, batch, input, hidden;
    bool reverse;

    Extents(Recurrent kind, const RecurrentInputs& in, bool reverse)
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
    std::int64_t step() const { return batch * width(); }

    /// Where in the sequence the k-th step is.
    std::int64_t at(std::int64_t k) const { return reverse ? steps - 1 - k : k; }
    /// The state before the k-th step, of the first one and those behind all steps.
    template <class T>
    const T* before(std::int64_t k, const T* first, const T* all) const {
        return k == 0 ? first : moved(all, at(k - 1) * state());
    }
};

// The biases added up, in columns.
Array joined_biases(const RecurrentInputs& in, const Extents& e) {
    Array sums = Array::zeros({e.width()}, in.x.dtype());
    if (!in.b_ih) return sums;
    dispatch_float(sums.dtype(), [&]<class T>(T) {
        T* const to = sums.data<T>();
        std::copy_n(in.b_ih.data<T>(), e.gates(), to);
        for (const auto& [gate, count, column] : e.layout.from_h)
            for (std::int64_t k = 0; k < count * e.hidden; ++k)
                to[column * e.hidden + k] += in.b_hh.data<T>()[gate * e.hidden + k];
    });
    return sums;
}

template <class T>
Array gates_from_x(const RecurrentInputs& in, const Extents& e) {
    Array gates = broadcast_to(joined_biases(in, e), {e.steps, e.batch, e.width()});
    gemm(Gemm<T>{false, true, e.rows(), e.gates(), e.input, T(1), in.x.data<T>(), e.input, in.w_ih.data<T>(), e.input,
                 T(1), gates.data<T>(), e.width()});
    return gates;
}

// w is w_hh transposed, which is faster in many products.
template <class T>
void add_from_h(const Extents& e, const T* h, const T* w, T* gates) {
    for (const auto& [gate, count, column] : e.layout.from_h)
        gemm(Gemm<T>{false, false, e.batch, count * e.hidden, e.hidden, T(1), h, e.hidden, w + gate * e.hidden,
                     e.gates(), T(1), gates + column * e.hidden, e.width()});
}

template <class T>
void add_to_h(const Extents& e, const T* gates, const T* w_hh, T* h) {
    for (const auto& [gate, count, column] : e.layout.from_h)
        gemm(Gemm<T>{false, false, e.batch, e.hidden, count * e.hidden, T(1), gates + column * e.hidden, e.width(),
                     w_hh + gate * e.hidden * e.hidden, e.hidden, T(1), h, e.hidden});
}

template <class T>
void run_forward(Recurrent kind, const RecurrentInputs& in, const Extents& e, RecurrentRun& run) {
    const Array w = permute(in.w_hh, {1, 0});
    T *const out = run.out.data<T>(), *const all_gates = run.gates.data<T>(), *const all_c = run.c.data<T>();
    for (std::int64_t k = 0; k < e.steps; ++k) {
        const T *const h = e.before<T>(k, in.h.data<T>(), out), *const c = e.before<T>(k, in.c.data<T>(), all_c);
        const auto t = e.at(k);
        T* const gates = all_gates + t * e.step();
        add_from_h(e, h, w.data<T>(), gates);
        fused_rows<T>().recurrent[static_cast<int>(kind)](
            {gates, h, c, out + t * e.state(), moved(all_c, t * e.state()), e.batch, e.hidden});
    }
    if (in.c) std::copy_n(all_c + e.at(e.steps - 1) * e.state(), e.state(), out + e.rows() * e.hidden);
}

// dh and dc go from those of the last state to those of the first.
template <class T>
void run_backward(Recurrent kind, const T* g, const RecurrentInputs& in, const RecurrentRun& run, const Extents& e,
                  T* dgates, T* dh, T* dc) {
    for (std::int64_t k = e.steps - 1; k >= 0; --k) {
        const auto t = e.at(k), state = t * e.state(), gates = t * e.step();
        const T *const h = e.before(k, in.h.data<T>(), run.out.data<T>()), *const c = e.before(k, in.c.data<T>(),
                                                                                               run.c.data<T>());
        fused_rows<T>().recurrent_grad[static_cast<int>(kind)]({run.gates.data<T>() + gates, h, c,
                                                                moved(run.c.data<T>(), state), g + state,
                                                                dgates + gates, dh, dc, e.batch, e.hidden});
        add_to_h(e, dgates + gates, in.w_hh.data<T>(), dh);
    }
}

}  // namespace

RecurrentRun recurrent(Recurrent kind, const RecurrentInputs& in, bool reverse) {
    const Extents e(kind, in, reverse);
    const Shape states{e.steps, e.batch, e.hidden}, with_last{e.steps + 1, e.batch, e.hidden};
    return dispatch_float(in.x.dtype(), [&]<class T>(T) {
        RecurrentRun run{Array(in.c ? with_last : states, in.x.dtype()), gates_from_x<T>(in, e),
                         in.c ? Array(states, in.x.dtype()) : Array()};
        run_forward<T>(kind, in, e, run);
        return run;
    });
}

RecurrentGrad::RecurrentGrad(Recurrent kind, const Array& g, const RecurrentInputs& in, const RecurrentRun& run,
                             bool reverse)
    : kind_(kind), in_(in), run_(run), reverse_(reverse), gates_(Array::like(run.gates)) {
    const Extents e(kind, in, reverse);
    h_ = Array::zeros(in.h.shape(), g.dtype());
    if (in.c) c_ = slice(g, {{e.steps, 1, 1}, {0, 1, e.batch}, {0, 1, e.hidden}}).reshaped(in.c.shape());
    dispatch_float(g.dtype(), [&]<class T>(T) {
        run_backward(kind, g.data<T>(), in, run, e, gates_.data<T>(), h_.data<T>(), c_.data<T>());
    });
    if (in.b_ih) columns_ = sum(gates_, 0b11, false);
}

Array RecurrentGrad::x() const {
    const Extents e(kind_, in_, reverse_);
    Array dx = Array::like(in_.x);
    dispatch_float(dx.dtype(), [&]<class T>(T) {
        gemm(Gemm<T>{false, false, e.rows(), e.input, e.gates(), T(1), gates_.data<T>(), e.width(), in_.w_ih.data<T>(),
                     e.input, T(0), dx.data<T>(), e.input});
    });
    return dx;
}

Array RecurrentGrad::w_ih() const {
    const Extents e(kind_, in_, reverse_);
    Array dw = Array::like(in_.w_ih);
    dispatch_float(dw.dtype(), [&]<class T>(T) {
        gemm(Gemm<T>{true, false, e.gates(), e.input, e.rows(), T(1), gates_.data<T>(), e.width(), in_.x.data<T>(),
                     e.input, T(0), dw.data<T>(), e.input});
    });
    return dw;
}

// One product for all steps but the first, which is the only one whose h stands elsewhere.
Array RecurrentGrad::w_hh() const {
    const Extents e(kind_, in_, reverse_);
    Array dw = Array::like(in_.w_hh);
    dispatch_float(dw.dtype(), [&]<class T>(T) {
        const T *const gates = gates_.data<T>(), *const later = gates + (reverse_ ? 0 : e.step());
        const T *const out = run_.out.data<T>(), *const earlier = out + (reverse_ ? e.state() : 0);
        for (const auto& [gate, count, column] : e.layout.from_h) {
            Gemm<T> p{true,
                      false,
                      count * e.hidden,
                      e.hidden,
                      e.rows() - e.batch,
                      T(1),
                      later + column * e.hidden,
                      e.width(),
                      earlier,
                      e.hidden,
                      T(0),
                      dw.data<T>() + gate * e.hidden * e.hidden,
                      e.hidden};
            gemm(p);
            p.a = gates + e.at(0) * e.step() + column * e.hidden;
            p.b = in_.h.data<T>();
            p.k = e.batch;
            p.beta = 1;
            gemm(p);
        }
    });
    return dw;
}

Array RecurrentGrad::b_ih() const { return slice(columns_, {{0, 1, in_.b_ih.numel()}}); }

Array RecurrentGrad::b_hh() const {
    const Extents e(kind_, in_, reverse_);
    SmallVector<Array, 2> parts;
    SmallVector<const Array*, 8> joined;
    for (const auto& [gate, count, column] : e.layout.from_h)
        parts.push_back(slice(columns_, {{column * e.hidden, 1, count * e.hidden}}));
    for (const Array& part : parts) joined.push_back(&part);
    return concat(joined, 0);
}

}  // namespace jt::kernels
