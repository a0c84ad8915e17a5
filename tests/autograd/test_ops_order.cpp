// Sorting, running sums, and ops that read, write and move by place: gradients, values and errors.
#include <algorithm>
#include <limits>
#include <numeric>

#include "op_rows.hpp"

namespace jt::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

const std::vector<Sample> matrices = {{{3, 4}}, {{2, 3}}, {{1, 1}}, {{0, 3}}, {{3, 0}}, {{2, 3, 4}}};
const std::vector<Sample> any = {{{5}}, {{3, 4}}, {{1}}, {{2, 1, 3}}, {{0}}, {{2, 0, 3}}};
const std::vector<Sample> images = {{{1, 1, 3, 4}}, {{2, 3, 4, 5}}, {{0, 2, 3, 3}}};

Var picks() { return array({{2, 0, -1}, {1, 1, 0}}); }

const std::vector<GradRow> grad_rows = {
    {"sort", [](const Vars& x) { return sort(x[0]).first * x[0]; }, any},
    {"argsort", [](const Vars& x) { return argsort(x[0], 0, true).second * x[0]; }, any},
    {"topk", [](const Vars& x) { return topk(x[0], 2).first; }, {{{3, 4}}, {{5}}, {{0, 3}}}},
    {"cumsum", [](const Vars& x) { return cumsum(x[0]) * x[0] + cumsum(x[0], 0); }, any},
    {"cumprod", [](const Vars& x) { return cumprod(x[0]) * x[0] + cumprod(x[0], 0); }, any},
    {"kthvalue",
     [](const Vars& x) { return kthvalue(x[0], 2).first * kthvalue(x[0], 1, -1, keepdims).first; },
     {{{3, 4}}, {{5}}, {{0, 2}}}},
    {"median", [](const Vars& x) { return median(x[0], 0) * median(x[0]); }, {{{3, 4}}, {{5}}, {{1}}}},
    {"flip", [](const Vars& x) { return flip(x[0]) * x[0] + flip(x[0], {-1}) + flip(x[0], {}); }, any},
    {"roll", [](const Vars& x) { return roll(x[0], 2) * x[0] + roll(x[0], -1, -1); }, any},
    {"squeeze", [](const Vars& x) { return squeeze(x[0]) * 2.0; }, any},
    {"unsqueeze", [](const Vars& x) { return unsqueeze(x[0], 1) * unsqueeze(x[0], 0); }, any},
    {"stack",
     [](const Vars& x) {
         return stack({x[0], x[0] * x[0], x[1]}, -1);
     },
     {{{3}, {3}}, {{2, 3}, {2, 3}}, {{0}, {0}}}},
    {"tril", [](const Vars& x) { return tril(x[0]) * x[0] + tril(x[0], -1) + tril(x[0], 1); }, matrices},
    {"var",
     [](const Vars& x) { return var(x[0]) + var(x[0], 0, true, keepdims) * x[0]; },
     {{{3, 4}}, {{5}}, {{2, 3, 2}}}},
    {"gather", [](const Vars& x) { return gather(x[0], 1, picks()) * x[1]; }, {{{2, 3}, {2, 3}}, {{4, 3}, {1}}}},
    {"scatter",
     [](const Vars& x) { return scatter(x[0], 1, picks(), x[1]) * x[0]; },
     {{{2, 3}, {2, 3}}, {{3, 4}, {2, 3}}}},
    {"unfold",
     [](const Vars& x) {
         return unfold(x[0], 2, 1, 1, {1, 2}) * 0.5 + unfold(x[0], 2, 1, 1, {1, 2});
     },
     images},
};

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("gradients of ops that sort, add up and move") { check_all(grad_rows); }

    TEST_CASE("sorting is stable, with NaN last both ways") {
        const Var x = array({{3.0, nan, 1.0, 3.0, -inf}, {0.0, -0.0, nan, nan, 2.0}});
        expect("argsort", argsort(x).first, "jt.Var([[4 2 0 3 1]\n        [0 1 4 2 3]], dtype=int32)");
        expect("sort", sort(x, 1, true).first,
               "jt.Var([[  3.   3.   1. -inf  nan]\n        [  2.   0.  -0.  nan  nan]], dtype=float32)");
        expect("sort: index", sort(x, 1, true).second, "jt.Var([[0 3 2 4 1]\n        [4 0 1 2 3]], dtype=int32)");
        expect("sort: axis 0", sort(array({{3, 1}, {2, 5}}), 0).first, "jt.Var([[2 1]\n        [3 5]], dtype=int32)");
        expect("sort: bool", sort(array({true, false, true})).first, "jt.Var([False  True  True], dtype=bool)");
        expect("topk", topk(array({5, 1, 9, 7}), 2).first, "jt.Var([9 7], dtype=int32)");
        expect("topk: smallest", topk(array({{5, 1, 9, 7}}), 2, -1, false).second, "jt.Var([[1 0]], dtype=int32)");
        CHECK(topk(x, 0).first.shape() == Shape{2, 0});
        std::vector<int> many(1000);
        for (int i = 0; i < 1000; ++i) many[static_cast<std::size_t>(i)] = i % 7;
        const auto index = argsort(array(many)).first.to_vector<int>();
        for (std::size_t i = 1; i < index.size(); ++i) {
            const int a = index[i - 1], b = index[i];
            REQUIRE((a % 7 < b % 7 || (a % 7 == b % 7 && a < b)));
        }
    }

    TEST_CASE("lines of any length are in the order of a stable sort, whole or in part") {
        std::mt19937_64 random(1);
        for (const Dtype dtype : {bool_, uint8, int32, int64, float32, float64})
            for (const int n : {1, 15, 16, 17, 24, 25, 63, 64, 65, 127, 128, 129, 300})
                for (const bool descending : {false, true}) {
                    CAPTURE(n);
                    std::vector<double> numbers(static_cast<std::size_t>(n));
                    for (double& x : numbers)
                        x = dtype == bool_ ? static_cast<double>(random() % 2) : static_cast<double>(random() % 97);
                    if (is_float(dtype) || dtype == int32 || dtype == int64)
                        for (double& x : numbers) x -= 50;
                    if (is_float(dtype) && n > 5)
                        numbers[1] = nan, numbers[2] = -0.0, numbers[3] = inf, numbers[4] = -inf;
                    std::vector<int> order(numbers.size());
                    std::iota(order.begin(), order.end(), 0);
                    std::stable_sort(order.begin(), order.end(), [&](int i, int k) {
                        const double a = numbers[static_cast<std::size_t>(i)], b = numbers[static_cast<std::size_t>(k)];
                        if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
                        return descending ? b < a : a < b;
                    });
                    const Var x = array(numbers, float64).cast(dtype);
                    CHECK(argsort(x, 0, descending).first.to_vector<int>() == order);
                    const int few = (n + 3) / 4;
                    const auto best = topk(x, few, 0, descending).second.to_vector<int>();
                    CHECK(best == std::vector<int>(order.begin(), order.begin() + few));
                    if (!descending) CHECK(kthvalue(x, few).second.item() == order[static_cast<std::size_t>(few - 1)]);
                }
        const Var far = array({std::numeric_limits<std::int64_t>::max(), std::int64_t{-1},
                               std::numeric_limits<std::int64_t>::min(), std::int64_t{0}},
                              int64);
        CHECK(argsort(far).first.to_vector<int>() == std::vector<int>{2, 1, 3, 0});
        CHECK(argsort(far, 0, true).first.to_vector<int>() == std::vector<int>{0, 3, 1, 2});
    }

    TEST_CASE("places in order") {
        const Var x = array({{3.0, 1.0, 2.0}, {nan, 5.0, 4.0}});
        expect("kthvalue", kthvalue(x, 1).first, "jt.Var([1. 4.], dtype=float32)");
        expect("kthvalue: index", kthvalue(x, 3, -1, keepdims).second, "jt.Var([[0]\n        [0]], dtype=int32)");
        expect("median", median(x, 1), "jt.Var([ 2. nan], dtype=float32)");
        expect("median: all", median(array({{4, 1}, {3, 2}}), {}, keepdims), "jt.Var([[2]], dtype=int32)");
        const Var line = array({1, 3, 3, 7});
        expect("searchsorted", searchsorted(line, array({0, 3, 8})), "jt.Var([0 1 4], dtype=int32)");
        expect("searchsorted: right", searchsorted(line, array({{3.0, nan}, {2.5, 7.0}}), true),
               "jt.Var([[3 4]\n        [1 4]], dtype=int32)");
        expect("searchsorted: lines", searchsorted(array({{1, 2}, {3, 4}}), array({{2}, {2}})),
               "jt.Var([[1]\n        [0]], dtype=int32)");
        CHECK(searchsorted(zeros({0}), zeros({2, 0})).shape() == Shape{2, 0});
        CHECK_CLOSE(searchsorted(zeros({0}), zeros({2})), {0, 0});
    }

    TEST_CASE("a part of an order is what the whole order has there") {
        const Var ties = concat({arange(1000) * 7919 % 13, arange(500) % 7}).float32(), x = where(ties == 3, nan, ties);
        for (const bool largest : {false, true}) {
            const Var places = sort(x, 0, largest).second;
            CHECK_SAME(topk(x, 700, 0, largest).second, places[to(700)]);
            CHECK_SAME(topk(x, 1500, 0, largest).second, places);
        }
        const Var places = argsort(x).first;
        for (const int k : {1, 600, 1499, 1500}) CHECK_SAME(kthvalue(x, k).second, places[k - 1]);
        const Var y = reshape(x, {3, 5, 100});
        const Var largest = argsort(y, 1, true).first[{_, to(2)}];
        CHECK_SAME(topk(y, 2, 1).second, largest);
    }

    TEST_CASE("different elements, and how many of each") {
        const Var x = array({{2.5, -1.0, 2.5}, {0.0, -1.0, 2.5}});
        const auto [values, inverse, counts] = unique(x, return_inverse, return_counts);
        expect("unique", values, "jt.Var([-1.   0.   2.5], dtype=float32)");
        expect("unique: inverse", inverse, "jt.Var([[2 0 2]\n        [1 0 2]], dtype=int32)");
        expect("unique: counts", counts, "jt.Var([2 1 3], dtype=int32)");
        CHECK(values.is_stop_grad());
        CHECK_SAME(unique(x, return_inverse).second, inverse);
        CHECK_SAME(unique(x, return_counts).second, counts);
        CHECK_SAME(x.unique(), values);
        expect("unique: NaN", unique(array({nan, 1.0, nan})), "jt.Var([ 1. nan nan], dtype=float32)");
        expect("unique: bool", unique(array({true, true})), "jt.Var([ True], dtype=bool)");
        const auto [none, places, times] = unique(zeros({0, 2}), return_inverse, return_counts);
        CHECK(none.shape() == Shape{0});
        CHECK(places.shape() == Shape{0, 2});
        CHECK(times.shape() == Shape{0});
        expect("bincount", bincount(array({1, 3, 1}), {}, 5), "jt.Var([0 2 0 1 0], dtype=int32)");
        expect("bincount: weights", bincount(array({1, 0, 1}), array({0.5, 2.0, 0.25})),
               "jt.Var([2.   0.75], dtype=float32)");
        CHECK(bincount(zeros({0}, int32)).shape() == Shape{0});
        expect("histc", histc(array({1.0, 2.0, 1.0, 4.0, nan, 9.0}), 4, 0, 4), "jt.Var([0. 2. 1. 1.], dtype=float32)");
        expect("histc: all of it", histc(array({1, 2, 5}), 2), "jt.Var([2. 1.], dtype=float32)");
        expect("histc: one number", histc(full({3}, 7.0), 2), "jt.Var([0. 3.], dtype=float32)");
        expect("histc: nothing", histc(zeros({0}), 2), "jt.Var([0. 0.], dtype=float32)");
    }

    TEST_CASE("values of running sums and of what moves") {
        expect("cumsum", cumsum(array({{1.0, 2.0}, {3.0, 4.5}})),
               "jt.Var([[1.  3. ]\n        [3.  7.5]], dtype=float32)");
        expect("cumsum: axis -2", cumsum(array({{1}, {2}}), -2), "jt.Var([[1]\n        [3]], dtype=int32)");
        CHECK(cumsum(full({1000000}, 0.1)).to_vector<double>().back() == doctest::Approx(100000).epsilon(1e-6));
        expect("cumsum: bool", cumsum(array({true, true})), "jt.Var([1 2], dtype=int32)");
        expect("cumsum: wraps", cumsum(array({2147483647, 1})), "jt.Var([ 2147483647 -2147483648], dtype=int32)");
        CHECK_SAME(transpose(cumsum(transpose(picks()), 0)), cumsum(picks()));
        check_differences([](const Vars& v) { return cumprod(v[0]) * v[0]; },
                          {array({{2, 0, -1, 0, 3}, {0, 1, 1, 2, 0}}, float64)});
        expect("cumprod", cumprod(array({{-2, 3}, {0, 4}})), "jt.Var([[-2. -6.]\n        [ 0.  0.]], dtype=float32)");
        expect("cumprod: axis 0", cumprod(array({{-2, 3}, {0, 4}}, int64), 0),
               "jt.Var([[-2.  3.]\n        [-0. 12.]], dtype=float64)");
        expect("flip", flip(array({{1, 2}, {3, 4}})), "jt.Var([[3 4]\n        [1 2]], dtype=int32)");
        expect("flip: all", flip(array({{1, 2}, {3, 4}}), {}), "jt.Var([[4 3]\n        [2 1]], dtype=int32)");
        expect("roll", roll(array({1, 2, 3, 4}), 1), "jt.Var([4 1 2 3], dtype=int32)");
        expect("roll: back", roll(array({1, 2, 3, 4}), -5, -1), "jt.Var([2 3 4 1], dtype=int32)");
        expect("nonzero", nonzero(array({{0, 3}, {nan, 0}})), "jt.Var([[0 1]\n        [1 0]], dtype=int32)");
        CHECK(nonzero(zeros({2, 3})).shape() == Shape{0, 2});
        CHECK(nonzero(zeros({0, 3})).shape() == Shape{0, 2});
        const Vars places = where(array({{0, 3}, {4, 0}}));
        expect("where", places[0], "jt.Var([0 1], dtype=int32)");
        expect("where: columns", places[1], "jt.Var([1 0], dtype=int32)");
        CHECK(flip(zeros({2, 0}), 1).shape() == Shape{2, 0});
        CHECK(cumsum(zeros({0, 2}), 0).shape() == Shape{0, 2});
    }

    TEST_CASE("values of shapes, parts and places") {
        const Var x = array({{1, 2, 3}, {4, 5, 6}});
        CHECK(squeeze(zeros({1, 2, 1})).shape() == Shape{2});
        CHECK(squeeze(zeros({1, 1})).shape() == Shape{1});
        CHECK(squeeze(zeros({1, 2, 1}), -1).shape() == Shape{1, 2});
        CHECK(unsqueeze(x, -1).shape() == Shape{2, 3, 1});
        CHECK(unsqueeze(x, -3).shape() == Shape{1, 2, 3});
        expect("stack", stack({array({1, 2}), array({3.5, 4.5})}, 1),
               "jt.Var([[1.  3.5]\n        [2.  4.5]], dtype=float32)");
        expect("tril", tril(x, -1), "jt.Var([[0 0 0]\n        [4 0 0]], dtype=int32)");
        expect("var", var(array({1.0, 2.0, 4.0})), "jt.Var([1.5555556], dtype=float32)");
        expect("var: unbiased", var(array({1.0, 2.0, 4.0}), {}, true), "jt.Var([2.3333333], dtype=float32)");
        expect("gather", gather(x, 1, array({{0, 0}, {-1, 1}})), "jt.Var([[1 1]\n        [6 5]], dtype=int32)");
        expect("gather: axis 0", gather(x, 0, array({{1, 0}})), "jt.Var([[4 2]], dtype=int32)");
        expect("scatter", scatter(x, 1, array({{0, 0}, {2, -2}}), array({{7, 8}, {9, 10}})),
               "jt.Var([[ 8  2  3]\n        [ 4 10  9]], dtype=int32)");
        expect("unfold", unfold(array({{{{1, 2, 3}, {4, 5, 6}}}}), 2),
               "jt.Var([[[1 2]\n         [2 3]\n         [4 5]\n         [5 6]]], dtype=int32)");
        CHECK(unfold(zeros({2, 3, 5, 7}), {2, 3}, {1, 2}, {1, 0}, 2).shape() == Shape{2, 18, 6});
        CHECK(gather(x, 1, zeros({2, 0}, int32)).shape() == Shape{2, 0});
        CHECK_SAME(scatter(x, 1, zeros({2, 0}, int32), zeros({2, 0}, int32)), x);
    }

    TEST_CASE("wrong calls of ops along an axis") {
        const Var x = zeros({2, 3}), i = zeros({2, 3}, int32);
        const Var huge = zeros({2200000000, 0});
        CHECK_THROWS_WITH_AS(argsort(huge, 0),
                             "argsort: needs an axis that an int32 counts, got (2200000000, 0) along axis 0",
                             ShapeError);
        CHECK_THROWS_AS(topk(huge, 1, 0), ShapeError);
        CHECK_THROWS_AS(kthvalue(huge, 1, 0), ShapeError);
        CHECK_THROWS_WITH_AS(nonzero(huge), "nonzero: needs axes that an int32 counts, got (2200000000, 0)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(topk(x, -1), "topk: needs k from 0 to 3, got -1", ValueError);
        CHECK_THROWS_WITH_AS(kthvalue(x, 0), "kthvalue: needs k from 1 to 3, got 0", ValueError);
        CHECK_THROWS_WITH_AS(kthvalue(x, 3, 0), "kthvalue: needs k from 1 to 2, got 3", ValueError);
        CHECK_THROWS_WITH_AS(median(zeros({2, 0}), 1), "median: needs at least one element to choose from, got (2, 0)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(
            searchsorted(x, zeros({3, 1})),
            "searchsorted: needs sorted (n,), or (..., n) beside values (..., m), got (2, 3) and (3, 1)", ShapeError);
        CHECK_THROWS_WITH_AS(searchsorted(reshape(huge, {0, 2200000000}), zeros({0, 1})),
                             "searchsorted: needs lines that an int32 counts, got (0, 2200000000)", ShapeError);
        CHECK_THROWS_WITH_AS(bincount(array({1, -2})), "bincount: needs numbers from 0 to 2147483646, got -2",
                             ValueError);
        CHECK_THROWS_WITH_AS(bincount(array({4e9}).cast(int64)),
                             "bincount: needs numbers from 0 to 2147483646, got 4e+09", ValueError);
        CHECK_THROWS_WITH_AS(bincount(x), "bincount: needs integers, got float32", DtypeError);
        CHECK_THROWS_WITH_AS(bincount(i), "bincount: needs x (n,) and weights (n,), got (2, 3) and (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(bincount(i[0], {}, -1), "bincount: needs a minlength of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(histc(x, 0), "histc: needs at least one bin, got 0", ValueError);
        CHECK_THROWS_WITH_AS(histc(array({1.0, inf}), 3),
                             "histc: needs finite numbers with min up to max, got 1 and inf", ValueError);
        CHECK_THROWS_WITH_AS(histc(x, 3, 2, 1), "histc: needs finite numbers with min up to max, got 2 and 1",
                             ValueError);
        CHECK_THROWS_WITH_AS(squeeze(x, 0), "squeeze: needs an axis of extent 1, got 0 of (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(stack({}), "stack: needs at least one Var, got none", ValueError);
        CHECK_THROWS_WITH_AS(stack({x, i[0]}), "stack: needs equal shapes, got (2, 3) and (3,)", ShapeError);
    }

    TEST_CASE("wrong calls of ops by place") {
        const Var x = zeros({2, 3}), i = zeros({2, 3}, int32);
        CHECK_THROWS_WITH_AS(tril(zeros({3})), "tril: needs two axes or more, got (3,)", ShapeError);
        CHECK_THROWS_WITH_AS(gather(x, 1, zeros({2}, int32)),
                             "gather: needs an index within (2, 3) but along axis 1, got (2,)", ShapeError);
        CHECK_THROWS_WITH_AS(gather(x, 1, zeros({3, 1}, int32)),
                             "gather: needs an index within (2, 3) but along axis 1, got (3, 1)", ShapeError);
        CHECK_THROWS_WITH_AS(gather(x, 1, full({2, 1}, 3, int32)), "gather: needs indices from -3 to 2, got 3",
                             IndexError);
        CHECK_THROWS_WITH_AS(gather(x, 1, x), "gather: needs an integer index, got float32", DtypeError);
        CHECK_THROWS_WITH_AS(scatter(x, 1, i, zeros({2})), "scatter: needs a value that broadcasts to (2, 3), got (2,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(unfold(x, 2), "unfold: needs x (n, c, h, w), got (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(
            unfold(zeros({1, 1, 2, 2}), 3),
            "unfold: needs a kernel no larger than the padded input, got (3, 3), 1 apart, for (1, 1, 2, 2)",
            ShapeError);
        CHECK_THROWS_WITH_AS(unfold(zeros({1, 1, 2, 2}), 0),
                             "unfold: needs kernel, stride and dilation of 1 or more and padding of 0 or more, got (0, "
                             "0), (1, 1), (1, 1) and (0, 0)",
                             ValueError);
    }

    TEST_CASE("boxes that others do not cover") {
        const Var boxes = array({{0.0, 0.0, 9.0, 9.0, 0.9},
                                 {0.0, 0.0, 9.0, 8.0, 0.8},
                                 {20.0, 20.0, 30.0, 30.0, 0.7},
                                 {0.0, 5.0, 9.0, 14.0, 0.95},
                                 {21.0, 20.0, 30.0, 31.0, 0.1}});
        expect("nms", nms(boxes, 0.5), "jt.Var([3 0 2], dtype=int32)");
        expect("nms: lower", nms(boxes, 0.2), "jt.Var([3 2], dtype=int32)");
        expect("nms: both ends", nms(array({{0, 0, 1, 0, 2}, {1, 0, 1, 0, 1}}), 0.5), "jt.Var([0 1], dtype=int32)");
        CHECK(nms(zeros(0, 5), 0.5).shape() == Shape{0});
        CHECK(nms(full({2, 5}, nan), 0.5).numel() == 2);
        CHECK_THROWS_WITH_AS(nms(zeros(2, 4), 0.5), "nms: needs boxes (n, 5), got (2, 4)", ShapeError);
    }
}

}  // namespace jt::test
