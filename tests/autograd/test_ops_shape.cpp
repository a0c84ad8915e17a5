// The ops that make, reshape, join and pick: gradients against differences, values and errors against what is written
// here.
#include <limits>

#include "../../core/random.hpp"
#include "op_rows.hpp"

namespace jt::test {

namespace {

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();

const std::vector<GradRow> grad_rows = {
    {"reshape",
     [](const Vars& x) { return reshape(x[0], {-1}) * reshape(x[0], {x[0].numel()}); },
     {{{6}}, {{2, 3}}, {{1}}, {{2, 1, 3}}, {{0, 3}}, {{1, 1}}}},
    {"transpose",
     [](const Vars& x) { return transpose(x[0]) * transpose(x[0] * x[0]); },
     {{{6}}, {{2, 3}}, {{1}}, {{2, 3, 4}}, {{2, 1, 3}}, {{0, 3}}, {{2, 2, 2, 3}}}},
    {"transpose: permutation",
     [](const Vars& x) {
         return transpose(x[0], {1, -1, 0}) * transpose(x[0], {1, 2, 0});
     },
     {{{2, 3, 4}}, {{1, 3, 2}}, {{2, 0, 3}}}},
    {"broadcast",
     [](const Vars& x) {
         return broadcast(x[0], {2, 3, 4}) * broadcast(x[0] * x[0], {2, 3, 4});
     },
     {{{4}}, {{3, 1}}, {{1}}, {{2, 1, 4}}, {{1, 1, 1}}, {{2, 3, 4}}}},
    {"broadcast: empty",
     [](const Vars& x) {
         return broadcast(x[0], {2, 0});
     },
     {{{1}}, {{2, 1}}, {{0}}, {{2, 0}}}},
    {"concat",
     [](const Vars& x) {
         return concat({x[0], x[1], x[0] * x[1]}, 0) * concat({x[1], x[0], x[0]});
     },
     {{{3}, {3}}, {{2, 3}, {2, 3}}, {{1}, {1}}, {{0, 2}, {0, 2}}, {{2, 0}, {2, 0}}}},
    {"concat: unequal",
     [](const Vars& x) {
         return concat({x[0], x[1]}, -1);
     },
     {{{3}, {2}}, {{2, 3}, {2, 1}}, {{2, 2, 0}, {2, 2, 3}}, {{2, 1, 2}, {2, 1, 3}}, {{0}, {2}}}},
    {"concat: middle",
     [](const Vars& x) {
         return concat({x[0], x[1]}, 1);
     },
     {{{2, 1, 3}, {2, 2, 3}}}},
    {"getitem",
     [](const Vars& x) {
         return x[0][{Slice{1, {}}, newaxis, 0}] * x[0][{Slice{{}, -1}, newaxis, -1}];
     },
     {{{3, 4}}, {{2, 2, 3}}, {{1, 2}}, {{4, 1}}, {{1, 3, 0}}}},
    {"getitem: steps",
     [](const Vars& x) {
         return x[0][{ellipsis, Slice{{}, {}, -2}}] * x[0][{ellipsis, Slice{{}, {}, 2}}];
     },
     {{{5}}, {{3, 4}}, {{2, 2, 3}}, {{1}}, {{0}}, {{2, 0}}}},
    {"getitem: rows",
     [](const Vars& x) {
         return getitem(x[0], array({{2, 0}, {-1, 2}})) * x[0][array({1, 1})];
     },
     {{{3}}, {{3, 2}}, {{3, 2, 2}}, {{3, 0}}, {{3, 1}}}},
    {"getitem: no rows", [](const Vars& x) { return getitem(x[0], zeros({0}, int32)); }, {{{3}}, {{3, 2}}, {{0, 2}}}},
    {"scatter_add",
     [](const Vars& x) {
         return scatter_add(x[0], array({3, 0, 3}), {4, 2}) * scatter_add(x[0], array({0, 1, -1}), {4, 2});
     },
     {{{3, 2}}}},
    {"scatter_add: 2-d index",
     [](const Vars& x) {
         return scatter_add(x[0], array({{1, 1, 0}, {4, 2, 2}}), {5});
     },
     {{{2, 3}}}},
};

Var cube() { return reshape(arange(24), {2, 3, 4}); }

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("gradients of shape and index ops") { check_all(grad_rows); }
    TEST_CASE("values of arrays") {
        expect("array", array({{1, 2}, {3, 4}}), "jt.Var([[1 2]\n        [3 4]], dtype=int32)");
        expect("array: number", array(1.5), "jt.Var([1.5], dtype=float32)");
        expect("array: mixed", array({1, 2.5}), "jt.Var([1.  2.5], dtype=float32)");
        expect("array: bools", array({true, false}), "jt.Var([ True False], dtype=bool)");
        expect("array: bool and int", array({true, 2}), "jt.Var([1 2], dtype=int32)");
        expect("array: empty", array({}), "jt.Var([], dtype=float32)");
        expect("array: zero", array({0}), "jt.Var([0], dtype=int32)");
        expect("array: nested zero", array({{0}}), "jt.Var([[0]], dtype=int32)");
        expect("array: dtype", array({1, 2}, float64), "jt.Var([1. 2.], dtype=float64)");
        expect("array: doubles", array(std::vector<double>{0.1}), "jt.Var([0.1], dtype=float32)");
        expect("array: kept doubles", array(std::vector<double>{0.1}, float64), "jt.Var([0.1], dtype=float64)");
        expect("array: int64", array(std::vector<std::int64_t>{7}), "jt.Var([7], dtype=int32)");
        expect("array: bytes", array(std::vector<std::uint8_t>{7}), "jt.Var([7], dtype=uint8)");
        expect("array: signed bytes", array(std::vector<signed char>{-7}), "jt.Var([-7], dtype=int32)");
        expect("array: short", array(std::vector<short>{-7}), "jt.Var([-7], dtype=int32)");
        expect("array: unsigned", array(std::vector<unsigned>{7}), "jt.Var([7], dtype=int32)");
        expect("array: long long", array(std::vector<long long>{1LL << 40}, int64),
               "jt.Var([1099511627776], dtype=int64)");
        expect("array: long double", array(std::vector<long double>{0.5L}), "jt.Var([0.5], dtype=float32)");
        expect("array: vector of bool", array(std::vector<bool>{true, false}), "jt.Var([ True False], dtype=bool)");
        const float numbers[] = {1, 2};
        expect("array: pointer", array(numbers, {2, 1}), "jt.Var([[1.]\n        [2.]], dtype=float32)");
        expect("array: Var", array(array({1.0, 2.0}), int32), "jt.Var([1 2], dtype=int32)");
        expect("array: Array", array(Array::full({2}, 3, float32)), "jt.Var([3. 3.], dtype=float32)");
    }

