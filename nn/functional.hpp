// The functions that Jittor or PyTorch has in its nn too: `nn::relu(x)`.
#pragma once
#include <optional>
#include <string>

#include "../autograd/ops/activation.hpp"
#include "../autograd/ops/conv.hpp"
#include "../autograd/ops/create.hpp"
#include "../autograd/ops/elementwise.hpp"
#include "../autograd/ops/grid.hpp"
#include "../autograd/ops/linalg.hpp"
#include "../autograd/ops/loss.hpp"
#include "../autograd/ops/pad.hpp"
#include "../autograd/ops/pool.hpp"
#include "../autograd/ops/product.hpp"
#include "../autograd/ops/resize.hpp"
#include "../autograd/ops/unfold.hpp"

namespace jt::nn {

using jt::affine_grid;
using jt::bmm;
using jt::bmm_transpose;
using jt::conv1d;
using jt::conv2d;
using jt::conv3d;
using jt::conv_transpose;
using jt::conv_transpose1d;
using jt::conv_transpose2d;
using jt::conv_transpose3d;
using jt::elu;
using jt::fold;
using jt::gelu;
using jt::glu;
using jt::grid_sample;
using jt::GridPadding;
using jt::hardtanh;
using jt::leaky_relu;
using jt::linear;
using jt::log_sigmoid;
using jt::log_softmax;
using jt::matmul;
using jt::matmul_transpose;
using jt::max_pool2d;
using jt::max_pool2d_with_indices;
using jt::mean_pool2d;
using jt::mish;
using jt::one_hot;
using jt::pad;
using jt::PadMode;
using jt::prelu;
using jt::relu;
using jt::relu6;
using jt::resize;
using jt::ResizeMode;
using jt::sigmoid;
using jt::sign;
using jt::silu;
using jt::softmax;
using jt::softplus;
using jt::softsign;
using jt::tanh;
using jt::unfold;

/// PyTorch's name for mean_pool2d.
inline Var avg_pool2d(const Var& x, Pair kernel, std::optional<Pair> stride = {}, Pair padding = 0,
                      bool ceil_mode = false, bool count_include_pad = true) {
    return mean_pool2d(x, kernel, stride, padding, ceil_mode, count_include_pad);
}
/// Sequences (length, ...) of any lengths as one Var, filled up behind to the longest: (longest, n, ...), or
/// (n, longest, ...). PyTorch's nn.utils.rnn.pad_sequence; Jittor has none.
Var pad_sequence(const Vars& sequences, bool batch_first = false, const Scalar& padding_value = 0);
/// Pooling by the "maximum", "minimum" or "mean" of each window. Jittor's order: padding before stride.
Var pool(const Var& x, Pair kernel_size, const std::string& op, Pair padding = 0, std::optional<Pair> stride = {});

}  // namespace jt::nn
