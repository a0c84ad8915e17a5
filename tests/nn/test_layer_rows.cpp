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
Vars two_rows_of_three() { return {randn({4, 3}), randn({4, 3})}; }
Vars chances() { return {rand({4, 3}) * 0.9 + 0.05, rand({4, 3}) * 0.9 + 0.05}; }
Vars classes_of_three() { return {randn({4, 3}), array({0, 2, 1, 2})}; }

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

// Two groups of x and of the weight's first axis, each by f, side by side, and the bias.
template <class F>
Var in_two_groups(const nn::Module& m, const Var& x, F f) {
    const Vars xs = x.chunk(2, 1), ws = m.getattr("weight").chunk(2, 0);
    const Var y = concat({f(xs[0], ws[0]), f(xs[1], ws[1])}, 1);
    Shape shape(static_cast<std::size_t>(y.ndim() - 1), 1);
    shape[0] = -1;
    return y + m.getattr("bias").reshape(shape);
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

Vars attended() { return {randn({3, 2, 4}), randn({5, 2, 3}), randn({5, 2, 6})}; }

// MultiheadAttention of one batch and one head after the other: no axis of heads, masks or batches.
Var attention(const nn::Module& m, const Vars& in) {
    const auto weight = [&](const char* name) { return m.getattr(std::string(name) + "_proj_weight"); };
    const auto biased = [](const Var& x, const Var& w, const Var& b) { return matmul(x, w.transpose()) + b; };
    const nn::ModulePtr out = m.getattr_module("out_proj");
    const Vars b = m.getattr("in_proj_bias").chunk(3);
    Vars batches;
    for (int n = 0; n < 2; ++n) {
        const auto rows = [&](std::size_t k) { return in[k].unbind(1)[static_cast<std::size_t>(n)]; };
        const Var q = biased(rows(0), weight("q"), b[0]), k = biased(rows(1), weight("k"), b[1]);
        const Var v = biased(rows(2), weight("v"), b[2]);
        const Var keys = concat({k, m.getattr("bias_k")[0]}), values = concat({v, m.getattr("bias_v")[0]});
        Vars heads;
        for (const Slice& part : {to(2), from(2)}) {
            const Var scores = exp(matmul(q[{_, part}], keys[{_, part}].transpose()) / std::sqrt(2.0));
            heads.push_back(matmul(scores / (scores.sum(1, keepdims) + 1), values[{_, part}]));  // 1 of a key 0
        }
        batches.push_back(biased(concat(heads, 1), out->getattr("weight"), out->getattr("bias")));
    }
    return stack(batches, 1);
}

// x with `border` elements at the left, right, top and bottom, by what index stands where.
Var bordered(const Var& x, const std::vector<int>& rows, const std::vector<int>& columns) {
    return x.index_select(2, array(rows)).index_select(3, array(columns));
}

// x (2, 4, 7, 5) in the midst of `value`, one column before, two behind, three rows above, none below.
Var within(const Var& x, double value) {
    const Var wide = concat({full({2, 4, 7, 1}, value, x.dtype()), x, full({2, 4, 7, 2}, value, x.dtype())}, 3);
    return concat({full({2, 4, 3, 8}, value, x.dtype()), wide}, 2);
}

// The rows or columns from `start` to before `stop`.
Var part_of(const Var& x, int axis, int start, int stop) {
    return axis == 2 ? x[{_, _, Slice{start, stop}}] : x[{_, _, _, Slice{start, stop}}];
}

// One number of each of such parts, which overlap.
template <class F>
Var by_parts(const Var& x, int axis, const std::vector<std::pair<int, int>>& parts, F f) {
    Vars all;
    for (const auto& [start, stop] : parts) all.push_back(f(part_of(x, axis, start, stop)));
    return concat(all, axis);
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
    {"Conv1d", [] { return nn::make<nn::Conv1d>(4, 6, 3, {.stride = 2, .padding = 1, .groups = 2}); },
     [] {
         return Vars{randn({2, 4, 7})};
     },
     "Conv1d(4, 6, (3, 1), (2, 1), padding=(1, 0), dilation=(1, 1), groups=2, bias=float32[6,])",
     [](const nn::Module& m, const Vars& in) {
         return in_two_groups(m, nn::pad(in[0], {1, 1}), [](const Var& x, const Var& w) {
             return einsum("ncli,oci->nol", x.reindex({2, 2, 4, 3}, {"i0", "i1", "i2*2+i3"}), w);
         });
     }},
    {"Conv3d",
     [] {
         return nn::make<nn::Conv3d>(4, 2, Triple{2, 3, 1},
                                     {.stride = {1, 2, 1}, .padding = {0, 1, 0}, .dilation = {2, 1, 1}, .groups = 2});
     },
     [] {
         return Vars{randn({1, 4, 4, 3, 2})};
     },
     "Conv3d(4, 2, (2, 3, 1), (1, 2, 1), (0, 1, 0), (2, 1, 1), 2, float32[2,])",
     [](const nn::Module& m, const Vars& in) {
         return in_two_groups(m, in[0], [](const Var& x, const Var& w) {
             const Var seen = x.reindex({1, 2, 2, 2, 2, 2, 3}, {"i0", "i1", "i2+i5*2", "i3*2+i6-1", "i4"});
             return einsum("ncdhwij,ocijk->nodhw", seen, w);
         });
     }},
    {"ConvTranspose",
     [] {
         return nn::make<nn::ConvTranspose>(
             4, 6, Pair{3, 2},
             {.stride = {2, 1}, .padding = {1, 0}, .output_padding = {1, 0}, .groups = 2, .dilation = {1, 2}});
     },
     [] {
         return Vars{randn({2, 4, 3, 2})};
     },
     "ConvTranspose(4, 6, (3, 2), (2, 1), (1, 0), (1, 0), 2, bias=float32[6,], dilation=(1, 2))",
     [](const nn::Module& m, const Vars& in) {
         return in_two_groups(m, in[0], [](const Var& x, const Var& w) {
             return einsum("nchw,coij->nohwij", x, w)
                 .reindex_reduce("add", {2, 3, 6, 4}, {"i0", "i1", "i2*2+i4-1", "i3+i5*2"});
         });
     }},
    {"ConvTranspose1d", [] { return nn::make<nn::ConvTranspose1d>(4, 6, 3, {.stride = 2, .padding = 1, .groups = 2}); },
     [] {
         return Vars{randn({2, 4, 3})};
     },
     "ConvTranspose1d(4, 6, 3, 2, 1, 0, 2, bias=float32[6,], dilation=1)",
     [](const nn::Module& m, const Vars& in) {
         return in_two_groups(m, in[0], [](const Var& x, const Var& w) {
             return einsum("ncl,coi->noli", x, w).reindex_reduce("add", {2, 3, 5}, {"i0", "i1", "i2*2+i3-1"});
         });
     }},
    {"ConvTranspose3d",
     [] {
         return nn::make<nn::ConvTranspose3d>(
             4, 2, Triple{2, 1, 3},
             {.stride = {2, 2, 1}, .padding = {0, 0, 1}, .output_padding = {1, 0, 0}, .groups = 2});
     },
     [] {
         return Vars{randn({1, 4, 2, 3, 2})};
     },
     "ConvTranspose3d(4, 2, (2, 1, 3), (2, 2, 1), (0, 0, 1), (1, 0, 0), 2, bias=float32[2,], dilation=(1, 1, 1))",
     [](const nn::Module& m, const Vars& in) {
         return in_two_groups(m, in[0], [](const Var& x, const Var& w) {
             return einsum("ncdhw,coijk->nodhwijk", x, w)
                 .reindex_reduce("add", {1, 1, 5, 5, 2}, {"i0", "i1", "i2*2+i5", "i3*2+i6", "i4+i7-1"});
         });
     }},
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
    {"MultiheadAttention",
     [] {
         return nn::make<nn::MultiheadAttention>(4, 2,
                                                 {.add_bias_kv = true, .add_zero_attn = true, .kdim = 3, .vdim = 6});
     },
     attended, "MultiheadAttention(\n    out_proj: Linear(4, 4, float32[4,])\n)", attention},
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
    {"Mish", [] { return nn::make<nn::Mish>(); }, rows_of_three, "Mish()", of_x([](const Var& x) {
         const Var s = pow(1 + exp(x), 2);
         return x * (1 - 2 / (s + 1));
     })},
    {"LogSigmoid", [] { return nn::make<nn::LogSigmoid>(); }, rows_of_three, "LogSigmoid()",
     of_x([](const Var& x) { return -log(1 + exp(-x)); })},
    {"Softsign", [] { return nn::make<nn::Softsign>(); }, rows_of_three, "Softsign()",
     of_x([](const Var& x) { return where(x > 0, 1 - 1 / (1 + x), 1 / (1 - x) - 1); })},
    {"ReLU6", [] { return nn::make<nn::ReLU6>(); }, rows_of_three, "relu6()",
     of_x([](const Var& x) { return (x.abs() - (x - 6).abs()) / 2 + 3; })},
    {"GELU", [] { return nn::make<nn::GELU>(); }, rows_of_three, "gelu()",
     of_x([](const Var& x) { return x - x * (1 - erf(x * std::sqrt(0.5))) / 2; })},
    {"SiLU", [] { return nn::make<nn::SiLU>(); }, rows_of_three, "silu()",
     of_x([](const Var& x) { return x / (1 + exp(-x)); })},
    {"LeakyReLU", [] { return nn::make<nn::LeakyReLU>(); }, rows_of_three, "leaky_relu()",
     of_x([](const Var& x) { return maximum(x, 0.01 * x); })},
    {"LeakyReLU", [] { return nn::make<nn::LeakyReLU>(0.2); }, rows_of_three, "leaky_relu(0.2)",
     of_x([](const Var& x) { return maximum(x, 0.2 * x); })},
    {"ELU", [] { return nn::make<nn::ELU>(); }, rows_of_three, "ELU(1.0)",
     of_x([](const Var& x) { return maximum(x, 0) + exp(minimum(x, 0)) - 1; })},
    {"ELU", [] { return nn::make<nn::ELU>({.alpha = 0.5}); }, rows_of_three, "ELU(0.5)",
     of_x([](const Var& x) { return maximum(x, 0) + (exp(minimum(x, 0)) - 1) / 2; })},
    {"Hardtanh", [] { return nn::make<nn::Hardtanh>(); }, rows_of_three, "Hardtanh(-1, 1)",
     of_x([](const Var& x) { return ((x + 1).abs() - (x - 1).abs()) / 2; })},
    {"Hardtanh", [] { return nn::make<nn::Hardtanh>(-0.5, 2); }, rows_of_three, "Hardtanh(-0.5, 2)",
     of_x([](const Var& x) { return ((x + 0.5).abs() - (x - 2).abs()) / 2 + 0.75; })},
    {"Softmax", [] { return nn::make<nn::Softmax>(1); }, rows_of_three, "softmax(1)",
     of_x([](const Var& x) { return exp(x - logsumexp(x, 1, keepdims)); })},
    {"Softmax", [] { return nn::make<nn::Softmax>(); }, rows_of_three, "softmax()", of_x([](const Var& x) {
         return exp(x - logsumexp(x.reshape({1, -1}), 1, keepdims));
     })},
    {"LogSoftmax", [] { return nn::make<nn::LogSoftmax>({.dim = 0}); }, rows_of_three, "LogSoftmax(0)",
     of_x([](const Var& x) { return x - logsumexp(x, 0, keepdims); })},
    {"PReLU", [] { return nn::make<nn::PReLU>(); }, rows_of_three, "PReLU(1, init_=None)",
     [](const nn::Module& m, const Vars& in) { return where(in[0] > 0, in[0], in[0] * m.getattr("weight")); }},
    {"PReLU", [] { return nn::make<nn::PReLU>(4, 0.1); }, image, "PReLU(4, init_=None)",
     [](const nn::Module& m, const Vars& in) {
         return where(in[0] > 0, in[0], in[0] * m.getattr("weight").reshape({4, 1, 1}));
     }},
    {"Identity", [] { return nn::make<nn::Identity>(); }, rows_of_three, "Identity()",
     of_x([](const Var& x) { return x * 1; })},
    {"Dropout", [] { return nn::make<nn::Dropout>(0.2); }, rows_of_three, "Dropout(0.2, is_train=True)",
     of_x([](const Var& x) { return where(rand(x.shape()) > 0.2, x / 0.8, 0); })},
    {"Dropout2d", [] { return nn::make<nn::Dropout2d>(); }, image, "Dropout2d(0.5, is_train=True)",
     of_x([](const Var& x) {
         return where(rand({2, 4, 1, 1}) > 0.5, x * 2, 0);
     })},
    {"DropPath", [] { return nn::make<nn::DropPath>(0.3); }, rows_of_three, "DropPath(0.3, is_train=True)",
     of_x([](const Var& x) {
         return x / 0.7 * floor(rand({4, 1}) + 0.7).cast(x.dtype());
     })},
    {"ZeroPad2d",
     [] {
         return nn::make<nn::ZeroPad2d>({1, 2, 3, 0});
     },
     image, "ZeroPad2d((1, 2, 3, 0))", of_x([](const Var& x) { return within(x, 0); })},
    {"ConstantPad2d",
     [] {
         return nn::make<nn::ConstantPad2d>({{1, 2, 3, 0}, 1.5});
     },
     image, "ConstantPad2d((1, 2, 3, 0), 1.5)", of_x([](const Var& x) { return within(x, 1.5); })},
    {"ReflectionPad2d", [] { return nn::make<nn::ReflectionPad2d>({1, 2, 3, 0}); }, image,
     "ReflectionPad2d((1, 2, 3, 0))", of_x([](const Var& x) {
         return bordered(x, {3, 2, 1, 0, 1, 2, 3, 4, 5, 6}, {1, 0, 1, 2, 3, 4, 3, 2});
     })},
    {"ReplicationPad2d", [] { return nn::make<nn::ReplicationPad2d>(2); }, image, "ReplicationPad2d(2)",
     of_x([](const Var& x) {
         return bordered(x, {0, 0, 0, 1, 2, 3, 4, 5, 6, 6, 6}, {0, 0, 0, 1, 2, 3, 4, 4, 4});
     })},
    {"Resize", [] { return nn::make<nn::Resize>(Pair{4, 5}); }, image, "Resize((4, 5), nearest, False)",
     of_x([](const Var& x) {
         return bordered(x, {0, 1, 3, 5}, {0, 1, 2, 3, 4});
     })},
    {"Resize", [] { return nn::make<nn::Resize>(Pair{13, 5}, nn::ResizeMode::bilinear, true); }, image,
     "Resize((13, 5), bilinear, True)", of_x([](const Var& x) {
         return bordered((x.repeat_interleave(2, 2)[{_, _, to(-1)}] + x.repeat_interleave(2, 2)[{_, _, from(1)}]) / 2,
                         {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, {0, 1, 2, 3, 4});
     })},
    {"Upsample", [] { return nn::make<nn::Upsample>(nn::Factor{2, 1}); }, image,
     "Upsample((2.0, 1.0), mode=nearest, align_corners=False)",
     of_x([](const Var& x) { return x.repeat_interleave(2, 2); })},
    {"UpsamplingNearest2d", [] { return nn::make<nn::UpsamplingNearest2d>(2); }, image, "UpsamplingNearest2d(2.0)",
     of_x([](const Var& x) { return x.repeat_interleave(2, 2).repeat_interleave(2, 3); })},
    {"UpsamplingBilinear2d", [] { return nn::make<nn::UpsamplingBilinear2d>(1); }, image, "UpsamplingBilinear2d(1.0)",
     of_x([](const Var& x) { return x * 1; })},
    {"PixelShuffle", [] { return nn::make<nn::PixelShuffle>(2); }, image, "PixelShuffle(2)", of_x([](const Var& x) {
         return x.reindex({2, 1, 14, 10}, {"i0", "i2%2*2+i3%2", "i2/2", "i3/2"});
     })},
    {"MaxPool2d",
     [] {
         return nn::make<nn::MaxPool2d>(3, {.stride = 2, .padding = {1, 0}});
     },
     image,
     "MaxPool2d(\n    _layer: Pool((3, 3), (2, 2), (1, 0), dilation=None, return_indices=None, ceil_mode=False, "
     "count_include_pad=True, op=maximum)\n)",
     [](const nn::Module&, const Vars& in) {
         return windows(in[0], 3, {1, 0}, 2, -99).max(2).reshape({2, 4, 4, 2});
     }},
    {"AvgPool2d", [] { return nn::make<nn::AvgPool2d>(2, 1, 1); }, image,
     "AvgPool2d(\n    layer: Pool((2, 2), (1, 1), (1, 1), dilation=None, return_indices=None, ceil_mode=False, "
     "count_include_pad=True, op=mean)\n)",
     [](const nn::Module&, const Vars& in) {
         return windows(in[0], 2, 1, 1, 0).mean(2).reshape({2, 4, 8, 6});
     }},
    {"AdaptiveAvgPool2d", [] { return nn::make<nn::AdaptiveAvgPool2d>(3); }, image, "AdaptiveAvgPool2d(3)",
     of_x([](const Var& x) {
         const auto mean = [](int axis) { return [axis](const Var& part) { return part.mean(axis, keepdims); }; };
         return by_parts(by_parts(x, 2, {{0, 3}, {2, 5}, {4, 7}}, mean(2)), 3, {{0, 3}, {1, 4}, {2, 5}}, mean(3));
     })},
    {"AdaptiveAvgPool2d", [] { return nn::make<nn::AdaptiveAvgPool2d>({{}, 7}); }, image,
     "AdaptiveAvgPool2d((None, 7))", of_x([](const Var& x) {
         return by_parts(x, 3, {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {2, 4}, {3, 5}, {4, 5}},
                         [](const Var& part) { return part.mean(3, keepdims); });
     })},
    {"AdaptiveMaxPool2d", [] { return nn::make<nn::AdaptiveMaxPool2d>({3, 2}); }, image,
     "AdaptiveMaxPool2d((3, 2), False)", of_x([](const Var& x) {
         const auto most = [](int axis) { return [axis](const Var& part) { return part.max(axis, keepdims); }; };
         return by_parts(by_parts(x, 2, {{0, 3}, {2, 5}, {4, 7}}, most(2)), 3, {{0, 3}, {2, 5}}, most(3));
     })},
    {"AdaptiveMaxPool2d", [] { return nn::make<nn::AdaptiveMaxPool2d>(8); }, image, "AdaptiveMaxPool2d(8, False)",
     of_x([](const Var& x) {
         const auto most = [](int axis) { return [axis](const Var& part) { return part.max(axis, keepdims); }; };
         return by_parts(by_parts(x, 2, {{0, 1}, {0, 2}, {1, 3}, {2, 4}, {3, 5}, {4, 6}, {5, 7}, {6, 7}}, most(2)), 3,
                         {{0, 1}, {0, 2}, {1, 2}, {1, 3}, {2, 4}, {3, 4}, {3, 5}, {4, 5}}, most(3));
     })},
    {"Embedding", [] { return nn::make<nn::Embedding>(3, 2); },
     [] {
         return Vars{array({{0, 2, 1}, {2, -1, -3}})};
     },
     "Embedding(3, 2, None, dtype=None)",
     [](const nn::Module& m, const Vars&) {
         const Var w = m.getattr("weight");
         return concat({w[0], w[2], w[1], w[2], w[2], w[0]}, 0).reshape({2, 3, 2});
     }},
    {"Flatten", [] { return nn::make<nn::Flatten>(); }, image, "Flatten(1, end_dim=-1)", of_x([](const Var& x) {
         return x.reshape({2, 140});
     })},
    {"Unflatten", [] { return nn::make<nn::Unflatten>(1, Shape{2, -1}); }, image,
     "Unflatten(dim=1, unflattened_size=(2, -1))", of_x([](const Var& x) {
         return stack({x[{_, to(2)}], x[{_, from(2)}]}, 1);
     })},
    {"Sequential", [] { return nn::make<nn::Sequential>(nn::make<nn::ReLU>(), nn::make<nn::Tanh>()); }, rows_of_three,
     "Sequential(\n    0: relu()\n    1: Tanh()\n)", of_x([](const Var& x) { return tanh(relu(x)); })},
    {"CrossEntropyLoss",
     [] {
         return nn::make<nn::CrossEntropyLoss>({.weight = array({1.0, 2.0, 3.0}), .ignore_index = 0});
     },
     classes_of_three, "CrossEntropyLoss(float32[3,], ignore_index=0)",
     [](const nn::Module&, const Vars& in) {
         const Var weights = array({{0, 0, 0}, {0, 0, 3}, {0, 2, 0}, {0, 0, 3}});
         return -(log_softmax(in[0], 1) * weights).sum() / 8;
     }},
    {"CrossEntropyLoss", [] { return nn::make<nn::CrossEntropyLoss>(); }, classes_of_three,
     "CrossEntropyLoss(None, ignore_index=None)",
     [](const nn::Module&, const Vars& in) {
         const Var places = array({{1, 0, 0}, {0, 0, 1}, {0, 1, 0}, {0, 0, 1}});
         return -(log_softmax(in[0], 1) * places).sum() / 4;
     }},
    {"NLLLoss",
     [] {
         return nn::make<nn::NLLLoss>(array({1.0, 2.0, 3.0}));
     },
     classes_of_three, "NLLLoss(float32[3,], ignore_index=None)",
     [](const nn::Module&, const Vars& in) {
         return -(in[0] * array({{1, 0, 0}, {0, 0, 3}, {0, 2, 0}, {0, 0, 3}})).sum() / 9;
     }},
    {"MSELoss", [] { return nn::make<nn::MSELoss>(nn::Reduction::none); }, two_rows_of_three, "MSELoss(none)",
     [](const nn::Module&, const Vars& in) { return pow(in[0], 2) - 2 * in[0] * in[1] + pow(in[1], 2); }},
    {"L1Loss", [] { return nn::make<nn::L1Loss>(); }, two_rows_of_three, "L1Loss()",
     [](const nn::Module&, const Vars& in) { return (maximum(in[0], in[1]) - minimum(in[0], in[1])).sum() / 12; }},
    {"L1Loss", [] { return nn::make<nn::L1Loss>(nn::Reduction::sum); }, two_rows_of_three, "L1Loss(sum)",
     [](const nn::Module&, const Vars& in) { return (maximum(in[0], in[1]) - minimum(in[0], in[1])).sum(); }},
    {"SmoothL1Loss", [] { return nn::make<nn::SmoothL1Loss>(); }, two_rows_of_three, "SmoothL1Loss(mean)",
     [](const nn::Module&, const Vars& in) {
         const Var d = in[0] - in[1], m = d.clamp(-1, 1);
         return (m * d - m * m / 2).mean();
     }},
    {"KLDivLoss", [] { return nn::make<nn::KLDivLoss>(); },
     [] {
         return Vars{randn({4, 3}), rand({4, 3}) + 0.1};
     },
     "KLDivLoss(mean, log_target=False)",
     [](const nn::Module&, const Vars& in) { return (in[1] * log(in[1])).mean() - (in[1] * in[0]).mean(); }},
    {"KLDivLoss", [] { return nn::make<nn::KLDivLoss>({.reduction = nn::Reduction::batchmean, .log_target = true}); },
     two_rows_of_three, "KLDivLoss(batchmean, log_target=True)",
     [](const nn::Module&, const Vars& in) { return (exp(in[1]) * (in[1] - in[0])).sum() / 4; }},
    {"BCELoss", [] { return nn::make<nn::BCELoss>(); }, chances, "BCELoss(None, size_average=True)",
     [](const nn::Module&, const Vars& in) {
         const auto log_of = [](const Var& p) { return where(p > 0, log(p), std::log(1e-20)); };
         return (in[1] * (log_of(1 - in[0]) - log_of(in[0])) - log_of(1 - in[0])).mean();
     }},
    {"BCELoss",
     [] {
         return nn::make<nn::BCELoss>(array({1.0, 2.0, 3.0}), false);
     },
     two_rows_of_three, "BCELoss(float32[3,], size_average=False)",
     [](const nn::Module& m, const Vars& in) {
         const auto log_of = [](const Var& p) { return where(p > 0, log(p), std::log(1e-20)); };
         return ((in[1] * (log_of(1 - in[0]) - log_of(in[0])) - log_of(1 - in[0])) * m.getattr("weight")).sum();
     }},
    {"BCEWithLogitsLoss",
     [] {
         return nn::make<nn::BCEWithLogitsLoss>(
             {.weight = ones({4, 1}) * 0.5, .pos_weight = array({1.0, 2.0, 3.0}), .reduction = nn::Reduction::none});
     },
     two_rows_of_three, "BCEWithLogitsLoss(float32[4,1,], pos_weight=float32[3,], reduction=none)",
     [](const nn::Module& m, const Vars& in) {
         const Var lost = log(1 + exp(-in[0])), won = in[0] + lost;
         return ((1 - in[1]) * won + in[1] * m.getattr("pos_weight") * lost) / 2;
     }},
    {"BCEWithLogitsLoss", [] { return nn::make<nn::BCEWithLogitsLoss>(); }, two_rows_of_three,
     "BCEWithLogitsLoss(None, pos_weight=None, size_average=True)",
     [](const nn::Module&, const Vars& in) { return ((1 - in[1]) * in[0] + log(1 + exp(-in[0]))).mean(); }},
};

Var output(const nn::ModulePtr& layer, const Vars& inputs) {
    set_global_seed(3);  // what a layer draws when it is called
    return layer->call(inputs)[0];
}

// Values and gradients at inputs small and large: for the first input or, when that is made of integers, the
// parameters.
void check_formula(const LayerRow& row, const nn::ModulePtr& layer, const Vars& inputs) {
    for (const double scale : {1.0, 8.0}) {
        Vars in = inputs;
        const bool floats = is_float(inputs[0].dtype());
        if (floats) in[0] = inputs[0].detach() * scale;
        const Vars targets = floats ? Vars{in[0]} : layer->parameters();
        const Var y = output(layer, in);
        set_global_seed(3);
        const Var expected = row.formula(*layer, in), g = cos(expected.detach());
        CHECK_EQ(test::difference(y, expected, 1e-5, 1e-5), "");
        const Vars got = grad((y * g).sum(), targets), wanted = grad((expected * g).sum(), targets);
        for (std::size_t k = 0; k < got.size(); ++k) CHECK_EQ(test::difference(got[k], wanted[k], 1e-4, 1e-5), "");
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
