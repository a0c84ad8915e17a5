// SGD's numbers and its update.
#include "sgd.hpp"

#include <cmath>

#include "../../core/kernels/elementwise/fused.hpp"

namespace jt::nn {

SGD::SGD(const Vars& parameters, const SGDOptions& options)
    : Optimizer(parameters, given("SGD", options.lr)), options_(options) {
    remember("momentum", options_.momentum);
    remember("weight_decay", options_.weight_decay);
    remember("dampening", options_.dampening, -INFINITY);
    remember("nesterov", options_.nesterov);
    remember("values", velocity_, &options_.momentum);
    velocity_ = options.momentum != 0 ? zeros() : std::vector<Array>(this->parameters().size());
}

void SGD::update(std::size_t k, Array& p, const Array& g) {
    kernels::sgd(p, g, velocity_[k],
                 {lr, options_.momentum, options_.weight_decay, options_.dampening, options_.nesterov});
}

}  // namespace jt::nn
