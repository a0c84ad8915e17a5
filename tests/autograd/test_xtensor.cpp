// xtensor in and out.
#include "../../autograd/xtensor.hpp"

#include <doctest/doctest.h>

#include "../../autograd/grad.hpp"
#include "../../autograd/gradcheck.hpp"
#include "../check.hpp"

#if __has_include(<xtensor/core/xmath.hpp>)
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/generators/xbuilder.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif

namespace jt::test {

TEST_SUITE("autograd") {
    TEST_CASE("an xtensor expression becomes a Var of its own") {
        xt::xarray<float> a = {{1, 2, 3}, {4, 5, 6}};
        const Var x = array(a), y = array(a * 2 + 1);
        a(0, 0) = 9;
        CHECK_EQ(str(x), "jt.Var([[1. 2. 3.]\n        [4. 5. 6.]], dtype=float32)");
        CHECK_EQ(str(y), "jt.Var([[ 3.  5.  7.]\n        [ 9. 11. 13.]], dtype=float32)");
        CHECK(x.requires_grad());
        CHECK_EQ(str(grad(sum(x * y), x)), str(y));
    }

    TEST_CASE("views, transposes, broadcasts, reductions and layouts come in row-major order") {
        const xt::xarray<double> a = {{1, 2, 3}, {4, 5, 6}};
        const xt::xarray<double, xt::layout_type::column_major> c = a;
        CHECK_EQ(str(array(xt::transpose(a))), "jt.Var([[1. 4.]\n        [2. 5.]\n        [3. 6.]], dtype=float32)");
        CHECK_EQ(str(array(c)), str(array(a)));
        CHECK_EQ(str(array(xt::view(a, xt::all(), 1))), "jt.Var([2. 5.], dtype=float32)");
        CHECK_EQ(str(array(xt::view(a, 1, xt::range(0, 3, 2)))), "jt.Var([4. 6.], dtype=float32)");
        CHECK_EQ(str(array(xt::sum(a, {0}))), "jt.Var([5. 7. 9.], dtype=float32)");
        CHECK_EQ(str(array(a + xt::view(a, 1))), "jt.Var([[ 5.  7.  9.]\n        [ 8. 10. 12.]], dtype=float32)");
        CHECK_EQ(str(array(xt::arange<int>(4))), "jt.Var([0 1 2 3], dtype=int32)");
        const xt::xtensor<float, 1> t = {1, 2};
        CHECK_EQ(str(array(t)), "jt.Var([1. 2.], dtype=float32)");
    }

    TEST_CASE("shapes at the edges") {
        CHECK_EQ(str(array(xt::xarray<float>(7.0F))), "jt.Var([7.], dtype=float32)");
        CHECK_EQ(str(array(xt::sum(xt::xarray<float>{1, 2}))), "jt.Var([3.], dtype=float32)");
        const Var empty = array(xt::xarray<float>::from_shape({2, 0, 3}));
        CHECK(empty.shape() == Shape{2, 0, 3});
        CHECK(view<float>(empty).size() == 0);
        CHECK(to_xarray<float>(empty).dimension() == 3);
    }

    TEST_CASE("element types") {
        CHECK(array(xt::xarray<double>{1}).dtype() == float32);
        CHECK(array(xt::xarray<double>{1}, float64).dtype() == float64);
        CHECK(array(xt::xarray<double>{0.1}, float64).item() == 0.1);
        CHECK(array(xt::xarray<std::int64_t>{1}).dtype() == int32);
        CHECK(array(xt::xarray<std::int64_t>{1}, int64).dtype() == int64);
        CHECK(array(xt::xarray<long long>{5}, int64).item() == 5);
        CHECK(array(xt::xarray<std::uint32_t>{4000000000U}, int64).item() == 4e9);
        CHECK_THROWS_WITH_AS(array(xt::xarray<std::int64_t>{5000000000}),
                             "array: needs a number that int32 holds, got 5000000000", ValueError);
        constexpr std::uint64_t high = std::uint64_t{1} << 63;
        CHECK(array(xt::xarray<std::uint64_t>{high - 1}, int64).to_vector<std::int64_t>()[0] ==
              std::numeric_limits<std::int64_t>::max());
        CHECK(array(xt::xarray<std::uint64_t>{{1, 2}, {3, 4}}).shape() == Shape{2, 2});
        CHECK(array(xt::xarray<std::uint64_t>{high}, float64).item() == 0x1p63);
        CHECK_THROWS_WITH_AS(array(xt::xarray<std::uint64_t>{high}, int64),
                             "array: needs a number that int64 holds, got 9.22337204e+18", ValueError);
        CHECK_THROWS_WITH_AS(array(xt::xarray<double>{2.7}, int32), "array: needs a number that int32 holds, got 2.7",
                             ValueError);
        CHECK(array(xt::xarray<std::int8_t>{-3}).item() == -3);
        CHECK(array(xt::xarray<std::uint16_t>{65535}).item() == 65535);
        CHECK(array(xt::xarray<std::uint8_t>{200}).dtype() == uint8);
        CHECK_EQ(str(array(xt::xarray<float>{1, -1} > 0)), "jt.Var([ True False], dtype=bool)");
        CHECK_EQ(str(array(xt::xarray<float>{1.5F, 0}, bool_)), "jt.Var([ True False], dtype=bool)");
    }

    TEST_CASE("a view reads a Var in place") {
        Var x = array({{1, 2, 3}, {4, 5, 6}}, float32);
        const auto v = view<float>(x);
        CHECK(v.shape(1) == 3);
        CHECK(v(1, 2) == 6);
        CHECK(&v(0, 0) == x.data<float>());
        CHECK(xt::sum(v)() == 21);
        static_assert(std::is_same_v<decltype(v(0, 0)), const float&>);
        CHECK_THROWS_WITH_AS(view<double>(x), "data: needs the type behind float32, got float64", DtypeError);
        CHECK_EQ(str(array(v + 1)), "jt.Var([[2. 3. 4.]\n        [5. 6. 7.]], dtype=float32)");
    }

    TEST_CASE("a copy is the caller's and takes any type") {
        const Var x = array({{1.5, 2.0}, {0.0, -4.0}});
        auto a = to_xarray<double>(x);
        a(0, 0) = 7;
        CHECK(x.data<float>()[0] == 1.5F);
        CHECK(a.shape(0) == 2);
        CHECK(a(1, 1) == -4);
        CHECK(to_xarray<int>(x)(0, 1) == 2);
        CHECK(to_xarray<bool>(x)(1, 0) == false);
        CHECK(to_xarray<bool>(x)(1, 1) == true);
    }

    TEST_CASE("the other ways to make a Var stay as they are") {
        CHECK_EQ(str(array({{1, 2}, {3, 4}})), "jt.Var([[1 2]\n        [3 4]], dtype=int32)");
        CHECK_EQ(str(array({0})), "jt.Var([0], dtype=int32)");
        CHECK_EQ(str(array(std::vector<float>{1})), "jt.Var([1.], dtype=float32)");
        CHECK_EQ(str(array(array({1.5}))), "jt.Var([1.5], dtype=float32)");
        CHECK_EQ(str(array(2)), "jt.Var([2], dtype=int32)");
    }

    TEST_CASE("an op of two xtensor expressions") {
        const auto swish = expression_op(
            "swish", [](const auto& x) { return x / (1 + xt::exp(-x)); },
            [](const auto& g, const auto& x) {
                const auto s = 1 / (1 + xt::exp(-x));
                return xt::eval(g * (s + x * s * (1 - s)));
            });
        for (Dtype dtype : {float32, float64}) {
            const Var x = array({{-1.5, 0.3}, {2.0, 0.0}}, dtype);
            const Var y = swish(x), expected = x * sigmoid(x);
            CHECK(y.dtype() == dtype);
            CHECK_EQ(difference(y, expected, 1e-6, 1e-7), "");
            CHECK_EQ(difference(grad(y.sum(), x), grad(expected.sum(), x), 1e-6, 1e-7), "");
        }
        const Var x = array({0.5, -2.0}, float64);
        const auto checked = gradcheck([&](const Vars& in) { return swish(in[0]); }, {x}, {.order = 1});
        CHECK_MESSAGE(checked.ok, checked.message);
        const Var g = grad(swish(x).sum(), x);
        CHECK_THROWS_WITH_AS(grad(g.sum(), x),
                             "swish: needs a rule in Vars to be differentiated again, got one in xtensor; use in_vars",
                             GraphError);
        CHECK_THROWS_WITH_AS(swish(array({1, 2})), "swish: needs floats of one dtype, got int32 and int32", DtypeError);
        CHECK(swish(zeros({2, 0}, float64)).shape() == Shape{2, 0});
    }

    TEST_CASE("an op of an xtensor expression whose rule is in Vars, and one of two inputs") {
        const auto cube = expression_op(
            "cube", [](const auto& x) { return x * x * x; },
            in_vars([](const Var& g, const Var& x) { return g * 3 * x * x; }));
        const Var x = array({0.5, -2.0}, float64), y = array({1.5, 0.7}, float64);
        const auto checked = gradcheck([&](const Vars& in) { return cube(in[0]); }, {x}, {.order = 2});
        CHECK_MESSAGE(checked.ok, checked.message);
        const auto area = expression_op(
            "area", [](const auto& x, const auto& y) { return x * y; },
            [](const auto& g, const auto& x, const auto& y) { return std::make_tuple(g * y, g * x); });
        const auto both = gradcheck([&](const Vars& in) { return area(in[0], in[1]); }, {x, y}, {.order = 1});
        CHECK_MESSAGE(both.ok, both.message);
    }
}

}  // namespace jt::test
