// The long tail: element-wise functions whose value is one xtensor expression.
#include "../../core/kernels/xt.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

namespace jt {

namespace {

// A question about each element, as bool; integers are asked as floats.
template <class F>
Var asked(const char* op, const Var& x, F f) {
    return stepped(op, x, kernels::flat_xt<bool>(f, float_of(op, x).array()));
}

}  // namespace

Var isnan(const Var& x) {
    return asked("isnan", x, [](const auto& v) { return xt::isnan(v); });
}

Var isinf(const Var& x) {
    return asked("isinf", x, [](const auto& v) { return xt::isinf(v); });
}

Var isfinite(const Var& x) {
    return asked("isfinite", x, [](const auto& v) { return xt::isfinite(v); });
}

}  // namespace jt
