// SGD's numbers and its update.
#include "sgd.hpp"

#include "../../core/kernels/elementwise/fused.hpp"
#include "grouped.hpp"

namespace jt::nn {

template <>
constexpr auto fields<SGDOptions>() {
    return std::tuple{
        Field{"momentum", &SGDOptions::momentum, &SGDGroup::momentum},
        Field{"weight_decay", &SGDOptions::weight_decay, &SGDGroup::weight_decay},
        Field{"dampening", &SGDOptions::dampening, &SGDGroup::dampening, -std::numeric_limits<double>::infinity()},
        Field{"nesterov", &SGDOptions::nesterov, &SGDGroup::nesterov}};
}
template class Groups<SGDGroup>;
template class GroupView<SGDGroup>;
template class GroupedOptimizer<SGDOptions, SGDGroup>;

SGD::SGD(const Groups<SGDGroup>& parameters, const SGDOptions& options)
    : GroupedOptimizer("SGD", parameters, options), velocity_(this->parameters().size()) {
    remember("values", velocity_, [this](std::size_t k) { return has_momentum(k); });
    make_ready();
}

void SGD::make_ready() {
    for (std::size_t k = 0; k < velocity_.size(); ++k)
        if (!velocity_[k] && has_momentum(k))
            velocity_[k] = Array::zeros(parameters()[k].shape(), parameters()[k].dtype());
}

void SGD::update(std::size_t k, Array& p, const Array& g) {
    const SGDOptions o = options_of(k);
    kernels::sgd(p, g, velocity_[k], {o.lr, o.momentum, o.weight_decay, o.dampening, o.nesterov});
}

}  // namespace jt::nn
