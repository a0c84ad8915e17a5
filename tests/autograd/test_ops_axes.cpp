// The ops that give elements other places: shapes, axes, diagonals, borders and windows. Numbers are PyTorch's.
#include <cmath>
#include <limits>

#include "op_rows.hpp"

namespace jt::test {

namespace {

const std::vector<Sample> any = {{{5}}, {{3, 4}}, {{1}}, {{2, 1, 3}}, {{0}}, {{2, 0, 3}}};
const std::vector<Sample> matrices = {{{3, 4}}, {{4, 2}}, {{1, 1}}, {{0, 3}}, {{3, 0}}, {{2, 3, 4}}};
const std::vector<Sample> pairs = {{{2, 3}, {6}}, {{1}, {1, 1}}, {{0, 2}, {3, 0}}};

const std::vector<GradRow> shape_rows = {
    {"view",
     [](const Vars& x) {
         return view(x[0], {-1, 1}) * 2.0;
     },
     {{{6}}, {{2, 3}}, {{1}}}},
    {"reshape_as", [](const Vars& x) { return reshape_as(x[0], x[1]) * x[1]; }, pairs},
    {"view_as", [](const Vars& x) { return view_as(x[0], x[1]) * x[1]; }, pairs},
    {"flatten", [](const Vars& x) { return flatten(x[0]) * flatten(x[0], -1).reshape({-1}); }, any},
    {"unflatten",
     [](const Vars& x) {
         return unflatten(x[0], -1, {1, -1}) * unflatten(x[0], 0, {-1, 1});
     },
     any},
    {"expand",
     [](const Vars& x) {
         return expand(x[0], {2, -1, 3}) * expand(x[0] * x[0], {2, -1, -1});
     },
     {{{2, 3}}, {{1, 3}}, {{2, 1, 3}}, {{0, 3}}}},
    {"expand_as", [](const Vars& x) { return expand_as(x[0], x[1]) * x[1]; }, {{{3}, {2, 3}}, {{1}, {0}}}},
    {"contiguous", [](const Vars& x) { return contiguous(x[0]) * x[0]; }, any},
    {"transpose: two axes", [](const Vars& x) { return transpose(x[0], 0, -1) * 2.0; }, any},
    {"permute",
     [](const Vars& x) {
         return permute(x[0], {1, -1, 0}) * permute(x[0]);
     },
     {{{3, 3, 3}}, {{1, 1, 1}}, {{0, 0, 0}}}},
    {"swapaxes", [](const Vars& x) { return swapaxes(x[0], -2, 1) * 2.0; }, matrices},
    {"movedim",
     [](const Vars& x) {
         return movedim(x[0], 0, -1) * movedim(x[0], {1, -1}, {0, 1});
     },
     {{{2, 3, 2}}, {{1, 1, 1}}, {{0, 2, 0}}}},
    {"roll: several",
     [](const Vars& x) {
         return roll(x[0], {1, -2}, {0, -1}) * x[0] + roll(x[0], 2, {});
     },
     matrices},
    {"rot90",
     [](const Vars& x) {
         return rot90(x[0]) * rot90(x[0], -1) + rot90(x[0], 5, {1, 0});
     },
     {{{3, 3}}, {{2, 4}}, {{1, 1}}, {{0, 3}}}},
    {"rot90: half",
     [](const Vars& x) {
         return rot90(x[0], 2) * rot90(x[0], 4, {-1, 0});
     },
     matrices},
};

const std::vector<GradRow> diagonal_rows = {
    {"diagonal", [](const Vars& x) { return diagonal(x[0]) * diagonal(x[0], 0, 1, 0); }, matrices},
    {"diagonal: offsets",
     [](const Vars& x) {
         return concat({diagonal(x[0], 1, -1, -2), diagonal(x[0], -2, -1, -2) * 2.0, diagonal(x[0], 9, -1, -2)}, -1);
     },
     {{{3, 4}}, {{4, 2}}, {{1, 1}}, {{0, 3}}, {{3, 0}}, {{3, 3, 4}}}},
    {"diag", [](const Vars& x) { return diag(x[0]) * diag(x[0] * x[0]); }, {{{3}}, {{1}}, {{0}}, {{2, 3}}, {{0, 2}}}},
    {"diag: offsets", [](const Vars& x) { return diag(x[0], 2) + diag(x[0], -2); }, {{{3}}, {{1}}, {{0}}, {{4, 4}}}},
    {"triu", [](const Vars& x) { return triu(x[0]) * x[0] + triu(x[0], -1) + triu(x[0], 1); }, matrices},
    {"trace", [](const Vars& x) { return trace(x[0] * x[0]); }, {{{3, 4}}, {{1, 1}}, {{0, 3}}}},
};

const std::vector<GradRow> border_rows = {
    {"pad",
     [](const Vars& x) {
         return pad(x[0], {1, 2}) * pad(x[0] * x[0], {2, 1}, PadMode::constant, 0.5);
     },
     any},
    {"pad: cut",
     [](const Vars& x) {
         return pad(x[0], {-1, 2, 1, -1}, PadMode::constant, 3.0) * 2.0;
     },
     {{{3, 4}}, {{4, 2}}, {{0, 3, 4}}, {{2, 3, 4}}}},
    {"pad: reflect",
     [](const Vars& x) {
         return pad(x[0], {2, 1, 1, 1}, PadMode::reflect) * pad(x[0], {1, 2, 0, 2}, PadMode::reflect);
     },
     {{{3, 4}}, {{2, 3, 3}}, {{0, 3, 3}}}},
    {"pad: replicate",
     [](const Vars& x) {
         return pad(x[0], {4, -1}, PadMode::replicate) * 2.0;
     },
     {{{3, 4}}, {{1}}}},
    {"pad: circular",
     [](const Vars& x) {
         return pad(x[0], {2, 1}, PadMode::circular) * pad(x[0], {0, 3}, PadMode::circular);
     },
     {{{3}}, {{2, 4}}, {{0, 3}}}},
    {"fold",
     [](const Vars& x) {
         return fold(x[0], {3, 4}, 2, 1, {1, 0}, {2, 1}) * fold(x[0], {3, 4}, 2, 1, {1, 0}, {2, 1});
     },
     {{{1, 4, 6}}, {{2, 8, 6}}, {{0, 4, 6}}, {{2, 0, 6}}}},
};

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
Var matrix() { return array({{1, 2, 3}, {4, 5, 6}}); }
Var cube() { return reshape(arange(24), {2, 3, 4}); }

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("gradients of other shapes and axes") { check_all(shape_rows); }
    TEST_CASE("gradients of diagonals") { check_all(diagonal_rows); }
    TEST_CASE("gradients of borders and of windows that are put back") { check_all(border_rows); }

