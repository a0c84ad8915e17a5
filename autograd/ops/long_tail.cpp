// The long tail: element-wise functions whose value is one xtensor expression.
#include "../../core/kernels/xt.hpp"
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

namespace jt {

namespace {

// A question about each element, as bool; integers are asked as floats.
template <class F>
Var asked(const char* op, const Var& x, F f) {
    return stepped(x, kernels::flat_xt<bool>(f, float_of(op, x).array()));
}

// f of two Vars of one float dtype, broadcast.
template <class F>
Var both(const Op& op, const Var& x, const Var& y, F f) {
    const Shape shape = broadcast_shapes(op.name, x.shape(), y.shape());
    const auto whole = [&](const Array& a) { return a.shape() == shape ? a : kernels::broadcast_to(a, shape); };
    return record(op, kernels::flat_xt(f, whole(x.array()), whole(y.array())), {x, y});
}

}  // namespace

Var isnan(const Var& x) {
    return asked("isnan", x, [](const auto& v) { return xt::isnan(v); });
}

Var isfinite(const Var& x) {
    return asked("isfinite", x, [](const auto& v) { return xt::isfinite(v); });
}

// xt::sign of NaN is 1.
Var sign(const Var& x) {
    const Array& value = node_of("sign", x).value;
    if (!is_float(value.dtype())) return cast(sign(cast(x, Dtype::float64)), value.dtype());
    return stepped(x, kernels::flat_xt([](const auto& v) { return xt::where(xt::isnan(v), v, xt::sign(v)); }, value));
}

Var atan2(const Operand& y, const Operand& x) {
    static constexpr Op op{
        "atan2", [](const Var& g, const Call& call) -> Vars {
            const Var y = call.input(0), x = call.input(1), square = x * x + y * y;
            return call.each_needed([&](std::size_t k) { return mul_grad(g, k == 0 ? x / square : -y / square); });
        }};
    const Dtype dtype = to_float(promote(type_of(op.name, y), type_of(op.name, x)));
    return both(op, as_var(y, dtype), as_var(x, dtype), [](const auto& v, const auto& w) { return xt::atan2(v, w); });
}

}  // namespace jt
