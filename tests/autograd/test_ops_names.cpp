// Other names, and numbers one by one: the same as what they stand for, to the bit.
#include <limits>

#include "../../core/random.hpp"
#include "op_rows.hpp"

namespace jt::test {

namespace {

struct Alias {
    std::string name;
    Op f, expected;
};

const std::vector<Alias> aliases = {
    {"subtract", [](const Vars& x) { return subtract(2, x[0]).subtract(x[1]); },
     [](const Vars& x) { return 2 - x[0] - x[1]; }},
    {"multiply", [](const Vars& x) { return multiply(2, x[0]).multiply(x[1]); },
     [](const Vars& x) { return 2 * x[0] * x[1]; }},
    {"divide", [](const Vars& x) { return divide(2, x[0]).divide(x[1]); },
     [](const Vars& x) { return 2 / x[0] / x[1]; }},
    {"ternary", [](const Vars& x) { return ternary(x[0] > 0, (x[0] > 1).ternary(x[1], x[0]), 3); },
     [](const Vars& x) { return where(x[0] > 0, where(x[0] > 1, x[1], x[0]), 3); }},
    {"random", [](const Vars& x) { return set_seed(4), random(x[0].shape(), x[0].dtype()) * x[0]; },
     [](const Vars& x) { return set_global_seed(4), rand(x[0].shape(), x[0].dtype()) * x[0]; }},
    {"broadcast: to a Var", [](const Vars& x) { return x[0][0].broadcast(x[1]); },
     [](const Vars& x) { return x[0][0].expand_as(x[1]); }},
    {"transpose: of the last two", [](const Vars& x) { return x[0].t() * 2; },
     [](const Vars& x) { return transpose(x[0], -1, -2) * 2; }},
};

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("other names: values and gradients") {
        for (const Alias& row : aliases) {
            CAPTURE(row.name);
            const Vars x = random_inputs({{2, 3}, {2, 3}}, -2, 2);
            CHECK_SAME(row.f(x), row.expected(x));
            CHECK_SAME(grad(row.f(x), x[0]), grad(row.expected(x), x[0]));
        }
    }

    TEST_CASE("casts by name") {
        const Var x = array({0.0, 2.0});
        CHECK_SAME(x.astype(int64), x.int64());
        CHECK_SAME(x.int64(), array({0, 2}, int64));
        CHECK_SAME(x.uint8(), array({0, 2}, uint8));
        CHECK_SAME(x.bool_(), x > 1);
    }

    TEST_CASE("sizes by name") {
        const Var x = zeros(2, 3, 4), none;
        CHECK(x.size() == Shape{2, 3, 4});
        CHECK(x.size(-1) == 4);
        CHECK(x.dim() == 3);
        CHECK_THROWS_WITH_AS(x.size(3), "shape: needs an axis from -3 to 2, got 3", ShapeError);
        CHECK_THROWS_WITH_AS(none.size(), "shape: needs a Var that holds something, got an empty one", GraphError);
    }