    TEST_CASE("values of other shapes") {
        expect("view", view(matrix(), {3, -1}), "jt.Var([[1 2]\n        [3 4]\n        [5 6]], dtype=int32)");
        expect("view_as", view_as(matrix(), zeros({6})), "jt.Var([1 2 3 4 5 6], dtype=int32)");
        CHECK(flatten(cube(), 1).shape() == Shape{2, 12});
        CHECK(flatten(cube(), -3, -2).shape() == Shape{6, 4});
        CHECK(flatten(zeros({0, 3})).shape() == Shape{0});
        CHECK_SAME(unflatten(cube(), 2, {2, 2}), cube().reshape({2, 3, 2, 2}));
        CHECK(unflatten(cube(), -3, {1, -1, 2}).shape() == Shape{1, 1, 2, 3, 4});
        CHECK(unflatten(zeros({0, 3}), 0, {-1, 2}).shape() == Shape{0, 2, 3});
        expect("expand", expand(array({{true}, {false}}), {-1, 2}),
               "jt.Var([[ True  True]\n        [False False]], dtype=bool)");
        expect("expand_as", expand_as(array({1, 2}), zeros({2, 2})), "jt.Var([[1 2]\n        [1 2]], dtype=int32)");
        const Var x = array({1.0, 2.0}), y = x.contiguous();
        x.sync();
        expect("sync", (sync(y), y), "jt.Var([1. 2.], dtype=float32)");
        CHECK(y.array().raw() == x.array().raw());
    }

