// Tests the tester: gradcheck passes right gradients and catches wrong ones.
#include <sstream>

#include "../../core/random.hpp"
#include "op_rows.hpp"

namespace jt::test {

namespace {

// x * y with a gradient for x that is `factor` times too large, and for y times `factor_y`.
class Product : public Function {
public:
    Product(double factor_x, double factor_y) : factor_x_(factor_x), factor_y_(factor_y) {}
    Vars execute(const Vars& inputs) override {
        inputs_ = inputs;
        return {inputs[0] * inputs[1]};
    }
    Vars grad(const Vars& g) override { return {g[0] * inputs_[1] * factor_x_, g[0] * inputs_[0] * factor_y_}; }

private:
    double factor_x_, factor_y_;
    Vars inputs_;
};

// x + b for a row b, with only the first row of the gradient for b.
class RowAdd : public Function {
public:
    Vars execute(const Vars& inputs) override { return {inputs[0] + inputs[1]}; }
    Vars grad(const Vars& g) override { return {g[0], g[0][0]}; }
};

// x^3 whose gradient's own gradient is lost: 3 x^2 is computed from a copy.
class Cube : public Function {
public:
    Vars execute(const Vars& inputs) override {
        x_ = inputs[0];
        return {x_ * x_ * x_};
    }
    Vars grad(const Vars& g) override { return {g[0] * 3 * (x_ * x_).detach()}; }

private:
    Var x_;
};

GradcheckResult check_product(double factor_x, double factor_y) {
    return gradcheck([=](const Vars& x) { return apply<Product>(x, factor_x, factor_y)[0]; },
                     {array({0.5, -1.5}, float64), array({2.0, 1.25}, float64)}, {.order = 2});
}

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("a verdict of gradcheck prints as a sentence") {
        const auto printed = [](const GradcheckResult& result) {
            std::ostringstream out;
            out << result;
            return out.str();
        };
        CHECK(printed({true, 0, "gradcheck: a"}) == "gradcheck: a: within the tolerance");
        CHECK(printed({false, 1, "gradcheck: b"}) == "gradcheck: b: beyond the tolerance");
    }

    TEST_CASE("gradcheck passes right gradients") {
        const auto result = check_product(1, 1);
        CHECK(result);
        CHECK(result.error < 1e-7);
        CHECK(result.message.substr(0, 9) == "gradcheck");
        const Var big = random_inputs({{100, 100}}, -1, 1)[0];
        CHECK(gradcheck([](const Vars& x) { return tanh(x[0] * x[0]); }, {big}, {.order = 2}));
    }

    TEST_CASE("gradcheck catches wrong gradients") {
        CHECK_FALSE(check_product(-1, 1));
        CHECK_FALSE(check_product(1, 1 + 1e-4));
        CHECK_FALSE(check_product(1 + 1e-4, 1));
        CHECK_FALSE(check_product(1, 0));
        const Vars inputs = random_inputs({{3, 2}, {2}}, -1, 1);
        CHECK_FALSE(gradcheck([](const Vars& x) { return apply<RowAdd>(x)[0]; }, inputs));
        const Vars large = random_inputs({{50, 40}, {40}}, -1, 1);
        CHECK_FALSE(gradcheck([](const Vars& x) { return apply<RowAdd>(x)[0]; }, large));
    }

    TEST_CASE("order 2 catches what order 1 lets pass") {
        const auto cube = [](const Vars& x) { return apply<Cube>(x)[0]; };
        const Vars x = {array({0.5, 1.5}, float64)};
        CHECK(gradcheck(cube, x));
        const auto second = gradcheck(cube, x, {.order = 2});
        CHECK_FALSE(second);
        CHECK(second.message.substr(0, 19) == "gradcheck, order 2:");
    }

    TEST_CASE("gradcheck says where it is wrong") {
        const auto result = check_product(1, 2);
        CHECK_FALSE(result);
        CHECK(result.error == doctest::Approx(1.5));
        CHECK_EQ(result.message,
                 "gradcheck: gradient -3, difference -1.5 of output element 1 for element 1 of input 1");
    }

    TEST_CASE("NaN in a gradient or a value is an error") {
        CHECK_FALSE(gradcheck([](const Vars& x) { return sqrt(x[0]); }, {array({-1.0}, float64)}));
        CHECK_FALSE(
            gradcheck([](const Vars& x) { return pow(x[0], x[1]); }, {array({0.0}, float64), array({2.0}, float64)}));
    }

    TEST_CASE("gradcheck leaves the random stream, grad mode and inputs alone") {
        set_global_seed(3);
        const auto before = drawing::state();
        const Var x = array({0.5, 1.0}, float64);
        {
            const no_grad guard;
            CHECK(gradcheck([](const Vars& v) { return exp(v[0]); }, {x}, {.order = 2}));
            CHECK_FALSE((x * 2).requires_grad());
        }
        CHECK(drawing::state() == before);
        CHECK_EQ(str(x), "jt.Var([0.5 1. ], dtype=float64)");
        const auto heard =
            warnings_of([&] { CHECK(gradcheck([](const Vars& v) { return v[0] * 2; }, {x}, {.order = 2})); });
        CHECK(heard.empty());
    }

    TEST_CASE("wrong calls of gradcheck") {
        const auto f = [](const Vars& x) { return x[0] * 2; };
        CHECK_THROWS_WITH_AS(gradcheck(f, {array({1.0})}), "gradcheck: needs float64 inputs, got float32", DtypeError);
        CHECK_THROWS_WITH_AS(gradcheck(f, {array({1.0}, float64)}, {.order = 3}),
                             "gradcheck: needs order 1 or 2, got 3", ValueError);
    }
}

}  // namespace jt::test
