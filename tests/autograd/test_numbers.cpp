// Numbers that come in: what a dtype does not hold throws, whole floats count, int64 is exact, `cast` alone cuts.
#include <cstdint>
#include <functional>
#include <limits>

#include "../../core/random.hpp"
#include "../check.hpp"

namespace jt::test {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
constexpr std::int64_t big = 9007199254740993, lowest = std::numeric_limits<std::int64_t>::min();  // big is 2^53 + 1

struct Row {
    std::string says;
    std::function<void()> call;
};

void check_refused(const std::vector<Row>& rows) {
    for (const auto& row : rows) {
        CAPTURE(row.says);
        CHECK_THROWS_WITH_AS(row.call(), row.says.c_str(), ValueError);
    }
}

std::vector<std::int64_t> whole(const Var& x) { return x.to_vector<std::int64_t>(); }
using Integers = std::vector<std::int64_t>;

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("data that the dtype does not hold throws") {
        const double numbers[] = {1, 2.7};
        const Var halves = array({1.0, 0.5});
        check_refused({
            {"array: needs a number that int32 holds, got 2.7",
             [] {
                 array({1, 2.7}, int32);
             }},
            {"array: needs a number that int32 holds, got 2.7",
             [] {
                 array(std::vector<double>{1, 2.7}, int32);
             }},
            {"array: needs a number that int64 holds, got nan", [] { array(std::vector<double>{nan}, int64); }},
            {"array: needs a number that int64 holds, got 9.22337204e+18", [] { array(std::vector{0x1p63}, int64); }},
            {"array: needs a number that int32 holds, got 4294967295", [] { array(std::vector<unsigned>{~0U}); }},
            {"array: needs a number that int32 holds, got 1.84467441e+19",
             [] { array(std::vector<unsigned long long>{~0ULL}); }},
            {"array: needs a number that uint8 holds, got 300", [] { array(std::vector<float>{300}, uint8); }},
            {"array: needs a number that uint8 holds, got -1", [] { array(std::vector<int>{-1}, uint8); }},
            {"array: needs a number that uint8 holds, got 256", [] { array(std::vector<std::int64_t>{256}, uint8); }},
            {"array: needs a number that int32 holds, got 3000000000",
             [] { array(std::vector<std::int64_t>{3000000000}); }},
            {"array: needs a number that int32 holds, got 2.7", [&] { array(numbers, {2}, int32); }},
            {"array: needs a number that int32 holds, got 0.5", [&] { array(halves, int32); }},
            {"array: needs a number that int32 holds, got 9007199254740993", [] { array({big}); }},
            {"array: needs a number that int64 holds, got 1.84467441e+19",
             [] { array({std::numeric_limits<std::uint64_t>::max()}, int64); }},
        });
    }

    TEST_CASE("a filling or a range that the dtype does not hold throws") {
        const Var bytes = zeros({2}, uint8);
        check_refused({
            {"full: needs a number that uint8 holds, got 300", [] { full({2}, 300, uint8); }},
            {"full: needs a number that int32 holds, got 2.5", [] { full({2}, 2.5, int32); }},
            {"full: needs a number that int32 holds, got nan", [] { full({2}, nan, int32); }},
            {"full: needs a number that int64 holds, got inf", [] { full({2}, inf, int64); }},
            {"full_like: needs a number that uint8 holds, got 0.5", [&] { full_like(bytes, 0.5); }},
            {"arange: needs a number that int32 holds, got 0.25", [] { arange(0., 1., .25, int32); }},
            {"arange: needs a number that uint8 holds, got 256", [] { arange(0, 257, 1, uint8); }},
            {"arange: needs a number that uint8 holds, got -1", [] { arange(-1, 3, 1, uint8); }},
            {"arange: needs a number that int32 holds, got 2147483649", [] { arange(2147483646, 2147483650); }},
            {"arange: needs a number that int32 holds, got -2147483649",
             [] { arange(-2147483647, -2147483650LL, -1); }},
            {"arange: needs a number that int32 holds, got 2999999999", [] { arange(3e9); }},
        });
    }

