// Matrix products of row-major matrices, with transposed operands as flags.
#pragma once
#include <cstdint>

namespace jt::kernels {

/// One product: c (m x n, row stride ldc) = alpha * op(a) (m x k) * op(b) (k x n) + beta * c.
/// With trans_a, a is stored k x m; with trans_b, b is stored n x k; lda and ldb are the row strides as stored.
/// beta = 0 does not read c. Same bits for any thread count.
template <class T>
struct Gemm {
    bool trans_a, trans_b;
    std::int64_t m, n, k;
    T alpha;
    const T* a;
    std::int64_t lda;
    const T* b;
    std::int64_t ldb;
    T beta;
    T* c;
    std::int64_t ldc;
};

void gemm(const Gemm<float>& p);
void gemm(const Gemm<double>& p);

}  // namespace jt::kernels
