// Convolutions over one to three axes and transposed ones: gradients against differences, values against loops.
#include "op_rows.hpp"

namespace jt::test {

namespace {

// Numbers for depth, height and width; over fewer axes the last ones count.
struct Geometry {
    Shape x, w, y;
    Triple stride = 1, padding = 0, dilation = 1;
    int groups = 1;
    Triple output_padding = 0;
};

const std::vector<Geometry> plain = {
    {{1, 1, 3}, {1, 1, 1}, {1, 1, 3}},
    {{2, 3, 5}, {4, 3, 2}, {2, 4, 4}},
    {{1, 4, 7}, {6, 2, 3}, {1, 6, 4}, {1, 1, 2}, {0, 0, 2}, {1, 1, 2}, 2},
    {{2, 2, 3}, {2, 1, 4}, {2, 2, 2}, 1, {0, 0, 1}, 1, 2},
    {{0, 2, 3}, {1, 2, 2}, {0, 1, 2}},
    {{1, 2, 3}, {0, 2, 2}, {1, 0, 2}},
    {{1, 1, 2, 1, 3}, {1, 1, 1, 1, 1}, {1, 1, 2, 1, 3}},
    {{2, 2, 3, 2, 4}, {3, 2, 2, 1, 3}, {2, 3, 2, 2, 2}},
    {{1, 2, 5, 3, 5}, {3, 2, 2, 3, 2}, {1, 3, 2, 3, 2}, {2, 1, 3}, {0, 1, 1}, {2, 1, 1}},
    {{1, 4, 2, 3, 2}, {6, 2, 2, 2, 1}, {1, 6, 3, 1, 4}, {1, 2, 1}, {1, 0, 1}, 1, 2},
    {{0, 1, 2, 2, 2}, {2, 1, 2, 1, 1}, {0, 2, 1, 2, 2}},
    {{1, 1, 2, 2, 2}, {0, 1, 2, 1, 1}, {1, 0, 1, 2, 2}},
};

const std::vector<Geometry> transposed = {
    {{1, 1, 3}, {1, 1, 1}, {1, 1, 3}},
    {{2, 3, 4}, {3, 2, 3}, {2, 2, 6}},
    {{1, 4, 3}, {4, 3, 2}, {1, 6, 6}, {1, 1, 2}, {0, 0, 1}, {1, 1, 2}, 2, {0, 0, 1}},
    {{1, 1, 2}, {1, 2, 2}, {1, 2, 6}, 1, 0, {1, 1, 3}, 1, {0, 0, 1}},
    {{0, 2, 3}, {2, 1, 2}, {0, 1, 4}},
    {{1, 2, 3}, {2, 0, 2}, {1, 0, 4}},
    {{2, 3, 2, 3}, {3, 4, 2, 1}, {2, 4, 3, 3}},
    {{1, 4, 2, 3}, {4, 3, 3, 2}, {1, 6, 4, 8}, {1, 2, 3}, {0, 1, 0}, 1, 2, {0, 1, 0}},
    {{1, 2, 3, 2}, {2, 1, 2, 2}, {1, 1, 4, 6}, {1, 1, 2}, {0, 0, 1}, {1, 1, 3}, 1, {0, 0, 2}},
    {{2, 1, 2, 2}, {1, 1, 3, 2}, {2, 1, 9, 7}, {1, 2, 2}, {0, 1, 0}, {1, 3, 3}, 1, {0, 2, 1}},
    {{0, 2, 2, 3}, {2, 1, 2, 1}, {0, 1, 3, 3}},
    {{1, 2, 2, 2, 3}, {2, 3, 2, 1, 2}, {1, 3, 3, 2, 4}},
    {{1, 4, 2, 1, 2}, {4, 1, 2, 3, 1}, {1, 2, 4, 3, 3}, {2, 1, 2}, 0, 1, 2, {0, 0, 0}},
    {{2, 1, 2, 2, 1}, {1, 2, 2, 2, 2}, {2, 2, 3, 6, 3}, {1, 2, 2}, {1, 0, 0}, {2, 3, 2}, 1, {1, 0, 0}},
    {{0, 1, 2, 1, 2}, {1, 2, 2, 2, 1}, {0, 2, 3, 2, 2}},
};

Op conv_op(const Geometry& g) {
    return [g](const Vars& in) {
        const Var bias = in.size() > 2 ? in[2] : Var();
        if (in[0].ndim() == 3) return conv1d(in[0], in[1], bias, g.stride.w, g.padding.w, g.dilation.w, g.groups);
        return conv3d(in[0], in[1], bias, g.stride, g.padding, g.dilation, g.groups);
    };
}

Pair in_plane(Triple n) { return {n.h, n.w}; }

Op transposed_op(const Geometry& g) {
    return [g](const Vars& in) {
        const Triple s = g.stride, p = g.padding, d = g.dilation, o = g.output_padding;
        const Var bias = in.size() > 2 ? in[2] : Var();
        if (in[0].ndim() == 3) return conv_transpose1d(in[0], in[1], bias, s.w, p.w, o.w, g.groups, d.w);
        if (in[0].ndim() == 5) return conv_transpose3d(in[0], in[1], bias, s, p, o, g.groups, d);
        return conv_transpose(in[0], in[1], bias, in_plane(s), in_plane(p), in_plane(o), g.groups, in_plane(d));
    };
}

// (n, c, d, h, w) with a depth and a height of 1 where there is none.
Shape volume(const Shape& s) {
    Shape out{s[0], s[1]};
    for (int k = s.rank(); k < 5; ++k) out.push_back(1);
    for (int k = 2; k < s.rank(); ++k) out.push_back(s[k]);
    return out;
}

std::size_t place(const Shape& s, const Shape& at) {
    std::int64_t out = 0;
    for (int k = 0; k < s.rank(); ++k) out = out * s[k] + at[k];
    return static_cast<std::size_t>(out);
}

// f(at) for each place of a shape.
template <class F>
void each_place(const Shape& s, F f) {
    Shape at(static_cast<std::size_t>(s.rank()), 0);
    for (std::int64_t i = 0; i < s.numel(); ++i) {
        f(at);
        for (int k = s.rank() - 1; k >= 0 && ++at[k] == s[k]; --k) at[k] = 0;
    }
}

// f(place in `wide`, in the weight, in `narrow`) for all that a convolution from wide to narrow multiplies and adds.
template <class F>
void each_product(const Geometry& g, const Shape& wide, const Shape& narrow, F f) {
    const Shape w = volume(g.w);
    each_place(narrow, [&](const Shape& to) {
        each_place({w[1], w[2], w[3], w[4]}, [&](const Shape& k) {
            Shape from{to[0], to[1] / (w[0] / g.groups) * w[1] + k[0]};
            bool inside = true;
            for (int axis = 0; axis < 3; ++axis) {
                from.push_back(to[2 + axis] * g.stride[axis] - g.padding[axis] + k[1 + axis] * g.dilation[axis]);
                inside = inside && from[2 + axis] >= 0 && from[2 + axis] < wide[2 + axis];
            }
            if (inside) f(place(wide, from), place(w, {to[1], k[0], k[1], k[2], k[3]}), place(narrow, to));
        });
    });
}

// The bias of each channel, where the sums begin.
std::vector<double> biased(const Shape& y, const Var& bias) {
    std::vector<double> out;
    each_place(y, [&](const Shape& at) { out.push_back(bias.data<double>()[at[1]]); });
    return out;
}

void check_values(const Geometry& g, const Op& f, bool transposed) {
    CAPTURE(text(g.x));
    CAPTURE(text(g.w));
    const Vars in = random_inputs({g.x, g.w, {g.y[1]}}, -1, 1);
    const auto x = in[0].to_vector<double>(), w = in[1].to_vector<double>();
    const Shape from = volume(g.x), to = volume(g.y);
    std::vector<double> y = biased(to, in[2]);
    if (transposed)
        each_product(g, to, from, [&](auto a, auto k, auto b) { y[a] += w[k] * x[b]; });
    else
        each_product(g, from, to, [&](auto a, auto k, auto b) { y[b] += w[k] * x[a]; });
    CHECK_EQ(f(in).shape(), g.y);
    CHECK_EQ(difference(f(in), y, 1e-12, 1e-12), "");
}

void check_convolution(const Geometry& g, const Op& f, bool transposed) {
    check_values(g, f, transposed);
    const std::string what = "convolution of " + text(g.x);
    check(GradRow{what, f, {{g.x, g.w}, {g.x, g.w, {g.y[1]}}}, -1, 1});
}

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("convolutions of sequences and volumes: values against loops, gradients") {
        for (const auto& g : plain) check_convolution(g, conv_op(g), false);
    }