    TEST_CASE("draws that the dtype does not hold throw and draw nothing") {
        const auto state = drawing::state();
        check_refused({
            {"randint: needs a number that uint8 holds, got 299", [] { randint(0, 300, {2}, uint8); }},
            {"randint: needs a number that uint8 holds, got -1", [] { randint(-1, 3, {2}, uint8); }},
            {"randint: needs a number that int32 holds, got 2147483648", [] { randint(0, 1LL << 31 | 1, {2}, int64); }},
            {"randperm: needs a number that uint8 holds, got 299", [] { randperm(300, uint8); }},
            {"randperm: needs a number that int32 holds, got 2999999999", [] { randperm(3000000000); }},
        });
        CHECK_THROWS_WITH_AS(rand({2}, int32), "rand: needs a float dtype, got int32", DtypeError);
        CHECK_THROWS_WITH_AS(randn_like(zeros({2}, uint8)), "randn: needs a float dtype, got uint8", DtypeError);
        CHECK(drawing::state() == state);
        CHECK(randperm(0, uint8).numel() == 0);
        CHECK(randint(0, 256, {3}, uint8).dtype() == uint8);
    }

    TEST_CASE("an operand that the common dtype does not hold throws") {
        const Var ints = array({5, 6}), bytes = array({100, 200}, uint8), wide = array({10000000000}, int64);
        check_refused({
            {"add: needs a number that int32 holds, got 3000000000", [&] { ints + 3000000000LL; }},
            {"add: needs a number that int32 holds, got 10000000000", [&] { ints + wide; }},
            {"less: needs a number that int32 holds, got 10000000000", [&] { less(wide, ints); }},
            {"where: needs a number that int32 holds, got 10000000000", [&] { where(ints > 5, 10000000000, ints); }},
            {"where: needs a number that int32 holds, got 10000000000", [&] { where(ints > 5, ints, wide); }},
            {"where: needs a number that uint8 holds, got 300", [&] { where(ints > 5, bytes, 300); }},
            {"maximum: needs a number that uint8 holds, got 300", [&] { maximum(bytes, 300); }},
            {"minimum: needs a number that uint8 holds, got -1", [&] { minimum(-1, bytes); }},
            {"pow: needs a number that uint8 holds, got 300", [&] { pow(bytes, 300); }},
            {"equal: needs a number that uint8 holds, got -1", [&] { equal(bytes, -1); }},
        });
        CHECK_EQ(str(bytes + 300), "jt.Var([144 244], dtype=uint8)");
        CHECK_EQ(str(bytes - 201), "jt.Var([155 255], dtype=uint8)");
        CHECK(where(ints > 5, 1e10, ints).dtype() == float32);
    }

    TEST_CASE("assign refuses numbers that are cut, and changes nothing") {
        Var ints = array({5, 6}), bytes = array({7}, uint8), bits = array({true, false});
        check_refused({
            {"assign: needs a number that int32 holds, got 0.5",
             [&] {
                 ints.assign(array({1.0, 0.5}));
             }},
            {"assign: needs a number that uint8 holds, got 256", [&] { bytes.assign(array({256})); }},
        });
        CHECK(whole(ints) == Integers{5, 6});
        CHECK(whole(bytes) == Integers{7});
        ints.assign(array({1.0, -2.0}));
        CHECK(whole(ints) == Integers{1, -2});
        bits.assign(array({0.5, 0.0}));
        CHECK(whole(bits) == Integers{1, 0});
    }

    TEST_CASE("whole floats count, bool takes any number, floats round") {
        CHECK(whole(array(std::vector<double>{2, -3}, int32)) == Integers{2, -3});
        CHECK(whole(array({255.0, -0.0}, uint8)) == Integers{255, 0});
        CHECK(whole(full({1}, 3.0, int64)) == Integers{3});
        CHECK(whole(arange(0., 4., 2., int32)) == Integers{0, 2});
        CHECK(whole(array(array({2.0, 5.0}), int64)) == Integers{2, 5});
        CHECK_EQ(str(array({2, 0, -1}, bool_)), "jt.Var([ True False  True], dtype=bool)");
        CHECK_EQ(str(array(std::vector<double>{0.5, 0, nan}, bool_)), "jt.Var([ True False  True], dtype=bool)");
        CHECK(whole(full({1}, 300, bool_)) == Integers{1});
        CHECK(full({1}, 1e300).item() == inf);
        CHECK(array(std::vector<double>{0.1}).item() == 0.1F);
    }

