// Convolutions of sequences, images and volumes, and transposed ones.
#pragma once
#include "../../core/windows.hpp"
#include "../var.hpp"

namespace jt {

/// Cross-correlation of x (n, c, h, w), weight (o, c / groups, kh, kw), bias (o,) or empty. The last two extents become
/// (in + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1, rounded down; integers become float.
Var conv2d(const Var& x, const Var& weight, const Var& bias = {}, Pair stride = 1, Pair padding = 0, Pair dilation = 1,
           int groups = 1);
/// The same of x (n, c, l) and weight (o, c / groups, k).
Var conv1d(const Var& x, const Var& weight, const Var& bias = {}, Single stride = 1, Single padding = 0,
           Single dilation = 1, int groups = 1);
/// The same of x (n, c, d, h, w) and weight (o, c / groups, kd, kh, kw).
Var conv3d(const Var& x, const Var& weight, const Var& bias = {}, Triple stride = 1, Triple padding = 0,
           Triple dilation = 1, int groups = 1);

/// What conv2d of that weight, stride, padding, dilation and groups sends back to its x: x (n, c, h, w), weight (c, o /
/// groups, kh, kw) and bias (o,) or empty to o channels. The last two extents become (in - 1) * stride - 2 * padding +
/// dilation * (kernel - 1) + output_padding + 1; output_padding is below stride or dilation. Integers become float.
Var conv_transpose(const Var& x, const Var& weight, const Var& bias = {}, Pair stride = 1, Pair padding = 0,
                   Pair output_padding = 0, int groups = 1, Pair dilation = 1);
inline Var conv_transpose2d(const Var& x, const Var& weight, const Var& bias = {}, Pair stride = 1, Pair padding = 0,
                            Pair output_padding = 0, int groups = 1, Pair dilation = 1) {
    return conv_transpose(x, weight, bias, stride, padding, output_padding, groups, dilation);
}
/// The same of x (n, c, l) and weight (c, o / groups, k).
Var conv_transpose1d(const Var& x, const Var& weight, const Var& bias = {}, Single stride = 1, Single padding = 0,
                     Single output_padding = 0, int groups = 1, Single dilation = 1);
/// The same of x (n, c, d, h, w) and weight (c, o / groups, kd, kh, kw).
Var conv_transpose3d(const Var& x, const Var& weight, const Var& bias = {}, Triple stride = 1, Triple padding = 0,
                     Triple output_padding = 0, int groups = 1, Triple dilation = 1);

}  // namespace jt
