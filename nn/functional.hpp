// The functions that Jittor or PyTorch has in its nn too: `nn::relu(x)`.
#pragma once
#include "../autograd/ops/activation.hpp"
#include "../autograd/ops/conv.hpp"
#include "../autograd/ops/elementwise.hpp"
#include "../autograd/ops/loss.hpp"
#include "../autograd/ops/pad.hpp"
#include "../autograd/ops/pool.hpp"
#include "../autograd/ops/product.hpp"
#include "../autograd/ops/resize.hpp"
#include "../autograd/ops/unfold.hpp"

namespace jt::nn {

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
using jt::hardtanh;
using jt::leaky_relu;
using jt::linear;
using jt::log_sigmoid;
using jt::log_softmax;
using jt::matmul;
using jt::max_pool2d;
using jt::max_pool2d_with_indices;
using jt::mean_pool2d;
using jt::mish;
using jt::pad;
using jt::PadMode;
using jt::prelu;
using jt::relu;
using jt::relu6;
using jt::resize;
using jt::ResizeMode;
using jt::sigmoid;
using jt::silu;
using jt::softmax;
using jt::softplus;
using jt::softsign;
using jt::tanh;
using jt::unfold;

}  // namespace jt::nn
