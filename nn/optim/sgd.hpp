// SGD with Jittor's rule.
#pragma once
#include "groups.hpp"

namespace jt::nn {

struct SGDOptions {
    double lr = std::numeric_limits<double>::quiet_NaN();  ///< must be given
    double momentum = 0, weight_decay = 0, dampening = 0;
    bool nesterov = false;
};

struct SGDGroup {
    Vars params = {};
    std::optional<double> lr = {}, momentum = {}, weight_decay = {}, dampening = {};
    std::optional<bool> nesterov = {};
    std::optional<double> initial_lr = {};
};

extern template class Groups<SGDGroup>;
extern template class GroupView<SGDGroup>;
extern template class GroupedOptimizer<SGDOptions, SGDGroup>;

/// Of a parameter p with gradient g, v from 0: d = p * weight_decay + g; v = momentum * v + d * (1 - dampening); p -=
/// lr * v, or lr * (d + momentum * v) with nesterov. Dampening acts on the first step too, as Jittor (PyTorch differs).
/// Throws a ValueError for a negative momentum or weight_decay.
class SGD : public GroupedOptimizer<SGDOptions, SGDGroup> {
public:
    SGD(const Groups<SGDGroup>& parameters, const SGDOptions& options);
    template <class... Args>
    requires Positional<SGDOptions, Args...> SGD(const Groups<SGDGroup>& parameters, Args... args)
        : SGD(parameters, positional<SGDOptions>(args...)) {}

protected:
    void update(std::size_t k, Array& p, const Array& g) override;
    void make_ready() override;

private:
    bool has_momentum(std::size_t k) const { return options_of(k).momentum != 0; }

    std::vector<Array> velocity_;
};

}  // namespace jt::nn
