// Weight normalisation: w = v * (g / |v|), rebuilt before each call of the module, with gradients to g and v.
#pragma once
#include "../nn/module/ref.hpp"

namespace jt::weightnorm {

/// PyTorch's meaning of dim: keep these axes, reduce over all others. `keep({0})` is torch's dim=0.
struct Kept {
    Axes axes;
};
inline Kept keep(const Axes& axes) { return {axes}; }
/// One norm for the whole tensor: torch's dim=None.
struct All {};
inline constexpr All all;

/// Which axes the norm reduces over, as Jittor: an axis, a list, `{}` for all, or `keep(...)`, or `all`.
class Dim {
public:
    Dim() = default;
    Dim(int axis) : axes_(axis) {}
    Dim(std::initializer_list<int> axes) : axes_(axes) {}
    Dim(const std::vector<int>& axes) : axes_(axes) {}
    Dim(const Axes& axes) : axes_(axes) {}
    Dim(const Kept& kept) : axes_(kept.axes), kept_(true) {}
    Dim(All) {}

    /// The reduced axes of a weight of that rank. Throws a ShapeError for one out of range or listed twice.
    AxisSet axes(int rank) const;

private:
    Axes axes_;
    bool kept_ = false;
};

/// Replaces the parameter `name` by name_g (the norms, reduced axes with extent 1) and name_v (the direction), both
/// learning, and rebuilds `name` before each call, by an entry "weight_norm.<name>"
/// of `__fhook2__`: n = sqrt(max(sum(v * v, dim), 1e-30)), w = v * (g / n) (Salimans and
/// Kingma 2016). Between calls the attribute is the weight of the last one: after an optimizer's step it is a step old.
/// An integer weight becomes float32; of a frozen one g and v are frozen, and `weight.stop_grad()` freezes them later.
/// Numbers are written to g and v: assign and setattr of the rebuilt weight throw a KeyError, and after `weight = w`
/// the next call, save or clone does (remove_weight_norm first, or load_state_dict or rebuild_derived to go on with g
/// and v). Throws before anything has changed: KeyError when there is no such parameter, it is normed already, or the
/// name with _g or _v is taken; ShapeError for dim.
nn::Module& weight_norm(nn::Module& module, const std::string& name, const Dim& dim = -1);
nn::ModulePtr weight_norm(nn::ModulePtr module, const std::string& name, const Dim& dim = -1);
template <class M>
nn::ModulePtr weight_norm(const nn::Ref<M>& layer, const std::string& name, const Dim& dim = -1) {
    return weight_norm(static_cast<const nn::ModulePtr&>(layer), name, dim);
}
/// Folds the current g and v into a plain parameter in the original place. Throws a KeyError when there is no weight
/// norm.
nn::Module& remove_weight_norm(nn::Module& module, const std::string& name = "weight");
nn::ModulePtr remove_weight_norm(nn::ModulePtr module, const std::string& name = "weight");
template <class M>
nn::ModulePtr remove_weight_norm(const nn::Ref<M>& layer, const std::string& name = "weight") {
    return remove_weight_norm(static_cast<const nn::ModulePtr&>(layer), name);
}

/// The same as an object, as in Jittor.
class WeightNorm {
public:
    explicit WeightNorm(std::string name, const Dim& dim = -1) : name(std::move(name)), dim(dim) {}

    /// The weight that g and v of the module give now.
    Var compute_weight(const nn::Module& module) const;
    /// Takes the weight norm of `name` off the module, whoever put it on.
    void remove(nn::Module& module) const { remove_weight_norm(module, name); }
    /// weight_norm with the name and dim given here; static, so those of an object that it is called on do not count.
    static WeightNorm apply(nn::Module& module, const std::string& name, const Dim& dim = -1);

    std::string name;
    Dim dim;
};

}  // namespace jt::weightnorm
