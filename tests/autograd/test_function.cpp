// Ops that users write: several inputs and outputs, second order, and what is said about wrong gradients.
#include <memory>

#include "op_rows.hpp"

namespace jt::test {

namespace {

// (x * y, x + y); remembers which gradients it was given.
class Pair2 : public Function {
public:
    explicit Pair2(std::vector<bool>* given = nullptr) : given_(given) {}
    Vars execute(const Vars& inputs) override {
        inputs_ = inputs;
        return {inputs[0] * inputs[1], inputs[0] + inputs[1]};
    }
    Vars grad(const Vars& g) override {
        if (given_) *given_ = {g[0].defined(), g[1].defined()};
        Var gx = zeros_like(inputs_[0]), gy = gx;
        if (g[0].defined()) gx += g[0] * inputs_[1], gy += g[0] * inputs_[0];
        if (g[1].defined()) gx += g[1], gy += g[1];
        return {gx, gy};
    }

private:
    std::vector<bool>* given_;
    Vars inputs_;
};

// The sum of its inputs, with whatever gradients it is told to give.
class Told : public Function {
public:
    explicit Told(Vars gradients) : gradients_(std::move(gradients)) {}
    Vars execute(const Vars& inputs) override {
        recorded = inputs[0].requires_grad() && (inputs[0] * 2).requires_grad();
        return {inputs[0] + inputs[1]};
    }
    Vars grad(const Vars&) override { return gradients_; }
    static inline bool recorded = true;

private:
    Vars gradients_;
};

class Swish : public Function {
public:
    Vars execute(const Vars& inputs) override {
        x_ = inputs[0];
        return {x_ * sigmoid(x_)};
    }
    Vars grad(const Vars& g) override {
        const Var s = sigmoid(x_);
        return {g[0] * (s + x_ * s * (1 - s))};
    }

private:
    Var x_;
};

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("a Function with two inputs and two outputs") {
        const Op both = [](const Vars& x) {
            const Vars y = apply<Pair2>(x);
            return y[0] * y[1] + y[0];
        };
        const Vars inputs = random_inputs({{2, 3}, {2, 3}}, -1, 1);
        check_differences(both, inputs);
        CHECK(apply<Pair2>(inputs).size() == 2);
        CHECK_SAME(apply<Pair2>(inputs)[1], inputs[0] + inputs[1]);
    }

    TEST_CASE("an output that nobody used has an empty gradient") {
        const Var x = array({2.0}), y = array({5.0});
        std::vector<bool> given;
        Vars out = apply<Pair2>({x, y}, &given);
        CHECK(grad(out[0] * 3, x).item() == 15);
        CHECK(given == std::vector<bool>{true, false});
        CHECK(grad(out[1] * 3, y).item() == 3);
        CHECK(given == std::vector<bool>{false, true});
        CHECK(grad(out[0] + out[1], y).item() == 3);
        CHECK(given == std::vector<bool>{true, true});
    }

    TEST_CASE("second order through a Function") {
        check(GradRow{"Swish", [](const Vars& x) { return apply<Swish>(x)[0]; }, {{{5}}, {{1}}, {{2, 3}}, {{0}}}});
        const Var x = array({0.5}, float64);
        const Var third = grad(grad(grad(apply<Swish>({x})[0], x), x), x);
        const Var expected = grad(grad(grad(x * sigmoid(x), x), x), x);
        CHECK_EQ(difference(third, expected, 1e-12, 1e-12), "");
    }

    TEST_CASE("execute does not record, and one object serves one call") {
        const Var x = array({1.0}), y = array({2.0});
        Told::recorded = true;
        const Var z = apply<Told>({x, y}, Vars{x, y})[0];
        CHECK_FALSE(Told::recorded);
        CHECK(z.requires_grad());
        CHECK(z.item() == 3);
    }

