// Holds convolution and its gradients against naive loops and against each other.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "../../core/kernels/product/conv.hpp"
#include "../../core/kernels/product/winograd.hpp"
#include "arrays.hpp"

using namespace jt;
using test::dot;

namespace {

template <class T>
Array numbers(const Shape& shape, unsigned seed) {
    std::mt19937 random(seed);
    Array x(shape, dtype_of<T>);
    for (std::int64_t i = 0; i < x.numel(); ++i)
        x.data<T>()[i] = static_cast<T>(std::uniform_real_distribution<double>(-1, 1)(random));
    return x;
}

/// All but the kernel, which is that of w.
struct Geometry {
    Pair stride = 1, padding = 0, dilation = 1;
    int groups = 1;
};

struct Row {
    Shape x, w;
    Geometry p;

    Windows windows() const {
        const Pair kernel{static_cast<int>(w[2]), static_cast<int>(w[3])};
        return {kernel, p.stride, p.padding, p.dilation, p.groups};
    }
};

// clang-format off
const Row rows[] = {
    // Winograd's, see winograd_pays
    {{4, 27, 9, 11}, {29, 27, 3, 3}, {1, 1}},
    {{5, 16, 7, 13}, {47, 16, 3, 3}, {1, {0, 2}}},
    {{4, 35, 10, 14}, {16, 35, 3, 3}, {1, {2, 0}}},
    {{1, 20, 31, 50}, {18, 20, 3, 3}, {1, 1}},
    {{11, 24, 5, 4}, {28, 24, 3, 3}, {1, 2}},
    {{40, 30, 3, 3}, {31, 30, 3, 3}, {1, 1}},
    {{1, 32, 2, 200}, {32, 32, 3, 3}, {1, 1}},
    {{3, 29, 9, 11}, {30, 29, 5, 5}, {1, 2}},
    {{2, 31, 15, 12}, {29, 31, 5, 5}, {}},
    {{9, 31, 4, 5}, {37, 31, 5, 5}, {1, 4}},
    {{4, 30, 7, 14}, {45, 30, 5, 5}, {1, {0, 4}}},
    {{5, 30, 8, 13}, {27, 30, 5, 5}, {1, {1, 3}}},
    {{40, 33, 2, 2}, {34, 33, 5, 5}, {1, 2}},
    {{1, 32, 3, 301}, {32, 32, 5, 5}, {1, 2}},
    // direct
    {{2, 1, 9, 7}, {6, 1, 5, 3}, {}},
    {{3, 1, 28, 28}, {6, 1, 5, 5}, {{1, 1}, {2, 2}, {1, 1}, 1}},
    {{3, 6, 14, 14}, {16, 6, 5, 5}, {}},
    {{2, 3, 8, 11}, {5, 3, 1, 1}, {}},
    {{2, 3, 8, 11}, {5, 3, 1, 1}, {{2, 3}, {0, 0}, {1, 1}, 1}},
    {{2, 3, 8, 11}, {4, 3, 3, 2}, {{2, 1}, {1, 0}, {1, 1}, 1}},
    {{2, 3, 9, 12}, {4, 3, 2, 3}, {{3, 2}, {0, 2}, {1, 1}, 1}},
    {{1, 2, 13, 10}, {3, 2, 3, 2}, {{1, 1}, {3, 1}, {2, 3}, 1}},
    {{2, 2, 13, 17}, {3, 2, 3, 4}, {{2, 3}, {2, 1}, {3, 2}, 1}},
    {{2, 2, 13, 17}, {3, 2, 3, 4}, {{4, 5}, {1, 2}, {2, 3}, 1}},
    {{2, 6, 7, 9}, {9, 2, 3, 2}, {{1, 2}, {1, 0}, {1, 1}, 3}},
    {{2, 4, 7, 9}, {8, 1, 3, 3}, {{1, 1}, {1, 1}, {1, 1}, 4}},
    {{5, 3, 4, 5}, {7, 3, 4, 5}, {}},
    {{1, 1, 1, 1}, {1, 1, 1, 1}, {}},
    {{1, 1, 2, 3}, {2, 1, 3, 5}, {{1, 1}, {4, 5}, {1, 1}, 1}},
    {{2, 2, 5, 6}, {3, 2, 2, 2}, {{7, 7}, {0, 0}, {1, 1}, 1}},
    {{2, 70, 5, 4}, {8, 70, 3, 3}, {{1, 1}, {1, 1}, {1, 1}, 1}},
    {{40, 2, 3, 4}, {3, 2, 2, 2}, {}},
    // a matrix times the image
    {{3, 5, 6, 7}, {9, 5, 1, 1}, {}},
    {{2, 6, 3, 3}, {4, 3, 1, 1}, {1, 0, 1, 2}},
    // output channels in the vectors, in more than one panel and more than one block of pixels and of taps
    {{2, 3, 17, 14}, {24, 3, 3, 2}, {1, 1}},
    {{2, 3, 20, 21}, {41, 3, 5, 5}, {{2, 3}, 2}},
    {{1, 30, 9, 8}, {16, 30, 3, 3}, {{1, 2}, {2, 0}, {2, 1}}},
    {{2, 8, 10, 9}, {32, 4, 3, 3}, {2, 1, 1, 2}},
    // a channel for itself
    {{2, 3, 28, 28}, {3, 1, 3, 3}, {1, 1, 1, 3}},
    {{2, 3, 11, 37}, {3, 1, 5, 3}, {{2, 2}, {2, 1}, 1, 3}},
    {{2, 3, 19, 75}, {3, 1, 3, 3}, {{1, 3}, 2, {2, 1}, 3}},
    {{2, 5, 4, 3}, {5, 1, 2, 2}, {1, 0, 1, 5}},
};
// clang-format on

bool of_winograd(const Row& r) { return kernels::winograd_pays(kernels::convolution(r.x, r.w, r.windows())); }

std::int64_t out(const Row& r, int k) {
    const auto in = r.x[static_cast<std::size_t>(k) + 2], kernel = r.w[static_cast<std::size_t>(k) + 2];
    return (in + 2 * r.p.padding[k] - r.p.dilation[k] * (kernel - 1) - 1) / r.p.stride[k] + 1;
}
Shape y_shape(const Row& r) { return {r.x[0], r.w[0], out(r, 0), out(r, 1)}; }

/// Calls f(place in y, place in x, place in w) for every multiplication of the convolution.
template <class F>
void each_product(const Row& r, F f) {
    const Shape y = y_shape(r);
    const auto outputs = r.w[0] / r.p.groups, channels = r.w[1];
    std::int64_t at_y = 0;
    for (std::int64_t n = 0; n < y[0]; ++n)
        for (std::int64_t o = 0; o < y[1]; ++o)
            for (std::int64_t p = 0; p < y[2]; ++p)
                for (std::int64_t q = 0; q < y[3]; ++q, ++at_y)
                    for (std::int64_t tap = 0; tap < channels * r.w[2] * r.w[3]; ++tap) {
                        const auto c = tap / (r.w[2] * r.w[3]), i = tap / r.w[3] % r.w[2], j = tap % r.w[3];
                        const auto v = p * r.p.stride[0] + i * r.p.dilation[0] - r.p.padding[0];
                        const auto h = q * r.p.stride[1] + j * r.p.dilation[1] - r.p.padding[1];
                        if (v < 0 || v >= r.x[2] || h < 0 || h >= r.x[3]) continue;
                        const auto channel = n * r.x[1] + o / outputs * channels + c;
                        f(at_y, (channel * r.x[2] + v) * r.x[3] + h, o * channels * r.w[2] * r.w[3] + tap);
                    }
}

template <class T>
double difference(const Array& a, const Array& b) {
    REQUIRE(a.shape() == b.shape());
    double worst = 0;
    for (std::int64_t i = 0; i < a.numel(); ++i)
        worst = std::fmax(worst, std::abs(static_cast<double>(a.data<T>()[i] - b.data<T>()[i])));
    return worst;
}

Array doubles(const Array& x) {
    Array y(x.shape(), float64);
    std::copy_n(x.data<float>(), x.numel(), y.data<double>());
    return y;
}

/// The largest difference between an array of float32 and one of float64, in units of the largest number.
double error(const Array& a, const Array& b) {
    const double* y = b.data<double>();
    const double largest =
        std::abs(*std::max_element(y, y + b.numel(), [](double p, double q) { return std::abs(p) < std::abs(q); }));
    return difference<double>(doubles(a), b) / largest;
}

/// Image k of a batch.
Array image(const Array& x, std::int64_t k) {
    Array y({1, x.shape()[1], x.shape()[2], x.shape()[3]}, x.dtype());
    std::copy_n(x.data<float>() + k * y.numel(), y.numel(), y.data<float>());
    return y;
}

bool same_bits(const Array& a, const Array& b) {
    return a.bytes() == b.bytes() && std::memcmp(a.raw(), b.raw(), a.bytes()) == 0;
}

template <class T>
struct Problem {
    Array x, w, bias, g;
    explicit Problem(const Row& r)
        : x(numbers<T>(r.x, 1)), w(numbers<T>(r.w, 2)), bias(numbers<T>({r.w[0]}, 3)), g(numbers<T>(y_shape(r), 4)) {}
};

/// Five images of 9 x 10, kernels of `extent` squared and padding that keeps the size: Winograd's.
Row same_size(int extent) { return {{5, 27, 9, 10}, {28, 27, extent, extent}, {1, extent / 2}}; }

void check_images_apart(int kernel, float other) {
    const Row r = same_size(kernel);
    REQUIRE(of_winograd(r));
    Problem<float> a(r);
    const Array y = kernels::conv2d(a.x, a.w, a.bias, r.windows()),
                gx = kernels::conv2d_input(a.g, a.w, r.x, r.windows());
    a.x.data<float>()[0] = a.g.data<float>()[0] = other;
    const Array y2 = kernels::conv2d(a.x, a.w, a.bias, r.windows()),
                gx2 = kernels::conv2d_input(a.g, a.w, r.x, r.windows());
    CHECK_FALSE(same_bits(image(y, 0), image(y2, 0)));
    CHECK_FALSE(same_bits(image(gx, 0), image(gx2, 0)));
    for (int k = 1; k < 5; ++k) {
        CHECK(same_bits(image(y, k), image(y2, k)));
        CHECK(same_bits(image(gx, k), image(gx2, k)));
    }
}

/// A number of x and one of g that is not finite, in image 1, pixel (4, 8).
void check_spread(int kernel, float value) {
    const Row r = same_size(kernel);
    REQUIRE(of_winograd(r));
    Problem<float> a(r);
    const std::int64_t channels = r.w[1], outputs = r.w[0], pixel = 4 * 10 + 8;
    a.x.data<float>()[(channels + 3) * 90 + pixel] = a.g.data<float>()[(outputs + 4) * 90 + pixel] = value;
    const Array y = kernels::conv2d(a.x, a.w, a.bias, r.windows()),
                gx = kernels::conv2d_input(a.g, a.w, r.x, r.windows());
    const auto saw = [&](std::int64_t i, std::int64_t planes) {
        return i / (90 * planes) == 1 && std::abs(i / 10 % 9 - 4) <= kernel / 2 && std::abs(i % 10 - 8) <= kernel / 2;
    };
    for (std::int64_t i = 0; i < y.numel(); ++i) {
        const float number = y.data<float>()[i];
        CHECK(saw(i, outputs) == !std::isfinite(number));
        CHECK(std::isnan(number) == (saw(i, outputs) && std::isnan(value)));
    }
    for (std::int64_t i = 0; i < gx.numel(); ++i) CHECK(saw(i, channels) == !std::isfinite(gx.data<float>()[i]));
}

/// A number of x that is not finite in the first row, which no pixel sees in the last rows of a kernel.
void check_weight_spread(int kernel, float value) {
    const Row r = same_size(kernel);
    Problem<float> a(r);
    const std::int64_t channels = r.w[1];
    a.x.data<float>()[(channels + 3) * 90 + 4] = value;
    const Array gw = kernels::conv2d_weight(a.g, a.x, r.w, r.windows());
    for (std::int64_t i = 0; i < gw.numel(); ++i) {
        const std::int64_t channel = i / (kernel * kernel) % channels, row = i / kernel % kernel;
        CHECK((channel == 3 && row <= kernel / 2) == !std::isfinite(gw.data<float>()[i]));
    }
}

// float32 against float64, as shares of the largest number.
void check_errors(const Row& r, double bound) {
    const std::string name = text(r.x) + " * " + text(r.w);
    CAPTURE(name);
    const Problem<float> a(r);
    const Array x = doubles(a.x), w = doubles(a.w), bias = doubles(a.bias), g = doubles(a.g);
    CHECK(error(kernels::conv2d(a.x, a.w, a.bias, r.windows()), kernels::conv2d(x, w, bias, r.windows())) < bound);
    CHECK(error(kernels::conv2d_input(a.g, a.w, r.x, r.windows()), kernels::conv2d_input(g, w, r.x, r.windows())) <
          bound);
    CHECK(error(kernels::conv2d_weight(a.g, a.x, r.w, r.windows()), kernels::conv2d_weight(g, x, r.w, r.windows())) <
          bound);
}

}  // namespace

