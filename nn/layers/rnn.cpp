// Cells, and layers that take them through a sequence; the steps stand in autograd/ops/recurrent.cpp.
#include "rnn.hpp"

#include <cmath>

#include "../../autograd/node.hpp"
#include "../../autograd/ops.hpp"
#include "../../autograd/ops/recurrent.hpp"
#include "../init.hpp"
#include "../module/repr.hpp"
#include "checks.hpp"
#include "dropout.hpp"

namespace jt::nn {

namespace {

using State = RecurrentState;
using Weights = RecurrentWeights;

template <Var (*f)(const Var&)>
State rnn_step(const Var& from_x, const State& s, const Weights& w) {
    return {f(from_x + linear(s.h, w.hh, w.bias_hh)), {}};
}

RecurrentStep rnn_step_of(const char* layer, const std::string& nonlinearity) {
    if (nonlinearity == "tanh") return rnn_step<tanh>;
    if (nonlinearity == "relu") return rnn_step<relu>;
    fail<ValueError>(layer, ": needs nonlinearity to be tanh or relu, got ", nonlinearity);
}

Var drawn(const Shape& shape, int hidden_size) {
    const double k = 1 / std::sqrt(static_cast<double>(hidden_size));
    return init::uniform(shape, -k, k);
}

Var drawn_if(bool wanted, const Shape& shape, int hidden_size) { return wanted ? drawn(shape, hidden_size) : Var(); }

Var or_zeros(const char* layer, const char* name, const Var& state, const Shape& shape, Dtype dtype) {
    if (!state.defined()) return zeros(shape, dtype);
    if (state.shape() != shape) fail<ShapeError>(layer, ": needs ", name, " of shape ", shape, ", got ", state.shape());
    return state;
}

// One step of a cell.
template <class Cell>
State stepped(const Cell& cell, const Var& x, const Var& h, const Var& c, RecurrentStep step) {
    const Shape shape = node_of(Cell::layer, x).value.shape();
    if (shape.rank() != 2 || shape[1] != cell.input_size)
        fail<ShapeError>(Cell::layer, ": needs x of shape (batch, ", cell.input_size, "), got ", shape);
    const Shape states{shape[0], cell.hidden_size};
    const State s{or_zeros(Cell::layer, "h", h, states, x.dtype()), or_zeros(Cell::layer, "c", c, states, x.dtype())};
    return step(linear(x, cell.weight_ih, cell.bias_ih), s, {{}, cell.weight_hh, {}, cell.bias_hh, {}});
}

/// What the layers over sequences share.
struct Stack {
    Module& module;
    const char* layer;
    std::int64_t gates;
    int input_size, hidden_size, num_layers;
    bool bias, batch_first, bidirectional;
    double dropout;
    int proj_size = 0;

    std::int64_t directions() const { return bidirectional ? 2 : 1; }
    int out_size() const { return proj_size > 0 ? proj_size : hidden_size; }

    void add_weights() const {
        at_least(1, layer, "input_size", input_size);
        at_least(1, layer, "hidden_size", hidden_size);
        at_least(1, layer, "num_layers", num_layers);
        at_least(0, layer, "proj_size", proj_size);
        within(layer, "dropout", dropout, 0, 1);
        for (int k = 0; k < num_layers; ++k) {
            add("weight_ih", k, {gates * hidden_size, k == 0 ? input_size : directions() * out_size()});
            add("weight_hh", k, {gates * hidden_size, out_size()});
            if (proj_size > 0) add("weight_hr", k, {proj_size, hidden_size});
            if (bias) add("bias_ih", k, {gates * hidden_size});
            if (bias) add("bias_hh", k, {gates * hidden_size});
        }
    }