    TEST_CASE("values of filled Vars") {
        expect("zeros", zeros({2, 1}), "jt.Var([[0.]\n        [0.]], dtype=float32)");
        expect("zeros: scalar", zeros(Shape{}), "jt.Var([0.], dtype=float32)");
        expect("ones", ones({2}, int32), "jt.Var([1 1], dtype=int32)");
        expect("full", full({2}, 3), "jt.Var([3. 3.], dtype=float32)");
        expect("zeros_like", zeros_like(array({1, 2})), "jt.Var([0 0], dtype=int32)");
        expect("ones_like", ones_like(array({1.5}), bool_), "jt.Var([ True], dtype=bool)");
        expect("full_like", full_like(array({1, 2}), 2.0), "jt.Var([2 2], dtype=int32)");
        expect("arange", arange(4), "jt.Var([0 1 2 3], dtype=int32)");
        expect("arange: start", arange(1, 2.5), "jt.Var([1 2], dtype=int32)");
        expect("arange: down", arange(5, 0, -2), "jt.Var([5 3 1], dtype=int32)");
        expect("arange: floats", arange(0.5, 2, 0.5), "jt.Var([0.5 1.  1.5], dtype=float32)");
        const Var rounded = arange(0.1, 2, 0.3), down = arange(5, -3, -0.9);  // bits of Jittor 1.3.11
        CHECK(rounded.to_vector<float>() == std::vector<float>{0x1.99999ap-4F, 0x1.99999ap-2F, 0x1.666668p-1F, 1.0F,
                                                               0x1.4ccccep+0F, 0x1.99999ap+0F, 0x1.e66668p+0F});
        CHECK(down[5].item() == 0x1.000004p-1);
        expect("arange: none", arange(3, 3), "jt.Var([], dtype=int32)");
    }

