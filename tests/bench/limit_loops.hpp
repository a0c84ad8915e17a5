// Loops that the hand-written networks share.
#pragma once
#include "limit.hpp"

namespace limit {

void relu(Floats& y);
/// gy becomes the gradient of relu's input, where y is relu's output.
void relu_backward(const Floats& y, Floats& gy);
/// p -= lr * g
void sgd(Floats& p, const Floats& g, float lr);
/// The mean loss of the batch; logits become their own gradient.
float cross_entropy(Floats& logits, const Batch& batch);

}  // namespace limit
