// Putting weight norm on a module and taking it off.
#include "weightnorm.hpp"

#include "../autograd/node.hpp"
#include "../autograd/ops/rescale.hpp"
#include "../nn/module/attempt.hpp"

namespace jt::weightnorm {

namespace {

// Reducing over no axis is the norm of each element by itself: the reduced axis is then one of extent 1 at the end.
Shape with_unit_axis(Shape shape) {
    shape.push_back(1);
    return shape;
}

Var norm_of(const Var& v, AxisSet axes) {
    if (axes == 0) return v.reshape(with_unit_axis(v.shape())).norm().reshape(v.shape());
    return v.norm(2, list_of(axes), keepdims);
}

Var weight_of(const nn::Module& module, const std::string& name, const Dim& dim) {
    const Var v = module.getattr(name + "_v"), g = module.getattr(name + "_g");
    const AxisSet axes = dim.axes(v.ndim());
    if (axes != 0) return rescale(v, g, axes);
    const Shape unit = with_unit_axis(v.shape());
    return rescale(v.reshape(unit), g.reshape(unit), AxisSet{1} << v.ndim()).reshape(v.shape());
}

std::string listed(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += " " + name;
    return out.empty() ? " none" : out;
}

// As it is printed, but of a container only the class: the rest takes many lines.
std::string in_one_line(const nn::Module& module) {
    const std::string whole = nn::str(module);
    return whole.find('\n') == std::string::npos ? whole : module.class_name();
}

Var checked_weight(const nn::Module& module, const std::string& name) {
    const auto refuse = [&](const auto&... why) {
        fail<KeyError>("weight_norm: '", name, "' of ", in_one_line(module), why...);
    };
    if (module.is_derived(name)) refuse(" has a weight_norm already");
    if (module.is_source(name)) refuse(" belongs to a weight_norm already");
    if (module.child(name)) refuse(" is a module; norm one of its parameters");
    if (!module.is_parameter(name)) refuse(" is no parameter; it has:", listed(module.attributes()));
    for (const char* part : {"_g", "_v"})
        if (module.hasattr(name + part)) refuse(" needs the name '", name + part, "', which is taken");
    return module.getattr(name);
}

bool is_stopped(const Var& x) { return x.node()->stopped; }

Var& stop_like(Var& x, bool stopped) { return stopped ? x.stop_grad() : x; }

}  // namespace

AxisSet Dim::axes(int rank) const {
    const AxisSet set = axis_set("weight_norm", axes_, rank);
    return kept_ ? all_axes(rank) & ~(axes_.empty() ? AxisSet{0} : set) : set;
}

nn::Module& weight_norm(nn::Module& module, const std::string& name, const Dim& dim) {
    const Var weight = checked_weight(module, name);
    const AxisSet axes = dim.axes(weight.ndim());
    Var v = is_float(weight.dtype()) ? weight.detach() : weight.float32().detach();
    Var g = norm_of(v, axes).detach();
    const bool frozen = is_float(weight.dtype()) && is_stopped(weight);
    nn::Attempt attempt(module);
    module.attr(name + "_g", stop_like(g, frozen));
    module.attr(name + "_v", stop_like(v, frozen));
    module.derive(
        name, {name + "_g", name + "_v"}, [name, dim](nn::Module& m) { return weight_of(m, name, dim); },
        [name, dim](nn::Module& m) { weight_norm(m, name, dim); }, "weight_norm");
    attempt.done();
    return module;
}

nn::Module& remove_weight_norm(nn::Module& module, const std::string& name) {
    if (!module.is_derived(name) || !module.hasattr(name + "_g"))
        fail<KeyError>("weight_norm of '", name, "' not found in ", in_one_line(module));
    const std::string g_name = name + "_g", v_name = name + "_v";
    nn::Attempt attempt(module);
    module.rebuild_derived();
    const Var g = module.getattr(g_name), v = module.getattr(v_name);
    Var weight = module.getattr(name).detach();
    module.underive(name, stop_like(weight, is_stopped(g) && is_stopped(v)));
    module.delattr(g_name);
    module.delattr(v_name);
    attempt.done();
    return module;
}

nn::ModulePtr weight_norm(nn::ModulePtr module, const std::string& name, const Dim& dim) {
    weight_norm(*module, name, dim);
    return module;
}

nn::ModulePtr remove_weight_norm(nn::ModulePtr module, const std::string& name) {
    remove_weight_norm(*module, name);
    return module;
}

Var WeightNorm::compute_weight(const nn::Module& module) const { return weight_of(module, name, dim); }

WeightNorm WeightNorm::apply(nn::Module& module, const std::string& name, const Dim& dim) {
    weight_norm(module, name, dim);
    return WeightNorm(name, dim);
}

}  // namespace jt::weightnorm
