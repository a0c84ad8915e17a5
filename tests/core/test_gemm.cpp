// Holds gemm against three naive loops.
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "../../core/kernels/product/gemm.hpp"

using jt::kernels::Gemm;

namespace {

template <class T>
std::vector<T> numbers(std::int64_t n, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<T> x(static_cast<std::size_t>(n));
    for (auto& e : x) e = static_cast<T>(std::uniform_real_distribution<double>(-1, 1)(random));
    return x;
}

/// A product with its own memory; the rows of every matrix are `gap` numbers longer than they need to be.
template <class T>
struct Problem {
    std::vector<T> a, b, c;
    Gemm<T> p;

    Problem(std::int64_t m, std::int64_t n, std::int64_t k, bool trans_a, bool trans_b, T alpha, T beta,
            std::int64_t gap = 3) {
        const std::int64_t lda = (trans_a ? m : k) + gap, ldb = (trans_b ? k : n) + gap, ldc = n + gap;
        a = numbers<T>((trans_a ? k : m) * lda, 1);
        b = numbers<T>((trans_b ? n : k) * ldb, 2);
        c = numbers<T>(m * ldc, 3);
        p = {trans_a, trans_b, m, n, k, alpha, a.data(), lda, b.data(), ldb, beta, c.data(), ldc};
    }
    T naive(std::int64_t i, std::int64_t j, T before) const {
        double sum = 0;
        for (std::int64_t t = 0; t < p.k; ++t)
            sum += static_cast<double>(p.a[p.trans_a ? t * p.lda + i : i * p.lda + t]) *
                   static_cast<double>(p.b[p.trans_b ? j * p.ldb + t : t * p.ldb + j]);
        return static_cast<T>(p.alpha * sum + (p.beta == 0 ? 0 : p.beta * static_cast<double>(before)));
    }
    /// Runs it; the largest difference from the naive loops, infinite where the gaps between rows of c were touched.
    double error() {
        const auto before = c;
        gemm(p);
        double worst = 0;
        for (std::int64_t at = 0; at < static_cast<std::int64_t>(c.size()); ++at) {
            const auto i = at / p.ldc, j = at % p.ldc;
            const T was = before[static_cast<std::size_t>(at)], is = c[static_cast<std::size_t>(at)];
            if (j >= p.n && is != was) return std::numeric_limits<double>::infinity();
            if (j < p.n) worst = std::fmax(worst, std::abs(static_cast<double>(is - naive(i, j, was))));
        }
        return worst;
    }
};

template <class T>
double tolerance(std::int64_t k) {
    return 4 * std::numeric_limits<T>::epsilon() * (static_cast<double>(k) + 4);
}

}  // namespace

TEST_SUITE("core") {
    TEST_CASE_TEMPLATE("gemm equals the naive loops in every orientation and odd size", T, float, double) {
        for (std::int64_t m : {1, 2, 3, 4, 5, 6, 7, 10, 13, 20})
            for (std::int64_t n : {1, 2, 3, 4, 7, 8, 9, 10, 15, 17, 20})
                for (std::int64_t k : {1, 2, 5, 8, 9, 19})
                    for (int flags = 0; flags < 4; ++flags) {
                        CAPTURE(m);
                        CAPTURE(n);
                        CAPTURE(k);
                        CAPTURE(flags);
                        const bool trans_a = flags & 1, trans_b = flags & 2;
                        REQUIRE(Problem<T>(m, n, k, trans_a, trans_b, 1, 0).error() < tolerance<T>(k));
                        REQUIRE(Problem<T>(m, n, k, trans_a, trans_b, T(-1.5), T(0.5)).error() < tolerance<T>(k));
                    }
    }

    TEST_CASE_TEMPLATE("gemm equals the naive loops across its blocks and where cblas takes over", T, float, double) {
        struct Row {
            std::int64_t m, n, k;
        };
        for (const Row& r : {Row{32, 128, 64}, Row{201, 45, 70}, Row{50, 37, 600}, Row{399, 19, 257}, Row{70, 300, 260},
                             Row{3, 130, 1100}, Row{1, 500, 513}, Row{500, 1, 513}})
            for (int flags = 0; flags < 4; ++flags) {
                CAPTURE(r.m);
                CAPTURE(r.n);
                CAPTURE(flags);
                CHECK(Problem<T>(r.m, r.n, r.k, flags & 1, flags & 2, 2, 1).error() < tolerance<T>(r.k));
                CHECK(Problem<T>(r.m, r.n, r.k, flags & 1, flags & 2, 1, 0, 0).error() < tolerance<T>(r.k));
            }
    }

    TEST_CASE_TEMPLATE("gemm with an empty extent", T, float, double) {
        CHECK(Problem<T>(0, 3, 2, false, false, 1, 0).error() == 0);
        CHECK(Problem<T>(3, 0, 2, false, true, 1, 0).error() == 0);
        CHECK(Problem<T>(3, 11, 0, false, false, 1, 0).error() == 0);
        CHECK(Problem<T>(3, 11, 0, true, true, 1, T(0.5)).error() == 0);
        CHECK(Problem<T>(3, 11, 0, true, false, 1, 1).error() == 0);
    }

    TEST_CASE_TEMPLATE("gemm passes NaN and infinity on, 0 * inf included, and beta = 0 forgets c", T, float, double) {
        constexpr T inf = std::numeric_limits<T>::infinity();
        for (std::int64_t size : {3, 10, 33, 170})
            for (int flags = 0; flags < 4; ++flags) {
                Problem<T> x(size, size, size, flags & 1, flags & 2, 1, 0, 0);
                for (auto& c : x.c) c = std::numeric_limits<T>::quiet_NaN();
                x.a[0] = 0;
                x.b[0] = inf;
                gemm(x.p);
                CHECK(std::isnan(x.c[0]));
                CHECK(std::isfinite(x.c.back()));
                CHECK(!std::isfinite(x.c[static_cast<std::size_t>(flags & 2 ? size : size * (size - 1))]));
                x.p.alpha = 0;
                gemm(x.p);
                CHECK(std::isnan(x.c[0]));
                CHECK(x.c.back() == 0);
            }
    }
}
