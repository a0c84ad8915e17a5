// Recurrent layers: cells of one step, and RNN, LSTM, GRU over sequences. All weights and biases are drawn from
// U(-k, k), k = 1 / sqrt(hidden_size). An empty state begins at zero.
#pragma once
#include <string>

#include "../module/layer.hpp"
#include "options.hpp"

namespace jt::nn {

/// What cells share: weight_ih (gates * hidden_size, input_size), weight_hh, bias_ih and bias_hh. x is (batch,
/// input_size), states are (batch, hidden_size).
template <class Self>
class RecurrentCell : public Layer<Self> {
public:
    std::string extra_repr() const override;

    const int input_size, hidden_size;
    Var &weight_ih, &weight_hh, &bias_ih, &bias_hh;

protected:
    RecurrentCell(int input_size, int hidden_size, bool bias);
};

/// h' = f(W_ih x + b_ih + W_hh h + b_hh), f tanh or relu.
class RNNCell : public RecurrentCell<RNNCell> {
public:
    static constexpr const char* layer = "RNNCell";
    static constexpr std::int64_t gates = 1;
    RNNCell(int input_size, int hidden_size, bool bias = true, const std::string& nonlinearity = "tanh");
    Var execute(const Var& x, const Var& h = {});
    std::string extra_repr() const override;

    const std::string nonlinearity;
};

/// Gates i, f, g, o: c' = sigmoid(f) * c + sigmoid(i) * tanh(g), h' = sigmoid(o) * tanh(c'); gives (h', c').
class LSTMCell : public RecurrentCell<LSTMCell> {
public:
    static constexpr const char* layer = "LSTMCell";
    static constexpr std::int64_t gates = 4;
    LSTMCell(int input_size, int hidden_size, bool bias = true);
    std::tuple<Var, Var> execute(const Var& x, const Var& h = {}, const Var& c = {});
};

/// Gates r, z, n: n = tanh(n_x + sigmoid(r) * n_h), h' = n + sigmoid(z) * (h - n).
class GRUCell : public RecurrentCell<GRUCell> {
public:
    static constexpr const char* layer = "GRUCell";
    static constexpr std::int64_t gates = 3;
    GRUCell(int input_size, int hidden_size, bool bias = true);
    Var execute(const Var& x, const Var& h = {});
};

struct RNNOptions {
    ByName by_name = {};
    int num_layers = 1;
    std::string nonlinearity = "tanh";
    bool bias = true, batch_first = false;
    double dropout = 0;
    bool bidirectional = false;
};
struct GRUOptions {
    ByName by_name = {};
    int num_layers = 1;
    bool bias = true, batch_first = false;
    double dropout = 0;
    bool bidirectional = false;
};
struct LSTMOptions {
    ByName by_name = {};
    int num_layers = 1;
    bool bias = true, batch_first = false;
    double dropout = 0;
    bool bidirectional = false;
    int proj_size = 0;  ///< of h, where it is not 0: W_hr h
};

/// Layers of one kind of cell over sequences x (steps, batch, input_size), or (batch, steps, input_size) with
/// batch_first. Parameters are weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0 and so on for each layer; each has a
/// twin of suffix _reverse behind it where the layer is bidirectional. Dropout acts on what goes from layer to layer,
/// in training. Gives y of the last layer, both directions side by side, batch_first too if x was (Jittor's is not),
/// and states of the last step (layers * directions, batch, hidden_size), as h0 has to be.
class RNN : public Layer<RNN> {
public:
    using Options = RNNOptions;
    RNN(int input_size, int hidden_size, const Options& options = {});
    RNN(int input_size, int hidden_size, int num_layers, const std::string& nonlinearity = "tanh", bool bias = true,
        bool batch_first = false, double dropout = 0, bool bidirectional = false)
        : RNN(input_size, hidden_size,
              Options{{}, num_layers, nonlinearity, bias, batch_first, dropout, bidirectional}) {}
    std::tuple<Var, Var> execute(const Var& x, const Var& h0 = {});
    std::string extra_repr() const override;

    const int input_size, hidden_size;
    const Options options;
};

class GRU : public Layer<GRU> {
public:
    using Options = GRUOptions;
    GRU(int input_size, int hidden_size, const Options& options = {});
    GRU(int input_size, int hidden_size, int num_layers, bool bias = true, bool batch_first = false, double dropout = 0,
        bool bidirectional = false)
        : GRU(input_size, hidden_size, Options{{}, num_layers, bias, batch_first, dropout, bidirectional}) {}
    std::tuple<Var, Var> execute(const Var& x, const Var& h0 = {});
    std::string extra_repr() const override;

    const int input_size, hidden_size;
    const Options options;
};

/// `auto [y, h, c] = lstm(x, h0, c0);`: h has proj_size in place of hidden_size where that is not 0.
class LSTM : public Layer<LSTM> {
public:
    using Options = LSTMOptions;
    LSTM(int input_size, int hidden_size, const Options& options = {});
    LSTM(int input_size, int hidden_size, int num_layers, bool bias = true, bool batch_first = false,
         double dropout = 0, bool bidirectional = false, int proj_size = 0)
        : LSTM(input_size, hidden_size, Options{{}, num_layers, bias, batch_first, dropout, bidirectional, proj_size}) {
    }
    std::tuple<Var, Var, Var> execute(const Var& x, const Var& h0 = {}, const Var& c0 = {});
    std::string extra_repr() const override;

    const int input_size, hidden_size;
    const Options options;
};

extern template Vars Layer<RNNCell>::execute_vars(const Vars&);
extern template Vars Layer<LSTMCell>::execute_vars(const Vars&);
extern template Vars Layer<GRUCell>::execute_vars(const Vars&);
extern template Vars Layer<RNN>::execute_vars(const Vars&);
extern template Vars Layer<GRU>::execute_vars(const Vars&);
extern template Vars Layer<LSTM>::execute_vars(const Vars&);

}  // namespace jt::nn
