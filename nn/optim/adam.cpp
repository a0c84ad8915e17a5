// Adam's numbers and its update.
#include "adam.hpp"

#include <cmath>

#include "../../core/kernels/elementwise/fused.hpp"

namespace jt::nn {

Adam::Adam(const Vars& parameters, const AdamOptions& options)
    : Optimizer(parameters, given("Adam", options.lr)), options_(options) {
    auto& [b0, b1] = options_.betas;
    if (!is_in(b0, 0, 1) || !is_in(b1, 0, 1))
        fail<ValueError>("Adam: needs betas of 0 or more and below 1, got ", b0, " and ", b1);
    remember("betas.0", b0, 0, 1);
    remember("betas.1", b1, 0, 1);
    remember("eps", options_.eps);
    remember("weight_decay", options_.weight_decay);
    remember("values", v_);
    remember("m", m_);
    m_ = zeros();
    v_ = zeros();
}

void Adam::update(std::size_t k, Array& p, const Array& g) {
    const auto [b0, b1] = options_.betas;
    const auto n = static_cast<double>(n_step());
    const double step = lr * std::sqrt(1 - std::pow(b1, n)) / (1 - std::pow(b0, n));
    kernels::adam(p, g, m_[k], v_[k], {step, b0, b1, options_.eps, options_.weight_decay});
}

}  // namespace jt::nn