    TEST_CASE("values of other axes") {
        CHECK_SAME(transpose(cube(), 1, 2), transpose(cube(), {0, 2, 1}));
        CHECK_SAME(permute(cube(), {2, 0, 1}), transpose(cube(), {2, 0, 1}));
        CHECK_SAME(permute(cube()), transpose(cube()));
        CHECK_SAME(swapaxes(cube(), 0, -1), transpose(cube(), {2, 1, 0}));
        CHECK(movedim(zeros({2, 3, 4, 5}), {0, -1}, {2, 0}).shape() == Shape{5, 3, 2, 4});
        CHECK_SAME(movedim(cube(), {}, {}), cube());
        expect("roll: two axes", roll(matrix(), {1, -1}, {0, 1}), "jt.Var([[5 6 4]\n        [2 3 1]], dtype=int32)");
        expect("roll: one row", roll(matrix(), 2, {}), "jt.Var([[5 6 1]\n        [2 3 4]], dtype=int32)");
        expect("roll: far", roll(arange(3), {-most - 1}), "jt.Var([2 0 1], dtype=int32)");
        expect("rot90", rot90(matrix()), "jt.Var([[3 6]\n        [2 5]\n        [1 4]], dtype=int32)");
        expect("rot90: twice", rot90(matrix(), -2), "jt.Var([[6 5 4]\n        [3 2 1]], dtype=int32)");
        expect("rot90: back", rot90(matrix(), 1, {1, 0}), "jt.Var([[4 1]\n        [5 2]\n        [6 3]], dtype=int32)");
    }

    TEST_CASE("values of diagonals") {
        expect("diagonal", diagonal(cube(), 1, -1, 0), "jt.Var([[12]\n        [16]\n        [20]], dtype=int32)");
        expect("diagonal: below", diagonal(cube(), -1, 1, 2), "jt.Var([[ 4  9]\n        [16 21]], dtype=int32)");
        CHECK(diagonal(cube(), 9).shape() == Shape{4, 0});
        CHECK(diagonal(cube(), std::numeric_limits<int>::min()).shape() == Shape{4, 0});
        expect("diag", diag(array({true, true})), "jt.Var([[ True False]\n        [False  True]], dtype=bool)");
        expect("diag: below", diag(array({1, 2}), -1),
               "jt.Var([[0 0 0]\n        [1 0 0]\n        [0 2 0]], dtype=int32)");
        expect("diag: of a matrix", diag(matrix(), 1), "jt.Var([2 6], dtype=int32)");
        expect("triu", triu(matrix(), 1), "jt.Var([[0 2 3]\n        [0 0 6]], dtype=int32)");
        expect("triu: bool", triu(ones({2, 2}, bool_)), "jt.Var([[ True  True]\n        [False  True]], dtype=bool)");
        expect("trace", trace(matrix()), "jt.Var([6], dtype=int32)");
    }

    TEST_CASE("triangles and quarter turns of large matrices, element by element") {
        const Var x = arange(0, 2 * 37 * 41, 1, float32).reshape({2, 37, 41});
        const auto numbers = x.to_vector<float>();
        const auto expect_each = [&](const Var& y, int rows, int columns, auto source) {
            const auto got = y.to_vector<float>();
            bool same = got.size() == numbers.size();
            for (int k = 0; same && k < 2; ++k)
                for (int i = 0; i < rows; ++i)
                    for (int j = 0; j < columns; ++j)
                        same = same && got[static_cast<std::size_t>((k * rows + i) * columns + j)] == source(k, i, j);
            CHECK(same);
        };
        const auto at = [&](int k, int i, int j) { return numbers[static_cast<std::size_t>((k * 37 + i) * 41 + j)]; };
        for (const int d : {0, 3, -5, 40, 41, -37, 1000}) {
            CAPTURE(d);
            expect_each(tril(x, d), 37, 41, [&](int k, int i, int j) { return j - i <= d ? at(k, i, j) : 0; });
            expect_each(triu(x, d), 37, 41, [&](int k, int i, int j) { return j - i >= d ? at(k, i, j) : 0; });
        }
        expect_each(rot90(x, 1, {1, 2}), 41, 37, [&](int k, int i, int j) { return at(k, j, 40 - i); });
        expect_each(rot90(x, 3, {1, 2}), 41, 37, [&](int k, int i, int j) { return at(k, 36 - j, i); });
        CHECK_SAME(triu(array({{NAN, 1.0}, {NAN, 2.0}}), 1), array({{0.0, 1.0}, {0.0, 0.0}}));
        constexpr auto far = std::numeric_limits<int>::max();
        CHECK_SAME(tril(x, far), x);
        CHECK_SAME(triu(x, -far), x);
        CHECK_SAME(triu(x, far), zeros_like(x));
    }