    TEST_CASE("values of shape ops") {
        expect("reshape", reshape(arange(6), {2, -1}), "jt.Var([[0 1 2]\n        [3 4 5]], dtype=int32)");
        expect("reshape: scalar", reshape(array({{5}}), Shape{}), "jt.Var([5], dtype=int32)");
        expect("reshape: nothing", reshape(zeros({0, 3}), {3, -1}), "jt.Var([], dtype=float32)");
        expect("transpose", transpose(array({{1, 2, 3}, {4, 5, 6}})),
               "jt.Var([[1 4]\n        [2 5]\n        [3 6]], dtype=int32)");
        expect("transpose: permutation", transpose(cube(), {2, 0, 1})[3],
               "jt.Var([[ 3  7 11]\n        [15 19 23]], dtype=int32)");
        expect("broadcast", broadcast(array({{1}, {2}}), {2, 2}), "jt.Var([[1 1]\n        [2 2]], dtype=int32)");
        expect("concat", concat({array({1, 2}), array({3})}), "jt.Var([1 2 3], dtype=int32)");
        expect("concat: axis", concat({array({{1}, {2}}), array({{3, 4}, {5, 6}})}, -1),
               "jt.Var([[1 3 4]\n        [2 5 6]], dtype=int32)");
        expect("concat: dtypes", concat({array({true}), array({2}), array({0.5}), array({1, 2}, float64)}),
               "jt.Var([1.  2.  0.5 1.  2. ], dtype=float64)");
        expect("concat: one", concat({array({1, 2})}), "jt.Var([1 2], dtype=int32)");
    }

    TEST_CASE("values of indexing") {
        expect("getitem", cube()[{1, 2, 3}], "jt.Var([23], dtype=int32)");
        expect("getitem: two integers", cube()[{1, 2}], "jt.Var([20 21 22 23], dtype=int32)");
        expect("getitem: negative", cube()[-1][-1][-4], "jt.Var([20], dtype=int32)");
        expect("getitem: slice", arange(10)[Slice{2, 5}], "jt.Var([2 3 4], dtype=int32)");
        expect("getitem: step", arange(10)[Slice{1, {}, 3}], "jt.Var([1 4 7], dtype=int32)");
        expect("getitem: backwards", arange(5)[Slice{{}, {}, -1}], "jt.Var([4 3 2 1 0], dtype=int32)");
        expect("getitem: clipped", arange(5)[Slice{-100, 100}], "jt.Var([0 1 2 3 4], dtype=int32)");
        expect("getitem: past the end", arange(5)[Slice{7, 9}], "jt.Var([], dtype=int32)");
        expect("getitem: crossed", arange(5)[Slice{3, 1}], "jt.Var([], dtype=int32)");
        expect("getitem: backwards clipped", arange(5)[Slice{100, -100, -2}], "jt.Var([4 2 0], dtype=int32)");
        expect("getitem: backwards to", arange(5)[Slice{3, 0, -1}], "jt.Var([3 2 1], dtype=int32)");
        expect("getitem: huge step", arange(5)[Slice{1, {}, huge}], "jt.Var([1], dtype=int32)");
        expect("getitem: huge step back", arange(5)[Slice{{}, {}, -huge - 1}], "jt.Var([4], dtype=int32)");
        expect("getitem: huge bounds", arange(5)[Slice{-huge - 1, huge}], "jt.Var([0 1 2 3 4], dtype=int32)");
        expect("getitem: middle axis", cube()[{Slice{}, 1, Slice{0, 2}}],
               "jt.Var([[ 4  5]\n        [16 17]], dtype=int32)");
        expect("getitem: newaxis", arange(2)[{Slice{}, newaxis}], "jt.Var([[0]\n        [1]], dtype=int32)");
        expect("getitem: ellipsis", cube()[{ellipsis, 0}], "jt.Var([[ 0  4  8]\n        [12 16 20]], dtype=int32)");
        expect("getitem: ellipsis of nothing", arange(3)[{1, ellipsis}], "jt.Var([1], dtype=int32)");
        expect("getitem: ellipsis between", cube()[{1, ellipsis, Slice{3, {}}}],
               "jt.Var([[15]\n        [19]\n        [23]], dtype=int32)");
        expect("getitem: rows", arange(5)[array({{4, -5}, {1, 1}})], "jt.Var([[4 0]\n        [1 1]], dtype=int32)");
        expect("getitem: rows by bytes", array({{1, 2}, {3, 4}})[array({1}, uint8)], "jt.Var([[3 4]], dtype=int32)");
        expect("scatter_add", scatter_add(array({1, 2, 3}), array({1, -1, 1}), {3}), "jt.Var([0 4 2], dtype=int32)");
    }

