// Holds pooling, both ways, against naive loops.
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "../../core/kernels/product/pool.hpp"
#include "arrays.hpp"

using namespace jt;
using kernels::Pooling;
using test::dot;

namespace {

struct Row {
    Shape x;
    Pooling p;
};

// clang-format off
const Row rows[] = {
    {{2, 3, 28, 28}, {{{2, 2}, {2, 2}, {0, 0}}}},
    {{2, 3, 10, 10}, {{{2, 2}, {2, 2}, {0, 0}}}},
    {{1, 2, 7, 35}, {{{2, 2}, {2, 2}, {0, 0}}}},
    {{1, 2, 7, 9}, {{{2, 2}, {2, 2}, {0, 0}}, true}},
    {{3, 2, 2, 2}, {{{2, 2}, {2, 2}, {0, 0}}}},
    {{2, 2, 9, 12}, {{{3, 2}, {1, 2}, {0, 0}}}},
    {{2, 2, 9, 12}, {{{3, 4}, {2, 3}, {1, 2}}}},
    {{2, 2, 9, 12}, {{{3, 4}, {2, 3}, {1, 2}}, true}},
    {{2, 2, 9, 12}, {{{3, 4}, {2, 3}, {1, 2}}, true, false}},
    {{2, 2, 9, 12}, {{{3, 4}, {2, 3}, {1, 2}}, false, false}},
    {{1, 3, 8, 5}, {{{2, 3}, {3, 5}, {1, 1}}, true}},
    {{1, 3, 5, 7}, {{{1, 1}, {2, 3}, {0, 0}}, true}},
    {{1, 1, 6, 5}, {{{6, 5}, {1, 1}, {0, 0}}}},
    {{2, 2, 15, 40}, {{{3, 3}, {2, 2}, {1, 1}}}},
    {{2, 2, 14, 21}, {{{3, 3}, {2, 2}, {0, 0}}, true}},
    {{1, 2, 9, 23}, {{{2, 3}, {3, 1}, {1, 1}}, false, false}},
    {{1, 2, 9, 33}, {{{2, 3}, {2, 3}, {0, 1}}}},
};
// clang-format on

/// Small whole numbers: many ties.
template <class T>
Array numbers(const Shape& shape, unsigned seed) {
    std::mt19937 random(seed);
    Array x(shape, dtype_of<T>);
    for (std::int64_t i = 0; i < x.numel(); ++i) x.data<T>()[i] = static_cast<T>(random() % 7) - 3;
    return x;
}

/// One window as the definition says it, cell by cell of the padded input.
template <class T>
struct Naive {
    T largest = 0, mean = 0;
    std::int64_t place = -1;

    Naive(const T* plane, std::int64_t height, std::int64_t width, const Pooling& p, std::int64_t y, std::int64_t x) {
        std::int64_t real = 0, cells = 0;
        for (std::int64_t i = y * p.windows.stride[0] - p.windows.padding[0], m = 0; m < p.windows.kernel[0]; ++m, ++i)
            for (std::int64_t j = x * p.windows.stride[1] - p.windows.padding[1], n = 0; n < p.windows.kernel[1];
                 ++n, ++j) {
                cells += i < height + p.windows.padding[0] && j < width + p.windows.padding[1];
                if (i < 0 || j < 0 || i >= height || j >= width) continue;
                ++real;
                mean += plane[i * width + j];
                if (place >= 0 && !(plane[i * width + j] > largest)) continue;
                place = i * width + j;
                largest = plane[place];
            }
        mean /= static_cast<T>(p.count_include_pad ? cells : real);
    }
};

}  // namespace

