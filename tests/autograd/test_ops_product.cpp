// Products, convolutions and pools: gradients against differences, values against plain loops, every geometry.
#include <algorithm>

#include "op_rows.hpp"

namespace jt::test {

namespace {

Var transposed(const Var& x) {
    Axes axes;
    for (int k = 0; k < x.ndim() - 2; ++k) axes.push_back(k);
    axes.push_back(-1);
    axes.push_back(-2);
    return transpose(x, axes);
}

const std::vector<GradRow> product_rows = {
    {"matmul",
     [](const Vars& x) { return matmul(x[0], x[1]); },
     {{{2, 3}, {3, 4}},
      {{3, 3}, {3, 3}},
      {{1, 1}, {1, 1}},
      {{2, 2, 3}, {3, 4}},
      {{2, 3}, {2, 3, 4}},
      {{2, 2, 3}, {2, 3, 2}},
      {{2, 1, 2, 3}, {3, 3, 2}},
      {{3}, {3}},
      {{3}, {3, 2}},
      {{2, 3}, {3}},
      {{2, 2, 3}, {3}},
      {{3}, {2, 3, 2}},
      {{0, 3}, {3, 2}},
      {{2, 0}, {0, 3}},
      {{2, 3, 0}, {0, 4}},
      {{2, 3}, {3, 0}},
      {{0, 2, 3}, {3, 2}},
      {{0}, {0}},
      {{0}, {0, 2}}}},
    {"matmul: a transposed",
     [](const Vars& x) { return matmul(x[0], x[1], true, false); },
     {{{3, 2}, {3, 4}}, {{2, 3, 2}, {3, 4}}, {{3, 2}, {2, 3, 4}}, {{0, 2}, {0, 3}}}},
    {"matmul: b transposed",
     [](const Vars& x) { return matmul(x[0], x[1], false, true); },
     {{{2, 3}, {4, 3}}, {{2, 2, 3}, {4, 3}}, {{2, 3}, {2, 4, 3}}, {{2, 3, 0}, {4, 0}}}},
    {"matmul: both transposed",
     [](const Vars& x) { return matmul(x[0], x[1], true, true); },
     {{{3, 2}, {4, 3}}, {{2, 3, 2}, {4, 3}}, {{2, 3, 2}, {2, 4, 3}}}},
    {"linear",
     [](const Vars& x) { return linear(x[0], x[1], x[2]); },
     {{{2, 3}, {4, 3}, {4}},
      {{3}, {4, 3}, {4}},
      {{2, 2, 3}, {2, 3}, {2}},
      {{1, 1}, {1, 1}, {1}},
      {{0, 3}, {2, 3}, {2}},
      {{2, 0}, {3, 0}, {3}},
      {{2, 3}, {0, 3}, {0}},
      {{2, 2, 0}, {3, 0}, {3}}}},
    {"linear: without bias",
     [](const Vars& x) { return linear(x[0], x[1]); },
     {{{2, 3}, {4, 3}}, {{3}, {4, 3}}, {{2, 2, 3}, {2, 3}}, {{0, 3}, {2, 3}}, {{2, 3}, {0, 3}}, {{2, 2, 0}, {3, 0}}}},
};

struct Geometry {
    Shape x, w;
    Pair stride = 1, padding = 0, dilation = 1;
    int groups = 1;
};

const std::vector<Geometry> geometries = {
    {{1, 1, 3, 3}, {1, 1, 1, 1}},
    {{1, 1, 3, 4}, {1, 1, 3, 4}},
    {{2, 2, 4, 3}, {3, 2, 2, 2}},
    {{1, 2, 4, 5}, {2, 2, 3, 2}, {2, 1}, {1, 0}},
    {{1, 1, 5, 6}, {2, 1, 2, 3}, {1, 3}, {0, 2}, {2, 1}},
    {{1, 2, 5, 4}, {2, 2, 2, 2}, 2, 1, 2},
    {{1, 4, 3, 3}, {4, 2, 2, 2}, 1, 1, 1, 2},
    {{2, 3, 3, 2}, {6, 1, 2, 2}, 1, 0, 1, 3},
    {{1, 1, 2, 2}, {1, 1, 3, 3}, 1, 1},
    {{1, 1, 7, 7}, {1, 1, 2, 2}, 3, 0, 3},
    {{0, 1, 3, 3}, {2, 1, 2, 2}},
    {{1, 2, 3, 3}, {0, 2, 2, 2}},
};

std::int64_t extent(std::int64_t in, std::int64_t kernel, int stride, int padding, int dilation) {
    return (in + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
}

double element(const Var& x, std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
    if (h < 0 || h >= x.shape(2) || w < 0 || w >= x.shape(3)) return 0;
    return x.data<double>()[((n * x.shape(1) + c) * x.shape(2) + h) * x.shape(3) + w];
}

double conv_at(const Var& x, const Var& w, const Geometry& g, const Shape& at) {
    double sum = 0;
    const auto first = at[1] / (w.shape(0) / g.groups) * w.shape(1);
    for (std::int64_t c = 0; c < w.shape(1); ++c)
        for (std::int64_t i = 0; i < w.shape(2); ++i)
            for (std::int64_t j = 0; j < w.shape(3); ++j)
                sum += element(w, at[1], c, i, j) * element(x, at[0], first + c,
                                                            at[2] * g.stride.h - g.padding.h + i * g.dilation.h,
                                                            at[3] * g.stride.w - g.padding.w + j * g.dilation.w);
    return sum;
}

// f(n, c, h, w) for each element of a shape of four extents.
template <class F>
std::vector<double> filled(const Shape& s, F f) {
    std::vector<double> out;
    for (std::int64_t n = 0; n < s[0]; ++n)
        for (std::int64_t c = 0; c < s[1]; ++c)
            for (std::int64_t h = 0; h < s[2]; ++h)
                for (std::int64_t w = 0; w < s[3]; ++w) out.push_back(f(Shape{n, c, h, w}));
    return out;
}

Op conv_op(const Geometry& g) {
    return [g](const Vars& x) {
        return conv2d(x[0], x[1], x.size() > 2 ? x[2] : Var(), g.stride, g.padding, g.dilation, g.groups);
    };
}

struct Pool {
    Shape x;
    Pair kernel;
    std::optional<Pair> stride = {};
    Pair padding = 0;
    bool ceil_mode = false;
    Shape expected;
};

const std::vector<Pool> pools = {
    {{1, 1, 4, 4}, 2, {}, 0, false, {1, 1, 2, 2}},
    {{2, 2, 5, 4}, {2, 3}, {}, 0, false, {2, 2, 2, 1}},
    {{2, 2, 5, 4}, {2, 3}, {}, 0, true, {2, 2, 3, 2}},
    {{1, 2, 5, 5}, 3, Pair(2), 1, false, {1, 2, 3, 3}},
    {{1, 1, 6, 5}, {3, 2}, Pair(1, 2), {1, 0}, false, {1, 1, 6, 2}},
    {{1, 1, 3, 3}, 3, {}, 0, false, {1, 1, 1, 1}},
    {{1, 1, 5, 5}, 2, Pair(3), 0, true, {1, 1, 2, 2}},
    {{1, 1, 6, 6}, 2, Pair(4), 1, true, {1, 1, 2, 2}},
    {{1, 1, 7, 7}, 1, {}, 0, false, {1, 1, 7, 7}},
    {{0, 2, 4, 4}, 2, {}, 0, false, {0, 2, 2, 2}},
};

// {largest, mean over all cells with padding, mean over real cells} of the window of one output.
std::vector<double> window(const Var& x, const Pool& p, const Shape& at) {
    const Pair stride = p.stride.value_or(p.kernel);
    double best = -1e300, sum = 0, real = 0, padded = 0;
    for (std::int64_t h = at[2] * stride.h - p.padding.h; h < at[2] * stride.h - p.padding.h + p.kernel.h; ++h)
        for (std::int64_t w = at[3] * stride.w - p.padding.w; w < at[3] * stride.w - p.padding.w + p.kernel.w; ++w) {
            padded += h < x.shape(2) + p.padding.h && w < x.shape(3) + p.padding.w;
            if (h < 0 || h >= x.shape(2) || w < 0 || w >= x.shape(3)) continue;
            best = std::max(best, element(x, at[0], at[1], h, w));
            sum += element(x, at[0], at[1], h, w);
            real += 1;
        }
    return {best, sum / padded, sum / real};
}

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("gradients of products") { check_all(product_rows); }

    TEST_CASE("values of products") {
        const Var a = array({{1, 2, 3}, {4, 5, 6}}), b = array({{1, 0}, {0, 1}, {2, 2}});
        expect("matmul", matmul(a, b), "jt.Var([[ 7.  8.]\n        [16. 17.]], dtype=float32)");
        expect("matmul: vectors", matmul(a[0], a[1]), "jt.Var([32.], dtype=float32)");
        expect("matmul: row", matmul(a[0], b), "jt.Var([7. 8.], dtype=float32)");
        expect("matmul: column", a.matmul(a[0]), "jt.Var([14. 32.], dtype=float32)");
        expect("matmul: transposed", matmul(a, a, false, true),
               "jt.Var([[14. 32.]\n        [32. 77.]], dtype=float32)");
        expect("matmul: nothing between", matmul(zeros({2, 0}), zeros({0, 2})),
               "jt.Var([[0. 0.]\n        [0. 0.]], dtype=float32)");
        expect("linear", linear(a, transpose(b), array({10, 20})),
               "jt.Var([[17. 28.]\n        [26. 37.]], dtype=float32)");
        expect("linear: vector", linear(a[0], transpose(b)), "jt.Var([7. 8.], dtype=float32)");
        expect("linear: bias alone", linear(zeros({2, 0}), zeros({2, 0}), array({1, 2})),
               "jt.Var([[1. 2.]\n        [1. 2.]], dtype=float32)");
    }

    TEST_CASE("shapes and dtypes of products") {
        CHECK(matmul(zeros({2, 3, 0}), zeros({0, 4})).shape() == Shape{2, 3, 4});
        CHECK(matmul(zeros({5, 1, 2, 3}), zeros({4, 3, 6})).shape() == Shape{5, 4, 2, 6});
        CHECK(matmul(zeros({3}), zeros({2, 3, 4})).shape() == Shape{2, 4});
        CHECK(matmul(zeros({2, 4, 3}), zeros({3})).shape() == Shape{2, 4});
        CHECK(matmul(zeros({3}), zeros({3})).shape() == Shape{1});
        CHECK(linear(zeros({2, 5, 3}), zeros({4, 3}), zeros({4})).shape() == Shape{2, 5, 4});
        CHECK(linear(zeros({2, 5, 3}), zeros({0, 3}), zeros({0})).shape() == Shape{2, 5, 0});
        CHECK(matmul(array({{1, 2}}), array({{1}, {2}})).dtype() == float32);
        CHECK(matmul(array({{1, 2}}, float64), array({{1}, {2}})).dtype() == float64);
        CHECK(linear(array({{1, 2}}), array({{1, 2}}, float64), array({1.5})).dtype() == float64);
    }

    TEST_CASE("a batch of products is each product") {
        const Vars x = random_inputs({{2, 3, 4, 5}, {3, 5, 6}}, -1, 1);
        const Var y = matmul(x[0], x[1]), t = matmul(transposed(x[0]), transposed(x[1]), true, true);
        CHECK_EQ(difference(y, t, 1e-13, 1e-13), "");
        for (int i = 0; i < 2; ++i)
            for (int j = 0; j < 3; ++j)
                CHECK_EQ(difference(y[{i, j}], matmul(x[0][{i, j}], x[1][j]), 1e-13, 1e-13), "");
        CHECK(sum(matmul(x[0][0][0], x[1][0])).item() ==
              doctest::Approx(sum(sum(x[0][0][0], 0) * sum(x[1][0], 1)).item()).epsilon(1e-12));
    }

    TEST_CASE("gradients of conv2d") {
        for (const auto& g : geometries) {
            check(GradRow{"conv2d", conv_op(g), {{g.x, g.w}, {g.x, g.w, {g.w[0]}}}, -1, 1});
        }
    }

    TEST_CASE("values of conv2d against loops") {
        for (const auto& g : geometries) {
            CAPTURE(text(g.x));
            CAPTURE(text(g.w));
            const Vars x = random_inputs({g.x, g.w, {g.w[0]}}, -1, 1);
            const Shape shape = {g.x[0], g.w[0], extent(g.x[2], g.w[2], g.stride.h, g.padding.h, g.dilation.h),
                                 extent(g.x[3], g.w[3], g.stride.w, g.padding.w, g.dilation.w)};
            const Var y = conv_op(g)(x);
            CHECK(y.shape() == shape);
            CHECK_EQ(difference(y,
                                filled(shape,
                                       [&](const Shape& at) {
                                           return conv_at(x[0], x[1], g, at) + x[2].data<double>()[at[1]];
                                       }),
                                1e-12, 1e-12),
                     "");
        }
    }

    TEST_CASE("conv2d of integers gives float32") {
        CHECK_EQ(str(conv2d(ones({1, 1, 2, 2}, int32), ones({1, 1, 2, 2}, int32))),
                 "jt.Var([[[[4.]]]], dtype=float32)");
    }

    TEST_CASE("gradients of pools") {
        for (const auto& p : pools) {
            check(GradRow{"max_pool2d",
                          [&](const Vars& x) { return max_pool2d(x[0], p.kernel, p.stride, p.padding, p.ceil_mode); },
                          {{p.x}}});
            check(GradRow{"max_pool2d_with_indices",
                          [&](const Vars& x) {
                              return max_pool2d_with_indices(x[0], p.kernel, p.stride, p.padding, p.ceil_mode).first;
                          },
                          {{p.x}}});
            for (const bool pad : {true, false})
                check(GradRow{
                    "mean_pool2d",
                    [&](const Vars& x) { return mean_pool2d(x[0], p.kernel, p.stride, p.padding, p.ceil_mode, pad); },
                    {{p.x}}});
        }
    }

    TEST_CASE("third and fourth gradients of max_pool2d") {
        const Var x = random_inputs({{1, 2, 4, 4}}, -2, 2)[0], h = random_inputs({x.shape()}, -1, 1)[0];
        const auto second = [&](const Vars& h) {
            const Var y = max_pool2d(x, 3, 1), g = ones(y.shape(), float64);
            return grad(sum(grad(sum(y * g), x) * h[0]), g);
        };
        CHECK(gradcheck(second, {h}, {.order = 2}));
    }

    TEST_CASE("values of pools against loops") {
        for (const auto& p : pools) {
            CAPTURE(text(p.x));
            const Var x = random_inputs({p.x}, -1, 1)[0];
            const Var most = max_pool2d(x, p.kernel, p.stride, p.padding, p.ceil_mode);
            CHECK(most.shape() == p.expected);
            CHECK_EQ(difference(most, filled(p.expected, [&](const Shape& at) { return window(x, p, at)[0]; }), 0, 0),
                     "");
            const auto [again, index] = max_pool2d_with_indices(x, p.kernel, p.stride, p.padding, p.ceil_mode);
            const auto flat = [](const Var& v) { return v.flatten(2); };
            CHECK_SAME(again, most);
            CHECK_EQ(index.dtype(), int32);
            CHECK_SAME(gather(flat(x), 2, flat(index)), flat(most));
            for (const bool pad : {true, false})
                CHECK_EQ(difference(mean_pool2d(x, p.kernel, p.stride, p.padding, p.ceil_mode, pad),
                                    filled(p.expected, [&](const Shape& at) { return window(x, p, at)[pad ? 1 : 2]; }),
                                    1e-13, 1e-13),
                         "");
        }
    }

    TEST_CASE("a tie in a pool goes to the first") {
        const Var x = full({1, 1, 2, 2}, 3.0);
        CHECK_EQ(str(grad(max_pool2d(x, 2), x).reshape({4})), "jt.Var([1. 0. 0. 0.], dtype=float32)");
    }

    TEST_CASE("wrong calls of products") {
        const Var a = zeros({2, 3}), b = zeros({2, 4});
        CHECK_THROWS_WITH_AS(matmul(a, a), "matmul: needs (n, k) and (k, m), got (2, 3) and (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(matmul(a, b, false, true),
                             "matmul: needs (n, k) and (k, m), got (2, 3) and (2, 4) transposed", ShapeError);
        CHECK_THROWS_WITH_AS(matmul(a, a, true, true),
                             "matmul: needs (n, k) and (k, m), got (2, 3) transposed and (2, 3) transposed",
                             ShapeError);
        CHECK_THROWS_WITH_AS(matmul(zeros({2, 2, 3}), zeros({3, 3, 4})),
                             "matmul: needs shapes that broadcast, got (2,) and (3,)", ShapeError);
        CHECK_THROWS_WITH_AS(matmul(zeros({3}), a, true, false),
                             "matmul: needs two axes to transpose, got (3,) and (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(matmul(zeros({4}), a), "matmul: needs (n, k) and (k, m), got (1, 4) and (2, 3)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(linear(a, b), "linear: needs x (..., in) and weight (out, in), got (2, 3) and (2, 4)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(linear(a, zeros({3})),
                             "linear: needs x (..., in) and weight (out, in), got (2, 3) and (3,)", ShapeError);
        CHECK_THROWS_WITH_AS(linear(a, a, zeros({3})), "linear: needs a bias of shape (2,), got (3,)", ShapeError);
    }

    TEST_CASE("wrong calls of convolutions") {
        const Var x = zeros({1, 2, 4, 4}), w = zeros({3, 2, 3, 3});
        CHECK_THROWS_WITH_AS(
            conv2d(zeros({2, 4, 4}), w),
            "conv2d: needs x (n, c, h, w) and weight (o, c / groups, kh, kw), got (2, 4, 4) and (3, 2, 3, 3)",
            ShapeError);
        CHECK_THROWS_WITH_AS(
            conv2d(x, zeros({3, 1, 3, 3})),
            "conv2d: needs channels that 1 groups divide and that agree, got x (1, 2, 4, 4) and weight (3, 1, 3, 3)",
            ShapeError);
        CHECK_THROWS_WITH_AS(
            conv2d(x, zeros({3, 1, 3, 3}), {}, 1, 0, 1, 2),
            "conv2d: needs channels that 2 groups divide and that agree, got x (1, 2, 4, 4) and weight (3, 1, 3, 3)",
            ShapeError);
        CHECK_THROWS_WITH_AS(
            conv2d(x, w, {}, 1, 0, 1, 0),
            "conv2d: needs channels that 0 groups divide and that agree, got x (1, 2, 4, 4) and weight (3, 2, 3, 3)",
            ShapeError);
        CHECK_THROWS_WITH_AS(conv2d(x, w, zeros({2})), "conv2d: needs a bias of shape (3,), got (2,)", ShapeError);
        CHECK_THROWS_WITH_AS(conv2d(x, w, {}, 0),
                             "conv2d: needs kernel, stride and dilation of 1 or more and padding of 0 or more, got (3, "
                             "3), (0, 0), (1, 1) and (0, 0)",
                             ValueError);
        CHECK_THROWS_WITH_AS(conv2d(x, w, {}, 1, {0, -1}),
                             "conv2d: needs kernel, stride and dilation of 1 or more and padding of 0 or more, got (3, "
                             "3), (1, 1), (1, 1) and (0, -1)",
                             ValueError);
        CHECK_THROWS_WITH_AS(
            conv2d(x, w, {}, 1, 0, 2),
            "conv2d: needs a kernel no larger than the padded input, got (3, 3), 2 apart, for (1, 2, 4, 4)",
            ShapeError);
        CHECK_THROWS_WITH_AS(conv2d(x, zeros({3, 2, 0, 3})),
                             "conv2d: needs kernel, stride and dilation of 1 or more and padding of 0 or more, got (0, "
                             "3), (1, 1), (1, 1) and (0, 0)",
                             ValueError);
    }

    TEST_CASE("wrong calls of pools") {
        const Var x = zeros({1, 2, 4, 4});
        CHECK_THROWS_WITH_AS(max_pool2d(zeros({4, 4}), 2), "max_pool2d: needs x (n, c, h, w), got (4, 4)", ShapeError);
        CHECK_THROWS_WITH_AS(max_pool2d(zeros({1, 1, 4, 4}, int32), 2), "max_pool2d: needs a float Var, got int32",
                             DtypeError);
        CHECK_THROWS_WITH_AS(max_pool2d(zeros({1, 1, 0, 8}), 2, 2, 1),
                             "max_pool2d: needs h and w of 1 or more, got (1, 1, 0, 8)", ShapeError);
        CHECK_THROWS_WITH_AS(
            max_pool2d(x, 5),
            "max_pool2d: needs a kernel no larger than the padded input, got (5, 5), 1 apart, for (1, 2, 4, 4)",
            ShapeError);
        CHECK_THROWS_WITH_AS(max_pool2d(x, 2, {}, 2),
                             "max_pool2d: needs padding of at most half the kernel, got (2, 2) for (2, 2)", ValueError);
        CHECK_THROWS_WITH_AS(max_pool2d(x, 2, Pair(0)),
                             "max_pool2d: needs kernel, stride and dilation of 1 or more and padding of 0 or more, got "
                             "(2, 2), (0, 0), (1, 1) and (0, 0)",
                             ValueError);
        CHECK_THROWS_WITH_AS(mean_pool2d(x, 0),
                             "mean_pool2d: needs kernel, stride and dilation of 1 or more and padding of 0 or more, "
                             "got (0, 0), (0, 0), (1, 1) and (0, 0)",
                             ValueError);
    }
}

}  // namespace jt::test