    TEST_CASE("shapes of indexing") {
        const Var x = zeros({2, 3, 4});
        CHECK(x[0].shape() == Shape{3, 4});
        CHECK(x[Slice()].shape() == Shape{2, 3, 4});
        CHECK(x[{newaxis, Slice{}, newaxis, 1}].shape() == Shape{1, 2, 1, 4});
        CHECK(x[{Slice{2, 2}, ellipsis, newaxis}].shape() == Shape{0, 3, 4, 1});
        CHECK(x[array({{0, 1, 1}})].shape() == Shape{1, 3, 3, 4});
        CHECK(zeros({5})[2].shape() == Shape{1});
        CHECK(zeros({0, 4})[Slice{0, 3}].shape() == Shape{0, 4});
        CHECK(x[{ellipsis}].shape() == Shape{2, 3, 4});
    }

    TEST_CASE("an array is a copy of what it was made from") {
        std::vector<float> numbers = {1, 2};
        const Var x = array(numbers), y = array(x);
        numbers[0] = 5;
        Var(x).assign(array({7.0, 8.0}));
        CHECK_EQ(str(y), "jt.Var([1. 2.], dtype=float32)");
    }

    TEST_CASE("which new Vars take gradients") {
        CHECK(zeros({2}).requires_grad());
        CHECK(array({1.5}, float64).requires_grad());
        CHECK_FALSE(array({1}).requires_grad());
        CHECK_FALSE(array({true}).requires_grad());
        const no_grad guard;
        CHECK_FALSE(zeros({2}).requires_grad());
        CHECK_FALSE(rand({2}).requires_grad());
    }

    TEST_CASE("a shape can be a vector of integers that was worked out") {
        const std::vector<int> extents{2, 3};
        const std::vector<std::int64_t> wide{6, -1};
        CHECK(zeros(extents).shape() == Shape{2, 3});
        CHECK(arange(6).reshape(extents).shape() == Shape{2, 3});
        CHECK(reshape(zeros({2, 3}), wide).shape() == Shape{6, 1});
        CHECK(full(std::vector<std::size_t>{4}, 1).shape() == Shape{4});
        CHECK(rand(std::vector<int>{}).shape() == Shape{1});
        CHECK(normal(0, 1, {}).shape() == Shape{1});
        CHECK(array(Array({}, Dtype::int32)).shape() == Shape{1});
        CHECK(Shape(extents) == Shape{2, 3});
        CHECK(zeros({2, 3}).shape() == Shape(extents));
        CHECK(zeros({}).shape() == Shape{1});
        CHECK_THROWS_WITH_AS(zeros(std::vector<int>{2, -3}), "zeros: needs extents of 0 or more, got (2, -3)",
                             ShapeError);
    }