TEST_SUITE("core") {
    TEST_CASE_TEMPLATE("max and mean pooling equal the naive loops", T, float, double) {
        for (const Row& r : rows) {
            const std::string name =
                text(r.x) + " pooled by " + text(Shape{r.p.windows.kernel[0], r.p.windows.kernel[1]});
            CAPTURE(name);
            const Array x = numbers<T>(r.x, 1);
            std::int64_t out[2];
            kernels::pool_extents(r.p, r.x[2], r.x[3], out);
            const auto max = kernels::max_pool(x, r.p);
            const Array mean = kernels::mean_pool(x, r.p);
            REQUIRE(max.value.shape() == Shape{r.x[0], r.x[1], out[0], out[1]});
            REQUIRE(max.index.shape() == max.value.shape());
            REQUIRE(mean.shape() == max.value.shape());
            for (std::int64_t i = 0; i < max.value.numel(); ++i) {
                const T* plane = x.data<T>() + i / (out[0] * out[1]) * r.x[2] * r.x[3];
                const Naive<T> naive(plane, r.x[2], r.x[3], r.p, i / out[1] % out[0], i % out[1]);
                CHECK(max.value.data<T>()[i] == naive.largest);
                CHECK(max.index.data<std::int32_t>()[i] == naive.place);
                CHECK(mean.data<T>()[i] == naive.mean);
            }
        }
    }

    TEST_CASE_TEMPLATE("unpooling transposes pooling", T, float, double) {
        for (const Row& r : rows) {
            const std::string name =
                text(r.x) + " pooled by " + text(Shape{r.p.windows.kernel[0], r.p.windows.kernel[1]});
            CAPTURE(name);
            const Array x = numbers<T>(r.x, 1);
            const auto max = kernels::max_pool(x, r.p);
            const Array mean = kernels::mean_pool(x, r.p), g = numbers<T>(mean.shape(), 2);
            CHECK(dot(kernels::pool_at(x, max.index), g) == dot(max.value, g));
            CHECK(dot(x, kernels::unpool(g, max.index, r.x)) == doctest::Approx(dot(max.value, g)).epsilon(1e-4));
            CHECK(dot(x, kernels::mean_unpool(g, r.x, r.p)) == doctest::Approx(dot(mean, g)).epsilon(1e-4));
        }
    }

    TEST_CASE("the extents of pooling, rounded down and up") {
        const auto extents = [](Pooling p, std::int64_t h, std::int64_t w) {
            std::int64_t out[2];
            kernels::pool_extents(p, h, w, out);
            return Shape{out[0], out[1]};
        };
        CHECK(extents({{{2, 3}, {2, 2}, {0, 1}}}, 7, 8) == Shape{3, 4});
        CHECK(extents({{{2, 3}, {2, 2}, {0, 1}}, true}, 7, 8) == Shape{4, 5});
        CHECK(extents({{{1, 2}, {3, 3}, {0, 0}}, true}, 5, 7) == Shape{2, 3});
        CHECK(extents({{{1, 2}, {3, 3}, {0, 0}}, true}, 6, 6) == Shape{2, 2});
        CHECK(extents({{{2, 2}, {2, 2}, {0, 0}}}, 2, 2) == Shape{1, 1});
    }

    TEST_CASE_TEMPLATE("the first NaN of a window wins", T, float, double) {
        for (std::int64_t width : {2, 4, 10, 34})
            for (const Pooling& p : {Pooling{{{2, 2}, {2, 2}, {0, 0}}}, Pooling{{{2, 2}, {1, 2}, {0, 0}}},
                                     Pooling{{{2, 2}, {1, 1}, {0, 0}}}})
                for (std::int64_t cell : {0, 1}) {
                    Array x = numbers<T>({1, 1, 2, width}, 1);
                    x.data<T>()[cell] = x.data<T>()[width + 1] = std::numeric_limits<T>::quiet_NaN();
                    const auto y = kernels::max_pool(x, p);
                    CHECK(std::isnan(y.value.data<T>()[0]));
                    CHECK(y.index.data<std::int32_t>()[0] == cell);
                    if (width > 2) CHECK(!std::isnan(y.value.data<T>()[y.value.numel() - 1]));
                    CHECK(std::isnan(kernels::mean_pool(x, p).data<T>()[0]));
                }
    }

    TEST_CASE("pooling minus infinities and an empty batch") {
        const Array x = Array::full({1, 1, 4, 20}, -std::numeric_limits<double>::infinity(), float32);
        const auto y = kernels::max_pool(x, {{{2, 2}, {2, 2}, {0, 0}}});
        CHECK(y.value.data<float>()[9] == x.data<float>()[0]);
        CHECK(y.index.data<std::int32_t>()[19] == 58);
        const Shape none{0, 2, 4, 6};
        const auto empty = kernels::max_pool(Array(none, float32), {{{2, 2}, {2, 2}, {0, 0}}});
        CHECK(empty.value.shape() == Shape{0, 2, 2, 3});
        CHECK(kernels::unpool(empty.value, empty.index, none).shape() == none);
    }
}
