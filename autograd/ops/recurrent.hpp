// Steps of recurrent cells, and runs of them through a sequence. Private to the recurrent layers of nn.
#pragma once
#include "../var.hpp"

namespace jt {

/// c is the LSTM's alone.
struct RecurrentState {
    Var h, c;
};
/// Biases may be empty; hr is the LSTM's projection, where it has one.
struct RecurrentWeights {
    Var ih, hh, bias_ih, bias_hh, hr;
};

/// The next state from what the weights make of the input.
using RecurrentStep = RecurrentState (*)(const Var& from_x, const RecurrentState& s, const RecurrentWeights& w);
RecurrentState lstm_step(const Var& from_x, const RecurrentState& s, const RecurrentWeights& w);
RecurrentState gru_step(const Var& from_x, const RecurrentState& s, const RecurrentWeights& w);

/// h of all steps of x (steps, batch, input), and the last state: that of step 0 with `reverse`.
struct RecurrentOutputs {
    Var y;
    RecurrentState last;
};
/// Step by step, after one product for the inputs of all.
RecurrentOutputs run_steps(RecurrentStep step, const Var& x, const RecurrentState& first, const RecurrentWeights& w,
                           bool reverse);
/// The same in one op, unless there is a projection or a mixture of dtypes.
RecurrentOutputs run_lstm(const Var& x, const RecurrentState& first, const RecurrentWeights& w, bool reverse);
RecurrentOutputs run_gru(const Var& x, const RecurrentState& first, const RecurrentWeights& w, bool reverse);

}  // namespace jt
