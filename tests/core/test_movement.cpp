// Holds every movement of elements against index arithmetic, one element at a time, in every dtype.
#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>

#include <doctest/doctest.h>

#include "../../core/kernels/elementwise/elementwise.hpp"
#include "../../core/kernels/movement/movement.hpp"
#include "../../core/kernels/movement/selection.hpp"
#include "arrays.hpp"
#include "threads.hpp"

using namespace jt;
using namespace jt::kernels;
using test::at;
using test::numbers;
using test::same_bits;

namespace {

constexpr Dtype dtypes[] = {bool_, uint8, int32, int64, float32, float64};
using Axes = SmallVector<int, 6>;

Shape index_of(const Shape& shape, std::int64_t i) {
    Shape index = shape;
    for (int k = shape.rank() - 1; k >= 0; --k) {
        index[k] = i % shape[k];
        i /= shape[k];
    }
    return index;
}

std::int64_t place_of(const Shape& shape, const Shape& index) {
    std::int64_t at = 0;
    for (int k = 0; k < shape.rank(); ++k) at = at * shape[k] + index[k];
    return at;
}

void put(Array& y, std::int64_t i, const Array& x, std::int64_t k) {
    const auto size = size_of(x.dtype());
    std::memcpy(static_cast<char*>(y.raw()) + static_cast<std::size_t>(i) * size,
                static_cast<const char*>(x.raw()) + static_cast<std::size_t>(k) * size, size);
}

/// y[i] = x[source(i)] for every multi-index i of y.
template <class F>
Array naive(const Array& x, const Shape& shape, F source) {
    Array y(shape, x.dtype());
    for (std::int64_t i = 0; i < y.numel(); ++i) put(y, i, x, place_of(x.shape(), source(index_of(shape, i))));
    return y;
}

Array naive_permute(const Array& x, const Axes& permutation) {
    Shape shape;
    for (int axis : permutation) shape.push_back(x.shape()[axis]);
    return naive(x, shape, [&](const Shape& index) {
        Shape source = index;
        for (std::size_t k = 0; k < index.size(); ++k) source[permutation[k]] = index[k];
        return source;
    });
}

Shape place_in_box(const Ranges& ranges, Shape index) {
    for (std::size_t k = 0; k < index.size(); ++k) index[k] = ranges[k].start + index[k] * ranges[k].step;
    return index;
}

Shape sizes_of(const Ranges& ranges) {
    Shape sizes;
    for (const auto& range : ranges) sizes.push_back(range.size);
    return sizes;
}

Array naive_slice(const Array& x, const Ranges& ranges) {
    return naive(x, sizes_of(ranges), [&](const Shape& index) { return place_in_box(ranges, index); });
}

Array naive_unslice(const Array& x, const Ranges& ranges, const Shape& shape) {
    Array y = Array::zeros(shape, x.dtype());
    for (std::int64_t i = 0; i < x.numel(); ++i)
        put(y, place_of(shape, place_in_box(ranges, index_of(x.shape(), i))), x, i);
    return y;
}

}  // namespace

