// The limit of a Linear, plain or weight-normed: three products from cblas, and loops for the rest.
#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "limit_loops.hpp"

namespace limit {

Linear::Linear(int in, int out, bool weight_norm, unsigned seed)
    : in_(in),
      out_(out),
      weight_norm_(weight_norm),
      v_(uniform(static_cast<std::size_t>(in) * out, 1 / std::sqrt(static_cast<float>(in)), seed)),
      b_(uniform(out, 0.1f, seed + 1)),
      g_(weight_norm ? out : 0, 1.0f),
      w_(weight_norm ? v_.size() : 0),
      inverse_norm_(g_.size()),
      gw_(v_.size()),
      gb_(out) {}

std::vector<Floats*> Linear::parameters() {
    if (weight_norm_) return {&v_, &b_, &g_};
    return {&v_, &b_};
}

void Linear::rebuild_weight() {
    for (int i = 0; i < out_; ++i) {
        const float* v = &v_[i * in_];
        float* w = &w_[i * in_];
        float square = 0;
        for (int j = 0; j < in_; ++j) square += v[j] * v[j];
        inverse_norm_[i] = 1 / std::sqrt(square);
        const float scale = g_[i] * inverse_norm_[i];
        for (int j = 0; j < in_; ++j) w[j] = scale * v[j];
    }
}

void Linear::forward(const float* x, float* y, int batch) {
    if (weight_norm_) rebuild_weight();
    for (int i = 0; i < batch; ++i) std::copy(b_.begin(), b_.end(), y + i * out_);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, batch, out_, in_, 1, x, in_, weight().data(), in_, 1, y, out_);
}

void Linear::backward(const float* x, const float* gy, float* gx, int batch) {
    std::fill(gb_.begin(), gb_.end(), 0.0f);
    for (int i = 0; i < batch; ++i)
        for (int j = 0; j < out_; ++j) gb_[j] += gy[i * out_ + j];
    std::fill(gw_.begin(), gw_.end(), 0.0f);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, out_, in_, batch, 1, gy, out_, x, in_, 1, gw_.data(), in_);
    if (!gx) return;
    std::fill(gx, gx + batch * in_, 0.0f);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, batch, in_, out_, 1, gy, out_, weight().data(), in_, 1, gx,
                in_);
}

/// d/dg = gw.v / |v|; d/dv = g / |v| * (gw - v * gw.v / |v|^2), written straight into v.
void Linear::update_normed(float lr) {
    for (int i = 0; i < out_; ++i) {
        const float* gw = &gw_[i * in_];
        float* v = &v_[i * in_];
        float dot = 0;
        for (int j = 0; j < in_; ++j) dot += gw[j] * v[j];
        const float gg = dot * inverse_norm_[i];
        const float scale = lr * g_[i] * inverse_norm_[i];
        const float shrink = gg * inverse_norm_[i];
        for (int j = 0; j < in_; ++j) v[j] -= scale * (gw[j] - shrink * v[j]);
        g_[i] -= lr * gg;
    }
}

void Linear::update(float lr) {
    sgd(b_, gb_, lr);
    weight_norm_ ? update_normed(lr) : sgd(v_, gw_, lr);
}

}  // namespace limit
