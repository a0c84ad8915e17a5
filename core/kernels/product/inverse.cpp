// By Gauss and Jordan, with the largest element of a column as pivot.
#include "inverse.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "../elementwise/elementwise.hpp"

namespace jt::kernels {

namespace {

// n rows of n numbers, and more behind them.
struct Rows {
    std::int64_t n, width;
    std::vector<double> numbers;

    Rows(std::int64_t n, std::int64_t width) : n(n), width(width), numbers(static_cast<std::size_t>(n * width)) {}
    double* operator[](std::int64_t i) { return numbers.data() + i * width; }
};

std::int64_t pivot_of(Rows& a, std::int64_t k) {
    std::int64_t best = k;
    for (std::int64_t i = k + 1; i < a.n; ++i)
        if (std::abs(a[i][k]) > std::abs(a[best][k])) best = i;
    return best;
}

void clear_column(Rows& a, std::int64_t k) {
    for (std::int64_t i = 0; i < a.n; ++i) {
        const double times = a[i][k];
        if (i == k || times == 0) continue;
        for (std::int64_t j = k; j < a.width; ++j) a[i][j] -= times * a[k][j];
    }
}

// The first n columns become the identity; what their determinant was, or nothing where there is no pivot.
std::optional<double> eliminate(Rows& a) {
    double determinant = 1;
    for (std::int64_t k = 0; k < a.n; ++k) {
        const std::int64_t at = pivot_of(a, k);
        const double pivot = a[at][k];
        if (pivot == 0) return {};
        determinant *= at == k ? pivot : -pivot;
        if (at != k) std::swap_ranges(a[k], a[k] + a.width, a[at]);
        for (std::int64_t j = k; j < a.width; ++j) a[k][j] /= pivot;
        clear_column(a, k);
    }
    return determinant;
}

// The k-th matrix, in the first columns of `width`.
Rows rows_of(const Array& x, std::int64_t k, std::int64_t width) {
    Rows rows(x.shape().back(), width);
    for (std::int64_t i = 0; i < rows.n; ++i)
        std::copy_n(x.data<double>() + (k * rows.n + i) * rows.n, rows.n, rows[i]);
    return rows;
}

}  // namespace

std::optional<Array> inverse(const Array& x) {
    const Array v = cast(x, Dtype::float64);
    Array out = Array::like(v);
    const std::int64_t n = x.shape().back(), count = x.shape()[to(-2)].numel();
    for (std::int64_t k = 0; k < count; ++k) {
        Rows rows = rows_of(v, k, 2 * n);
        for (std::int64_t i = 0; i < n; ++i) rows[i][n + i] = 1;
        if (!eliminate(rows)) return {};
        for (std::int64_t i = 0; i < n; ++i) std::copy_n(rows[i] + n, n, out.data<double>() + (k * n + i) * n);
    }
    return cast(out, x.dtype());
}

Array determinant(const Array& x) {
    const Array v = cast(x, Dtype::float64);
    Array out(x.shape()[to(-2)], Dtype::float64);
    for (std::int64_t k = 0; k < out.numel(); ++k) {
        Rows rows = rows_of(v, k, x.shape().back());
        out.data<double>()[k] = eliminate(rows).value_or(0);
    }
    return cast(out, x.dtype());
}

}  // namespace jt::kernels