    TEST_CASE("under no_grad or with stopped inputs a Function leaves no graph") {
        Var x = array({1.0}), y = array({2.0});
        {
            const no_grad guard;
            CHECK_FALSE(apply<Pair2>({x, y})[0].requires_grad());
        }
        x.stop_grad();
        y.stop_grad();
        const Var z = apply<Pair2>({x, y})[0];
        y.start_grad();
        CHECK(warnings_of([&] { CHECK(grad(z, y).item() == 0); }).size() == 1);
    }

    TEST_CASE("an empty gradient means none") {
        const Var x = array({1.0}), y = array({2.0});
        const Var z = apply<Told>({x, y}, Vars{Var(), array({4.0})})[0];
        const auto heard = warnings_of([&] {
            const Vars g = grad(z, {x, y});
            CHECK(g[0].item() == 0);
            CHECK(g[1].item() == 4);
        });
        CHECK(heard.size() == 1);
    }

    TEST_CASE("inputs and outputs may be absent, and so may gradients for them") {
        struct Maybe : Function {
            Vars execute(const Vars& inputs) override { return {Var(), inputs[1] * 3, inputs[0]}; }
            Vars grad(const Vars& g) override {
                seen = {g[0].defined(), g[1].defined(), g[2].defined()};
                return {g[2], g[1].defined() ? g[1] * 3 : Var()};
            }
            std::vector<bool> seen;
        };
        const auto maybe = std::make_shared<Maybe>();
        const Var y = array({2.0});
        const Vars out = apply(maybe, {Var(), y});
        CHECK_FALSE(out[0].defined());
        CHECK_FALSE(out[2].defined());
        CHECK(grad(out[1], y).item() == 3);
        CHECK(maybe->seen == std::vector<bool>{false, true, false});
        const Var x = array({5.0});
        const Vars both = apply<Maybe>({x, y});
        CHECK(grad(both[2] * 2, x).item() == 2);
        CHECK(warnings_of([&] { CHECK(grad(both[2] * 2, y).item() == 0); }).size() == 1);
        CHECK(grad(grad(grad(both[1] * both[1] * both[1], y), y), y).item() == 162);
    }

    TEST_CASE("a gradient of another float dtype is cast to the input's") {
        const Var x = array({1.0}), y = array({2.0});
        const Var z = apply<Told>({x, y}, Vars{array({4.0}, float64), array({4.0})})[0];
        CHECK(grad(z, x).dtype() == float32);
    }

    TEST_CASE("hooks and freeing work through a Function") {
        const Var x = array({2.0}), y = array({5.0});
        Vars out = apply<Pair2>({x, y});
        out[0].register_hook([](const Var& g) { return g * 10; });
        const Var loss = out[0] + out[1];
        CHECK(grad(loss, x, false).item() == 51);
        CHECK_THROWS_AS(grad(loss, x), GraphError);
        CHECK_THROWS_AS(grad(out[1], x), GraphError);
    }

    TEST_CASE("wrong gradients of a Function") {
        const Var x = array({1.0, 2.0}), y = array({2.0, 3.0}), one = array({1.0});
        const auto loss = [&](const Vars& gradients) { return apply<Told>({x, y}, gradients)[0]; };
        CHECK_THROWS_WITH_AS(grad(loss({x}), {x, y}), "Function.grad: needs one gradient for each of 2 inputs, got 1",
                             ValueError);
        CHECK_THROWS_WITH_AS(grad(loss({x, y, y}), {x, y}),
                             "Function.grad: needs one gradient for each of 2 inputs, got 3", ValueError);
        CHECK_THROWS_WITH_AS(grad(loss({x, one}), {x, y}),
                             "Function.grad: needs a gradient of shape (2,) for input 1, got (1,)", ShapeError);
        CHECK_THROWS_WITH_AS(apply<Swish>({Var()}), "sigmoid: needs a Var that holds something, got an empty one",
                             GraphError);
    }
}

}  // namespace jt::test