    TEST_CASE("transposed convolutions: values against loops, gradients") {
        for (const auto& g : transposed) check_convolution(g, transposed_op(g), true);
    }

    TEST_CASE("convolutions of integers give float32, of float64 float64") {
        const Var one = ones({1, 1, 2}, int32), image = one.unsqueeze(2), volume = image.unsqueeze(2);
        expect("conv1d", conv1d(one, one), "jt.Var([[[2.]]], dtype=float32)");
        expect("conv3d", conv3d(volume, volume), "jt.Var([[[[[2.]]]]], dtype=float32)");
        expect("conv_transpose1d", conv_transpose1d(one, one), "jt.Var([[[1. 2. 1.]]], dtype=float32)");
        expect("conv_transpose", conv_transpose(image, image, array({1}), {1, 2}),
               "jt.Var([[[[2. 2. 2. 2.]]]], dtype=float32)");
        expect("conv_transpose2d", conv_transpose2d(image, image.float64()), "jt.Var([[[[1. 2. 1.]]]], dtype=float64)");
        expect("conv_transpose3d", conv_transpose3d(volume, volume), "jt.Var([[[[[1. 2. 1.]]]]], dtype=float32)");
    }

    TEST_CASE("a transposed convolution is the gradient of the convolution in x") {
        const Vars v = random_inputs({{2, 4, 7, 6}, {6, 2, 3, 2}, {2, 6, 4, 4}}, -1, 1);
        const auto strided = [&](const Var& x) { return conv2d(x, v[1], {}, {2, 1}, {1, 0}, {1, 2}, 2); };
        CHECK_SAME(grad(sum(strided(v[0]) * v[2]), v[0]), conv_transpose(v[2], v[1], {}, {2, 1}, {1, 0}, 0, 2, {1, 2}));
    }

