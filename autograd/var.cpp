// What a Var knows and can do by itself.
#include "var.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "../core/kernels/elementwise/elementwise.hpp"
#include "node.hpp"

namespace jt {

Axes list_of(AxisSet axes) {
    Axes list;
    for (; axes != 0; axes &= axes - 1) list.push_back(std::countr_zero(axes));
    return list;
}

const Shape& Var::shape() const { return node_of("shape", *this).value.shape(); }

std::int64_t Var::shape(int axis) const {
    const Shape& all = shape();
    return all.begin()[normalize_axis("shape", axis, all.rank())];
}

std::int64_t Var::numel() const { return node_of("numel", *this).value.numel(); }

Dtype Var::dtype() const { return node_of("dtype", *this).value.dtype(); }

const Array& Var::array() const { return node_of("array", *this).value; }

double Var::item() const { return item<double>(); }

template <Element T>
T Var::item() const {
    const Array& value = node_of("item", *this).value;
    if (value.numel() != 1) fail<ShapeError>("item: needs exactly one element, got shape ", value.shape());
    return dispatch(value.dtype(), [&]<class From>(From) { return checked_cast<T>("item", *value.data<From>()); });
}

template bool Var::item<bool>() const;
template std::uint8_t Var::item<std::uint8_t>() const;
template std::int32_t Var::item<std::int32_t>() const;
template std::int64_t Var::item<std::int64_t>() const;
template float Var::item<float>() const;
template double Var::item<double>() const;

template <Element T>
std::vector<T> Var::to_vector() const {
    const Array& value = node_of("to_vector", *this).value;
    std::vector<T> out(static_cast<std::size_t>(value.numel()));
    dispatch(value.dtype(), [&]<class From>(From) {
        const auto* x = value.data<From>();
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = number_cast<T>(x[i]);
    });
    return out;
}

template std::vector<bool> Var::to_vector() const;
template std::vector<std::uint8_t> Var::to_vector() const;
template std::vector<std::int32_t> Var::to_vector() const;
template std::vector<std::int64_t> Var::to_vector() const;
template std::vector<float> Var::to_vector() const;
template std::vector<double> Var::to_vector() const;

const void* Var::checked_data(Dtype wanted) const {
    const Array& value = node_of("data", *this).value;
    if (value.dtype() != wanted) fail<DtypeError>("data: needs the type behind ", value.dtype(), ", got ", wanted);
    return value.raw();
}

namespace {

// Into the same memory where nobody else holds it, for which there may be no room twice.
void write_all(Array& to, const Array& from) {
    if (from.dtype() != to.dtype())
        to = kernels::cast_exact("assign", from, to.dtype());
    else if (to.unique())
        std::memcpy(to.raw(), from.raw(), to.bytes());
    else
        to = from.clone();
}

}  // namespace

Var& Var::assign(const Var& v) {
    Node& node = node_of("assign", *this);
    if (const auto derived = derived_of(node)) fail<KeyError>("assign: ", derived->advice("assign to"));
    if (node.op)
        fail<GraphError>("assign: needs a leaf, got the result of ", node.op->name,
                         "; assign to what it was computed from");
    if (v.shape() != node.value.shape())
        fail<ShapeError>("assign: needs shape ", node.value.shape(), ", got ", v.shape());
    write_all(node.value, v.array());
    return *this;
}

Var& Var::become(Var y) {
    Node &node = *this->node(), &made = *y.node();
    if (const auto derived = derived_of(node)) fail<KeyError>("assign: ", derived->advice("assign to"));
    const bool fits = node.value.shape() == made.value.shape() && node.value.dtype() == made.value.dtype();
    if (node.op || (made.op && !node.wanted) || !fits) return *this = std::move(y);
    node.value = made.value;
    return *this;
}

bool Var::requires_grad() const { return node_of("requires_grad", *this).requires_grad; }

Var& Var::stop_grad() {
    Node& node = node_of("stop_grad", *this);
    node.requires_grad = false;
    node.stopped = true;
    if (const auto derived = derived_of(node))
        for (Var source : derived->held) source.stop_grad();
    return *this;
}

Var& Var::start_grad() {
    if (!is_float(dtype())) fail<DtypeError>("start_grad: needs a float Var, got ", dtype());
    node()->requires_grad = true;
    node()->wanted = true;
    node()->stopped = false;
    if (const auto derived = derived_of(*node()))
        for (Var source : derived->held)
            if (is_float(source.dtype())) source.start_grad();
    return *this;
}

Var Var::detach() const {
    Var x = make_var(node_of("detach", *this).value);
    x.node()->requires_grad = is_float(dtype());
    x.node()->scalar = node()->scalar;
    return x;
}

Var Var::clone() const {
    static constexpr Op op{"clone", [](const Var& g, const Call&) -> Vars { return {g}; }};
    Var x = record(op, Array(node_of(op.name, *this).value), {*this});
    x.node()->scalar = node()->scalar;
    return x;
}

HookHandle Var::add_hook(Callable<Var(const Var&)> hook) {
    Node& node = node_of("register_hook", *this);
    if (!node.requires_grad) fail<GraphError>("register_hook: needs a Var that takes gradients, got a stopped one");
    return node.extras().hooks.add(std::move(hook));
}

const std::string& Var::name() const {
    static const std::string none;
    const Node& node = node_of("name", *this);
    return node.extra ? node.extra->name : none;
}

Var& Var::set_name(const std::string& name) {
    node_of("set_name", *this).extras().name = name;
    return *this;
}

}  // namespace jt
