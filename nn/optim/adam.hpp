// Adam and AdamW with Jittor's rules.
#pragma once
#include <array>

#include "groups.hpp"

namespace jt::nn {

struct AdamOptions {
    double lr = std::numeric_limits<double>::quiet_NaN();  ///< must be given
    double eps = 1e-8;
    std::pair<double, double> betas = {0.9, 0.999};
    double weight_decay = 0;
};

struct AdamGroup {
    Vars params = {};
    std::optional<double> lr = {}, eps = {};
    std::array<std::optional<double>, 2> betas = {};
    std::optional<double> weight_decay = {}, initial_lr = {};
};

extern template class Groups<AdamGroup>;
extern template class GroupView<AdamGroup>;
extern template class GroupedOptimizer<AdamOptions, AdamGroup>;

/// Of a parameter p with gradient g, m and v from 0, (b0, b1) = betas, n calls of backward so far: g += p *
/// weight_decay; m = b0 * m + (1 - b0) * g; v = b1 * v + (1 - b1) * g * g; p -= lr * sqrt(1 - b1^n) / (1 - b0^n) * m /
/// (sqrt(v) + eps): eps before the bias correction, as Jittor (PyTorch differs: after). Throws a ValueError for betas
/// outside [0, 1), a negative eps or weight_decay.
class Adam : public GroupedOptimizer<AdamOptions, AdamGroup> {
public:
    Adam(const Groups<AdamGroup>& parameters, const AdamOptions& options);
    template <class... Args>
    requires Positional<AdamOptions, Args...> Adam(const Groups<AdamGroup>& parameters, Args... args)
        : Adam(parameters, positional<AdamOptions>(args...)) {}

protected:
    Adam(const char* name, const Groups<AdamGroup>& parameters, const AdamOptions& options);
    void update(std::size_t k, Array& p, const Array& g) override;

    std::vector<Array> m_, v_;
};

/// As Adam, but p *= 1 - lr * weight_decay instead of the decay in g, and eps after the bias correction: p -= lr / (1 -
/// b0^n) * m / (sqrt(v) / sqrt(1 - b1^n) + eps). As Jittor, weight_decay is 0 unless given (PyTorch: 0.01).
class AdamW : public Adam {
public:
    AdamW(const Groups<AdamGroup>& parameters, const AdamOptions& options);
    template <class... Args>
    requires Positional<AdamOptions, Args...> AdamW(const Groups<AdamGroup>& parameters, Args... args)
        : AdamW(parameters, positional<AdamOptions>(args...)) {}

protected:
    void update(std::size_t k, Array& p, const Array& g) override;
};

using AdamWOptions = AdamOptions;
using AdamWGroup = AdamGroup;

}  // namespace jt::nn
