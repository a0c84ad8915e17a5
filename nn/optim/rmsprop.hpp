// RMSprop with Jittor's rule.
#pragma once
#include "groups.hpp"

namespace jt::nn {

struct RMSpropOptions {
    double lr = 1e-2, eps = 1e-8, alpha = 0.99;
};

struct RMSpropGroup {
    Vars params = {};
    std::optional<double> lr = {}, eps = {}, alpha = {}, initial_lr = {};
};

extern template class Groups<RMSpropGroup>;
extern template class GroupView<RMSpropGroup>;
extern template class GroupedOptimizer<RMSpropOptions, RMSpropGroup>;

/// Of a parameter p with gradient g, v from 0: v = alpha * v + (1 - alpha) * g * g; p -= lr * g / (sqrt(v) + eps).
/// Throws a ValueError for an alpha outside [0, 1) or a negative eps.
class RMSprop : public GroupedOptimizer<RMSpropOptions, RMSpropGroup> {
public:
    RMSprop(const Groups<RMSpropGroup>& parameters, const RMSpropOptions& options);
    template <class... Args>
    requires Positional<RMSpropOptions, Args...> RMSprop(const Groups<RMSpropGroup>& parameters, Args... args)
        : RMSprop(parameters, positional<RMSpropOptions>(args...)) {}
    explicit RMSprop(const Groups<RMSpropGroup>& parameters);
    // In braces, which would also do for a copy.
    explicit RMSprop(std::initializer_list<Var> parameters);
    explicit RMSprop(std::initializer_list<RMSpropGroup> groups);

protected:
    void update(std::size_t k, Array& p, const Array& g) override;

private:
    std::vector<Array> v_;
};

}  // namespace jt::nn
