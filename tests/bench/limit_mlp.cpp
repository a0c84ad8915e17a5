// The limit of a training step of a two-layer network.
#include "limit_loops.hpp"

namespace limit {

Mlp::Mlp(int in, int hidden, int out, int batch, bool weight_norm)
    : batch_(batch, in, out),
      fc1_(in, hidden, weight_norm, 2),
      fc2_(hidden, out, weight_norm, 4),
      hidden_(static_cast<std::size_t>(batch) * hidden),
      logits_(static_cast<std::size_t>(batch) * out),
      ghidden_(hidden_.size()) {}

float Mlp::step(float lr) {
    fc1_.forward(batch_.x.data(), hidden_.data(), batch_.size);
    relu(hidden_);
    fc2_.forward(hidden_.data(), logits_.data(), batch_.size);
    const float loss = cross_entropy(logits_, batch_);
    fc2_.backward(hidden_.data(), logits_.data(), ghidden_.data(), batch_.size);
    relu_backward(hidden_, ghidden_);
    fc1_.backward(batch_.x.data(), ghidden_.data(), nullptr, batch_.size);
    fc1_.update(lr);
    fc2_.update(lr);
    return loss;
}

std::vector<Floats*> Mlp::parameters() {
    auto all = fc1_.parameters();
    for (Floats* parameter : fc2_.parameters()) all.push_back(parameter);
    return all;
}

}  // namespace limit
