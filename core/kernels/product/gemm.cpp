// Matrix products: decides who computes one, the tiles of our own or cblas, and divides it among threads.
#include "gemm.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "../../buffer.hpp"
#include "../parallel.hpp"
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

/// Rows [from, end) of c, or columns.
template <class T>
Gemm<T> rows_of(Gemm<T> p, std::int64_t from, std::int64_t end) {
    p.m = end - from;
    p.a += p.trans_a ? from : from * p.lda;
    p.c += from * p.ldc;
    return p;
}
template <class T>
Gemm<T> columns_of(Gemm<T> p, std::int64_t from, std::int64_t end) {
    p.n = end - from;
    p.b += p.trans_b ? from * p.ldb : from;
    p.c += from;
    return p;
}

/// The shares that a product is cut into at most, since each reads one operand anew, and what they are multiples of:
/// the lengths of tiles, ours and cblas's.
constexpr std::int64_t most_shares = 16, share_step = 48;

/// f(share) for the shares of p, cut along the longer side of c.
template <class T, class F>
void each_share(const Gemm<T>& p, F f) {
    const auto side = std::max(p.m, p.n), shares = std::min(work(p) / products_at_once, most_shares);
    if (shares < 2 || side <= share_step) return f(p);
    const auto even = (side + shares - 1) / shares;
    for_blocks(side, (even + share_step - 1) / share_step * share_step, [&](std::int64_t from, std::int64_t end) {
        f(p.m >= p.n ? rows_of(p, from, end) : columns_of(p, from, end));
    });
}

template <class T>
void own(const Gemm<T>& p) {
    if (work(p) < large || p.n < many_columns)
        return each_share(p, [](const Gemm<T>& share) { products<T>().gemm(share, nullptr); });
    each_share(p, [](const Gemm<T>& share) {
        const Buffer scratch(sizeof(T) * gemm_block_m * gemm_block_k);
        products<T>().gemm(share, static_cast<T*>(scratch.data()));
    });
}

#if defined(MINIJT_CBLAS)
/// OpenBLAS gives other bits with more threads. MINIJT_BLAS_THREADS=keep leaves its own as they are.
bool one_thread() {
    const char* const wish = std::getenv("MINIJT_BLAS_THREADS");
    const bool keep = wish && std::string_view(wish) == "keep";
    if (openblas_set_num_threads && !keep) openblas_set_num_threads(1);
    return true;
}

template <class T>
void call_blas(const Gemm<T>& p) {
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

template <class T>
void blas(const Gemm<T>& p) {
    [[maybe_unused]] static const bool once = one_thread();
    each_share(p, call_blas<T>);
}

/// Multiplications from which cblas wins, measured against OpenBLAS: the wider the vectors, the later.
std::int64_t blas_from(bool trans_b) {
    switch (isa()) {
        case Isa::base:
            return large >> 6;
        case Isa::v3:
            return large;
        default:
            return large << (trans_b ? 10 : 4);
    }
}

/// Our own tiles win while the product is small or thin. alpha = 0 stays here since cblas then forgets NaN in a and b.
template <class T>
bool blas_wins(const Gemm<T>& p) {
    const std::int64_t thin = p.m < p.n ? p.m : p.n;
    const auto fits = [](auto... extents) { return ((extents <= std::numeric_limits<int>::max()) && ...); };
    return work(p) >= blas_from(p.trans_b) && thin >= 48 && p.alpha != 0 && fits(p.m, p.n, p.k, p.lda, p.ldb, p.ldc);
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
