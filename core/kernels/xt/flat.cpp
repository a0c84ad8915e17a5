// The expressions of flat.hpp.
#include "flat.hpp"

#include "../xt.hpp"

namespace jt::kernels {

// xt::sign of NaN is 1.
Array sign(const Array& x) {
    return flat_xt([](const auto& v) { return xt::where(xt::isnan(v), v, xt::sign(v)); }, x);
}

Array isnan(const Array& x) {
    return flat_xt<bool>([](const auto& v) { return xt::isnan(v); }, x);
}

Array atan2(const Array& y, const Array& x) {
    const Shape shape = broadcast_shapes("atan2", y.shape(), x.shape());
    const auto whole = [&](const Array& a) { return a.shape() == shape ? a : broadcast_to(a, shape); };
    return flat_xt([](const auto& v, const auto& w) { return xt::atan2(v, w); }, whole(y), whole(x));
}

}  // namespace jt::kernels