    TEST_CASE("values of borders") {
        expect("pad", pad(matrix(), {1, 2}, PadMode::constant, 9),
               "jt.Var([[9 1 2 3 9 9]\n        [9 4 5 6 9 9]], dtype=int32)");
        expect("pad: cut", pad(matrix(), {-1, 1, 1, 0}),
               "jt.Var([[0 0 0]\n        [2 3 0]\n        [5 6 0]], dtype=int32)");
        expect("pad: all is cut", pad(arange(3), {-3, 2}, PadMode::constant, 7), "jt.Var([7 7], dtype=int32)");
        expect("pad: bool", pad(array({true}), {1, 0}), "jt.Var([False  True], dtype=bool)");
        expect("pad: infinity", pad(array({1.0}), {0, 1}, PadMode::constant, -std::numeric_limits<double>::infinity()),
               "jt.Var([  1. -inf], dtype=float32)");
        expect("pad: nothing", pad(zeros({0}), {1, 1}), "jt.Var([0. 0.], dtype=float32)");
        expect("pad: reflect", pad(matrix(), {1, 1, 1, 0}, PadMode::reflect),
               "jt.Var([[5 4 5 6 5]\n        [2 1 2 3 2]\n        [5 4 5 6 5]], dtype=int32)");
        expect("pad: reflect and cut", pad(matrix(), {-1, 2}, PadMode::reflect),
               "jt.Var([[2 3 2 1]\n        [5 6 5 4]], dtype=int32)");
        expect("pad: replicate", pad(matrix(), {2, 1}, PadMode::replicate),
               "jt.Var([[1 1 1 2 3 3]\n        [4 4 4 5 6 6]], dtype=int32)");
        expect("pad: circular", pad(matrix(), {1, 1, 1, 0}, PadMode::circular),
               "jt.Var([[6 4 5 6 4]\n        [3 1 2 3 1]\n        [6 4 5 6 4]], dtype=int32)");
        CHECK(pad(zeros({0, 2}), {1, 1}, PadMode::reflect).shape() == Shape{0, 4});
        CHECK_SAME(pad(matrix(), {}), matrix());
        CHECK_SAME(pad(matrix(), {}, PadMode::circular), matrix());
    }

    TEST_CASE("a border reads what its mode says, along every axis") {
        const Var x = arange(60).reshape({3, 4, 5});
        const auto place = [](PadMode mode, std::int64_t i, std::int64_t n) {
            if (mode == PadMode::replicate) return std::clamp<std::int64_t>(i, 0, n - 1);
            if (mode == PadMode::circular) return (i + n) % n;
            return n - 1 - std::abs(n - 1 - std::abs(i));
        };
        for (const PadMode mode : {PadMode::reflect, PadMode::replicate, PadMode::circular})
            for (const std::vector<std::int64_t>& p : std::vector<std::vector<std::int64_t>>{
                     {4, 1, -1, 3, 2, 2}, {1, -2, 0, 1, -1, -1}, {0, 0, 0, 0, 1, 0}}) {
                Var y = x;
                for (int axis = 0; axis < 3; ++axis) {
                    std::vector<std::int64_t> places;
                    const auto k = static_cast<std::size_t>(2 * (2 - axis));
                    for (auto i = -p[k]; i < x.shape(axis) + p[k + 1]; ++i)
                        places.push_back(place(mode, i, x.shape(axis)));
                    y = index_select(y, axis, array(places));
                }
                CHECK_SAME(pad(x, p, mode), y);
            }
    }

