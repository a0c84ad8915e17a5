// Hand-written training steps, as fast as cblas and plain loops allow: the limits that minijt is measured against.
#pragma once
#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace limit {

/// Starts every array on a cache line, as a framework's own allocator would.
template <class T>
struct CacheAligned {
    using value_type = T;
    static constexpr std::align_val_t line{64};

    CacheAligned() = default;
    template <class U>
    CacheAligned(const CacheAligned<U>&) {}

    T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), line)); }
    void deallocate(T* p, std::size_t) { ::operator delete(p, line); }
    bool operator==(const CacheAligned&) const { return true; }
};

using Floats = std::vector<float, CacheAligned<float>>;

/// Reproducible numbers in [-scale, scale).
Floats uniform(std::size_t size, float scale, unsigned seed);

/// A batch that never changes: inputs in [-1, 1) and labels 0 .. classes-1 in turn.
struct Batch {
    int size, classes;
    Floats x;
    std::vector<int> labels;

    Batch(int size, int features, int classes);
};

constexpr int chain_size = 16, chain_links = 50;

/// gx = d sum(y) / dx, where y is x after 50 times (tanh, times 1.01); keeps every value the way back needs, as a tape.
/// tanh is the compiler's vector function, where it has one (g++ with glibc 2.35).
void chain(const float* x, float* gx);
/// The same with the library's tanh, a number at a time: what a C++ programmer's own loop often turns out to be.
void chain_scalar(const float* x, float* gx);

/// y = x w^T + b with its gradients, and SGD. With weight_norm, w = v * g / |v| row by row, and v and g are trained.
class Linear {
public:
    Linear(int in, int out, bool weight_norm, unsigned seed);

    void forward(const float* x, float* y, int batch);
    /// Keeps the gradients of the parameters; gx may be null, where nobody asks for it.
    void backward(const float* x, const float* gy, float* gx, int batch);
    void update(float lr);
    /// The trained arrays: v (or w) and b, then g if the weight is normed.
    std::vector<Floats*> parameters();

private:
    void rebuild_weight();
    void update_normed(float lr);
    const Floats& weight() const { return weight_norm_ ? w_ : v_; }

    int in_, out_;
    bool weight_norm_;
    Floats v_, b_, g_, w_, inverse_norm_, gw_, gb_;
};

/// Linear, relu, Linear, cross entropy and SGD on one fixed batch.
class Mlp {
public:
    Mlp(int in, int hidden, int out, int batch, bool weight_norm);

    /// One training step; the loss before it.
    float step(float lr);
    const Batch& batch() const { return batch_; }
    std::vector<Floats*> parameters();

private:
    Batch batch_;
    Linear fc1_, fc2_;
    Floats hidden_, logits_, ghidden_;
};

/// LeNet on 28 x 28 images with ten classes: cross entropy and SGD on one fixed batch.
class LeNet {
public:
    explicit LeNet(int batch);
    ~LeNet();

    /// One training step; the loss before it.
    float step(float lr);
    const Batch& batch() const;
    std::vector<Floats*> parameters();

private:
    struct Net;
    std::unique_ptr<Net> net_;
};

}  // namespace limit
