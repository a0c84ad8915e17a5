// Weights that are normed, to and from PyTorch: the same numbers under other names.
#pragma once
#include "../nn/module/state.hpp"

namespace jt::weightnorm {

/// What PyTorch calls g and v of `weight`: weight_g and weight_v after torch.nn.utils.weight_norm, as here and in
/// Jittor; parametrizations.weight.original0 and .original1 after torch.nn.utils.parametrizations.weight_norm.
enum class TorchNames { weight_norm, parametrizations };
inline constexpr TorchNames torch_weight_norm = TorchNames::weight_norm;
inline constexpr TorchNames torch_parametrizations = TorchNames::parametrizations;

/// A state dict of PyTorch, of either kind, with the names of here: `net.load_state_dict(weightnorm::from_torch(
/// load("net.safetensors")))`, where net has the same weight norms: keep({k}) for torch's dim=k, all for dim=None.
/// v has the weight's shape: (out, in) of Linear, (out, in / groups, ...) of Conv, (in, out / groups, ...) of
/// ConvTranspose, whose dim=0, PyTorch's default, thus keeps the input's channels, as keep({0}) does. g has extent 1 on
/// all axes but the kept one; that of dim=None, one number in PyTorch, gets as many axes as v.
nn::StateDict from_torch(const nn::StateDict& state);
/// And back: each pair name_g and name_v under PyTorch's names, and a g of one number for rows of more than one, which
/// is that of dim=None, with shape (1,), which PyTorch loads as its number.
nn::StateDict to_torch(const nn::StateDict& state, TorchNames names = torch_parametrizations);

}  // namespace jt::weightnorm
