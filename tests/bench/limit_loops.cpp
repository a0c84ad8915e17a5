// Loops that the hand-written networks share: data, relu, cross entropy, SGD.
#include "limit_loops.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace limit {

Floats uniform(std::size_t size, float scale, unsigned seed) {
    std::minstd_rand random(seed);
    Floats out(size);
    for (float& value : out) value = scale * (2 * static_cast<float>(random()) / static_cast<float>(random.max()) - 1);
    return out;
}

Batch::Batch(int size, int features, int classes)
    : size(size), classes(classes), x(uniform(static_cast<std::size_t>(size) * features, 1, 1)), labels(size) {
    for (int i = 0; i < size; ++i) labels[i] = i % classes;
}

void relu(Floats& y) {
    for (float& value : y) value = std::max(value, 0.0f);
}

void relu_backward(const Floats& y, Floats& gy) {
    for (std::size_t i = 0; i < y.size(); ++i) gy[i] = y[i] > 0 ? gy[i] : 0;
}

void sgd(Floats& p, const Floats& g, float lr) {
    for (std::size_t i = 0; i < p.size(); ++i) p[i] -= lr * g[i];
}

static void subtract_row_maxima(Floats& logits, const Batch& batch) {
    for (int i = 0; i < batch.size; ++i) {
        float* row = &logits[i * batch.classes];
        float top = row[0];
        for (int j = 1; j < batch.classes; ++j) top = std::max(top, row[j]);
        for (int j = 0; j < batch.classes; ++j) row[j] -= top;
    }
}

static float label_logits(const Floats& logits, const Batch& batch) {
    float sum = 0;
    for (int i = 0; i < batch.size; ++i) sum += logits[i * batch.classes + batch.labels[i]];
    return sum;
}

/// Of one row: the exponentials become their gradient; returns the sum they had.
static float softmax_gradient(float* row, const Batch& batch, int label) {
    float sum = 0;
    for (int j = 0; j < batch.classes; ++j) sum += row[j];
    const float scale = 1 / (sum * static_cast<float>(batch.size));
    for (int j = 0; j < batch.classes; ++j) row[j] *= scale;
    row[label] -= 1 / static_cast<float>(batch.size);
    return sum;
}

float cross_entropy(Floats& logits, const Batch& batch) {
    subtract_row_maxima(logits, batch);
    float loss = -label_logits(logits, batch);
    for (float& value : logits) value = std::exp(value);
    for (int i = 0; i < batch.size; ++i)
        loss += std::log(softmax_gradient(&logits[i * batch.classes], batch, batch.labels[i]));
    return loss / static_cast<float>(batch.size);
}

}  // namespace limit