    TEST_CASE("cast alone cuts and wraps") {
        constexpr auto least = std::numeric_limits<std::int32_t>::min();
        CHECK(whole(array({2.7, -2.7, nan, inf, 3e9}).cast(int32)) == Integers{2, -2, least, least, least});
        CHECK(whole(array({300, -1}).cast(uint8)) == Integers{44, 255});
        CHECK(whole(array({10000000000}, int64).cast(int32)) == Integers{1410065408});
        CHECK(array({nan, 3e9}).to_vector<int>() == std::vector<int>{least, least});
    }

    TEST_CASE("an integer to a negative power throws") {
        const Var x = array({2, 3}), powers = array({1, -3});
        check_refused({
            {"pow: needs powers of 0 or more for integers, got -1", [&] { pow(x, -1); }},
            {"pow: needs powers of 0 or more for integers, got -3", [&] { pow(x, powers); }},
            {"pow: needs a number that int32 holds, got 1.84467441e+19", [&] { pow(x, ~std::uint64_t{0}); }},
            {"pow: needs powers of 0 or more for integers, got -3", [&] { pow(2, powers); }},
            {"pow: needs powers of 0 or more for integers, got -2",
             [&] {
                 pow(array({true, false}), -2);
             }},
        });
        CHECK(whole(pow(x, array({3, 0}))) == Integers{8, 1});
        CHECK_CLOSE(pow(x, -1.0), {0.5, 1 / 3.0});
        CHECK_CLOSE(pow(2.0, powers), {2, 0.125});
        CHECK_CLOSE(pow(array({2.0, 4.0}), -1), {0.5, 0.25});
    }

    TEST_CASE("classes are whole numbers") {
        const Var x = array({{1., 2., 3.}, {3., 2., 1.}}), w = ones({2});
        const auto rows = [&](const Var& t) { return cross_entropy_rows(x, t, w); };
        check_refused({
            {"cross_entropy: needs a number that int64 holds, got 1.5",
             [&] {
                 rows(array({2, 1.5}));
             }},
            {"cross_entropy: needs a number that int64 holds, got nan",
             [&] {
                 rows(array({nan, 1}));
             }},
            {"cross_entropy: needs a number that int64 holds, got -inf",
             [&] {
                 rows(array({-inf, 1}));
             }},
        });
        const Var known = rows(array({2, 0}));
        for (const Dtype dtype : {uint8, int64, float32, float64}) CHECK_SAME(rows(array({2, 0}, dtype)), known);
        CHECK_CLOSE(rows(array({-4294967296, 4294967296}, int64)), {0, 0});
        CHECK_CLOSE(rows(array({-1., 3e9})), {0, 0});
    }

    TEST_CASE("int64 is exact beyond 2^53") {
        const Var x = array({big}, int64), two = array({big, big - 1}, int64);
        CHECK(whole(x) == Integers{big});
        CHECK(whole(full({2}, big, int64)) == Integers{big, big});
        CHECK(whole(full_like(two, -big)) == Integers{-big, -big});
        CHECK(whole(two == big) == Integers{1, 0});
        CHECK(whole(big != two) == Integers{0, 1});
        CHECK(whole(two < big) == Integers{0, 1});
        CHECK(whole(two + big) == Integers{2 * big, 2 * big - 1});
        CHECK(whole(big - two) == Integers{0, 1});
        CHECK(whole(array({1, -3}, int64) * big) == Integers{big, -3 * big});
        CHECK(whole(maximum(two, big)) == Integers{big, big});
        CHECK(whole(minimum(big, two)) == Integers{big, big - 1});
        CHECK(whole(where(two == big, big - 2, two)) == Integers{big - 2, big - 1});
        CHECK(whole(pow(array({3}, int64), 35)) == Integers{50031545098999707});
        CHECK(whole(pow(x, array({1}, int64))) == Integers{big});
        CHECK(whole(array({lowest, lowest + 1}, int64)) == Integers{lowest, lowest + 1});
        CHECK_EQ(str(x), "jt.Var([9007199254740993], dtype=int64)");
    }

