// Places that are written as expressions: gradients against differences, values against loops, and what is refused.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "op_rows.hpp"

namespace jt::test {

namespace {

using Texts = std::vector<std::string>;
using Index = std::vector<std::int64_t>;

const std::vector<Sample> images = {{{2, 1, 3, 4}}, {{1, 2, 3, 3}}, {{1, 1, 2, 2}}, {{0, 2, 3, 3}}, {{1, 0, 2, 3}}};

// Windows of two by two, a row apart, of an image with a border.
Var windows(const Var& x, double border) {
    const auto [n, c, h, w] = sizes<4>(x);
    return reindex(x, {n, c, h / 2 + 1, w, 2, 2}, {"i0", "i1", "i2*2+i4-1", "i3-i5"}, border);
}

// Sums of the same windows.
Var added(const Var& x) {
    const auto [n, c, h, w] = sizes<4>(x);
    return reindex_reduce(x, "add", {n, h / 2 + 1, w + 2}, {"i0", "(i2+1)/2", "2*i3%3+1"}, {"i1 == 1"});
}

const std::vector<GradRow> grad_rows = {
    {"reindex", [](const Vars& x) { return windows(x[0], 0) * windows(x[0] * x[0], 1.5); }, images},
    {"reindex: a line",
     [](const Vars& x) { return reindex(x[0], {7}, {"5-i0"}, 3) * reindex(x[0], {7}, {"i0/2"}); },
     {{{3}}, {{4}}, {{1}}, {{0}}}},
    {"reindex: the diagonal",
     [](const Vars& x) {
         return reindex(x[0], {3}, {"i0", "i0"}) * reindex(x[0], {3}, {"0", "i0"}, 0, {"i0 > 1"});
     },
     {{{3, 3}}, {{2, 4}}, {{1, 1}}}},
    {"reindex_reduce", [](const Vars& x) { return added(x[0]) * added(x[0] * x[0]); }, images},
    {"reindex_reduce: maximum",
     [](const Vars& x) {
         return reindex_reduce(x[0] * x[0], "maximum", {3}, {"i0/2"}) * reindex_reduce(x[0], "min", {3}, {"i0/2"});
     },
     {{{5}}, {{6}}}},
    {"resize",
     [](const Vars& x) {
         return resize(x[0], {5, 3}) * resize(x[0] * x[0], {5, 3});
     },
     images},
    {"resize: aligned",
     [](const Vars& x) {
         return resize(x[0], {1, 5}, ResizeMode::nearest, true) * x[0].mean();
     },
     {{{2, 1, 3, 4}}, {{1, 1, 1, 1}}}},
    {"resize: bilinear",
     [](const Vars& x) {
         return resize(x[0], {5, 2}, ResizeMode::bilinear) * resize(x[0] * x[0], {5, 2}, ResizeMode::bilinear);
     },
     images},
    {"resize: bilinear, aligned",
     [](const Vars& x) {
         const Var y = resize(x[0], {4, 6}, ResizeMode::bilinear, true);
         return y * y;
     },
     {{{2, 1, 3, 4}}, {{1, 1, 1, 1}}, {{1, 2, 4, 1}}}},
};

struct Walked {
    Shape shape, own;
    Texts indexes;
    std::function<Index(const Index&)> places;
    Texts conditions = {};
    std::function<bool(const Index&)> holds = [](const Index&) { return false; };
};

const std::vector<Walked> walks = {
    {{5, 4},
     {4, 5},
     {"i1", "i0"},
     [](const Index& i) {
         return Index{i[1], i[0]};
     }},
    {{9}, {4}, {" ( i0 - 1 ) * +2 "}, [](const Index& i) { return Index{(i[0] - 1) * 2}; }},
    {{9}, {4}, {"-i0*-1/3"}, [](const Index& i) { return Index{i[0] / 3}; }},
    {{9}, {4}, {"(i0-4)/2"}, [](const Index& i) { return Index{(i[0] - 4) / 2}; }},
    {{9}, {4}, {"(i0-4)%3+1"}, [](const Index& i) { return Index{(i[0] - 4) % 3 + 1}; }},
    {{9}, {4}, {"i0*i0-12/(i0+1)%5"}, [](const Index& i) { return Index{i[0] * i[0] - 12 / (i[0] + 1) % 5}; }},
    {{3, 4},
     {5, 6},
     {"i0-i1+2", "i1*2-i0"},
     [](const Index& i) {
         return Index{i[0] - i[1] + 2, i[1] * 2 - i[0]};
     }},
    {{3, 4},
     {5, 6},
     {"2*(i0+i1)-1", "i0"},
     [](const Index& i) {
         return Index{2 * (i[0] + i[1]) - 1, i[0]};
     }},
    {{2, 3, 4},
     {3, 2},
     {"i1+i2-i0", "1"},
     [](const Index& i) {
         return Index{i[1] + i[2] - i[0], 1};
     }},
    {{4, 3},
     {4, 3},
     {"xshape0-1-i0", "yshape1-i1-1"},
     [](const Index& i) {
         return Index{3 - i[0], 2 - i[1]};
     }},
    {{4, 1},
     {4, 3},
     {"i0", "i1+2"},
     [](const Index& i) {
         return Index{i[0], i[1] + 2};
     }},
    {{4, 4},
     {4},
     {"i0"},
     [](const Index& i) { return Index{i[0]}; },
     {"i0!=i1"},
     [](const Index& i) { return i[0] != i[1]; }},
    {{4, 4},
     {4},
     {"i1"},
     [](const Index& i) { return Index{i[1]}; },
     {"i0<i1", "2<=i1", "1 > i0"},
     [](const Index& i) { return i[0] < i[1] || i[1] >= 2 || i[0] < 1; }},
    {{4, 4},
     {4},
     {"i1"},
     [](const Index& i) { return Index{i[1]}; },
     {"i0>i1+1", "i0+i1>=5", "i0==i1"},
     [](const Index& i) { return i[0] > i[1] + 1 || i[0] + i[1] >= 5 || i[0] == i[1]; }},
};

// Calls f(number of the element, its indices).
template <class F>
void each_index(const Shape& shape, F f) {
    Index i(shape.size(), 0);
    for (std::int64_t k = 0; k < shape.numel(); ++k) {
        f(static_cast<std::size_t>(k), i);
        for (std::size_t axis = i.size(); axis-- > 0;) {
            if (++i[axis] < shape[axis]) break;
            i[axis] = 0;
        }
    }
}

// Where the element at i is in an array of a shape, or -1.
std::int64_t place(const Walked& row, const Index& i) {
    const Index at = row.places(i);
    std::int64_t out = 0;
    for (std::size_t axis = 0; axis < at.size(); ++axis) {
        if (at[axis] < 0 || at[axis] >= row.own[axis]) return -1;
        out = out * row.own[axis] + at[axis];
    }
    return row.holds(i) ? -1 : out;
}

void check_reindex(const Walked& row) {
    const Var x = random_inputs({row.own}, -2, 2)[0];
    const auto from = x.to_vector<double>();
    std::vector<double> expected(static_cast<std::size_t>(row.shape.numel()), 0.25);
    each_index(row.shape, [&](std::size_t k, const Index& i) {
        if (place(row, i) >= 0) expected[k] = from[static_cast<std::size_t>(place(row, i))];
    });
    CHECK_EQ(difference(reindex(x, row.shape, row.indexes, 0.25, row.conditions), expected, 0, 0), "");
}

void check_reduce(const Walked& row, const std::string& op, double start, double (*f)(double, double)) {
    const Var y = random_inputs({row.shape}, -2, 2)[0];
    const auto from = y.to_vector<double>();
    std::vector<double> expected(static_cast<std::size_t>(row.own.numel()), start);
    each_index(row.shape, [&](std::size_t k, const Index& i) {
        if (place(row, i) < 0) return;
        double& x = expected[static_cast<std::size_t>(place(row, i))];
        x = f(x, from[k]);
    });
    CHECK_EQ(difference(reindex_reduce(y, op, row.own, row.indexes, row.conditions), expected, 0, 0), "");
}

// One pixel of a resized plane by the formulas of Jittor's nn.py, in double.
struct Pixel {
    double at, share;

