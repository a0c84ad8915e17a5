// A row for each layer, from which its printed form, its values and gradients, its copies and its file follow.
#include <functional>

#include "../../autograd/grad.hpp"
#include "../../autograd/gradcheck.hpp"
#include "../../core/random.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../check.hpp"

using namespace jt;

namespace {

/// A class, how to make one, inputs that it takes, how it prints, and the same computed otherwise from its attributes.
struct LayerRow {
    std::string name;
    std::function<nn::ModulePtr()> make;
    std::function<Vars()> inputs;
    std::string printed;
    std::function<Var(const nn::Module&, const Vars&)> formula;
};

Vars image() { return {randn({2, 4, 7, 5})}; }
Vars rows_of_three() { return {randn({4, 3})}; }

// A formula of the one input.
auto of_x(Var (*f)(const Var&)) {
    return [f](const nn::Module&, const Vars& in) { return f(in[0]); };
}

// The windows of x as (n, c, kh * kw, places), padded with zeros or, for a maximum of numbers above -9, with -9.
Var windows(const Var& x, Pair kernel, Pair padding, Pair stride, double pad) {
    const Var columns = unfold(x - pad, kernel, 1, padding, stride) + pad;
    return columns.reshape({x.shape(0), x.shape(1), kernel.h * kernel.w, columns.shape(2)});
}

Var grouped_conv(const nn::Module& m, const Vars& in) {
    const Var w = m.getattr("weight"), x = in[0], b = m.getattr("bias").reshape({6, 1});
    Vars parts;
    for (int group = 0; group < 2; ++group) {
        const Var columns = unfold(x[{_, Slice{2 * group, 2 * group + 2}}], {3, 2}, 1, {1, 0}, {2, 1});
        parts.push_back(matmul(w[{Slice{3 * group, 3 * group + 3}}].reshape({3, 12}), columns));
    }
    return (concat(parts, 1) + b).reshape({2, 6, 4, 4});
}

// Rows of mean 0 and variance 1, times a weight and a bias that broadcast as `affine` if it says so.
Var standard(const nn::Module& m, const Var& x, const Shape& affine, double eps = 1e-5) {
    const double n = static_cast<double>(x.shape(-1));
    const Var centered = x - x.sum(-1, keepdims) / n, squares = (centered * centered).sum(-1, keepdims) / n;
    const Var y = centered * pow(squares + eps, -0.5);
    return affine.empty() ? y : y * m.getattr("weight").reshape(affine) + m.getattr("bias").reshape(affine);
}

Vars sequence() { return {randn({3, 2, 4})}; }

// What one set of weights makes of v, and its gates apart.
Vars gates(const nn::Module& m, const std::string& kind, const std::string& suffix, const Var& v, int n) {
    const Var all = matmul(v, m.getattr("weight_" + kind + suffix).transpose()) + m.getattr("bias_" + kind + suffix);
    return all.chunk(n, -1);
}

Var rnn_state(const nn::Module& m, const std::string& suffix, const Var& x, const Var& h) {
    return tanh(gates(m, "ih", suffix, x, 1)[0] + gates(m, "hh", suffix, h, 1)[0]);
}

Var gru_state(const nn::Module& m, const std::string& suffix, const Var& x, const Var& h) {
    const Vars a = gates(m, "ih", suffix, x, 3), b = gates(m, "hh", suffix, h, 3);
    const Var z = sigmoid(a[1] + b[1]);
    return (1 - z) * tanh(a[2] + sigmoid(a[0] + b[0]) * b[2]) + z * h;
}

std::pair<Var, Var> lstm_state(const nn::Module& m, const std::string& suffix, const Var& x, const Var& h,
                               const Var& c) {
    const Vars a = gates(m, "ih", suffix, x, 4), b = gates(m, "hh", suffix, h, 4);
    const Var next = c * sigmoid(a[1] + b[1]) + tanh(a[2] + b[2]) * sigmoid(a[0] + b[0]);
    return {tanh(next) * sigmoid(a[3] + b[3]), next};
}

// All outputs of one direction of an LSTM with a projection.
Var projected(const nn::Module& m, const std::string& suffix, const Var& x, bool reverse) {
    Var h = zeros({2, 2}), c = zeros({2, 3}), out = zeros({3, 2, 2}) * 1;
    for (int k = 0; k < 3; ++k) {
        const int t = reverse ? 2 - k : k;
        const auto [wide, next] = lstm_state(m, suffix, x[t], h, c);
        h = matmul(wide, m.getattr("weight_hr" + suffix).transpose());
        c = next;
        out[t] = h;
    }
    return out;
}

const std::vector<LayerRow> rows = {
    {"Linear", [] { return nn::make<nn::Linear>(3, 2); }, rows_of_three, "Linear(3, 2, float32[2,])",
     [](const nn::Module& m, const Vars& in) {
         return (in[0].reshape({4, 1, 3}) * m.getattr("weight")).sum(2) + m.getattr("bias");
     }},
    {"Linear", [] { return nn::make<nn::Linear>(3, 2, {.bias = false}); }, rows_of_three, "Linear(3, 2, None)",
     [](const nn::Module& m, const Vars& in) {
         return (in[0].reshape({4, 1, 3}) * m.getattr("weight")).sum(2);
     }},
    {"Conv",
     [] {
         return nn::make<nn::Conv>(4, 6, Pair{3, 2}, {.stride = {2, 1}, .padding = {1, 0}, .groups = 2});
     },
     image, "Conv(4, 6, (3, 2), (2, 1), (1, 0), (1, 1), 2, float32[6,])", grouped_conv},
    {"Pool",
     [] {
         return nn::make<nn::Pool>(3, {.stride = 2, .padding = {1, 0}});
     },
     image,
     "Pool((3, 3), (2, 2), (1, 0), dilation=None, return_indices=None, ceil_mode=False, count_include_pad=True, "
     "op=maximum)",
     [](const nn::Module&, const Vars& in) {
         return windows(in[0], 3, {1, 0}, 2, -9).max(2).reshape({2, 4, 4, 2});
     }},
    {"Pool", [] { return nn::make<nn::Pool>(2, {.op = nn::PoolOp::mean}); }, image,
     "Pool((2, 2), (2, 2), (0, 0), dilation=None, return_indices=None, ceil_mode=False, count_include_pad=False, "
     "op=mean)",
     [](const nn::Module&, const Vars& in) {
         return windows(in[0], 2, 0, 2, 0).mean(2).reshape({2, 4, 3, 2});
     }},
    {"BatchNorm", [] { return nn::make<nn::BatchNorm>(4); }, image,
     "BatchNorm(4, 1e-05, momentum=0.1, affine=True, is_train=True, sync=True)",
     [](const nn::Module& m, const Vars& in) {
         const Var flat = in[0].transpose({1, 0, 2, 3}).reshape({4, 70});
         return standard(m, flat, {4, 1}).reshape({4, 2, 7, 5}).transpose({1, 0, 2, 3});
     }},
    {"BatchNorm", [] { return nn::make<nn::BatchNorm>(3, {.eps = 0.1, .affine = false}); }, rows_of_three,
     "BatchNorm(3, 0.1, momentum=0.1, affine=False, is_train=True, sync=True)",
     [](const nn::Module& m, const Vars& in) { return standard(m, in[0].transpose(), {}, 0.1).transpose(); }},
    {"InstanceNorm", [] { return nn::make<nn::InstanceNorm>(4); }, image,
     "InstanceNorm(4, 1e-05, momentum=0.1, affine=True, is_train=True, sync=True)",
     [](const nn::Module& m, const Vars& in) {
         return standard(m, in[0].reshape({2, 4, 35}), {4, 1}).reshape({2, 4, 7, 5});
     }},
    {"LayerNorm",
     [] {
         return nn::make<nn::LayerNorm>(Shape{7, 5});
     },
     image, "LayerNorm((7, 5), 1e-05, elementwise_affine=True)",
     [](const nn::Module& m, const Vars& in) {
         return standard(m, in[0].reshape({8, 35}), {35}).reshape({2, 4, 7, 5});
     }},
    {"LayerNorm", [] { return nn::make<nn::LayerNorm>(3, {.elementwise_affine = false}); }, rows_of_three,
     "LayerNorm((3,), 1e-05, elementwise_affine=False)",
     [](const nn::Module& m, const Vars& in) { return standard(m, in[0], {}); }},
    {"GroupNorm", [] { return nn::make<nn::GroupNorm>(2, 4); }, image, "GroupNorm(2, 4, 1e-05, affine=True)",
     [](const nn::Module& m, const Vars& in) {
         const Var flat = standard(m, in[0].reshape({4, 70}), {}).reshape({2, 4, 7, 5});
         return flat * m.getattr("weight").reshape({4, 1, 1}) + m.getattr("bias").reshape({4, 1, 1});
     }},
    {"RNNCell", [] { return nn::make<nn::RNNCell>(3, 2); }, rows_of_three, "RNNCell(3, 2, True, tanh)",
     [](const nn::Module& m, const Vars& in) {
         return rnn_state(m, "", in[0], zeros({4, 2}));
     }},
    {"LSTMCell", [] { return nn::make<nn::LSTMCell>(3, 2); },
     [] {
         return Vars{randn({4, 3}), randn({4, 2}), randn({4, 2})};
     },
     "LSTMCell(3, 2, True)",
     [](const nn::Module& m, const Vars& in) { return lstm_state(m, "", in[0], in[1], in[2]).first; }},
    {"GRUCell", [] { return nn::make<nn::GRUCell>(3, 2); },
     [] {
         return Vars{randn({4, 3}), randn({4, 2})};
     },
     "GRUCell(3, 2, True)", [](const nn::Module& m, const Vars& in) { return gru_state(m, "", in[0], in[1]); }},
    {"RNN", [] { return nn::make<nn::RNN>(4, 3, {.num_layers = 2}); }, sequence,
     "RNN(4, 3, 2, nonlinearity=tanh, bias=True, batch_first=False, dropout=0, bidirectional=False)",
     [](const nn::Module& m, const Vars& in) {
         Var lower = zeros({2, 3}), upper = zeros({2, 3});
         Vars out;
         for (const Var& x : in[0]) {
             lower = rnn_state(m, "_l0", x, lower);
             out.push_back(upper = rnn_state(m, "_l1", lower, upper));
         }
         return stack(out);
     }},
    {"GRU", [] { return nn::make<nn::GRU>(4, 3, {.batch_first = true}); }, sequence,
     "GRU(4, 3, 1, bias=True, batch_first=True, dropout=0, bidirectional=False)",
     [](const nn::Module& m, const Vars& in) {
         Var h = zeros({3, 3});
         Vars out;
         for (const Var& x : in[0].unbind(1)) out.push_back(h = gru_state(m, "_l0", x, h));
         return stack(out, 1);
     }},
    {"LSTM", [] { return nn::make<nn::LSTM>(4, 3, {.bidirectional = true, .proj_size = 2}); }, sequence,
     "LSTM(4, 3, 1, bias=True, batch_first=False, dropout=0, bidirectional=True, proj_size=2)",
     [](const nn::Module& m, const Vars& in) {
         return concat({projected(m, "_l0", in[0], false), projected(m, "_l0_reverse", in[0], true)}, 2);
     }},
    {"ReLU", [] { return nn::make<nn::ReLU>(); }, rows_of_three, "relu()",
     of_x([](const Var& x) { return (x + x.abs()) / 2; })},
    {"Tanh", [] { return nn::make<nn::Tanh>(); }, rows_of_three, "Tanh()",
     of_x([](const Var& x) { return 1 - 2 / (exp(2 * x) + 1); })},
    {"Sigmoid", [] { return nn::make<nn::Sigmoid>(); }, rows_of_three, "Sigmoid()",
     of_x([](const Var& x) { return 1 / (1 + exp(-x)); })},
    {"Softplus", [] { return nn::make<nn::Softplus>(); }, rows_of_three, "Softplus(1, threshold=20)",
     of_x([](const Var& x) { return log(1 + exp(x)); })},
    {"Softplus", [] { return nn::make<nn::Softplus>({.beta = 2.5, .threshold = 1}); }, rows_of_three,
     "Softplus(2.5, threshold=1)", of_x([](const Var& x) {
         return where(2.5 * x < 1, log(1 + exp(2.5 * x)) / 2.5, x - 0.4 + std::log(1 + std::exp(1)) / 2.5);
     })},
    {"Dropout", [] { return nn::make<nn::Dropout>(0.2); }, rows_of_three, "Dropout(0.2, is_train=True)",
     of_x([](const Var& x) { return where(rand(x.shape()) > 0.2, x / 0.8, 0); })},
    {"Flatten", [] { return nn::make<nn::Flatten>(); }, image, "Flatten(1, end_dim=-1)", of_x([](const Var& x) {
         return x.reshape({2, 140});
     })},
    {"Sequential", [] { return nn::make<nn::Sequential>(nn::make<nn::ReLU>(), nn::make<nn::Tanh>()); }, rows_of_three,
     "Sequential(\n    0: relu()\n    1: Tanh()\n)", of_x([](const Var& x) { return tanh(relu(x)); })},
    {"CrossEntropyLoss",
     [] {
         return nn::make<nn::CrossEntropyLoss>({.weight = array({1.0, 2.0, 3.0}), .ignore_index = 0});
     },
     [] {
         return Vars{randn({4, 3}), array({0, 2, 1, 2})};
     },
     "CrossEntropyLoss(float32[3,], ignore_index=0)",
     [](const nn::Module&, const Vars& in) {
         const Var weights = array({{0, 0, 0}, {0, 0, 3}, {0, 2, 0}, {0, 0, 3}});
         return -(log_softmax(in[0], 1) * weights).sum() / 8;
     }},
    {"MSELoss", [] { return nn::make<nn::MSELoss>(nn::Reduction::none); },
     [] {
         return Vars{randn({4, 3}), randn({4, 3})};
     },
     "MSELoss(none)",
     [](const nn::Module&, const Vars& in) { return pow(in[0], 2) - 2 * in[0] * in[1] + pow(in[1], 2); }},
};

Var output(const nn::ModulePtr& layer, const Vars& inputs) {
    set_global_seed(3);  // what a layer draws when it is called
    return layer->call(inputs)[0];
}

// Values and gradients for the first input, at inputs small and large.
void check_formula(const LayerRow& row, const nn::ModulePtr& layer, const Vars& inputs) {
    for (const double scale : {1.0, 8.0}) {
        Vars in = inputs;
        in[0] = inputs[0].detach() * scale;
        const Var y = output(layer, in);
        set_global_seed(3);
        const Var expected = row.formula(*layer, in), g = cos(expected.detach());
        CHECK_EQ(test::difference(y, expected, 1e-5, 1e-5), "");
        CHECK_EQ(test::difference(grad((y * g).sum(), in[0]), grad((expected * g).sum(), in[0]), 1e-4, 1e-5), "");
    }
}

// In float64, so that differences are exact enough: the float inputs, then every parameter.
void check_gradients(const nn::ModulePtr& layer, const Vars& given) {
    Vars inputs, all;
    for (const Var& x : given) inputs.push_back(is_float(x.dtype()) ? x.float64() : x);
    for (const Var& x : inputs)
        if (is_float(x.dtype())) all.push_back(x);
    const std::size_t n = all.size();
    for (const auto& [name, p] : layer->named_parameters()) all.push_back(p.float64());
    const auto f = [&](const Vars& v) {
        Vars in = inputs;
        for (std::size_t k = 0; k < n; ++k) in[k] = v[k];
        std::size_t k = n;
        for (const auto& [name, p] : layer->named_parameters()) {
            const auto dot = name.rfind('.');
            const nn::ModulePtr owner = dot == name.npos ? layer : layer->getattr_module(name.substr(0, dot));
            owner->setattr(name.substr(dot + 1), v[k++]);
        }
        return output(layer, in);
    };
    const auto result = gradcheck(f, all);
    CHECK_MESSAGE(result.ok, result.message);
}

// A batch of nothing, one more axis, and an input that holds nothing: an answer or an error, never a crash.
void check_edges(const nn::ModulePtr& layer, const Vars& inputs) {
    Shape none = inputs[0].shape(), more = none;
    none[0] = 0;
    more.push_back(2);
    for (const Var& x : {zeros(none), zeros(more), zeros({1}), Var()}) {
        Vars changed = inputs;
        changed[0] = x;
        try {
            output(layer, changed);
            CHECK(x.defined());
        } catch (const Error& error) {
            CHECK(std::string(error.what()).find(": needs ") != std::string::npos);
        }
    }
}

void check(const LayerRow& row) {
    CAPTURE(row.name);
    set_global_seed(1);
    const nn::ModulePtr layer = row.make(), copy = layer->clone();
    const Vars inputs = row.inputs();
    CHECK_EQ(nn::str(*layer), row.printed);
    CHECK_EQ(nn::str(*copy), row.printed);
    const Var y = output(layer, inputs);
    check_formula(row, layer, inputs);
    CHECK_SAME(output(copy, inputs), y);
    const nn::ModulePtr other = row.make();
    other->load_state_dict(layer->state_dict());
    CHECK_SAME(output(other, inputs), y);
    set_global_seed(1);
    CHECK_SAME(output(row.make(), inputs), y);
    check_edges(layer, inputs);
    check_gradients(copy, inputs);
    copy->eval();
    CHECK_EQ(output(copy, inputs).shape(), y.shape());
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("every layer: printed form, values, gradients, copies, edges") {
        for (const LayerRow& row : rows) check(row);
    }
}
