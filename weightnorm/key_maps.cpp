// Renames g and v, and gives the g of a whole weight its axes.
#include "key_maps.hpp"

#include "../autograd/ops/shape.hpp"

namespace jt::weightnorm {

namespace {

constexpr std::string_view list_name = "parametrizations.", g_name = ".original0", v_name = ".original1";

/// The name of here for one of torch.nn.utils.parametrizations.
std::string name_here(const std::string& name) {
    const bool is_g = name.ends_with(g_name), is_v = name.ends_with(v_name);
    const auto at = name.rfind(list_name);
    if ((!is_g && !is_v) || at == std::string::npos || (at > 0 && name[at - 1] != '.')) return name;
    const auto start = at + list_name.size();
    return name.substr(0, at) + name.substr(start, name.size() - g_name.size() - start) + (is_g ? "_g" : "_v");
}

/// "fc.parametrizations.weight.original0" for "fc.weight_g".
std::string name_there(const std::string& name) {
    const std::string base = name.substr(0, name.size() - 2);
    const auto dot = base.rfind('.') + 1;
    return base.substr(0, dot).append(list_name) + base.substr(dot).append(name.ends_with('g') ? g_name : v_name);
}

/// The v that belongs to a g, or null.
const Var* v_of(const nn::StateDict& state, const std::string& name) {
    return name.ends_with("_g") ? state.find(name.substr(0, name.size() - 1) + "v") : nullptr;
}

bool is_v(const nn::StateDict& state, const std::string& name) {
    return name.ends_with("_v") && state.contains(name.substr(0, name.size() - 1) + "g");
}

Var reshaped(const Var& g, const Shape& shape) { return g.shape() == shape ? g : g.detach().reshape(shape); }

}  // namespace

nn::StateDict from_torch(const nn::StateDict& state) {
    nn::StateDict renamed, out;
    for (const auto& [name, x] : state) renamed.add(name_here(name), x);
    for (const auto& [name, x] : renamed) {
        const Var* v = v_of(renamed, name);
        out.add(name, v && x.numel() == 1 ? reshaped(x, Shape(static_cast<std::size_t>(v->ndim()), 1)) : x);
    }
    return out;
}

nn::StateDict to_torch(const nn::StateDict& state, TorchNames names) {
    nn::StateDict out;
    for (const auto& [name, x] : state) {
        const Var* v = v_of(state, name);
        const bool whole = v && x.numel() == 1 && v->shape(0) != 1;
        const bool rename = names == torch_parametrizations && (v || is_v(state, name));
        out.add(rename ? name_there(name) : name, whole ? reshaped(x, {1}) : x);
    }
    return out;
}

}  // namespace jt::weightnorm
