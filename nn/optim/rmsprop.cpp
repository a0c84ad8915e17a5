// The update of RMSprop.
#include "rmsprop.hpp"

#include "../../core/kernels/elementwise/fused.hpp"

namespace jt::nn {

RMSprop::RMSprop(const Groups<RMSpropGroup>& parameters, const RMSpropOptions& options)
    : GroupedOptimizer("RMSprop", parameters, options), v_(zeros()) {
    remember("values", v_);
}

void RMSprop::update(std::size_t k, Array& p, const Array& g) {
    const RMSpropOptions o = options_of(k);
    kernels::rmsprop(p, g, v_[k], {o.lr, o.alpha, o.eps});
}

}  // namespace jt::nn
