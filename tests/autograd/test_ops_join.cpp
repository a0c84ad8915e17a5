// The ops that take Vars apart, repeat them and lay them out as grids. Numbers are PyTorch's.
#include <limits>

#include "op_rows.hpp"

namespace jt::test {

namespace {

const std::vector<Sample> any = {{{5}}, {{3, 4}}, {{1}}, {{2, 1, 3}}, {{0}}, {{2, 0, 3}}};

Var weighted(const Vars& parts) {
    Var sum = zeros({1}, parts[0].dtype());
    for (const Var& part : parts) sum = sum * 2.0 + jt::sum(part * part * part);
    return sum;
}

const std::vector<GradRow> grad_rows = {
    {"split", [](const Vars& x) { return weighted(split(x[0] * x[0], 2, -1)); }, any},
    {"split: sizes",
     [](const Vars& x) {
         const auto [a, b, c] = split<3>(x[0], {2, 0, 1}, 1);
         return a * c + x[0][{_, Slice{0, 1}}];
     },
     {{{2, 3}}, {{1, 3}}, {{0, 3}}, {{2, 3, 2}}}},
    {"chunk", [](const Vars& x) { return weighted(chunk(x[0], 3)) * x[0]; }, {{{5}}, {{3, 2}}, {{1}}, {{0}}, {{4}}}},
    {"chunk: only one is used", [](const Vars& x) { return chunk(x[0], 2, 1)[1] * 2.0; }, {{{2, 4}}, {{0, 2}}}},
    {"unbind", [](const Vars& x) { return weighted(unbind(x[0], -1)); }, {{{5}}, {{3, 4}}, {{1}}, {{2, 1, 3}}}},
    {"repeat",
     [](const Vars& x) {
         return repeat(x[0], {2, 1, 3}) * repeat(x[0] * x[0], {2, 1, 3});
     },
     any},
    {"repeat: none", [](const Vars& x) { return repeat(x[0], 0); }, any},
    {"tile", [](const Vars& x) { return tile(x[0], 2) * 2.0; }, any},
    {"repeat_interleave",
     [](const Vars& x) { return repeat_interleave(x[0], 2, -1) * repeat_interleave(x[0] * x[0], 2, -1); }, any},
    {"repeat_interleave: each",
     [](const Vars& x) {
         const Var each = array({2, 0, 1}), y = repeat_interleave(x[0], each, 1);
         return y * y;
     },
     {{{2, 3}}, {{2, 3, 2}}, {{0, 3}}, {{2, 3, 0}}}},
    {"meshgrid",
     [](const Vars& x) {
         const Vars grids = meshgrid({x[0], x[1], x[0]});
         return grids[0] * grids[1] * grids[2];
     },
     {{{3}, {2}}, {{1}, {1}}, {{0}, {2}}}},
    {"cat",
     [](const Vars& x) {
         return cat({x[0], x[0] * x[0]}, -1) * 2.0;
     },
     any},
};

std::string printed(const Vars& parts) {
    std::string out;
    for (const Var& part : parts) out += str(part.reshape({-1})).substr(7) + " ";
    return out;
}

Var matrix() { return array({{1, 2, 3}, {4, 5, 6}}); }

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("gradients of parts and repeats") { check_all(grad_rows); }

    TEST_CASE("values of parts") {
        const std::string pairs = "[0 1], dtype=int32) [2 3], dtype=int32) ";
        CHECK_EQ(printed(arange(5).split(2)), pairs + "[4], dtype=int32) ");
        CHECK_EQ(printed(matrix().split({1, 2}, -1)), "[1 4], dtype=int32) [2 3 5 6], dtype=int32) ");
        CHECK_EQ(printed(split(arange(2), std::vector<int>{2, 0})), "[0 1], dtype=int32) [], dtype=int32) ");
        CHECK_EQ(printed(arange(6).chunk(5)), pairs + "[4 5], dtype=int32) ");
        CHECK_EQ(printed(arange(2).chunk(1)), "[0 1], dtype=int32) ");
        CHECK_EQ(printed(arange(2).chunk(9)), "[0], dtype=int32) [1], dtype=int32) ");
        CHECK_EQ(printed(zeros({0}).chunk(2)), "[], dtype=float32) [], dtype=float32) ");
        CHECK_EQ(printed(zeros({0}).split(3)), "[], dtype=float32) ");
        CHECK(split(zeros({0}), Ints{}).empty());
        CHECK(arange(3).split(std::numeric_limits<std::int64_t>::max())[0].shape() == Shape{3});
        CHECK_EQ(printed(array({{true, false}}).unbind(1)), "[ True], dtype=bool) [False], dtype=bool) ");
        CHECK(unbind(matrix(), -1)[2].shape() == Shape{2});
        CHECK(unbind(arange(3))[0].shape() == Shape{1});
        CHECK(unbind(zeros({2, 0}), 1).empty());
    }

    TEST_CASE("parts by name") {
        const Var x = arange(12).reshape({3, 4});
        const auto [a, b] = chunk<2>(x, 1);
        const auto [p, q, r] = unbind<3>(x);
        const auto [first, rest] = split<2>(x, {1, 2});
        CHECK_SAME(b, (x[{_, from(2)}]));
        CHECK_SAME(q, x[1]);
        CHECK_SAME(rest, x[from(1)]);
        CHECK(a.numel() + p.numel() + r.numel() + first.numel() == 6 + 4 + 4 + 4);
        CHECK_THROWS_WITH_AS(chunk<3>(x, 1), "chunk: needs an axis that gives 3 Vars, got 2", ShapeError);
        CHECK_THROWS_WITH_AS(split<3>(x, 2), "split: needs an axis that gives 3 Vars, got 2", ShapeError);
        CHECK_THROWS_WITH_AS(unbind<2>(x), "unbind: needs an axis that gives 2 Vars, got 3", ShapeError);
    }