    Pixel(int i, std::int64_t n, int m, ResizeMode mode, bool align) {
        const double ratio = static_cast<double>(n) / m;
        const bool centres = mode == ResizeMode::bilinear;
        const double position = align     ? i * (static_cast<double>(n - 1) / std::max(1, m - 1))
                                : centres ? std::clamp((i + 0.5) * ratio - 0.5, 0., static_cast<double>(n - 1))
                                          : i * ratio;
        at = std::floor(position);
        share = centres ? position - at : 0;
    }
};

double pixel(const Var& plane, const Pixel& row, const Pixel& column) {
    double total = 0;
    for (const int down : {0, 1})
        for (const int right : {0, 1}) {
            const double weight = (down ? row.share : 1 - row.share) * (right ? column.share : 1 - column.share);
            if (weight == 0) continue;
            total +=
                weight *
                plane[{static_cast<std::int64_t>(row.at) + down, static_cast<std::int64_t>(column.at) + right}].item();
        }
    return total;
}

void check_resize(std::int64_t h, std::int64_t w, int new_h, int new_w, ResizeMode mode, bool align) {
    const Var x = random_inputs({{2, 3, h, w}}, -2, 2)[0];
    std::vector<double> expected;
    for (int k = 0; k < 6; ++k)
        for (int i = 0; i < new_h; ++i)
            for (int j = 0; j < new_w; ++j)
                expected.push_back(
                    pixel(x[{k / 3, k % 3}], Pixel(i, h, new_h, mode, align), Pixel(j, w, new_w, mode, align)));
    CHECK_CLOSE(resize(x, {new_h, new_w}, mode, align), expected);
}

// What Jittor's lesson calls a convolution: windows of x and the weight, broadcast, multiplied and summed.
Var convolution(const Var& x, const Var& w, int stride, int padding) {
    const auto [n, c, h, width] = sizes<4>(x);
    const auto [o, in, kh, kw] = sizes<4>(w);
    const auto across = [=](std::int64_t extent, std::int64_t k) { return (extent + 2 * padding - k) / stride + 1; };
    const Shape shape{n, o, c, across(h, kh), across(width, kw), kh, kw};
    const std::string step = "*" + std::to_string(stride) + "-" + std::to_string(padding) + "+";
    const std::string image = "i0", channel = "i2", row = "i3" + step + "i5", column = "i4" + step + "i6";
    const Var xx = x.reindex(shape, {image, channel, row, column});
    const Var ww = w.reindex(shape, {"i1", "i2", "i5", "i6"});
    return (xx * ww).sum({2, 5, 6});
}

const std::int64_t most = std::numeric_limits<std::int64_t>::max();

struct Refused {
    std::string index, text;
};

const std::vector<Refused> refused = {
    {"", "needs a number, '(' or a name such as i0, xshape0 or yshape0 at character 1 of '', got its end"},
    {"i0+", "needs a number, '(' or a name such as i0, xshape0 or yshape0 at character 4 of 'i0+', got its end"},
    {"i0 ** 2", "needs a number, '(' or a name such as i0, xshape0 or yshape0 at character 5 of 'i0 ** 2', got '*'"},
    {"@e0(i0)", "needs a number, '(' or a name such as i0, xshape0 or yshape0 at character 1 of '@e0(i0)', got '@'"},
    {"2*j0", "needs a number, '(' or a name such as i0, xshape0 or yshape0 at character 3 of '2*j0', got 'j'"},
    {"i", "needs a number, '(' or a name such as i0, xshape0 or yshape0 at character 1 of 'i', got 'i'"},
    {"i0 i1", "needs + - * / % or nothing more at character 4 of 'i0 i1', got 'i'"},
    {"i0)", "needs + - * / % or nothing more at character 3 of 'i0)', got ')'"},
    {"i0 < 2", "needs + - * / % or nothing more at character 4 of 'i0 < 2', got '<'"},
    {"1.5", "needs + - * / % or nothing more at character 2 of '1.5', got '.'"},
    {std::string("i0\0", 3), "needs + - * / % or nothing more at character 3 of 'i0"},
    {"(i0+1", "needs ')' at character 6 of '(i0+1', got its end"},
    {"i2", "needs a number below 2 behind i, got 2 in 'i2'"},
    {"xshape1", "needs a number below 1 behind xshape, got 1 in 'xshape1'"},
    {"yshape7", "needs a number below 2 behind yshape, got 7 in 'yshape7'"},
    {"i0/0", "needs a divisor other than 0, got 'i0/0'"},
    {"i0%(i0-1)", "needs a divisor other than 0, got 'i0%(i0-1)'"},
    {"(i0+i1)/2", "needs * by a number, or * / and % of one of i0, i1, ... alone, got '(i0+i1)/2'"},
    {"i0*i1", "needs * by a number, or * / and % of one of i0, i1, ... alone, got 'i0*i1'"},
    {"3%(i0+i1)", "needs * by a number, or * / and % of one of i0, i1, ... alone, got '3%(i0+i1)'"},
    {"9223372036854775808", "needs numbers that fit in 63 bits, got '9223372036854775808'"},
    {"i0*9223372036854775807*2", "needs numbers that fit in 63 bits, got 'i0*9223372036854775807*2'"},
    {"i0*9223372036854775807+i1", "needs numbers that fit in 63 bits, got 'i0*9223372036854775807+i1'"},
    {"-i0*9223372036854775807-i1*2", "needs numbers that fit in 63 bits, got '-i0*9223372036854775807-i1*2'"},
    {"(-9223372036854775807-1)/-1", "needs numbers that fit in 63 bits, got '(-9223372036854775807-1)/-1'"},
    {"(-9223372036854775807-1)%-1", "needs numbers that fit in 63 bits, got '(-9223372036854775807-1)%-1'"},
};

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("gradients of places and of images of another size") { check_all(grad_rows); }

