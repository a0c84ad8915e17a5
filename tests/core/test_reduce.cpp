// Holds reductions against naive loops in double.
#include <doctest/doctest.h>
#include <algorithm>

#include "../../core/kernels/elementwise/rows.hpp"
#include "../../core/kernels/reduce/reduce.hpp"
#include "arrays.hpp"
#include "tables.hpp"

using namespace jt;
using namespace jt::kernels;
using namespace jt::test;

namespace {

const Shape shapes[] = {{},        {1},          {7},        {40},         {3, 5},          {1, 5, 1},
                        {2, 3, 4}, {2, 1, 4, 3}, {3, 20, 2}, {2, 3, 2, 3}, {2, 2, 2, 2, 2}, {5, 33},
                        {33, 5},   {2, 0, 3},    {0},        {4, 300},     {300, 4}};

// start joined with all elements of x, and of y beside them, that each result stands for.
template <class Join>
std::vector<double> fold(const Array& x, const Array& y, AxisSet axes, double start, Join join) {
    const Shape kept = reduced_shape(x.shape(), axes, true);
    std::vector<double> out(static_cast<std::size_t>(kept.numel()), start);
    const auto a = values(x), b = values(y);
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto& e = out[static_cast<std::size_t>(source(kept, x.shape(), static_cast<std::int64_t>(i)))];
        e = join(e, a[i], b[i]);
    }
    return out;
}

void check_all(const Array& got, const std::vector<double>& want, double rtol, double scale) {
    REQUIRE(static_cast<std::size_t>(got.numel()) == want.size());
    const auto a = values(got);
    for (std::size_t i = 0; i < want.size(); ++i) CHECK(near(a[i], want[i], rtol, scale));
}

// f(x, axes) for every dtype, shape and set of axes.
template <class F>
void over_axes(const Dtype dtype, F f) {
    for (const Shape& shape : shapes)
        for (AxisSet axes = 0; axes <= all_axes(shape.rank()); ++axes) {
            const Array x = numbers(shape, dtype);
            INFO(std::string(name(dtype)), " ", text(shape), " axes ", axes);
            f(x, axes);
        }
}

}  // namespace

