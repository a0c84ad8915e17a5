// The update of RMSprop.
#include "rmsprop.hpp"

#include "../../core/kernels/elementwise/fused.hpp"
#include "grouped.hpp"

namespace jt::nn {

template <>
constexpr auto fields<RMSpropOptions>() {
    return std::tuple{Field{"eps", &RMSpropOptions::eps, &RMSpropGroup::eps},
                      Field{"alpha", &RMSpropOptions::alpha, &RMSpropGroup::alpha, 0, 1}};
}
template class Groups<RMSpropGroup>;
template class GroupView<RMSpropGroup>;
template class GroupedOptimizer<RMSpropOptions, RMSpropGroup>;

RMSprop::RMSprop(const Groups<RMSpropGroup>& parameters, const RMSpropOptions& options)
    : GroupedOptimizer("RMSprop", parameters, options), v_(zeros()) {
    remember("values", v_);
}

RMSprop::RMSprop(const Groups<RMSpropGroup>& parameters) : RMSprop(parameters, {}) {}
RMSprop::RMSprop(std::initializer_list<Var> parameters) : RMSprop(std::vector<Var>(parameters)) {}
RMSprop::RMSprop(std::initializer_list<RMSpropGroup> groups) : RMSprop(Groups<RMSpropGroup>(groups)) {}

void RMSprop::update(std::size_t k, Array& p, const Array& g) {
    const RMSpropOptions o = options_of(k);
    kernels::rmsprop(p, g, v_[k], {o.lr, o.alpha, o.eps});
}

}  // namespace jt::nn
