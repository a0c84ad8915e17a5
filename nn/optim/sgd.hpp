// SGD with Jittor's rule.
#pragma once
#include "optimizer.hpp"

namespace jt::nn {

struct SGDOptions {
    double lr = std::numeric_limits<double>::quiet_NaN();  ///< must be given
    double momentum = 0, weight_decay = 0, dampening = 0;
    bool nesterov = false;
};

/// Of a parameter p with gradient g, v from 0: d = p * weight_decay + g; v = momentum * v + d * (1 - dampening); p -=
/// lr * v, or lr * (d + momentum * v) with nesterov. Dampening acts on the first step too, as Jittor (PyTorch differs).
/// Throws a ValueError for a negative momentum or weight_decay.
class SGD : public Optimizer {
public:
    SGD(const Vars& parameters, const SGDOptions& options);

protected:
    void update(std::size_t k, Array& p, const Array& g) override;

private:
    SGDOptions options_;
    std::vector<Array> velocity_;
};

}  // namespace jt::nn
