// Adam with Jittor's rule.
#pragma once
#include "optimizer.hpp"

namespace jt::nn {

struct AdamOptions {
    double lr = std::numeric_limits<double>::quiet_NaN();  ///< must be given
    double eps = 1e-8;
    std::pair<double, double> betas = {0.9, 0.999};
    double weight_decay = 0;
};

/// Of a parameter p with gradient g, m and v from 0, (b0, b1) = betas, n calls of backward so far: g += p *
/// weight_decay; m = b0 * m + (1 - b0) * g; v = b1 * v + (1 - b1) * g * g; p -= lr * sqrt(1 - b1^n) / (1 - b0^n) * m /
/// (sqrt(v) + eps): eps before the bias correction, as Jittor (PyTorch differs: after). Throws a ValueError for betas
/// outside [0, 1), a negative eps or weight_decay.
class Adam : public Optimizer {
public:
    Adam(const Vars& parameters, const AdamOptions& options);

protected:
    void update(std::size_t k, Array& p, const Array& g) override;

private:
    AdamOptions options_;
    std::vector<Array> m_, v_;
};

}  // namespace jt::nn