    TEST_CASE("windows that are put back") {
        expect("fold", fold(arange(1, 9).reshape({1, 4, 2}), {2, 3}, 2),
               "jt.Var([[[[ 1  5  4]\n          [ 5 13  8]]]], dtype=int32)");
        const Var x = ones({2, 3, 5, 7});
        const Var y = fold(unfold(x, {2, 3}, 1, 0, {1, 3}), {5, 7}, {2, 3}, 1, 0, {1, 3});
        CHECK_SAME(y[0][0][1], array({2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 0.0}));
    }

    TEST_CASE("wrong calls of ops that change shapes and axes") {
        const Var x = zeros({2, 3});
        CHECK_THROWS_WITH_AS(view(x, {4}), "view: needs a shape of 6 elements for (2, 3), got (4,)", ShapeError);
        CHECK_THROWS_WITH_AS(view_as(x, zeros({4})), "view_as: needs a shape of 6 elements for (2, 3), got (4,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(flatten(x, 1, 0), "flatten: needs start_dim at or before end_dim, got 1 and 0",
                             ShapeError);
        CHECK_THROWS_WITH_AS(flatten(x, 2), "flatten: needs an axis from -2 to 1, got 2", ShapeError);
        CHECK_THROWS_WITH_AS(unflatten(x, 2, {1}), "unflatten: needs an axis from -2 to 1, got 2", ShapeError);
        CHECK_THROWS_WITH_AS(unflatten(x, 1, {2, 2}),
                             "unflatten: needs sizes that make 3, axis 1 of (2, 3), got (2, 2)", ShapeError);
        CHECK_THROWS_WITH_AS(unflatten(x, -1, {2, -1}),
                             "unflatten: needs sizes that make 3, axis 1 of (2, 3), got (2, -1)", ShapeError);
        CHECK_THROWS_WITH_AS(unflatten(x, 0, {}), "unflatten: needs sizes that make 2, axis 0 of (2, 3), got ()",
                             ShapeError);
        CHECK_THROWS_WITH_AS(unflatten(ones({1}), 0, {}), "unflatten: needs sizes that make 1, axis 0 of (1,), got ()",
                             ShapeError);
        CHECK_THROWS_WITH_AS(unflatten(x, 0, {-1, -1}), "unflatten: needs extents of 0 or more, got (1, -1)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(expand(x, {4, -1}), "expand: needs a shape that (2, 3) broadcasts to, got (4, 3)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(expand(x, {-1, 2, 3}), "expand: needs extents of 0 or more, got (-1, 2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(expand_as(x, zeros({3})), "expand_as: needs a shape that (2, 3) broadcasts to, got (3,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(transpose(x, 0, 2), "transpose: needs an axis from -2 to 1, got 2", ShapeError);
        CHECK_THROWS_WITH_AS(permute(x, {0}), "permute: needs each of 2 axes once, got 1 axes", ShapeError);
        CHECK_THROWS_WITH_AS(swapaxes(x, -3, 0), "swapaxes: needs an axis from -2 to 1, got -3", ShapeError);
        CHECK_THROWS_WITH_AS(movedim(x, 0, 2), "movedim: needs an axis from -2 to 1, got 2", ShapeError);
        CHECK_THROWS_WITH_AS(movedim(x, {1, -1}, {0, 1}), "movedim: needs each axis once, got -1 twice", ShapeError);
        CHECK_THROWS_WITH_AS(movedim(x, {0, 1}, 0), "movedim: needs a place for each axis, got 2 axes and 1 places",
                             ShapeError);
        CHECK_THROWS_WITH_AS(roll(x, {1, 2}), "roll: needs one shift an axis, 1 in all, got 2", ValueError);
        CHECK_THROWS_WITH_AS(roll(x, Ints{}, {}), "roll: needs one shift an axis, 1 in all, got 0", ValueError);
        CHECK_THROWS_WITH_AS(rot90(x, 1, 0), "rot90: needs two axes, got 1", ShapeError);
    }

    TEST_CASE("wrong calls of diagonals") {
        const Var x = zeros({2, 3});
        CHECK_THROWS_WITH_AS(diagonal(x, 0, 1, -1), "diagonal: needs two axes, got 1 and -1", ShapeError);
        CHECK_THROWS_WITH_AS(diagonal(x[0]), "diagonal: needs an axis from -1 to 0, got 1", ShapeError);
        CHECK_THROWS_WITH_AS(diag(cube()), "diag: needs one axis or two, got (2, 3, 4)", ShapeError);
        CHECK_THROWS_WITH_AS(diag(x[0], std::numeric_limits<int>::min()),
                             "diag: needs a size that fits in 63 bits, got (2147483651, 2147483651)", ShapeError);
        CHECK_THROWS_WITH_AS(triu(x[0]), "triu: needs two axes or more, got (3,)", ShapeError);
        CHECK_THROWS_WITH_AS(trace(cube()), "trace: needs a matrix, got (2, 3, 4)", ShapeError);
    }

    TEST_CASE("wrong calls of borders") {
        const Var x = zeros({2, 3});
        CHECK_THROWS_WITH_AS(pad(x, {1}), "pad: needs two numbers for each of at most 2 axes, got 1", ValueError);
        CHECK_THROWS_WITH_AS(pad(x, {1, 1, 1, 1, 1, 1}), "pad: needs two numbers for each of at most 2 axes, got 6",
                             ValueError);
        CHECK_THROWS_WITH_AS(pad(x, {-2, -2}), "pad: needs to cut at most 3 elements, got -2 and -2", ShapeError);
        CHECK_THROWS_WITH_AS(pad(x, {-4, 9}), "pad: needs to cut at most 3 elements, got -4 and 9", ShapeError);
        const std::string size = "pad: needs a size that fits in 63 bits, got ", huge = std::to_string(most);
        CHECK_THROWS_WITH_AS(pad(x, {most, 0}), (size + "3 with " + huge + " and 0").c_str(), ShapeError);
        CHECK_THROWS_WITH_AS(pad(x, {most - 3, 0}), (size + text(Shape{2, most})).c_str(), ShapeError);
        CHECK_THROWS_WITH_AS(pad(x, {most, 0}, PadMode::replicate), (size + "3 with " + huge + " and 0").c_str(),
                             ShapeError);
        CHECK_THROWS_WITH_AS(pad(x, {most - 3, 0}, PadMode::replicate), (size + text(Shape{2, most})).c_str(),
                             ShapeError);
    }

    TEST_CASE("borders wider than their mode allows, and windows that do not fit") {
        const Var x = zeros({2, 3});
        CHECK_THROWS_WITH_AS(pad(x, {0, 3}, PadMode::reflect),
                             "pad: needs at most 2 in this mode along axis 1 of (2, 3), got 3", ShapeError);
        CHECK_THROWS_WITH_AS(pad(x, {4, 0}, PadMode::circular),
                             "pad: needs at most 3 in this mode along axis 1 of (2, 3), got 4", ShapeError);
        CHECK_THROWS_WITH_AS(pad(zeros({0}), {1, 0}, PadMode::replicate),
                             "pad: needs at most 0 in this mode along axis 0 of (0,), got 1", ShapeError);
        CHECK_THROWS_WITH_AS(pad(arange(2), {1, 0}, PadMode::constant, 1LL << 40),
                             "pad: needs a number that int32 holds, got 1099511627776", ValueError);
        CHECK_THROWS_WITH_AS(fold(x, 2, 1), "fold: needs x (n, c * kh * kw, windows), got (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(fold(zeros({1, 4, 4}), 3, {2, 3}),
                             "fold: needs a multiple of 6 rows and 2 windows, got (1, 4, 4)", ShapeError);
        CHECK_THROWS_WITH_AS(fold(zeros({1, 4, 3}), 3, 2),
                             "fold: needs a multiple of 4 rows and 4 windows, got (1, 4, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(fold(zeros({1, 4, 3}), -1, 2), "fold: needs extents of 0 or more, got (1, 0, -1, -1)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(
            fold(zeros({1, 4, 3}), 1, 2),
            "fold: needs a kernel no larger than the padded input, got (2, 2), 1 apart, for (1, 0, 1, 1)", ShapeError);
    }
}

}  // namespace jt::test