    TEST_CASE("reindex and reindex_reduce do what loops do") {
        for (const Walked& row : walks) {
            CAPTURE(row.indexes[0]);
            check_reindex(row);
            check_reduce(row, "add", 0, [](double a, double b) { return a + b; });
            check_reduce(row, "maximum", std::numeric_limits<double>::lowest(),
                         [](double a, double b) { return std::max(a, b); });
            check_reduce(row, "minimum", std::numeric_limits<double>::max(),
                         [](double a, double b) { return std::min(a, b); });
        }
    }

    TEST_CASE("a convolution of reindex, broadcast and sum is conv2d") {
        for (const int stride : {1, 2})
            for (const int padding : {0, 1}) {
                const Vars in = random_inputs({{2, 3, 5, 6}, {4, 3, 3, 2}}, -2, 2);
                const Var y = convolution(in[0], in[1], stride, padding), z = conv2d(in[0], in[1], {}, stride, padding);
                CHECK_EQ(difference(y, z, 1e-12, 1e-12), "");
                const Vars a = grad((y * y).sum(), in), b = grad((z * z).sum(), in);
                for (const std::size_t k : {0, 1}) CHECK_EQ(difference(a[k], b[k], 1e-12, 1e-12), "");
            }
    }

    TEST_CASE("values of reindex") {
        expect("reindex: integers", reindex(array({1, 2, 3}), {4}, {"i0-1"}, 7), "jt.Var([7 1 2 3], dtype=int32)");
        expect("reindex: bools", array({true, true}).reindex({3}, {"i0"}), "jt.Var([ True  True False], dtype=bool)");
        expect("reindex: int64", reindex(array({5}, int64), {2}, {"i0"}, most),
               "jt.Var([                  5 9223372036854775807], dtype=int64)");
        CHECK(reindex(zeros({0, 3}), {2, 2}, {"i0", "i1"}, 4).to_vector<int>() == std::vector<int>{4, 4, 4, 4});
        CHECK(reindex(zeros({3}), {most / 8, 0}, {"i0*i0/9"}).shape() == Shape{most / 8, 0});
        CHECK_CLOSE(reindex(array({NAN, 1.0}), {3}, {"i0"}, INFINITY), {NAN, 1, INFINITY});
        // Indices at the ends of int64 are outside, and nothing else
        for (const std::string index :
             {"i0*9223372036854775807", "-i0*9223372036854775807-i0", "i0*4611686018427387904"})
            CHECK_CLOSE(reindex(array({5., 6., 7., 8.}), {2}, {index}), {5, 0});
        CHECK_CLOSE(reindex(ones({4, 4}), {2}, {"i0*4611686018427387904", "0"}), {1, 0});
    }

