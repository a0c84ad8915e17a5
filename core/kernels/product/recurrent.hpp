// Runs of recurrent cells through a sequence: products of matrices, with fused steps between them.
#pragma once
#include "../../array.hpp"

namespace jt::kernels {

/// Kinds of cells, with the gates of their weights in order: lstm i, f, g, o; gru r, z, n (nn/layers/rnn.hpp).
enum class Recurrent { lstm, gru };
inline constexpr int n_recurrent = 2;

/// What goes into one direction of one layer, all of one float dtype: x (steps, batch, input_size), states (batch,
/// hidden_size), weights (gates * hidden_size, input_size) and (gates * hidden_size, hidden_size), biases (gates *
/// hidden_size,). The gru has no c; both biases may be missing.
struct RecurrentInputs {
    Array x, h, c, w_ih, w_hh, b_ih, b_hh;
};

/// A run and what its gradients need. out: h of each step (steps, batch, hidden_size), the first state before that of
/// the first step (with `reverse` behind, where that step is the last row), and the lstm's last c as one more row.
/// gates (steps, batch, 4 * hidden_size): the lstm's after their functions; the gru's r, z, n after them and what the
/// weights make of h for n. c: the lstm's, rows as in out.
struct RecurrentRun {
    Array out, gates, c;
};
/// Goes from the last step to the first with `reverse`.
RecurrentRun recurrent(Recurrent kind, const RecurrentInputs& in, bool reverse);

/// The gradients of a run from g, that of `out`: made on the way back are those of the gates and of the first state,
/// the others when they are asked for, in one product over all steps each.
class RecurrentGrad {
public:
    RecurrentGrad(Recurrent kind, const Array& g, const RecurrentInputs& in, const RecurrentRun& run, bool reverse);

    Array x() const;
    Array h() const { return h_; }
    Array c() const { return c_; }
    Array w_ih() const;
    Array w_hh() const;
    Array b_ih() const;
    Array b_hh() const;

private:
    Recurrent kind_;
    const RecurrentInputs& in_;
    const RecurrentRun& run_;
    bool reverse_;
    Array gates_, h_, c_, columns_;  // columns_: sums of the columns of gates_
};

}  // namespace jt::kernels