TEST_SUITE("core") {
    TEST_CASE("sum over any axes of any dtype") {
        for (Dtype dtype : dtypes)
            over_axes(dtype, [&](const Array& x, AxisSet axes) {
                const Array y = sum(x, axes, true);
                CHECK(y.shape() == reduced_shape(x.shape(), axes, true));
                CHECK(y.dtype() == (size_of(dtype) == 1 ? int32 : dtype));
                CHECK(sum(x, axes, false).shape() == reduced_shape(x.shape(), axes, false));
                check_all(y, fold(x, x, axes, 0, [](double s, double e, double) { return s + e; }),
                          is_float(dtype) ? test::tolerance(dtype) : 0, 3);
            });
    }

    TEST_CASE("sum_product needs no product in between") {
        for (Dtype dtype : floats)
            over_axes(dtype, [&](const Array& x, AxisSet axes) {
                const Array y = numbers(x.shape(), dtype, -3, 3, 2);
                check_all(sum_product(x, y, axes, true),
                          fold(x, y, axes, 0, [](double s, double a, double b) { return s + a * b; }), 1e-7, 1);
            });
    }

    TEST_CASE("max and min over any axes of any dtype") {
        for (Dtype dtype : dtypes)
            over_axes(dtype, [&](const Array& x, AxisSet axes) {
                if (x.numel() == 0) return;
                const auto above = [](double a, double e, double) { return std::max(a, e); };
                const auto below = [](double a, double e, double) { return std::min(a, e); };
                check_all(max(x, axes, true), fold(x, x, axes, -inf, above), 0, 0);
                check_all(min(x, axes, true), fold(x, x, axes, inf, below), 0, 0);
                CHECK(max(x, axes, false).dtype() == dtype);
            });
    }

    TEST_CASE("every length sums and finds its extremes, wherever they are") {
        for (Dtype dtype : floats)
            for (std::int64_t n = 1; n <= 70; ++n) {
                const Array ones = Array::full({n}, 1, dtype);
                CHECK(at(sum(ones, 1, false), 0) == n);
                for (std::int64_t i = 0; i < n; ++i) {
                    std::vector<double> e(static_cast<std::size_t>(n), 0);
                    e[static_cast<std::size_t>(i)] = 5;
                    const Array x = array({n}, e, dtype);
                    CHECK(at(max(x, 1, false), 0) == 5);
                    CHECK(at(argmax(x, 0), 0) == i);
                    e[static_cast<std::size_t>(i)] = NaN;
                    const Array y = array({n}, e, dtype);
                    CHECK(std::isnan(at(max(y, 1, false), 0)));
                    CHECK(std::isnan(at(min(y, 1, false), 0)));
                    CHECK(at(argmax(y, 0), 0) == i);
                }
            }
    }

    TEST_CASE("NaN wins in columns, infinities are numbers") {
        const Array x = array({3, 2}, {1, -inf, NaN, -inf, 7, -inf}, float32);
        CHECK(std::isnan(at(max(x, 1, false), 0)));
        CHECK(std::isnan(at(min(x, 1, false), 0)));
        CHECK(at(max(x, 1, false), 1) == -inf);
        CHECK(at(argmax(x, 0), 0) == 1);
        CHECK(at(argmax(x, 0), 1) == 0);
        CHECK(at(argmax(array({2}, {-inf, -inf}, float32), 0), 0) == 0);
    }

    TEST_CASE("a product that fits is right, whatever its parts come to") {
        for (Dtype dtype : floats) {
            const double large = dtype == float64 ? 1e200 : 1e38, small = 1 / large;
            const double places[] = {small, 1, 1, 1, large, large, small, 1};
            std::vector<double> e(128);
            for (std::size_t i = 0; i < 128; ++i) e[i] = places[i / 16];
            CHECK(near(at(prod(array({128}, e, dtype), 1, false), 0), 1, 1e-5));
            for (const double y : values(prod(array({8, 16}, e, dtype), 1, false))) CHECK(near(y, 1, 1e-5));
        }
    }

    TEST_CASE("long sums keep their digits") {
        const std::int64_t n = 10'000'000;
        const double tenth = static_cast<double>(0.1f);
        CHECK(near(at(sum(Array::full({n}, 0.1, float32), 1, false), 0), tenth * n, 1e-7));
        CHECK(near(at(sum(Array::full({n / 2, 2}, 0.1, float32), 1, false), 1), tenth * n / 2, 1e-7));
        CHECK(near(at(sum(Array::full({n}, 0.1, float64), 1, false), 0), 0.1 * n, 1e-10));
    }

    TEST_CASE("integer sums are exact in int64 and wrap around in int32") {
        CHECK(at(sum(Array::full({1000}, 4'000'000'000'000, int64), 1, false), 0) == 4e15);
        CHECK(at(sum(Array::full({3}, 2147483647, int32), 1, false), 0) == 2147483645);
        CHECK(at(sum(Array::full({3, 2}, -2147483647, int32), 1, false), 1) == -2147483645);
        CHECK(at(sum(Array::full({1000}, 255, uint8), 1, false), 0) == 255000);
        CHECK(at(sum(Array::full({1000}, 1, bool_), 1, false), 0) == 1000);
    }

    TEST_CASE("argmax is the first largest along any axis") {
        for (Dtype dtype : dtypes)
            for (int axis = 0; axis < 3; ++axis) {
                const Array x = numbers({4, 5, 6}, dtype), index = argmax(x, axis);
                REQUIRE(index.dtype() == int32);
                REQUIRE(index.shape() == reduced_shape(x.shape(), AxisSet{1} << axis, true));
                std::vector<double> best(static_cast<std::size_t>(index.numel()), -1), top(best.size(), -inf);
                const auto a = values(x);
                for (std::int64_t i = 0; i < x.numel(); ++i) {
                    const auto k = static_cast<std::size_t>(source(index.shape(), x.shape(), i));
                    const std::int64_t place = axis == 0 ? i / 30 : axis == 1 ? i / 6 % 5 : i % 6;
                    if (a[static_cast<std::size_t>(i)] > top[k])
                        top[k] = a[static_cast<std::size_t>(i)], best[k] = static_cast<double>(place);
                }
                CHECK(values(index) == best);
            }
    }

    TEST_CASE("sum_to undoes a broadcast") {
        const Array x = numbers({2, 3, 4}, float32);
        for (const Shape& shape : {Shape{2, 3, 4}, {3, 4}, {4}, {1}, {2, 1, 4}, {3, 1}, {1, 1, 1}, {2, 3, 1}, {}}) {
            const Array y = sum_to(x, shape);
            REQUIRE(y.shape() == shape);
            std::vector<double> want(static_cast<std::size_t>(shape.numel()), 0);
            for (std::int64_t i = 0; i < x.numel(); ++i)
                want[static_cast<std::size_t>(source(shape, x.shape(), i))] += at(x, i);
            check_all(y, want, 1e-6, 1);
        }
        CHECK(sum_to(x, {2, 3, 4}).buffer() == x.buffer());
        CHECK(values(sum_to(numbers({0, 3}, float32), {3})) == std::vector<double>{0, 0, 0});
        CHECK(sum_to(numbers({5, 1, 3}, float32), {1, 3}).shape() == Shape{1, 3});
    }

    TEST_CASE("64 axes, alternately kept and reduced") {
        Shape shape(64, 1);
        for (std::size_t k = 0; k < 64; k += 6) shape[k] = 2;
        const Array x = numbers(shape, float64);
        const AxisSet axes = 0x0FC0FC0FC0FC0FC0ULL;
        check_all(sum(x, axes, true), fold(x, x, axes, 0, [](double s, double e, double) { return s + e; }), 1e-14, 1);
    }

    TEST_CASE("folds have the same bits on every instruction set") {
        for (Dtype dtype : floats)
            for (std::size_t op = 0; op < n_folds; ++op)
                for (std::int64_t n = 1; n <= 70; ++n) {
                    const Array x = numbers({7, n}, dtype, -3, 3, 1), y = numbers({7, n}, dtype, -3, 3, 2);
                    const auto folded = [&](const Rows& table) {
                        Array acc = Array::full({7 + n}, 1, float64);
                        table.rows[op](x.raw(), y.raw(), acc.raw(), {7, n, n});
                        table.columns[op](x.raw(), y.raw(), acc.data<double>() + 7, {7, n, n});
                        return acc;
                    };
                    for (const Rows* table : jt::test::float_tables(dtype))
                        CHECK(same_bits(folded(*table), folded(base::float_rows[dtype == float64])));
                }
    }
}