TEST_SUITE("core") {
    TEST_CASE("permute in every order of the axes") {
        for (Dtype dtype : dtypes)
            for (const Shape& shape : {Shape{}, Shape{7}, Shape{5, 37}, Shape{64, 16}, Shape{3, 1, 5}, Shape{4, 33, 18},
                                       Shape{2, 3, 4, 5}, Shape{17, 2, 1, 19}, Shape{3, 0, 2}}) {
                const Array x = numbers(shape, dtype, -100, 100);
                Axes axes(shape.size());
                std::iota(axes.begin(), axes.end(), 0);
                do {
                    CAPTURE(std::string(name(dtype)) + text(shape));
                    CHECK(same_bits(permute(x, axes), naive_permute(x, axes)));
                } while (std::next_permutation(axes.begin(), axes.end()));
            }
    }

    TEST_CASE("transpose at every extent around the squares") {
        for (Dtype dtype : dtypes)
            for (std::int64_t rows = 1; rows < 36; ++rows)
                for (std::int64_t columns : {1, 2, 3, 4, 5, 15, 16, 17, 66}) {
                    const Array x = numbers({rows, columns}, dtype, -100, 100);
                    CAPTURE(std::string(name(dtype)) + text(x.shape()));
                    CHECK(same_bits(permute(x, {1, 0}), naive_permute(x, {1, 0})));
                }
    }

    TEST_CASE("64 axes, and the 65th refused") {
        Shape shape(64, 1);
        for (std::size_t k : {0, 9, 31, 62, 63}) shape[k] = static_cast<std::int64_t>(2 + k % 2);
        const Array x = numbers(shape, float32);
        Axes axes(64);
        for (int k = 0; k < 64; ++k) axes[k] = 63 - k;
        CHECK(same_bits(permute(x, axes), naive_permute(x, axes)));
        Shape twos(64, 1);
        for (std::size_t k = 0; k < 64; k += 6) twos[k] = 2;
        const Array y = numbers(twos, uint8, 0, 200);
        CHECK(same_bits(permute(y, axes), naive_permute(y, axes)));
        CHECK_THROWS_WITH_AS(broadcast_to(x, Shape(65, 2)), "array: needs at most 64 axes, got 65", ShapeError);
    }

    TEST_CASE("permute keeps the bits of NaN") {
        Array x({2, 4}, float32);
        for (std::uint32_t i = 0; i < 8; ++i) {
            const std::uint32_t bits = 0x7f800001U + i * 0x10101U;
            std::memcpy(x.data<float>() + i, &bits, 4);
        }
        CHECK(same_bits(permute(x, {1, 0}), naive_permute(x, {1, 0})));
    }

    TEST_CASE("broadcast_to") {
        struct Row {
            Shape from, to;
        };
        for (Dtype dtype : dtypes)
            for (const Row& row : {Row{{}, {3, 4}}, Row{{1}, {5}}, Row{{4}, {3, 4}}, Row{{3, 1}, {3, 40}},
                                   Row{{2, 1, 4}, {2, 3, 4}}, Row{{1, 3, 1}, {2, 3, 4}}, Row{{1}, {0}},
                                   Row{{3, 1, 1, 2}, {5, 3, 4, 1, 2}}, Row{{0, 1}, {0, 4}}, Row{{3}, {3}}}) {
                const Array x = numbers(row.from, dtype);
                Array expected(row.to, dtype);
                for (std::int64_t i = 0; i < expected.numel(); ++i)
                    put(expected, i, x, test::source(row.from, row.to, i));
                CAPTURE(text(row.from) + " to " + text(row.to));
                CHECK(same_bits(broadcast_to(x, row.to), expected));
            }
    }

    TEST_CASE("slice and its transpose") {
        struct Row {
            Shape shape;
            Ranges ranges;
        };
        for (Dtype dtype : dtypes)
            for (const Row& row :
                 {Row{{}, {}}, Row{{9}, {{2, 1, 5}}}, Row{{9}, {{8, -1, 9}}}, Row{{9}, {{1, 3, 3}}},
                  Row{{9}, {{4, 7, 1}}}, Row{{9}, {{7, -3, 3}}}, Row{{9}, {{3, 1, 0}}}, Row{{9}, {{9, 1, 0}}},
                  Row{{6, 7}, {{1, 1, 4}, {0, 1, 7}}}, Row{{6, 7}, {{0, 1, 6}, {2, 1, 3}}},
                  Row{{6, 7}, {{5, -2, 3}, {6, -1, 7}}}, Row{{6, 7}, {{4, 1, 1}, {0, 2, 4}}},
                  Row{{4, 5, 6}, {{1, 2, 2}, {0, 1, 5}, {5, -5, 2}}},
                  Row{{4, 5, 6}, {{3, -1, 4}, {2, 1, 1}, {0, 1, 6}}},
                  Row{{40, 3, 2}, {{0, 1, 40}, {0, 1, 3}, {1, 1, 1}}}, Row{{0, 4}, {{0, 1, 0}, {1, 1, 2}}}}) {
                CAPTURE(std::string(name(dtype)) + text(row.shape));
                const Array x = numbers(row.shape, dtype), g = numbers(sizes_of(row.ranges), dtype);
                CHECK(same_bits(slice(x, row.ranges), naive_slice(x, row.ranges)));
                CHECK(same_bits(unslice(g, row.ranges, row.shape), naive_unslice(g, row.ranges, row.shape)));
            }
    }

    TEST_CASE("places are of int32 where that counts the elements, and the same of int64") {
        constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max(), half = most / 2;
        const auto check = [](const Array& found, Dtype dtype, const std::vector<std::int64_t>& expected) {
            CHECK(found.dtype() == dtype);
            CHECK_EQ(test::values(found), std::vector<double>(expected.begin(), expected.end()));
        };
        for (const Dtype dtype : {int32, int64}) {
            const Array index = cast(test::array({2, 2}, {0, -1, 1, -2}), dtype);
            check(places(index, {half, 2}, 0), int32, {0, 2 * half - 2, 2, 2 * half - 4});
            check(places(index, {most, 2}, 0), int64, {0, most * 2 - 2, 2, most * 2 - 4});
            check(places(index, {most + 1, 0}, 0), int64, {0, 0, 0, 0});
            check(places_in_rows(index, {2, half}, 1), int32, {0, half - 1, half + 1, 2 * half - 2});
            check(places_in_rows(index, {2, most}, 1), int64, {0, most - 1, most + 1, most * 2 - 2});
            CHECK_FALSE(places(index, {1, most + 1}, 0));
        }
        CHECK_FALSE(places(test::array({1}, {0x1p32}, int64), {5}, 0));
        const Array mask = test::array({3}, {1, 0, 1}, bool_);
        check(places_of_true(mask, {3, 2}, 0), int32, {0, 4});
        check(places_of_true(mask, {3, most}, 0), int64, {0, most * 2});
    }

    TEST_CASE("concat gives back its parts by slices") {
        for (Dtype dtype : dtypes)
            for (int axis = 0; axis < 3; ++axis) {
                const std::int64_t extents[] = {2, 0, 1, 5};
                SmallVector<Array, 4> parts;
                for (auto extent : extents) {
                    Shape shape{3, 4, 2};
                    shape[axis] = extent;
                    parts.push_back(numbers(shape, dtype, -9, 9, static_cast<unsigned>(extent) + 1));
                }
                const Array y = concat({&parts[0], &parts[1], &parts[2], &parts[3]}, axis);
                CHECK(y.shape()[axis] == 8);
                std::int64_t start = 0;
                for (const Array& part : parts) {
                    Ranges ranges;
                    for (auto extent : part.shape()) ranges.push_back({0, 1, extent});
                    ranges[axis].start = start;
                    start += part.shape()[axis];
                    CHECK(same_bits(naive_slice(y, ranges), part));
                }
            }
    }

    TEST_CASE("large copies are the same on any number of threads") {
        const Array x = numbers({4, 300, 500}, float32), wide = numbers({1, 300, 1}, float32),
                    index = numbers({2000}, int32, 0, 1200, 2);
        const auto moved = [&](int threads) {
            const Threads set(threads);
            Selection rows;
            rows.places = places(index, {1200, 500}, 0);
            rows.axes = {{500, 1}};
            rows.shape = {2000, 500};
            return std::vector{permute(x, {0, 2, 1}),
                               permute(x, {2, 1, 0}),
                               permute(x, {1, 0, 2}),
                               broadcast_to(wide, x.shape()),
                               slice(x, {{0, 1, 4}, {299, -1, 300}, {1, 2, 249}}),
                               strided(x, 599999, {600000}, {-1}),
                               concat({&x, &x}, 2),
                               take(x, rows)};
        };
        const auto one = moved(1), three = moved(3);
        for (std::size_t k = 0; k < one.size(); ++k) CHECK(same_bits(one[k], three[k]));
        for (std::int64_t i = 0; i < 600000; i += 997) {
            const auto a = i / 150000, b = i % 150000 / 500, c = i % 500;
            CHECK(three[0].data<float>()[a * 150000 + c * 300 + b] == x.data<float>()[i]);
            CHECK(three[1].data<float>()[c * 1200 + b * 4 + a] == x.data<float>()[i]);
            CHECK(three[2].data<float>()[b * 2000 + a * 500 + c] == x.data<float>()[i]);
            CHECK(three[3].data<float>()[i] == wide.data<float>()[b]);
            CHECK(three[5].data<float>()[i] == x.data<float>()[599999 - i]);
        }
    }
}
