// The op of the normalisations in every layout that layers give it: against its definition in Vars, and differences.
#include "../../autograd/ops/standardize.hpp"
#include "op_rows.hpp"

namespace jt::test {

namespace {

// Of x alone, or with weight, or with weight and bias.
Standardized of(const Vars& x) {
    return standardize(x[0], x.size() > 1 ? x[1] : Var(), x.size() > 2 ? x[2] : Var(), 1e-3);
}

Standardized by_definition(const Vars& x) {
    const Axes group{0, 3, 4};
    const Shape each{1, 1, x[0].shape(2), x[0].shape(3), 1};
    const Var mean = x[0].mean(group, keepdims), var = sqr(x[0] - mean).mean(group, keepdims);
    const Var h = (x[0] - mean) / sqrt(var + 1e-3);
    return {h * x[1].reshape(each) + x[2].reshape(each), mean, var};
}

Sample sample(const Shape& x) { return {x, {x[2], x[3]}, {x[2], x[3]}}; }

// Batches, layers, groups, instances; runs and rows shorter and longer than a vector, and four rows and more at once.
const Shape layouts[] = {{5, 1, 3, 1, 7}, {2, 1, 2, 1, 70}, {1, 3, 1, 5, 1}, {1, 6, 1, 37, 1},
                         {1, 2, 3, 2, 5}, {1, 2, 2, 3, 1},  {1, 4, 3, 1, 9}, {4, 1, 3, 1, 1},
                         {6, 2, 2, 3, 1}, {2, 2, 2, 2, 3},  {1, 1, 1, 1, 4}};

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("standardize: gradients against differences, fused and in Vars") {
        const Op y = [](const Vars& x) { return of(x).y; };
        for (const Shape& x : {layouts[0], layouts[2], layouts[4], layouts[5], layouts[7], layouts[9]})
            check({": a normalisation", y, {sample(x), {x, {x[2], x[3]}}, {x}}});
    }

    TEST_CASE("standardize: values and gradients by its definition") {
        for (const Shape& layout : layouts)
            for (const Dtype dtype : {float32, float64}) {
                CAPTURE(text(layout));
                const double tolerance = dtype == float32 ? 2e-5 : 1e-12;
                const Vars x = as_dtype(random_inputs(sample(layout), -1, 3), dtype);
                const Standardized a = of(x), b = by_definition(x);
                CHECK_EQ(difference(a.y, b.y, tolerance, tolerance), "");
                CHECK_EQ(difference(a.mean.reshape(b.mean.shape()), b.mean, tolerance, tolerance), "");
                CHECK_EQ(difference(a.var.reshape(b.var.shape()), b.var, tolerance, tolerance), "");
                const Var g = as_dtype(random_inputs({layout}, -1, 1, 2), dtype)[0];
                const Vars expected = grad((b.y * g).sum(), x), gradients = grad((a.y * g).sum(), x, false);
                for (std::size_t k = 0; k < 3; ++k)
                    CHECK_EQ(difference(gradients[k], expected[k], 10 * tolerance, 10 * tolerance), "");
            }
    }

    TEST_CASE("standardize: integers become float, a wide weight widens, mean and variance take no gradient") {
        const Var x = array({1, 2, 3, 6}).reshape({1, 1, 1, 4, 1});
        const Standardized s = standardize(x, {}, {}, 0);
        CHECK(s.y.dtype() == float32);
        CHECK_CLOSE(s.mean, {3});
        CHECK_CLOSE(s.var, {3.5});
        CHECK(standardize(x, array({{1., 2., 3., 4.}}, float64), {}, 0).y.dtype() == float64);
        CHECK_FALSE(s.mean.requires_grad());
    }

    TEST_CASE("standardize: far from zero, all alike, and nothing at all") {
        const Var far = (array({0., 1, 2, 3}, float32) + 1e4).reshape({1, 1, 1, 4, 1});
        CHECK_CLOSE(standardize(far, {}, {}, 0).var, {1.25});
        CHECK_CLOSE(standardize(ones({1, 1, 1, 4, 1}) * 7, {}, {}, 1e-5).y, {0, 0, 0, 0});
        for (const Shape& none : {Shape{1, 0, 1, 3, 1}, Shape{1, 2, 1, 0, 1}, Shape{0, 1, 2, 1, 3}}) {
            const Var x = zeros(none);
            const Standardized s = standardize(x, ones({none[2], none[3]}), {}, 1e-5);
            CHECK_EQ(s.y.shape(), none);
            CHECK_EQ(grad(s.y.sum(), x, false).shape(), none);
        }
        CHECK_THROWS_WITH_AS(standardize(Var(), {}, {}, 1e-5),
                             "standardize: needs a Var that holds something, got an empty one", GraphError);
    }
}

}  // namespace jt::test