    // What torch.nn.functional.conv_transpose2d of 2.13 gave for 4 channels, 2 groups and 6 channels: Jittor is wrong.
    TEST_CASE("a transposed convolution in groups has PyTorch's numbers") {
        const Var x = arange(16).float32().reshape({1, 4, 2, 2}) / 10 - 0.5;
        const Var w = arange(24).float32().reshape({4, 3, 1, 2}) % 7 - 3;
        CHECK_CLOSE(conv_transpose(x, w, array({1.0, 2.0, 3.0, 4.0, 5.0, 6.0}), 1, {0, 1}, 0, 2),
                    {3.5, 2.5, 2.5, 1.7, 1.5, 2.3, 7.9, 9.5, 3.5, 2.5, 3.3, 2.5});
    }

    TEST_CASE("wrong calls of convolutions of sequences and volumes") {
        const Var x = zeros({1, 2, 4}), w = zeros({3, 2, 3}), v = zeros({1, 2, 3, 4, 5}), k = zeros({3, 2, 2, 3, 1});
        CHECK_THROWS_WITH_AS(
            conv1d(v, w), "conv1d: needs x (n, c, l) and weight (o, c / groups, k), got (1, 2, 3, 4, 5) and (3, 2, 3)",
            ShapeError);
        CHECK_THROWS_WITH_AS(conv1d(x, w, {}, 1, 0, 1, 2),
                             "conv1d: needs channels that 2 groups divide and that agree, got x (1, 2, 4) and weight "
                             "(3, 2, 3)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(conv1d(x, w, zeros({2})), "conv1d: needs a bias of shape (3,), got (2,)", ShapeError);
        CHECK_THROWS_WITH_AS(conv1d(x, w, {}, 0),
                             "conv1d: needs kernel, stride and dilation of 1 or more and padding of 0 or more, got 3, "
                             "0, 1 and 0",
                             ValueError);
        CHECK_THROWS_WITH_AS(conv1d(x, w, {}, 1, 0, 2),
                             "conv1d: needs a kernel no larger than the padded input, got 3, 2 apart, for (1, 2, 4)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(conv3d(v, w),
                             "conv3d: needs x (n, c, d, h, w) and weight (o, c / groups, kd, kh, kw), got (1, 2, 3, 4, "
                             "5) and (3, 2, 3)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(conv3d(v, k, {}, 1, {0, -1, 0}),
                             "conv3d: needs kernel, stride and dilation of 1 or more and padding of 0 or more, got (2, "
                             "3, 1), (1, 1, 1), (1, 1, 1) and (0, -1, 0)",
                             ValueError);
        CHECK_THROWS_WITH_AS(conv3d(v, k, {}, 1, 0, {3, 1, 1}),
                             "conv3d: needs a kernel no larger than the padded input, got (2, 3, 1), 3 apart, for (1, "
                             "2, 3, 4, 5)",
                             ShapeError);
    }

    TEST_CASE("wrong calls of transposed convolutions") {
        const Var x = zeros({1, 4, 2, 3}), w = zeros({4, 3, 2, 2});
        CHECK_THROWS_WITH_AS(conv_transpose(zeros({4, 2, 3}), w),
                             "conv_transpose: needs x (n, c, h, w) and weight (c, o / groups, kh, kw), got (4, 2, 3) "
                             "and (4, 3, 2, 2)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(conv_transpose1d(x, w),
                             "conv_transpose1d: needs x (n, c, l) and weight (c, o / groups, k), got (1, 4, 2, 3) and "
                             "(4, 3, 2, 2)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(conv_transpose3d(x, w),
                             "conv_transpose3d: needs x (n, c, d, h, w) and weight (c, o / groups, kd, kh, kw), got "
                             "(1, 4, 2, 3) and (4, 3, 2, 2)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(conv_transpose(x, w, {}, 1, 0, 0, 3),
                             "conv_transpose: needs channels that 3 groups divide and that agree, got x (1, 4, 2, 3) "
                             "and weight (4, 3, 2, 2)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(conv_transpose(x, zeros({3, 4, 2, 2})),
                             "conv_transpose: needs channels that 1 groups divide and that agree, got x (1, 4, 2, 3) "
                             "and weight (3, 4, 2, 2)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(conv_transpose(x, w, zeros({3}), 1, 0, 0, 2),
                             "conv_transpose: needs a bias of shape (6,), got (3,)", ShapeError);
    }

    TEST_CASE("wrong numbers for transposed convolutions") {
        const Var x = zeros({1, 4, 2, 3}), w = zeros({4, 3, 2, 2});
        CHECK_THROWS_WITH_AS(conv_transpose(x, w, {}, {0, 1}),
                             "conv_transpose: needs kernel, stride and dilation of 1 or more and padding of 0 or more, "
                             "got (2, 2), (0, 1), (1, 1) and (0, 0)",
                             ValueError);
        CHECK_THROWS_WITH_AS(conv_transpose(x, w, {}, 2, 0, {0, 2}),
                             "conv_transpose: needs output_padding of 0 or more and below stride or dilation, got (0, "
                             "2) for (2, 2) and (1, 1)",
                             ValueError);
        CHECK_THROWS_WITH_AS(conv_transpose(x, w, {}, 2, 0, {-1, 0}),
                             "conv_transpose: needs output_padding of 0 or more and below stride or dilation, got (-1, "
                             "0) for (2, 2) and (1, 1)",
                             ValueError);
        CHECK_THROWS_WITH_AS(conv_transpose(x, w, {}, 1, {0, 2}),
                             "conv_transpose: needs extents of 1 or more, got (1, 4, 2, 3) for an output of (1, 3, 3, "
                             "0)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(conv_transpose(zeros({1, 4, 0, 3}), w),
                             "conv_transpose: needs extents of 1 or more, got (1, 4, 0, 3) for an output of (1, 3, 1, "
                             "4)",
                             ShapeError);
    }
}

}  // namespace jt::test