    TEST_CASE("arange of integers is exact, and reaches int64 when asked") {
        CHECK(whole(arange(big, big + 5, 2, int64)) == Integers{big, big + 2, big + 4});
        CHECK(whole(arange(big, big - 2, -1, int64)) == Integers{big, big - 1});
        CHECK(whole(arange(2147483646, 2147483650, 1, int64)) ==
              Integers{2147483646, 2147483647, 2147483648, 2147483649});
        CHECK(whole(arange(lowest, -(lowest + 1), std::int64_t{1} << 62, int64)) ==
              Integers{lowest, lowest / 2, 0, -(lowest / 2)});
        CHECK(whole(arange(-(lowest + 1), lowest, lowest, int64)) == Integers{-(lowest + 1), -1});
        CHECK(whole(arange(2147483646, 2147483648)) == Integers{2147483646, 2147483647});
        CHECK(whole(arange(0, 2.5)) == Integers{0, 1, 2});
        CHECK(whole(arange(0, -2.5, -1)) == Integers{0, -1, -2});
        CHECK(whole(arange(254, 256, 1, uint8)) == Integers{254, 255});
        CHECK(arange(0, 3, 1, float64).dtype() == float64);
        CHECK(arange(3000000000, 3000000000).numel() == 0);
    }

    TEST_CASE("a sum of int32 wraps around, as Jittor's") {
        const Var x = array({2147483647, 2147483647});
        CHECK(whole(x.sum()) == Integers{-2});
        CHECK(x.sum().dtype() == int32);
        CHECK(whole(x * 2) == Integers{-2, -2});
        CHECK(whole(array(x, int64).sum()) == Integers{4294967294});
    }

    TEST_CASE("odd ends of a range throw or give nothing, sizes that no memory holds are refused") {
        check_refused({
            {"arange: needs finite numbers, got nan, 5 and 1", [] { arange(nan, 5); }},
            {"arange: needs finite numbers, got 0, inf and 1", [] { arange(inf); }},
            {"arange: needs finite numbers, got 0, -inf and 1", [] { arange(-inf); }},
            {"arange: needs finite numbers, got -inf, 5 and 1", [] { arange(-inf, 5); }},
            {"arange: needs finite numbers, got 0, 1 and nan", [] { arange(0, 1, nan); }},
            {"arange: needs finite numbers, got 0, 1 and inf", [] { arange(0, 1, inf); }},
            {"arange: needs a step other than 0, got 0", [] { arange(0, 1, 0.0); }},
            {"arange: needs a number that int64 holds, got 1e+300", [] { arange(1e300); }},
        });
        const char* too_large = "arange: needs a size that fits in 63 bits, got (9223372036854775807,)";
        CHECK_THROWS_WITH_AS(arange(0., 1., 1e-320), too_large, ShapeError);
        CHECK_THROWS_WITH_AS(arange(lowest, -(lowest + 1), 1, int64), too_large, ShapeError);
        CHECK_THROWS_AS(arange(0, std::int64_t{1} << 55, 1, int64), std::bad_alloc);
        CHECK_THROWS_AS(zeros({std::int64_t{1} << 51}), std::bad_alloc);
        CHECK_THROWS_AS(full({std::int64_t{1} << 59}, 1), std::bad_alloc);
        for (const Var& empty : {arange(-5), arange(5, 2), arange(0., -1., .25), arange(2, 5, -1)})
            CHECK(empty.shape() == Shape{0});
    }
}

}  // namespace jt::test