    TEST_CASE("a reshape is a Var of its own") {
        Var x = array({1, 2, 3});
        x.reshape({3}).assign(array({4, 5, 6}));
        CHECK_EQ(str(x), "jt.Var([1 2 3], dtype=int32)");
        const Var f = array({1.0, 2.0});
        f.reshape({2}).stop_grad();
        CHECK(f.requires_grad());
    }

    TEST_CASE("draws have the dtype and range asked for") {
        set_global_seed(7);
        const Var u = rand({1000}), n = randn({1000}, float64), i = randint(-2, 3, {1000}), p = randperm(10);
        CHECK(u.min().item() >= 0);
        CHECK(u.max().item() < 1);
        CHECK(n.dtype() == float64);
        CHECK(std::abs(n.mean().item()) < 0.15);
        CHECK(i.dtype() == int32);
        CHECK(i.min().item() == -2);
        CHECK(i.max().item() == 2);
        CHECK_EQ(str(scatter_add(ones({10}, int32), p, {10})), "jt.Var([1 1 1 1 1 1 1 1 1 1], dtype=int32)");
        CHECK(randint(0, 5).shape() == Shape{1});
        CHECK(rand_like(zeros({2, 3}, float64)).dtype() == float64);
        CHECK(randn_like(zeros({2, 3})).shape() == Shape{2, 3});
        CHECK(randint_like(zeros({4}), 0, 2).dtype() == float32);
        CHECK(randperm(0).numel() == 0);
        CHECK(rand({0, 3}).shape() == Shape{0, 3});
    }

    TEST_CASE("draws are Jittor's") {
        const auto seeded = [](auto draw) {
            set_global_seed(42);
            return draw();
        };
        expect("get_rng_state", seeded([] { return get_rng_state()[{to(1)}]; }), "jt.Var([42], dtype=int64)");
        expect("set_rng_state", seeded([] { return set_rng_state(7), get_rng_state()[{to(1)}]; }),
               "jt.Var([7], dtype=int64)");
        expect("rand", seeded([] { return rand({2}); }), "jt.Var([3.2870704e-04 5.2458709e-01], dtype=float32)");
        expect("rand_like", seeded([] { return rand_like(zeros({2}, float64))[1]; }),
               "jt.Var([0.52458709], dtype=float64)");
        expect("randn", seeded([] { return randn({4}); }),
               "jt.Var([-0.90124804  0.8964087  -1.2027136  -0.49015528], dtype=float32)");
        expect("randn_like", seeded([] { return randn_like(zeros({2})); }),
               "jt.Var([-0.90124804  0.8964087 ], dtype=float32)");
        expect("randint", seeded([] { return randint(0, 10, {8}); }), "jt.Var([0 5 7 2 3 1 9 5], dtype=int32)");
        expect("randint_like", seeded([] { return randint_like(zeros({3}), 0, 10); }),
               "jt.Var([0. 5. 7.], dtype=float32)");
        expect("randperm", seeded([] { return randperm(8); })[Slice{0, 6}], "jt.Var([0 5 3 4 7 1], dtype=int32)");
    }

    TEST_CASE("the same seed gives the same draws") {
        const auto draw = [] {
            set_global_seed(42);
            return concat({rand({5}), randn({5}), cast(randint(0, 9, {5}), float32), cast(randperm(5), float32)});
        };
        CHECK_SAME(draw(), draw());
    }