    TEST_CASE("as many axes as there may be") {
        const Shape ones(64, 1);
        Texts indexes;
        for (int k = 0; k < 64; ++k) indexes.push_back("i" + std::to_string(63 - k));
        const Var x = full(ones, 3.);
        CHECK_SAME(reindex(x, ones, indexes), x);
        CHECK_SAME(reindex_reduce(x, "max", ones, indexes), x);
        CHECK_CLOSE(grad(reindex(x, ones, indexes).sum(), x), {1});
        CHECK_THROWS_WITH_AS(reindex(x, Shape(65, 1), indexes), "reindex: needs at most 64 axes, got 65", ShapeError);
    }

    TEST_CASE("values of reindex_reduce") {
        expect("reindex_reduce: integers", array({1, 2, 3}).reindex_reduce("sum", {3}, {"i0/2"}),
               "jt.Var([3 3 0], dtype=int32)");
        expect("reindex_reduce: bools", reindex_reduce(array({true, false}), "maximum", {2}, {"0"}),
               "jt.Var([ True False], dtype=bool)");
        expect("reindex_reduce: wraps", reindex_reduce(array({2147483647, 1}), "add", {1}, {"0"}),
               "jt.Var([-2147483648], dtype=int32)");
        expect("reindex_reduce: uint8", reindex_reduce(array({200, 100}, uint8), "add", {1}, {"0"}),
               "jt.Var([44], dtype=uint8)");
        expect("reindex_reduce: least", reindex_reduce(array({1, 2}), "min", {2}, {"0"}),
               "jt.Var([         1 2147483647], dtype=int32)");
        CHECK(reindex_reduce(array({1}, int64), "max", {2}, {"1"}).to_vector<std::int64_t>() ==
              std::vector<std::int64_t>{-most - 1, 1});
        for (const std::string op : {"add", "maximum", "minimum"}) {
            CHECK_CLOSE(reindex_reduce(array({1., NAN, 2., 5.}), op, {2}, {"i0/3"}), {NAN, 5});
            CHECK(reindex_reduce(zeros({2, 0}), op, {1}, {"i0"}).shape() == Shape{1});
            CHECK(reindex_reduce(zeros({2}), op, {0}, {"i0"}).shape() == Shape{0});
        }
    }