    TEST_CASE("numbers one by one make a shape") {
        const Var x = arange(24).reshape(2, 3, 4);
        const std::int64_t n = 2;
        const std::size_t m = 3;
        CHECK_SAME(x.view(-1), x.view({-1}));
        CHECK_SAME(x.view(n, m, 4), x);
        CHECK_SAME(x.reshape(6, -1), x.reshape({6, -1}));
        CHECK_SAME(x.view(x.shape()[to(-1)], 2, 2), x.view({2, 3, 2, 2}));
        CHECK_SAME(x.view(x.shape()), x);
        CHECK_SAME(x.permute(0, 2, 1), x.permute({0, 2, 1}));
        CHECK_SAME(x.transpose(m - 3, 2, 1), x.transpose({0, 2, 1}));
        CHECK_SAME(x.transpose(0, 2), x.transpose({2, 1, 0}));
        CHECK_SAME(x[0].transpose(n - 2, n - 1), x[0].transpose());
        CHECK_SAME(x.repeat(2, 1, 1), x.repeat({2, 1, 1}));
        CHECK_SAME((x[{_, to(1)}].expand(-1, 5, 4)), (x[{_, to(1)}].expand({-1, 5, 4})));
        CHECK_SAME(zeros(n, 3), zeros({2, 3}));
        CHECK_SAME(ones(5), ones({5}));
        CHECK_SAME(zeros(x.shape()), zeros({2, 3, 4}));
        CHECK_SAME(ones(x.shape()[from(1)], 5), ones({3, 4, 5}));
        CHECK_SAME(empty(2, 0), empty({2, 0}));
        for (const bool normal : {false, true}) {
            set_seed(3);
            const Var y = normal ? randn(2, 3) : rand(2, 3);
            set_seed(3);
            CHECK_SAME(y, normal ? randn({2, 3}) : rand({2, 3}));
        }
        CHECK_THROWS_WITH_AS(x.view(5, -1), "view: needs a shape of 24 elements for (2, 3, 4), got (5, -1)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(zeros(-1, 2), "zeros: needs extents of 0 or more, got (-1, 2)", ShapeError);
        CHECK_THROWS_WITH_AS(x.permute(0, 1), "permute: needs each of 3 axes once, got 2 axes", ShapeError);
        CHECK_THROWS_WITH_AS(zeros(std::numeric_limits<std::uint64_t>::max()),
                             "zeros: needs extents of 0 or more, got (-1,)", ShapeError);
    }

    TEST_CASE("parts of a shape") {
        const Shape shape = {2, 3, 4};
        CHECK(shape[to(-1)] == Shape{2, 3});
        CHECK(shape[from(1)] == Shape{3, 4});
        CHECK(shape[from(7)].empty());
        CHECK(shape[Slice{{}, {}, -1}] == Shape{4, 3, 2});
        CHECK(shape[1] == 3);
        CHECK(shape[-1] == 4);
        CHECK(zeros(2, 3).shape()[-2] == 2);
        Shape other = shape;
        other[-1] = 5;
        CHECK(other == Shape{2, 3, 5});
        CHECK_THROWS_WITH_AS(shape[3], "shape: needs an index from -3 to 2, got 3", IndexError);
        CHECK_THROWS_WITH_AS(other[-4], "shape: needs an index from -3 to 2, got -4", IndexError);
        CHECK_THROWS_WITH_AS(Shape()[0], "shape: needs an index from 0 to -1, got 0", IndexError);
        CHECK(shape[to(1)] + Shape{5} + shape[from(2)] == Shape{2, 5, 4});
        CHECK_THROWS_WITH_AS((shape[Slice{0, 1, 0}]), "shape: needs a slice step other than 0, got 0", ValueError);
    }

    TEST_CASE("arange of a dtype") {
        CHECK_SAME(arange(3, float32), array({0.0, 1.0, 2.0}));
        CHECK_SAME(arange(1, 3, int64), array({1, 2}, int64));
        CHECK_SAME(arange(0.5, 2, float64), array({0.5, 1.5}, float64));
    }

    TEST_CASE("clamp between Vars, scatter of a number") {
        const Var x = array({-2.0, 0.5, 3.0}), low = array({-1.0, 0.0, 1.0}), none;
        CHECK_SAME(x.clamp(low, 2), array({-1.0, 0.5, 2.0}));
        CHECK_SAME(x.clamp(low), maximum(x, low));
        CHECK_SAME(x.clamp({}, low[1]), minimum(x, 0));
        CHECK_SAME(clamp(x, low + 1, low), minimum(maximum(x, low + 1), low));
        CHECK_THROWS_WITH_AS(x.clamp(none), "clamp: needs a Var that holds something, got an empty one", GraphError);
        Var y = zeros(2, 3);
        y.scatter_(1, array({{2}, {0}}), 7);
        CHECK_SAME(y, array({{0.0, 0.0, 7.0}, {7.0, 0.0, 0.0}}));
        CHECK_SAME(y.scatter(1, array({{2}, {0}}), 2, "multiply"), y * 2);
        CHECK_THROWS_WITH_AS(y.int32().scatter(1, array({{2}, {0}}), 0.5),
                             "scatter: needs a number that int32 holds, got 0.5", ValueError);
    }

    TEST_CASE("gauss_ is normal_") {
        Var x = zeros(3), y = zeros(3);
        set_seed(3), x.gauss_(1, 2);
        set_seed(3), y.normal_(1, 2);
        CHECK_SAME(x, y);
    }
}

}  // namespace jt::test