    TEST_CASE("high ranks") {
        const Shape shape(64, 1);
        const Var x = full(shape, 2.0);
        CHECK(sum(x * x).item() == 4);
        CHECK(grad(sum(transpose(x) * 3), x).item() == 3);
        CHECK(x[0].ndim() == 63);
        CHECK_THROWS_WITH_AS(zeros(Shape(65, 1)), "zeros: needs at most 64 axes, got 65", ShapeError);
    }

    TEST_CASE("an array of vectors of vectors") {
        const std::vector<std::vector<int>> rows{{1, 2}, {3, 4}}, unlike{{1, 2}, {3}};
        CHECK(str(array(rows)) == str(array({{1, 2}, {3, 4}})));
        CHECK(str(array({rows, rows}, float64)) == str(array({{{1, 2}, {3, 4}}, {{1, 2}, {3, 4}}}, float64)));
        CHECK(str(array(std::vector<std::vector<bool>>{{true}, {false}})) == str(array({{true}, {false}})));
        CHECK(array(std::vector<std::vector<double>>{{}, {}}).shape() == Shape{2, 0});
        CHECK_THROWS_WITH_AS(array(unlike), "array: needs rows of one shape, got (2,) and (1,)", ShapeError);
    }

    TEST_CASE("wrong calls of making ops") {
        CHECK_THROWS_WITH_AS(array({{1, 2}, {3}}), "array: needs rows of one shape, got (2,) and (1,)", ShapeError);
        CHECK_THROWS_WITH_AS(array({{1}, 2}), "array: needs rows of one shape, got (1,) and ()", ShapeError);
        CHECK_THROWS_WITH_AS(zeros({2, -1}), "zeros: needs extents of 0 or more, got (2, -1)", ShapeError);
        CHECK_THROWS_WITH_AS(ones({huge, 2}),
                             ("ones: needs a size that fits in 63 bits, got " + text(Shape{huge, 2})).c_str(),
                             ShapeError);
        CHECK_THROWS_WITH_AS(full({-3}, 1), "full: needs extents of 0 or more, got (-3,)", ShapeError);
        CHECK_THROWS_WITH_AS(arange(0, 5, 0), "arange: needs a step other than 0, got 0", ValueError);
        const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
        CHECK_THROWS_WITH_AS(arange(inf), "arange: needs finite numbers, got 0, inf and 1", ValueError);
        CHECK_THROWS_WITH_AS(arange(nan, 5), "arange: needs finite numbers, got nan, 5 and 1", ValueError);
        CHECK_THROWS_WITH_AS(array({3000000000LL}), "array: needs a number that int32 holds, got 3000000000",
                             ValueError);
        CHECK_THROWS_WITH_AS(array(std::vector<std::int64_t>{3000000000}),
                             "array: needs a number that int32 holds, got 3000000000", ValueError);
        CHECK_EQ(array(std::vector<std::int64_t>{3000000000}, int64).item(), 3e9);
        CHECK_THROWS_WITH_AS(randint(0, 1LL << 40), "randint: needs a number that int32 holds, got 1099511627775",
                             ValueError);
        CHECK_THROWS_WITH_AS(randint(3, 3), "randint: needs low < high, got 3 and 3", ValueError);
        CHECK_THROWS_WITH_AS(randint_like(zeros({2}), 3, 1), "randint: needs low < high, got 3 and 1", ValueError);
        CHECK_THROWS_WITH_AS(randperm(-1), "randperm: needs n of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(rand({-1}), "rand: needs extents of 0 or more, got (-1,)", ShapeError);
        CHECK_THROWS_WITH_AS(ones({-1}), "ones: needs extents of 0 or more, got (-1,)", ShapeError);
        CHECK_THROWS_WITH_AS(randint(0, 2, {-1}), "randint: needs extents of 0 or more, got (-1,)", ShapeError);
        CHECK_THROWS_WITH_AS(randn({-1}), "randn: needs extents of 0 or more, got (-1,)", ShapeError);
    }

    TEST_CASE("wrong calls of shape and index ops") {
        const Var x = zeros({2, 3}), none;
        CHECK_THROWS_WITH_AS(reshape(x, {4}), "reshape: needs a shape of 6 elements for (2, 3), got (4,)", ShapeError);
        CHECK_THROWS_WITH_AS(reshape(x, {4, -1}), "reshape: needs a shape of 6 elements for (2, 3), got (4, -1)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(reshape(x, {-1, -1}), "reshape: needs extents of 0 or more, got (1, -1)", ShapeError);
        CHECK_THROWS_WITH_AS(reshape(x, {huge, huge, -1}),
                             ("reshape: needs a size that fits in 63 bits, got " + text(Shape{huge, huge, 1})).c_str(),
                             ShapeError);
        CHECK_THROWS_WITH_AS(transpose(x, {0, 0}), "transpose: needs each axis once, got 0 twice", ShapeError);
        CHECK_THROWS_WITH_AS(transpose(x, {0, 2}), "transpose: needs an axis from -2 to 1, got 2", ShapeError);
        CHECK_THROWS_WITH_AS(transpose(x, {0}), "transpose: needs each of 2 axes once, got 1 axes", ShapeError);
        CHECK_THROWS_WITH_AS(broadcast(x, {2, 4}), "broadcast: needs a shape that (2, 3) broadcasts to, got (2, 4)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(broadcast(x, {3}), "broadcast: needs a shape that (2, 3) broadcasts to, got (3,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(concat({}), "concat: needs at least one Var, got none", ValueError);
        CHECK_THROWS_WITH_AS(concat({x, zeros({2, 4})}, 0),
                             "concat: needs equal extents but along axis 0, got (2, 3) and (2, 4)", ShapeError);
        CHECK_THROWS_WITH_AS(concat({x, zeros({2})}, 1),
                             "concat: needs equal extents but along axis 1, got (2, 3) and (2,)", ShapeError);
    }

    TEST_CASE("wrong calls of indexing") {
        const Var x = zeros({2, 3});
        CHECK_THROWS_WITH_AS(x[2], "getitem: needs an index from -2 to 1 along axis 0, got 2", IndexError);
        CHECK_THROWS_WITH_AS(x[-3], "getitem: needs an index from -2 to 1 along axis 0, got -3", IndexError);
        CHECK_THROWS_WITH_AS((x[{Slice{}, 3}]), "getitem: needs an index from -3 to 2 along axis 1, got 3", IndexError);
        CHECK_THROWS_WITH_AS((x[{0, 0, 0}]), "getitem: needs at most 2 indices for (2, 3), got 3", IndexError);
        CHECK_THROWS_WITH_AS((x[{ellipsis, 0, ellipsis}]), "getitem: needs at most one ellipsis, got 2", IndexError);
        CHECK_THROWS_WITH_AS((x[Slice{0, 1, 0}]), "getitem: needs a slice step other than 0, got 0", ValueError);
        CHECK_THROWS_WITH_AS(x[array({0, 2})], "getitem: needs indices from -2 to 1, got 2", IndexError);
        CHECK_THROWS_WITH_AS(x[array({0, -3})], "getitem: needs indices from -2 to 1, got -3", IndexError);
        CHECK_THROWS_WITH_AS(x[array({0.0, 1.0})], "getitem: needs an integer or bool index, got float32", DtypeError);
        CHECK_THROWS_WITH_AS(scatter_add(x, array({0, 1}), {5, 4}),
                             "scatter_add: needs values of shape (2, 4), got (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(scatter_add(x, array({0, 5}), {5, 3}), "scatter_add: needs indices from -5 to 4, got 5",
                             IndexError);
        CHECK_THROWS_WITH_AS(scatter_add(x, array({0.0, 1.0}), {5, 3}),
                             "scatter_add: needs an integer index, got float32", DtypeError);
        CHECK_THROWS_WITH_AS(scatter_add(x, array({0}), Shape{-1, 3}),
                             "scatter_add: needs extents of 0 or more, got (-1, 3)", ShapeError);
    }
}

}  // namespace jt::test
