// Adan (Xie and others 2022) with Jittor's rule.
#pragma once
#include <array>

#include "groups.hpp"

namespace jt::nn {

struct AdanOptions {
    double lr = 1e-3;
    std::array<double, 3> betas = {0.98, 0.92, 0.99};
    double eps = 1e-8, weight_decay = 0, max_grad_norm = 0;
};

struct AdanGroup {
    Vars params = {};
    std::optional<double> lr = {};
    std::array<std::optional<double>, 3> betas = {};
    std::optional<double> eps = {}, weight_decay = {}, max_grad_norm = {}, initial_lr = {};
};

extern template class Groups<AdanGroup>;
extern template class GroupView<AdanGroup>;
extern template class GroupedOptimizer<AdanOptions, AdanGroup>;

/// Of a parameter p with gradient g, (b1, b2, b3) = betas, n calls of backward so far, all else from 0: diff = g - the
/// gradient before; m and d are running means of g and diff by b1 and b2, v by b3 of u * u, u = g + b2 * diff; c =
/// sqrt(1 - b3^n); p -= (lr * c / (1 - b1^n) * m + lr * b2 * c / (1 - b2^n) * d) / (sqrt(v) + eps * c); p /= 1 + lr *
/// weight_decay. The first diff is g, as in Jittor. With a max_grad_norm above 0 each group first clips the gradients
/// of all to it, the first group first. Throws a ValueError for betas outside [0, 1) or another number below 0.
class Adan : public GroupedOptimizer<AdanOptions, AdanGroup> {
public:
    Adan(const Groups<AdanGroup>& parameters, const AdanOptions& options);
    template <class... Args>
    requires Positional<AdanOptions, Args...> Adan(const Groups<AdanGroup>& parameters, Args... args)
        : Adan(parameters, positional<AdanOptions>(args...)) {}
    explicit Adan(const Groups<AdanGroup>& parameters);
    // In braces, which would also do for a copy.
    explicit Adan(std::initializer_list<Var> parameters);
    explicit Adan(std::initializer_list<AdanGroup> groups);

protected:
    void update(std::size_t k, Array& p, const Array& g) override;
    void make_ready() override { used_.clear(); }
    void adjust(std::vector<Array>& grads) override;

private:
    std::vector<Array> m_, v_, d_, before_;
    std::vector<Array> used_;  ///< each group's gradients as they are when its turn comes
};

}  // namespace jt::nn