    TEST_CASE("of elements that tie for an extreme each gets the whole gradient") {
        const Var y = array({2., 3., 3., 1., 1.});
        CHECK_CLOSE(grad((reindex_reduce(y, "maximum", {2}, {"i0/3"}) * array({5., 7.})).sum(), y), {0, 5, 5, 7, 7});
        CHECK_CLOSE(grad((reindex_reduce(y, "minimum", {2}, {"i0/3"}) * array({5., 7.})).sum(), y), {5, 0, 0, 7, 7});
        CHECK_CLOSE(grad(reindex_reduce(y, "max", {1}, {"i0/3"}).sum(), y), {0, 1, 1, 0, 0});
    }

    TEST_CASE("images of another size have Jittor's pixels") {
        for (const ResizeMode mode : {ResizeMode::nearest, ResizeMode::bilinear})
            for (const bool align : {false, true}) {
                check_resize(4, 5, 8, 9, mode, align);
                check_resize(4, 5, 3, 2, mode, align);
                check_resize(1, 7, 4, 7, mode, align);
                check_resize(5, 3, 1, 5, mode, align);
            }
        const Var x = reshape(array({1, 2, 3, 4}), {1, 1, 2, 2});
        expect("resize: integers", resize(x, {1, 3}).reshape({3}), "jt.Var([1 1 2], dtype=int32)");
        expect("resize: floats", resize(x, {1, 3}, ResizeMode::bilinear).reshape({3}),
               "jt.Var([2.  2.5 3. ], dtype=float32)");
        CHECK(resize(x.float64(), 3, ResizeMode::bilinear).dtype() == float64);
        CHECK_SAME(resize(x, 2), x);
        CHECK(resize(zeros({0, 3, 2, 2}), {1000000000, 1}).shape() == Shape{0, 3, 1000000000, 1});
        CHECK(resize(zeros({most / 64, 0, 2, 2}), 1, ResizeMode::bilinear).shape() == Shape{most / 64, 0, 1, 1});
        // The last pixel of an image has no share of the next image
        for (const Shape& planes : {Shape{1, 2, 1, 2}, Shape{1, 2, 2, 1}})
            CHECK_CLOSE(resize(reshape(array({1., 2., NAN, 3.}), planes),
                               {static_cast<int>(planes[2]), static_cast<int>(planes[3])}, ResizeMode::bilinear, true),
                        {1, 2, NAN, 3});
        CHECK_CLOSE(resize(reshape(array({INFINITY, 1., NAN, 2.}), {1, 1, 1, 4}), {1, 3}, ResizeMode::bilinear, true),
                    {INFINITY, NAN, 2});
    }

