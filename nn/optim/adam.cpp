// The updates of Adam and AdamW.
#include "adam.hpp"

#include <cmath>

#include "../../core/kernels/elementwise/fused.hpp"
#include "grouped.hpp"

namespace jt::nn {

template <>
constexpr auto fields<AdamOptions>() {
    return std::tuple{Field{"betas.0", detail::beta<0>, detail::beta<0>, 0, 1},
                      Field{"betas.1", detail::beta<1>, detail::beta<1>, 0, 1},
                      Field{"eps", &AdamOptions::eps, &AdamGroup::eps},
                      Field{"weight_decay", &AdamOptions::weight_decay, &AdamGroup::weight_decay}};
}
template class Groups<AdamGroup>;
template class GroupView<AdamGroup>;
template class GroupedOptimizer<AdamOptions, AdamGroup>;

namespace {

// The numbers by which m and v are too small, as they began at 0.
std::pair<double, double> corrections(const AdamOptions& o, std::int64_t n_step) {
    const auto n = static_cast<double>(n_step);
    return {1 - std::pow(o.betas.first, n), 1 - std::pow(o.betas.second, n)};
}

AdamOptions checked(const char* name, const AdamOptions& o) {
    detail::check_betas(name, {o.betas.first, o.betas.second});
    return o;
}

}  // namespace

Adam::Adam(const char* name, const Groups<AdamGroup>& parameters, const AdamOptions& options)
    : GroupedOptimizer(name, parameters, checked(name, options)), m_(zeros()), v_(zeros()) {
    remember("values", v_);
    remember("m", m_);
}

Adam::Adam(const Groups<AdamGroup>& parameters, const AdamOptions& options) : Adam("Adam", parameters, options) {}

void Adam::update(std::size_t k, Array& p, const Array& g) {
    const AdamOptions o = options_of(k);
    const auto [c0, c1] = corrections(o, n_step());
    const double step = o.lr * std::sqrt(c1) / c0;
    kernels::adam(p, g, m_[k], v_[k], {step, o.betas.first, o.betas.second, o.eps, o.weight_decay});
}

AdamW::AdamW(const Groups<AdamGroup>& parameters, const AdamOptions& options) : Adam("AdamW", parameters, options) {}

void AdamW::update(std::size_t k, Array& p, const Array& g) {
    const AdamOptions o = options_of(k);
    const auto [c0, c1] = corrections(o, n_step());
    kernels::adamw(p, g, m_[k], v_[k],
                   {o.lr / c0, o.betas.first, o.betas.second, o.eps, 1 - o.lr * o.weight_decay, 1 / std::sqrt(c1)});
}

}  // namespace jt::nn
