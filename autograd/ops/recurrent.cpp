// Steps of recurrent cells in Vars, and runs of them fused to one op.
#include "recurrent.hpp"

#include <bitset>

#include "../../core/kernels/product/recurrent.hpp"
#include "../work.hpp"
#include "activation.hpp"
#include "arithmetic.hpp"
#include "composed.hpp"
#include "elementwise.hpp"
#include "index.hpp"
#include "join.hpp"
#include "part.hpp"
#include "product.hpp"
#include "shape.hpp"

namespace jt {

namespace {

using kernels::Recurrent;

struct Kind {
    RecurrentStep step;
    std::int64_t gates;
};
constexpr Kind kinds[] = {{lstm_step, 4}, {gru_step, 3}};

// x, h, c, weights and biases; the gru's c and biases may be empty.
constexpr std::size_t n_inputs = 7;

struct Params {
    Recurrent kind;
    bool reverse;
    std::bitset<n_inputs> wanted = {};  // of a gradient: for which inputs

    const Kind& of_kind() const { return kinds[static_cast<int>(kind)]; }
};

// The output of the op, as kernels::RecurrentRun::out says.
Var joined(const Var& first, const RecurrentOutputs& out, bool reverse) {
    const Var h0 = unsqueeze(first, 0);
    Vars all = reverse ? Vars{out.y, h0} : Vars{h0, out.y};
    if (out.last.c.defined()) all.push_back(unsqueeze(out.last.c, 0));
    return concat(all);
}

RecurrentOutputs taken_apart(const Var& out, std::int64_t steps, bool reverse) {
    const auto state = [&](std::int64_t k) { return getitem(out, {k}); };
    return {part(out, 0, reverse ? 0 : 1, steps),
            {state(reverse ? 0 : steps), out.shape(0) > steps + 1 ? state(-1) : Var()}};
}

kernels::RecurrentInputs arrays(const Vars& in) {
    const auto array = [&](std::size_t k) { return in[k].defined() ? in[k].array() : Array(); };
    return {array(0), array(1), array(2), array(3), array(4), array(5), array(6)};
}

// All gradients in one row, one after another.
Var row_of(const Vars& gradients) {
    Vars rows;
    for (const Var& g : gradients) rows.push_back(reshape(g, {g.numel()}));
    return concat(rows);
}

// The row of what is wanted, step by step.
Var composed_grad(const Var& g, const Vars& in, const Params& params) {
    Vars targets;
    for (std::size_t k = 0; k < n_inputs; ++k)
        if (params.wanted[k]) targets.push_back(in[k]);
    const RecurrentOutputs out =
        run_steps(params.of_kind().step, in[0], {in[1], in[2]}, {in[3], in[4], in[5], in[6], {}}, params.reverse);
    return row_of(grad(joined(in[1], out, params.reverse) * g, targets));
}

// Gradients for g and the inputs.
Vars second_grad(const Var& gg, const Call& call) {
    return composed_gradients(call, [&](const Vars& all) {
        return composed_grad(all[0], Vars(all.begin() + 1, all.end()), call.params<Params>()) * gg;
    });
}

// Fused gradients as one node, whose rule is the composed form.
Vars recorded_grad(const Var& g, const Vars& in, const Vars& gradients, Params params) {
    static constexpr Op op{"recurrent_grad", second_grad};
    Vars wanted, inputs{g};
    for (std::size_t k = 0; k < n_inputs; ++k) {
        inputs.push_back(in[k]);
        params.wanted[k] = gradients[k].defined();
        if (gradients[k].defined()) wanted.push_back(gradients[k]);
    }
    const Var row = record(op, Array(row_of(wanted).array()), inputs, params);
    Vars out;
    std::int64_t start = 0;
    for (const Var& x : gradients) {
        out.push_back(x.defined() ? reshape(part(row, 0, start, x.numel()), x.shape()) : Var());
        if (x.defined()) start += x.numel();
    }
    return out;
}

// Each step multiplies both weights with each sequence.
void count(std::int64_t times, const Vars& in) {
    count_multiply_adds(times * in[0].shape(0) * in[0].shape(1) * (in[3].numel() + in[4].numel()));
}

Vars recurrent_rule(const Var& g, const Call& call) {
    using Grad = kernels::RecurrentGrad;
    using OfInput = Array (Grad::*)() const;
    static constexpr OfInput of_input[n_inputs] = {&Grad::x,    &Grad::h,    &Grad::c,   &Grad::w_ih,
                                                   &Grad::w_hh, &Grad::b_ih, &Grad::b_hh};
    const auto params = call.params<Params>();
    Vars in;
    for (std::size_t k = 0; k < call.size(); ++k) in.push_back(call.input(k));
    const kernels::RecurrentInputs inputs = arrays(in);
    const kernels::RecurrentRun run{call.output().array(), in[n_inputs].array(),
                                    in[n_inputs + 1].defined() ? in[n_inputs + 1].array() : Array()};
    count(2, in);
    const Grad back(params.kind, g.array(), inputs, run, params.reverse);
    const Vars gradients = call.each_needed([&](std::size_t k) { return make_var((back.*of_input[k])()); });
    return recording() ? recorded_grad(g, in, gradients, params) : gradients;
}

constexpr Op ops[] = {{"lstm", recurrent_rule}, {"gru", recurrent_rule}};

bool have_shapes(const Vars& in, std::int64_t gates) {
    const auto steps = in[0].shape(0), batch = in[0].shape(1), input = in[0].shape(2), hidden = in[1].shape(-1);
    const Shape state{batch, hidden}, bias{gates * hidden};
    const Shape shapes[n_inputs] = {{steps, batch, input},    state, state, {gates * hidden, input},
                                    {gates * hidden, hidden}, bias,  bias};
    for (std::size_t k = 0; k < n_inputs; ++k)
        if (in[k].defined() && in[k].shape() != shapes[k]) return false;
    return in[5].defined() == in[6].defined();
}

// Whether the kernel takes these: weights that were replaced may have other shapes, and get their errors by steps.
bool can_fuse(const Vars& in, std::int64_t gates) {
    for (const Var& x : in)
        if (x.defined() && x.dtype() != in[0].dtype()) return false;
    return is_float(in[0].dtype()) && in[3].defined() && in[4].defined() && have_shapes(in, gates);
}

RecurrentOutputs run(Recurrent kind, const Var& x, const RecurrentState& first, const RecurrentWeights& w,
                     bool reverse) {
    const Params params{kind, reverse};
    const Vars in{x, first.h, first.c, w.ih, w.hh, w.bias_ih, w.bias_hh};
    if (w.hr.defined() || !can_fuse(in, params.of_kind().gates))
        return run_steps(params.of_kind().step, x, first, w, reverse);
    auto [out, gates, c] = kernels::recurrent(kind, arrays(in), reverse);
    count(1, in);
    Vars inputs = in;
    inputs.push_back(constant(std::move(gates)));
    inputs.push_back(c ? constant(std::move(c)) : Var());
    return taken_apart(record(ops[static_cast<int>(kind)], std::move(out), inputs, params), x.shape(0), reverse);
}

}  // namespace

RecurrentState lstm_step(const Var& from_x, const RecurrentState& s, const RecurrentWeights& w) {
    const auto [i, f, g, o] = chunk<4>(from_x + linear(s.h, w.hh, w.bias_hh), 1);
    const Var c = sigmoid(f) * s.c + sigmoid(i) * tanh(g), h = sigmoid(o) * tanh(c);
    return {w.hr.defined() ? linear(h, w.hr) : h, c};
}

RecurrentState gru_step(const Var& from_x, const RecurrentState& s, const RecurrentWeights& w) {
    const auto [r, z, n] = chunk<3>(from_x, 1);
    const auto [rh, zh, nh] = chunk<3>(linear(s.h, w.hh, w.bias_hh), 1);
    const Var now = tanh(n + sigmoid(r + rh) * nh);
    return {now + sigmoid(z + zh) * (s.h - now), {}};
}

RecurrentOutputs run_steps(RecurrentStep step, const Var& x, const RecurrentState& first, const RecurrentWeights& w,
                           bool reverse) {
    const Vars steps = unbind(linear(x, w.ih, w.bias_ih));
    Vars out(steps.size());
    RecurrentState s = first;
    for (std::size_t k = 0; k < steps.size(); ++k) {
        const std::size_t t = reverse ? steps.size() - 1 - k : k;
        s = step(steps[t], s, w);
        out[t] = s.h;
    }
    return {stack(out), s};
}

RecurrentOutputs run_lstm(const Var& x, const RecurrentState& first, const RecurrentWeights& w, bool reverse) {
    return run(Recurrent::lstm, x, first, w, reverse);
}

RecurrentOutputs run_gru(const Var& x, const RecurrentState& first, const RecurrentWeights& w, bool reverse) {
    return run(Recurrent::gru, x, {first.h, {}}, w, reverse);
}

}  // namespace jt
