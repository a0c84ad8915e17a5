// The update of Adan, and its clipping.
#include "adan.hpp"

#include <cmath>

#include "../../core/kernels/elementwise/fused.hpp"
#include "grouped.hpp"

namespace jt::nn {

template <>
constexpr auto fields<AdanOptions>() {
    return std::tuple{Field{"betas.0", detail::beta<0>, detail::beta<0>, 0, 1},
                      Field{"betas.1", detail::beta<1>, detail::beta<1>, 0, 1},
                      Field{"betas.2", detail::beta<2>, detail::beta<2>, 0, 1},
                      Field{"eps", &AdanOptions::eps, &AdanGroup::eps},
                      Field{"weight_decay", &AdanOptions::weight_decay, &AdanGroup::weight_decay},
                      Field{"max_grad_norm", &AdanOptions::max_grad_norm, &AdanGroup::max_grad_norm}};
}
template class Groups<AdanGroup>;
template class GroupView<AdanGroup>;
template class GroupedOptimizer<AdanOptions, AdanGroup>;

namespace {

AdanOptions checked(const AdanOptions& o) {
    detail::check_betas("Adan", {o.betas[0], o.betas[1], o.betas[2]});
    return o;
}

}  // namespace

Adan::Adan(const Groups<AdanGroup>& parameters, const AdanOptions& options)
    : GroupedOptimizer("Adan", parameters, checked(options)), m_(zeros()), v_(zeros()), d_(zeros()), before_(zeros()) {
    remember("m", m_);
    remember("v", v_);
    remember("d", d_);
    remember("pre_grad", before_);
}

Adan::Adan(const Groups<AdanGroup>& parameters) : Adan(parameters, {}) {}
Adan::Adan(std::initializer_list<Var> parameters) : Adan(std::vector<Var>(parameters)) {}
Adan::Adan(std::initializer_list<AdanGroup> groups) : Adan(Groups<AdanGroup>(groups)) {}

void Adan::adjust(std::vector<Array>& grads) {
    used_.resize(grads.size());
    for (std::size_t group = 0; group < group_count(); ++group) {
        const double max_norm = options_of_group(group).max_grad_norm;
        if (max_norm > 0) grads = clipped(grads, max_norm);
        for (std::size_t k = 0; k < grads.size(); ++k)
            if (group_of(k) == group) used_[k] = grads[k];
    }
}

void Adan::update(std::size_t k, Array& p, const Array& g) {
    const AdanOptions o = options_of(k);
    const auto correction = [&](double beta) { return 1 - std::pow(beta, static_cast<double>(n_step())); };
    const auto [b1, b2, b3] = o.betas;
    const double root = std::sqrt(correction(b3)), step = o.lr * root / correction(b1),
                 step_diff = o.lr * b2 * root / correction(b2);
    kernels::adan(p, used_.empty() ? g : used_[k], {m_[k], v_[k], d_[k], before_[k]},
                  {step, step_diff, b1, b2, b3, o.eps * root, 1 / (1 + o.lr * o.weight_decay)});
}

}  // namespace jt::nn