    // y, and the last states of all layers and directions; `through` takes one of them through the sequence.
    template <class Through>
    std::pair<Var, State> run(const Var& x, const Var& h0, const Var& c0, Through through) const {
        check_input(x);
        const auto batch = x.shape(batch_first ? 0 : 1);
        const Vars h = states("h0", h0, {num_layers * directions(), batch, out_size()}, x.dtype());
        const Vars c = states("c0", c0, {num_layers * directions(), batch, hidden_size}, x.dtype());
        Var y = batch_first ? x.transpose(0, 1) : x;
        std::vector<State> last;
        for (int k = 0; k < num_layers; ++k) {
            if (k > 0) y = nn::dropout(y, dropout, module.is_training());
            Vars both;
            for (int d = 0; d < directions(); ++d) {
                const std::size_t at = last.size();
                const RecurrentOutputs out = through(y, State{h[at], c[at]}, weights(k, d == 1), d == 1);
                both.push_back(out.y);
                last.push_back(out.last);
            }
            y = both.size() == 1 ? both[0] : concat(both, 2);
        }
        return {batch_first ? y.transpose(0, 1) : y, stacked(last)};
    }

private:
    static std::string name_of(const char* what, int k, bool reverse) {
        return std::string(what) + "_l" + std::to_string(k) + (reverse ? "_reverse" : "");
    }
    void add(const char* what, int k, const Shape& shape) const {
        for (int d = 0; d < directions(); ++d) module.attr(name_of(what, k, d == 1), drawn(shape, hidden_size));
    }
    Weights weights(int k, bool reverse) const {
        const auto get = [&](bool there, const char* what) {
            return there ? module.getattr(name_of(what, k, reverse)) : Var();
        };
        return {get(true, "weight_ih"), get(true, "weight_hh"), get(bias, "bias_ih"), get(bias, "bias_hh"),
                get(proj_size > 0, "weight_hr")};
    }
    void check_input(const Var& x) const {
        const Shape& shape = node_of(layer, x).value.shape();
        if (shape.rank() == 3 && shape[batch_first ? 1 : 0] == 0)
            fail<ShapeError>(layer, ": needs a step or more, got ", shape);
        if (shape.rank() != 3 || shape[2] != input_size)
            fail<ShapeError>(layer, ": needs x of shape ", batch_first ? "(batch, steps, " : "(steps, batch, ",
                             input_size, "), got ", shape);
    }
    Vars states(const char* name, const Var& given, const Shape& shape, Dtype dtype) const {
        return unbind(or_zeros(layer, name, given, shape, dtype));
    }
    static State stacked(const std::vector<State>& states) {
        Vars h, c;
        for (const State& s : states) h.push_back(s.h), c.push_back(s.c);
        return {stack(h), c[0].defined() ? stack(c) : Var()};
    }
};

Stack stack_of(RNN& m) {
    const auto& o = m.options;
    return {m, "RNN", 1, m.input_size, m.hidden_size, o.num_layers, o.bias, o.batch_first, o.bidirectional, o.dropout};
}
Stack stack_of(GRU& m) {
    const auto& o = m.options;
    return {m, "GRU", 3, m.input_size, m.hidden_size, o.num_layers, o.bias, o.batch_first, o.bidirectional, o.dropout};
}
Stack stack_of(LSTM& m) {
    const auto& o = m.options;
    return {m,         "LSTM",     4, m.input_size, m.hidden_size, o.num_layers, o.bias, o.batch_first, o.bidirectional,
            o.dropout, o.proj_size};
}

template <class Options>
std::string common_repr(const Options& o) {
    return repr(Named{"bias", o.bias}, Named{"batch_first", o.batch_first}, Named{"dropout", o.dropout},
                Named{"bidirectional", o.bidirectional});
}

}  // namespace

template <class Self>
RecurrentCell<Self>::RecurrentCell(int in, int hidden, bool bias)
    : input_size(at_least(1, Self::layer, "input_size", in)),
      hidden_size(at_least(1, Self::layer, "hidden_size", hidden)),
      weight_ih(this->attr("weight_ih", drawn({Self::gates * hidden, in}, hidden))),
      weight_hh(this->attr("weight_hh", drawn({Self::gates * hidden, hidden}, hidden))),
      bias_ih(this->attr("bias_ih", drawn_if(bias, {Self::gates * hidden}, hidden))),
      bias_hh(this->attr("bias_hh", drawn_if(bias, {Self::gates * hidden}, hidden))) {}

template <class Self>
std::string RecurrentCell<Self>::extra_repr() const {
    return repr(input_size, hidden_size, bias_ih.defined());
}

template class RecurrentCell<RNNCell>;
template class RecurrentCell<LSTMCell>;
template class RecurrentCell<GRUCell>;

RNNCell::RNNCell(int in, int hidden, bool bias, const std::string& nonlinearity)
    : RecurrentCell(in, hidden, bias), nonlinearity(nonlinearity) {
    rnn_step_of(layer, nonlinearity);
}

Var RNNCell::execute(const Var& x, const Var& h) {
    return stepped(*this, x, h, {}, rnn_step_of(layer, nonlinearity)).h;
}

std::string RNNCell::extra_repr() const { return repr(input_size, hidden_size, bias_ih.defined(), nonlinearity); }

LSTMCell::LSTMCell(int in, int hidden, bool bias) : RecurrentCell(in, hidden, bias) {}

std::tuple<Var, Var> LSTMCell::execute(const Var& x, const Var& h, const Var& c) {
    const State s = stepped(*this, x, h, c, lstm_step);
    return {s.h, s.c};
}

GRUCell::GRUCell(int in, int hidden, bool bias) : RecurrentCell(in, hidden, bias) {}

Var GRUCell::execute(const Var& x, const Var& h) { return stepped(*this, x, h, {}, gru_step).h; }

RNN::RNN(int in, int hidden, const Options& o) : input_size(in), hidden_size(hidden), options(o) {
    rnn_step_of("RNN", o.nonlinearity);
    stack_of(*this).add_weights();
}

std::tuple<Var, Var> RNN::execute(const Var& x, const Var& h0) {
    const auto through = [step = rnn_step_of("RNN", options.nonlinearity)](const auto&... in) {
        return run_steps(step, in...);
    };
    const auto [y, last] = stack_of(*this).run(x, h0, {}, through);
    return {y, last.h};
}

std::string RNN::extra_repr() const {
    return repr(input_size, hidden_size, options.num_layers, Named{"nonlinearity", options.nonlinearity}) + ", " +
           common_repr(options);
}

GRU::GRU(int in, int hidden, const Options& o) : input_size(in), hidden_size(hidden), options(o) {
    stack_of(*this).add_weights();
}

std::tuple<Var, Var> GRU::execute(const Var& x, const Var& h0) {
    const auto [y, last] = stack_of(*this).run(x, h0, {}, run_gru);
    return {y, last.h};
}

std::string GRU::extra_repr() const {
    return repr(input_size, hidden_size, options.num_layers) + ", " + common_repr(options);
}

LSTM::LSTM(int in, int hidden, const Options& o) : input_size(in), hidden_size(hidden), options(o) {
    stack_of(*this).add_weights();
}

std::tuple<Var, Var, Var> LSTM::execute(const Var& x, const Var& h0, const Var& c0) {
    const auto [y, last] = stack_of(*this).run(x, h0, c0, run_lstm);
    return {y, last.h, last.c};
}

std::string LSTM::extra_repr() const {
    return repr(input_size, hidden_size, options.num_layers) + ", " + common_repr(options) + ", " +
           repr(Named{"proj_size", options.proj_size});
}

template Vars Layer<RNNCell>::execute_vars(const Vars&);
template Vars Layer<LSTMCell>::execute_vars(const Vars&);
template Vars Layer<GRUCell>::execute_vars(const Vars&);
template Vars Layer<RNN>::execute_vars(const Vars&);
template Vars Layer<GRU>::execute_vars(const Vars&);
template Vars Layer<LSTM>::execute_vars(const Vars&);

}  // namespace jt::nn
