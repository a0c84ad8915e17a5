// Vars made from a rule or drawn: values, and the calls that are refused.
#include <limits>

#include "../../core/random.hpp"
#include "op_rows.hpp"

namespace jt::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

template <class F>
Var seeded(F draw) {
    set_global_seed(42);
    return draw();
}

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("values of Vars that are made like another one") {
        const Var x = array({1, 2}, int64);
        expect("empty", empty({2}, int32), "jt.Var([0 0], dtype=int32)");
        expect("new_zeros", new_zeros(x, {2, 1}), "jt.Var([[0]\n        [0]], dtype=int64)");
        expect("new_ones", x.new_ones({2}, float32), "jt.Var([1. 1.], dtype=float32)");
        expect("new_full", x.new_full({2}, 7), "jt.Var([7 7], dtype=int64)");
        expect("new_empty", x.new_empty({0}), "jt.Var([], dtype=int64)");
        CHECK_SAME(x.new_zeros({3}), zeros({3}, int64));
        CHECK(zeros({2}, float64).new_ones({2}).requires_grad());
        CHECK(empty({}).shape() == Shape{1});
    }

    TEST_CASE("values of linspace") {
        expect("linspace", linspace(0, 1, 4), "jt.Var([0.         0.33333334 0.6666667  1.        ], dtype=float32)");
        CHECK_CLOSE(linspace(0.5, -0.4, 6), {0.5, 0.32, 0.14, -0.04, -0.22, -0.4});
        expect("linspace: one", linspace(2.5, 7, 1), "jt.Var([2.5], dtype=float32)");
        expect("linspace: one integer", linspace(2, 7, 1), "jt.Var([2], dtype=int32)");
        expect("linspace: none", linspace(2, 7, 0), "jt.Var([], dtype=float32)");
        expect("linspace: level", linspace(2, 2, 2), "jt.Var([2. 2.], dtype=float32)");
        CHECK(linspace(0, 1, 2).requires_grad());
        CHECK_THROWS_WITH_AS(linspace(0, 1, -1), "linspace: needs extents of 0 or more, got (-1,)", ShapeError);
        CHECK_THROWS_WITH_AS(linspace(0, inf, 3),
                             "linspace: needs ends and a step that float32 holds, got 0, inf and inf", ValueError);
        CHECK_THROWS_AS(linspace(nan, 0, 3), ValueError);
        CHECK_THROWS_AS(linspace(-3e38, 3e38, 2), ValueError);
        CHECK_THROWS_AS(linspace(1e39, 0, 1), ValueError);
    }

    TEST_CASE("values of eye and of the places of triangles") {
        expect("eye", eye(2), "jt.Var([[1. 0.]\n        [0. 1.]], dtype=float32)");
        expect("eye: wide", eye(2, 3), "jt.Var([[1. 0. 0.]\n        [0. 1. 0.]], dtype=float32)");
        CHECK(eye(0).shape() == Shape{0, 0});
        CHECK(eye(3, 0).shape() == Shape{3, 0});
        CHECK(eye(2).requires_grad());
        expect("tril_indices", tril_indices(3, 4, -1), "jt.Var([[1 2 2]\n        [0 0 1]], dtype=int32)");
        expect("triu_indices", triu_indices(2, 3, 1), "jt.Var([[0 0 1]\n        [1 2 2]], dtype=int32)");
        expect("tril_indices: main", tril_indices(2, 2), "jt.Var([[0 1 1]\n        [0 0 1]], dtype=int32)");
        constexpr int far = std::numeric_limits<int>::max();
        CHECK(tril_indices(2, 3, far).shape() == Shape{2, 6});
        CHECK(triu_indices(2, 3, -far - 1).shape() == Shape{2, 6});
        CHECK(tril_indices(2, 3, -far - 1).shape() == Shape{2, 0});
        CHECK(triu_indices(0, 3).shape() == Shape{2, 0});
        CHECK_THROWS_WITH_AS(eye(-1), "eye: needs extents of 0 or more, got (-1, -1)", ShapeError);
        CHECK_THROWS_WITH_AS(tril_indices(2, -1), "tril_indices: needs extents of 0 or more, got (2, -1)", ShapeError);
        CHECK_THROWS_AS(triu_indices(-2, 1), ShapeError);
    }

    TEST_CASE("values of one_hot") {
        expect("one_hot", one_hot(array({2, 0})), "jt.Var([[0 0 1]\n        [1 0 0]], dtype=int32)");
        expect("one_hot: wider", one_hot(array({1}, uint8), 3), "jt.Var([[0 1 0]], dtype=uint8)");
        CHECK(one_hot(array({{1, 0}, {2, 1}}, int64), 4).shape() == Shape{2, 2, 4});
        CHECK(one_hot(zeros({2, 0}, int32), 3).shape() == Shape{2, 0, 3});
        CHECK(one_hot(zeros({0}, int32), 0).shape() == Shape{0, 0});
        const Var last = array({std::numeric_limits<std::int64_t>::max()}, int64);
        CHECK_THROWS_WITH_AS(one_hot(last), "one_hot: needs classes that an int32 counts, got 9223372036854775807",
                             ValueError);
        CHECK_THROWS_WITH_AS(one_hot(array({1, 3}), 3), "one_hot: needs classes from 0 to 2, got 3", ValueError);
        CHECK_THROWS_WITH_AS(one_hot(array({1, -1})), "one_hot: needs classes from 0 to 1, got -1", ValueError);
        CHECK_THROWS_WITH_AS(one_hot(array({0}), -2), "one_hot: needs num_classes of 0 or more, or -1, got -2",
                             ValueError);
        CHECK_THROWS_WITH_AS(one_hot(zeros({0}, int32)), "one_hot: needs num_classes where there is no class, got -1",
                             ValueError);
        CHECK_THROWS_WITH_AS(one_hot(array({0.0})), "one_hot: needs integer classes, got float32", DtypeError);
        CHECK_THROWS_AS(one_hot(array({true})), DtypeError);
    }

    TEST_CASE("normal, bernoulli and multinomial draw from Jittor's stream") {
        expect("normal", seeded([] { return normal(5, 3, {4}); }),
               "jt.Var([2.2962558 7.689226  1.3918592 3.529534 ], dtype=float32)");
        CHECK(normal(0, 1, {2, 3}, float64).dtype() == float64);
        expect("bernoulli", seeded([] {
                   return bernoulli(array({0.5, 0.5, 0.75, 0.25, 0.375, 0.9}));
               }),
               "jt.Var([1. 0. 1. 0. 0. 1.], dtype=float32)");
        CHECK_SAME(zeros({2}, float64).bernoulli(), zeros({2}, float64));
        CHECK(bernoulli(ones({0, 2})).shape() == Shape{0, 2});
        const Var w = array({0.1, 0.2, 0.3, 0.4}), rows = array({{1, 0, 3}, {2, 5, 1}});
        expect("multinomial", seeded([&] { return multinomial(w, 4); }), "jt.Var([2 1 3 0], dtype=int32)");
        expect("multinomial: rows", seeded([&] { return rows.multinomial(2); }),
               "jt.Var([[2 0]\n        [1 0]], dtype=int32)");
        expect("multinomial: replacement", seeded([&] { return w.multinomial(6, true); }),
               "jt.Var([0 2 3 1 2 1], dtype=int32)");
        expect("multinomial: replacement, rows", seeded([&] { return rows.multinomial(2, true); }),
               "jt.Var([[0 2]\n        [1 1]], dtype=int32)");
        CHECK_SAME(multinomial(array({3.0}), 2, true), zeros({2}, int32));
        expect("multinomial: tiny", seeded([] {
                   return multinomial(array({1e-4, 2e-4, 3e-4, 4e-4}), 4);
               }),
               "jt.Var([2 1 3 0], dtype=int32)");
    }

    TEST_CASE("places along an axis") {
        expect("index", index({2, 3}, -1), "jt.Var([[0 1 2]\n        [0 1 2]], dtype=int32)");
        CHECK_SAME(zeros(2, 3).index(0, float32), array({{0.0, 0.0, 0.0}, {1.0, 1.0, 1.0}}));
        CHECK(index({0, 2}, 1).shape() == Shape{0, 2});
        CHECK_THROWS_WITH_AS(index(Shape{2, -3}, 0), "index: needs extents of 0 or more, got (2, -3)", ShapeError);
        CHECK_THROWS_WITH_AS(index(Shape{2, 300}, 1, uint8), "arange: needs a number that uint8 holds, got 299",
                             ValueError);
    }

    TEST_CASE("wrong draws") {
        const Var w = array({0.5, 0.0, 0.5});
        CHECK_THROWS_WITH_AS(normal(0, 1, {-1}), "normal: needs extents of 0 or more, got (-1,)", ShapeError);
        CHECK_THROWS_WITH_AS(normal(0, 1, {2}, int32), "normal: needs a float dtype, got int32", DtypeError);
        CHECK_THROWS_WITH_AS(bernoulli(array({1})), "bernoulli: needs a float dtype, got int32", DtypeError);
        constexpr const char* too_many =
            "multinomial: needs from 1 to as many samples as there are weights above 0, 2 in some row, got 3";
        CHECK_THROWS_WITH_AS(multinomial(w, 3), too_many, ValueError);
        CHECK_THROWS_AS(multinomial(w, 0, true), ValueError);
        CHECK_THROWS_AS(multinomial(zeros({2}), 1, true), ValueError);
        CHECK_THROWS_WITH_AS(multinomial(array({1.0, -1.0}), 1),
                             "multinomial: needs finite weights of 0 or more, got others", ValueError);
        for (const double wrong : {inf, nan}) CHECK_THROWS_AS(multinomial(array({1.0, wrong}), 1), ValueError);
        CHECK_THROWS_WITH_AS(multinomial(zeros({2, 0}), 1), "multinomial: needs weights, got none of (2, 0)",
                             ShapeError);
    }
}

}  // namespace jt::test