    TEST_CASE("expressions that cannot be read or worked out are named, with the place") {
        for (const Refused& row : refused) {
            CAPTURE(row.index);
            const std::string read = "reindex: " + row.text, joined = "reindex_reduce: " + row.text;
            CHECK_THROWS_WITH_AS(reindex(zeros({3}), {2, 3}, {row.index}), read.c_str(), ValueError);
            CHECK_THROWS_WITH_AS(reindex_reduce(zeros({2, 3}), "add", {3}, {row.index}), joined.c_str(), ValueError);
        }
        const std::string deep(100000, '('), many(100000, '-');
        for (const std::string& index : {deep, many, many + "i0"})
            CHECK_THROWS_AS(reindex(zeros({3}), {2}, {index}), ValueError);
        CHECK_THROWS_WITH_AS(reindex(zeros({3}), {2}, {deep}),
                             "reindex: needs at most 64 brackets and signs within one another, got more in an "
                             "expression of 100000 characters",
                             ValueError);
        CHECK_CLOSE(reindex(ones({1}), {1}, {std::string(63, '(') + "i0" + std::string(63, ')')}), {1});
    }

    TEST_CASE("conditions that are no comparison are refused") {
        const auto refuse = [](const std::string& condition, const std::string& text) {
            CAPTURE(condition);
            CHECK_THROWS_WITH_AS(reindex(zeros({3}), {2, 3}, {"i0"}, 0, {condition}), ("reindex: " + text).c_str(),
                                 ValueError);
        };
        refuse("i0", "needs < <= > >= == or != at character 3 of 'i0', got its end");
        refuse("i0 = 1", "needs < <= > >= == or != at character 4 of 'i0 = 1', got '='");
        refuse("!i0", "needs a number, '(' or a name such as i0, xshape0 or yshape0 at character 1 of '!i0', got '!'");
        refuse("i0 < 1 < 2", "needs one comparison and nothing more at character 8 of 'i0 < 1 < 2', got '<'");
        refuse("i0 < 1 || i1 > 1",
               "needs one comparison and nothing more at character 8 of 'i0 < 1 || i1 > 1', got '|'");
        refuse("-9223372036854775807 > i0+1", "needs numbers that fit in 63 bits, got '-9223372036854775807 > i0+1'");
    }

    TEST_CASE("what else reindex, reindex_reduce and resize refuse") {
        const Var x = zeros({3, 4}), image = zeros({1, 1, 2, 2});
        CHECK_THROWS_WITH_AS(reindex(x, {2}, {"i0"}),
                             "reindex: needs an axis or more and 2 indices for (3, 4), got 1 and (2,)", ShapeError);
        CHECK_THROWS_WITH_AS(reindex(x, {}, {"0", "0"}),
                             "reindex: needs an axis or more and 2 indices for (3, 4), got 2 and ()", ShapeError);
        CHECK_THROWS_WITH_AS(reindex(x, {-1}, {"0", "0"}), "reindex: needs extents of 0 or more, got (-1,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(reindex(x.int32(), {1}, {"0", "0"}, 1.5),
                             "reindex: needs a number that int32 holds, got 1.5", ValueError);
        CHECK_THROWS_AS(reindex(x, {most / 16}, {"i0", "0"}), std::bad_alloc);
        CHECK_THROWS_WITH_AS(reindex_reduce(x, "multiply", {2}, {"i0"}),
                             "reindex_reduce: needs add, maximum or minimum, got 'multiply'", ValueError);
        CHECK_THROWS_WITH_AS(reindex_reduce(x, "add", {}, {}),
                             "reindex_reduce: needs a shape of an axis or more, got ()", ShapeError);
        CHECK_THROWS_WITH_AS(reindex_reduce(x, "add", {2, 2}, {"i0"}),
                             "reindex_reduce: needs an axis or more and 2 indices for (2, 2), got 1 and (3, 4)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(resize(x, 2), "resize: needs an image (n, c, h, w), got (3, 4)", ShapeError);
        CHECK_THROWS_WITH_AS(resize(image, {0, 2}),
                             "resize: needs h and w of 1 or more, before and after, got (1, 1, 2, 2) and (0, 2)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(resize(zeros({1, 1, 0, 2}), 2),
                             "resize: needs h and w of 1 or more, before and after, got (1, 1, 0, 2) and (2, 2)",
                             ShapeError);
    }
}

}  // namespace jt::test