TEST_SUITE("core") {
    TEST_CASE_TEMPLATE("conv2d and its gradients equal the naive loops", T, float, double) {
        for (const Row& r : rows) {
            const std::string name = text(r.x) + " * " + text(r.w);
            CAPTURE(name);
            const Problem<T> a(r);
            Array y = Array::zeros(y_shape(r), dtype_of<T>), gx = Array::zeros(r.x, dtype_of<T>),
                  gw = Array::zeros(r.w, dtype_of<T>);
            for (std::int64_t i = 0; i < y.numel(); ++i)
                y.data<T>()[i] = a.bias.template data<T>()[i / (out(r, 0) * out(r, 1)) % r.w[0]];
            each_product(r, [&](auto at_y, auto at_x, auto at_w) {
                const T x = a.x.template data<T>()[at_x], w = a.w.template data<T>()[at_w],
                        g = a.g.template data<T>()[at_y];
                y.data<T>()[at_y] += x * w;
                gx.data<T>()[at_x] += g * w;
                gw.data<T>()[at_w] += g * x;
            });
            const double small = 1000 * std::numeric_limits<T>::epsilon();
            CHECK(difference<T>(kernels::conv2d(a.x, a.w, a.bias, r.windows()), y) < small);
            CHECK(difference<T>(kernels::conv2d_input(a.g, a.w, r.x, r.windows()), gx) < small);
            CHECK(difference<T>(kernels::conv2d_weight(a.g, a.x, r.w, r.windows()), gw) < small);
        }
    }

    TEST_CASE("the gradients of conv2d are its transposes") {
        for (const Row& r : rows) {
            const std::string name = text(r.x) + " * " + text(r.w);
            CAPTURE(name);
            const Problem<double> a(r);
            const double value = dot(kernels::conv2d(a.x, a.w, Array(), r.windows()), a.g);
            CHECK(dot(a.x, kernels::conv2d_input(a.g, a.w, r.x, r.windows())) == doctest::Approx(value).epsilon(1e-10));
            CHECK(dot(a.w, kernels::conv2d_weight(a.g, a.x, r.w, r.windows())) ==
                  doctest::Approx(value).epsilon(1e-10));
        }
    }

    TEST_CASE("conv2d of an empty batch, without outputs, without channels") {
        const Array none = numbers<float>({0, 2, 5, 5}, 1), w = numbers<float>({3, 2, 2, 2}, 2);
        CHECK(kernels::conv2d(none, w, Array(), {2}).shape() == Shape{0, 3, 4, 4});
        const Array gw = kernels::conv2d_weight(numbers<float>({0, 3, 4, 4}, 1), none, w.shape(), {2});
        CHECK(dot(gw, gw) == 0);
        const Array x = numbers<float>({1, 0, 5, 5}, 1), thin = numbers<float>({3, 0, 2, 2}, 1);
        const Array bias = Array::full({3}, 2, float32);
        CHECK(difference<float>(kernels::conv2d(x, thin, bias, {2}), Array::full({1, 3, 4, 4}, 2, float32)) == 0);
        const Array flat = numbers<float>({1, 16, 0, 200}, 1), wide = numbers<float>({16, 16, 3, 3}, 2);
        const Array padded = kernels::conv2d(flat, wide, Array(), {3, 1, 2});
        CHECK(padded.shape() == Shape{1, 16, 2, 202});
        CHECK(dot(padded, padded) == 0);
        CHECK(kernels::conv2d_input(padded, wide, flat.shape(), {3, 1, 2}).numel() == 0);
        const Array none_seen = kernels::conv2d_weight(padded, flat, wide.shape(), {3, 1, 2});
        CHECK(dot(none_seen, none_seen) == 0);
        CHECK(kernels::conv2d(numbers<float>({1, 2, 5, 5}, 1), numbers<float>({0, 2, 2, 2}, 1), Array(), {2}).numel() ==
              0);
    }

    TEST_CASE("conv2d passes NaN on to the pixels that saw it and to no others") {
        Array x = numbers<float>({1, 1, 9, 9}, 1);
        const Array w = numbers<float>({2, 1, 3, 3}, 2);
        x.data<float>()[4 * 9 + 8] = std::numeric_limits<float>::quiet_NaN();
        const Array y = kernels::conv2d(x, w, Array(), {3, 1, 1});
        for (std::int64_t i = 0; i < y.numel(); ++i)
            CHECK(std::isnan(y.data<float>()[i]) == (std::abs(i / 9 % 9 - 4) <= 1 && i % 9 >= 7));
        Array g = numbers<float>({1, 2, 9, 9}, 3);
        g.data<float>()[4 * 9 + 8] = std::numeric_limits<float>::quiet_NaN();
        const Array gx = kernels::conv2d_input(g, w, x.shape(), {3, 1, 1});
        for (std::int64_t i = 0; i < gx.numel(); ++i)
            CHECK(std::isnan(gx.data<float>()[i]) == (std::abs(i / 9 % 9 - 4) <= 1 && i % 9 >= 7));
    }

    TEST_CASE("a direct convolution is within 1e-6 of the largest number of float64's") {
        for (const Row& r : rows) {
            if (of_winograd(r)) continue;
            check_errors(r, 1e-6);
        }
    }

    TEST_CASE("Winograd's convolution is within 2.5e-6 of the largest number of float64's") {
        int rows_of_winograd = 0;
        for (const Row& r : rows) {
            if (!of_winograd(r)) continue;
            ++rows_of_winograd;
            check_errors(r, 2.5e-6);
        }
        CHECK(rows_of_winograd == 14);
    }

    TEST_CASE("Winograd's convolution is that of 3 x 3 or 5 x 5 with enough to do") {
        const auto pays = [](const Shape& x, const Shape& w, Geometry p) { return of_winograd({x, w, p}); };
        CHECK(pays({2, 16, 16, 16}, {16, 16, 3, 3}, {1, 1}));
        CHECK_FALSE(pays({1, 16, 16, 16}, {16, 16, 3, 3}, {1, 1}));    // 16 tiles
        CHECK_FALSE(pays({2, 15, 16, 16}, {16, 15, 3, 3}, {1, 1}));    // few channels
        CHECK_FALSE(pays({9, 257, 16, 16}, {16, 257, 3, 3}, {1, 1}));  // many channels: errors
        CHECK_FALSE(pays({2, 16, 16, 1027}, {16, 16, 3, 3}, {1, 1}));  // bands that leave the cache
        CHECK_FALSE(pays({99, 16, 2, 2}, {16, 16, 3, 3}, {1, 1}));     // tiles that are empty for the most part
        CHECK_FALSE(pays({2, 16, 16, 16}, {16, 16, 3, 3}, {1, 3}));
        CHECK_FALSE(pays({2, 16, 32, 32}, {16, 16, 3, 3}, {2, 1}));
        CHECK_FALSE(pays({2, 16, 32, 32}, {16, 16, 3, 3}, {1, 1, 2}));
        CHECK_FALSE(pays({2, 32, 16, 16}, {32, 16, 3, 3}, {1, 1, 1, 2}));
        CHECK_FALSE(pays({2, 16, 16, 16}, {16, 16, 3, 1}, {1, 1}));
        CHECK(pays({2, 16, 8, 8}, {16, 16, 5, 5}, {1, 2}));
        CHECK(pays({9, 32, 7, 7}, {32, 32, 5, 5}, {1, 2}));
        CHECK_FALSE(pays({9, 16, 7, 7}, {16, 16, 5, 5}, {1, 2}));  // tiles that are empty for a quarter
        CHECK_FALSE(pays({9, 32, 16, 16}, {32, 32, 5, 5}, {1, 5}));
        CHECK_FALSE(pays({9, 32, 16, 16}, {32, 32, 5, 3}, {1, 1}));
        CHECK_FALSE(pays({9, 32, 16, 16}, {32, 32, 4, 4}, {1, 1}));
        CHECK_FALSE(pays({9, 32, 16, 16}, {32, 32, 7, 7}, {1, 1}));
    }

    TEST_CASE("an image's convolution does not depend on what the others hold") {
        for (const float other : {5.0F, std::numeric_limits<float>::infinity()})
            for (const int kernel : {3, 5}) check_images_apart(kernel, other);
    }

    TEST_CASE("Winograd's convolution passes NaN and infinity on to the pixels that saw them and to no others") {
        const float infinity = std::numeric_limits<float>::infinity();
        for (const float value : {infinity, -infinity, std::numeric_limits<float>::quiet_NaN()})
            for (const int kernel : {3, 5}) {
                check_spread(kernel, value);
                check_weight_spread(kernel, value);
            }
    }
}