    TEST_CASE("values of repeats and grids") {
        expect("repeat", repeat(array({1, 2}), {2, 2}), "jt.Var([[1 2 1 2]\n        [1 2 1 2]], dtype=int32)");
        expect("repeat: fewer than axes", repeat(matrix(), 2),
               "jt.Var([[1 2 3 1 2 3]\n        [4 5 6 4 5 6]], dtype=int32)");
        CHECK(repeat(matrix(), {2, 1, 2}).shape() == Shape{2, 2, 6});
        CHECK(repeat(matrix(), {0, 2}).shape() == Shape{0, 6});
        CHECK_SAME(repeat(matrix(), Ints{}), matrix());
        expect("tile", tile(array({true, false}), 2), "jt.Var([ True False  True False], dtype=bool)");
        expect("repeat_interleave", repeat_interleave(matrix(), 2, 0)[Slice{0, 3}],
               "jt.Var([[1 2 3]\n        [1 2 3]\n        [4 5 6]], dtype=int32)");
        expect("repeat_interleave: as one row", repeat_interleave(array({{1}, {2}}), 2),
               "jt.Var([1 1 2 2], dtype=int32)");
        expect("repeat_interleave: each", repeat_interleave(matrix(), array({2, 0, 1}), -1),
               "jt.Var([[1 1 3]\n        [4 4 6]], dtype=int32)");
        expect("repeat_interleave: each of all", repeat_interleave(array({{1}, {2}}), array({2, 1}, uint8)),
               "jt.Var([1 1 2], dtype=int32)");
        expect("repeat_interleave: one for all", repeat_interleave(array({1, 2}), array({2})),
               "jt.Var([1 1 2 2], dtype=int32)");
        CHECK(repeat_interleave(zeros({0, 2}), array({3}), 0).shape() == Shape{0, 2});
        const Vars grids = meshgrid({array({1, 2}), array({0.5})});
        expect("meshgrid", grids[0], "jt.Var([[1]\n        [2]], dtype=int32)");
        expect("meshgrid: second", grids[1], "jt.Var([[0.5]\n        [0.5]], dtype=float32)");
        expect("cat", cat({array({1}), array({2})}), "jt.Var([1 2], dtype=int32)");
    }

    TEST_CASE("wrong calls of what takes apart and repeats") {
        const Var x = zeros({2, 3});
        const std::int64_t most = std::numeric_limits<std::int64_t>::max();
        CHECK_THROWS_WITH_AS(split(x, 0), "split: needs a size of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(split(x, {2}, 1), "split: needs sizes that add up to 3, got (2,)", ShapeError);
        CHECK_THROWS_WITH_AS(split(x, {4, -1}, 1), "split: needs sizes that add up to 3, got (4, -1)", ShapeError);
        CHECK_THROWS_WITH_AS(split(x, {3, 1}, 1), "split: needs sizes that add up to 3, got (3, 1)", ShapeError);
        CHECK_THROWS_WITH_AS(chunk(x, 0), "chunk: needs 1 piece or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(repeat(x, {1, -1}), "repeat: needs repeats of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(repeat(x, most),
                             ("repeat: needs a size that fits in 63 bits, got " + text(Shape{2, most, 3})).c_str(),
                             ShapeError);
        CHECK_THROWS_WITH_AS(repeat(x, std::vector<int>(64, 2)), "repeat: needs at most 64 axes, got 128", ShapeError);
        CHECK_THROWS_WITH_AS(repeat_interleave(x, -1), "repeat_interleave: needs repeats of 0 or more, got -1",
                             ValueError);
        CHECK_THROWS_WITH_AS(repeat_interleave(x, most, 0),
                             ("repeat_interleave: needs a size that fits in 63 bits, "
                              "got " +
                              text(Shape{1, 2, most, 3}))
                                 .c_str(),
                             ShapeError);
        CHECK_THROWS_WITH_AS(repeat_interleave(x, array({1, -2}), 0),
                             "repeat_interleave: needs repeats of 0 or more, got -2", ValueError);
        CHECK_THROWS_WITH_AS(repeat_interleave(x, array({1, 2})),
                             "repeat_interleave: needs repeats of shape (6,) or (1,), got (2,)", ShapeError);
        CHECK_THROWS_WITH_AS(repeat_interleave(x, array({1.0, 2.0}), 0),
                             "repeat_interleave: needs integer repeats, got float32", DtypeError);
        CHECK_THROWS_WITH_AS(repeat_interleave(x, full({2}, most, int64), 0),
                             ("repeat_interleave: needs a size that fits in 63 bits, got " + text(Shape{most})).c_str(),
                             ShapeError);
        CHECK_THROWS_WITH_AS(meshgrid({}), "meshgrid: needs at least one Var, got none", ValueError);
        CHECK_THROWS_WITH_AS(meshgrid({x[0], x}), "meshgrid: needs 1-d Vars, got (2, 3)", ShapeError);
    }
}

}  // namespace jt::test
