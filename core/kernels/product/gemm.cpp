// Matrix products: decides who computes one, the tiles of our own or cblas.
#include "gemm.hpp"

#include <limits>

#include "../../buffer.hpp"
#include "products.hpp"
#if defined(MINIJT_CBLAS)
#include <cblas.h>
extern "C" void openblas_set_num_threads(int) __attribute__((weak));
#endif

namespace jt::kernels {

namespace {

/// Multiplications from which copying blocks of a pays, where several panels of b's columns read them.
constexpr std::int64_t large = std::int64_t{1} << 22, many_columns = 256;

template <class T>
std::int64_t work(const Gemm<T>& p) {
    return p.m * p.n * p.k;
}

template <class T>
void own(const Gemm<T>& p) {
    if (work(p) < large || p.n < many_columns) return products<T>().gemm(p, nullptr);
    const Buffer scratch(sizeof(T) * gemm_block_m * gemm_block_k);
    products<T>().gemm(p, static_cast<T*>(scratch.data()));
}

#if defined(MINIJT_CBLAS)
/// OpenBLAS gives other bits with more threads.
bool one_thread() {
    if (openblas_set_num_threads) openblas_set_num_threads(1);
    return true;
}

template <class T>
void blas(const Gemm<T>& p) {
    [[maybe_unused]] static const bool once = one_thread();
    const auto flag = [](bool trans) { return trans ? CblasTrans : CblasNoTrans; };
    const auto call = [&](auto gemm) {
        gemm(CblasRowMajor, flag(p.trans_a), flag(p.trans_b), static_cast<int>(p.m), static_cast<int>(p.n),
             static_cast<int>(p.k), p.alpha, p.a, static_cast<int>(p.lda), p.b, static_cast<int>(p.ldb), p.beta, p.c,
             static_cast<int>(p.ldc));
    };
    if constexpr (sizeof(T) == 4)
        call(cblas_sgemm);
    else
        call(cblas_dgemm);
}

/// Multiplications from which cblas wins, measured against OpenBLAS: the wider the vectors, the later.
std::int64_t blas_from() {
    switch (isa()) {
        case Isa::base:
            return large >> 6;
        case Isa::v3:
            return large;
        default:
            return large << 4;
    }
}

/// Our own tiles win while the product is small or thin. alpha = 0 stays here since cblas then forgets NaN in a and b.
template <class T>
bool blas_wins(const Gemm<T>& p) {
    const std::int64_t thin = p.m < p.n ? p.m : p.n;
    const auto fits = [](auto... extents) { return ((extents <= std::numeric_limits<int>::max()) && ...); };
    return work(p) >= blas_from() && thin >= 48 && p.alpha != 0 && fits(p.m, p.n, p.k, p.lda, p.ldb, p.ldc);
}
#endif

/// k = 0: what is left is c = beta * c.
template <class T>
void scale(const Gemm<T>& p) {
    for (std::int64_t i = 0; i < p.m; ++i)
        for (std::int64_t j = 0; j < p.n; ++j) p.c[i * p.ldc + j] = p.beta == 0 ? 0 : p.beta * p.c[i * p.ldc + j];
}

template <class T>
void any(const Gemm<T>& p) {
    if (p.m == 0 || p.n == 0) return;
    if (p.k == 0) return scale(p);
#if defined(MINIJT_CBLAS)
    if (blas_wins(p)) return blas(p);
#endif
    own(p);
}

}  // namespace

void gemm(const Gemm<float>& p) { any(p); }
void gemm(const Gemm<double>& p) { any(p); }

}  // namespace jt::kernels
