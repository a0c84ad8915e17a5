// The limit of a hundred small operations: sixteen numbers, a tape on the stack, nothing to allocate.
#include <cmath>

#include "limit.hpp"

namespace limit {

/// What the way back needs: the results of tanh.
struct Tape {
    alignas(64) float tanh[chain_links][chain_size];
};

/// Left alone, g++ takes some loops of sixteen apart before it looks for a vector tanh; the pragma forbids it here.
static void vector_tanh(const float* x, float* y) {
#pragma GCC unroll 1
    for (int i = 0; i < chain_size; ++i) y[i] = std::tanh(x[i]);
}

[[gnu::noinline]] static float library_tanh(float x) { return std::tanh(x); }

static void scalar_tanh(const float* x, float* y) {
    for (int i = 0; i < chain_size; ++i) y[i] = library_tanh(x[i]);
}

template <auto tanh>
static void forward(const float* x, Tape& tape) {
    float y[chain_size];
    for (int i = 0; i < chain_size; ++i) y[i] = x[i];
    for (auto& t : tape.tanh) {
        tanh(y, t);
        for (int i = 0; i < chain_size; ++i) y[i] = t[i] * 1.01f;
    }
}

static void backward(const Tape& tape, float* gx) {
    float g[chain_size];
    for (float& value : g) value = 1;
    for (int k = chain_links; k-- > 0;)
        for (int i = 0; i < chain_size; ++i) g[i] *= 1.01f * (1 - tape.tanh[k][i] * tape.tanh[k][i]);
    for (int i = 0; i < chain_size; ++i) gx[i] = g[i];
}

void chain(const float* x, float* gx) {
    Tape tape;
    forward<vector_tanh>(x, tape);
    backward(tape, gx);
}

void chain_scalar(const float* x, float* gx) {
    Tape tape;
    forward<scalar_tanh>(x, tape);
    backward(tape, gx);
}

}  // namespace limit
