// Extents beyond int32: rows are found, and what counts in int32 says so.
#include <limits>
#include <new>

#include "../check.hpp"

namespace jt::test {

namespace {

constexpr std::int64_t rows = 2200000000;

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("a row behind 2^31 is found") {
        Array memory;
        try {
            memory = Array({rows}, uint8);  // virtual: only the pages that are written and read become real
        } catch (const std::bad_alloc&) {
            MESSAGE("no room for 2.2 GB of addresses");
            return;
        }
        memory.data<std::uint8_t>()[rows - 1] = 7;
        memory.data<std::uint8_t>()[rows - 3] = 5;
        const Var x = array(memory);
        CHECK_CLOSE(x[array({rows - 1, std::int64_t{-3}, rows - 3}, int64)], {7, 5, 5});
        CHECK_THROWS_WITH_AS(x[array({rows}, int64)],
                             "getitem: needs indices from -2200000000 to 2199999999, got 2200000000", IndexError);
        CHECK_THROWS_WITH_AS(argmax(x, 0), "argmax: needs an axis that an int32 counts, got (2200000000,) along axis 0",
                             ShapeError);
    }

    TEST_CASE("slices of any step and any ends read what is there") {
        const auto most = std::numeric_limits<std::int64_t>::max(), least = std::numeric_limits<std::int64_t>::min();
        const Var x = array({{1, 2}, {3, 4}, {5, 6}});
        CHECK_CLOSE(x[{Slice{0, {}, most}}], {1, 2});
        CHECK_CLOSE(x[{Slice{{}, {}, least}}], {5, 6});
        CHECK_CLOSE(x[{Slice{least, most}, Slice{most, least, -1}}], {2, 1, 4, 3, 6, 5});
        CHECK(x[{Slice{most, {}, most}}].shape() == Shape{0, 2});
        CHECK_THROWS_WITH_AS(x[most], "getitem: needs an index from -3 to 2 along axis 0, got 9223372036854775807",
                             IndexError);
    }

    TEST_CASE("extents beyond int32 of empty arrays are kept or refused") {
        const Var x = zeros({rows, 0}), planes = zeros({0, 1, 50000, 50000});
        CHECK(x[array({rows - 1, -rows}, int64)].shape() == Shape{2, 0});
        CHECK(scatter_add(zeros({1, 0}), array({rows - 1}, int64), {rows, 0}).shape() == Shape{rows, 0});
        CHECK_THROWS_WITH_AS(
            argmax(x, 0), "argmax: needs an axis that an int32 counts, got (2200000000, 0) along axis 0", ShapeError);
        CHECK_THROWS_WITH_AS(max_pool2d(planes, 2),
                             "max_pool2d: needs planes that an int32 counts, got (0, 1, 50000, 50000)", ShapeError);
        CHECK(mean_pool2d(zeros({0, 1, rows, 4}), 2).shape() == Shape{0, 1, rows / 2, 2});
        CHECK_THROWS_WITH_AS(cross_entropy_rows(zeros({0, rows}), zeros({0}, int32), zeros({0})),
                             "cross_entropy: needs classes that an int32 counts, got 2200000000", ShapeError);
        CHECK(matmul(x, zeros({0, 0})).shape() == Shape{rows, 0});
    }
}

}  // namespace jt::test
