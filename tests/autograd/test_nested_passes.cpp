// grad inside grad: what a pass that keeps no graph may free, and what others then find.
#include <memory>

#include <doctest/doctest.h>

#include "../../autograd/function.hpp"
#include "../../autograd/grad.hpp"
#include "../check.hpp"

namespace jt::test {

namespace {

const char* freed =
    "grad: needs the graph of the loss, got one that an earlier grad with retain_graph = false (or an optimizer's step "
    "or backward) has freed; pass retain_graph = true there";

// Keeps only its input and computes the rest again on the way back.
class Checkpoint : public Function {
public:
    explicit Checkpoint(bool retain) : retain_(retain) {}
    Vars execute(const Vars& inputs) override {
        x_ = inputs[0];
        return {f(x_)};
    }
    Vars grad(const Vars& g) override {
        const enable_grad on;
        return {jt::grad((f(x_) * g[0].detach()).sum(), x_, retain_)};
    }

private:
    static Var f(const Var& x) { return tanh(x) * sigmoid(x); }

    bool retain_;
    Var x_;
};

// x ** 3, whose rule asks grad of the one below it.
template <int depth>
class Cubed : public Function {
public:
    Vars execute(const Vars& inputs) override {
        x_ = inputs[0];
        return {x_ * x_ * x_};
    }
    Vars grad(const Vars& g) override {
        if constexpr (depth == 0)
            return {g[0] * x_ * x_ * 3};
        else
            return {g[0] * jt::grad(apply<Cubed<depth - 1>>({x_})[0], x_)};
    }

private:
    Var x_;
};

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("a Function that computes again what it did not keep") {
        const auto run = [](bool inner, bool outer) {
            const Var w = array({0.3, 2.5}), x = w * 1.5;
            const Var y = apply<Checkpoint>({x}, inner)[0];
            return grad((y * y).sum(), w, outer);
        };
        const Var expected = run(true, true);
        for (bool inner : {true, false})
            for (bool outer : {true, false}) CHECK_SAME(run(inner, outer), expected);
    }

    TEST_CASE("grad to depth three from within a hook, through the graph that is walked and through another") {
        const Var x = array({0.7}, float64);
        const auto third = [](const Var& t) { return grad(grad(grad(t * t * t * t, t), t), t); };  // 24 t
        Var y = x * x;
        int calls = 0;
        y.register_hook([&](const Var& g) {
            ++calls;
            const Var other = third(array({0.5}, float64)), same = grad(grad(grad(x * x * x, x), x), x);
            return g * other * same * third(x);
        });
        const Var first = grad(y, x);
        CHECK_EQ(difference(first, {2 * 0.7 * 12 * 6 * 24 * 0.7}, 1e-12, 0), "");
        CHECK_EQ(difference(grad(first, x), {2 * 2 * 0.7 * 12 * 6 * 24}, 1e-12, 0), "");
        CHECK(calls == 1);
    }

    TEST_CASE("Functions whose rules call grad, three in each other, to third order") {
        const Var x = array({0.3}, float64);
        Var y = apply<Cubed<3>>({x})[0], z = x * x * x;
        for (int order = 0; order < 3; ++order) {
            y = grad(y, x);
            z = grad(z, x);
            CHECK_EQ(difference(y, z, 1e-12, 1e-12), "");
        }
    }

    TEST_CASE("a target that is computed keeps its own op") {
        const Var x = array({3.0}), h = x * 2;
        CHECK(grad((h * h).sum(), h, false).item() == 12);
        CHECK(grad(h.sum(), x).item() == 2);
        const Var k = h + x;
        CHECK(grad((k * k).sum(), {k, h}, false)[1].item() == 18);
        CHECK_THROWS_WITH_AS(grad(k.sum(), x), freed, GraphError);
        CHECK(grad(h.sum(), x).item() == 2);
    }

    TEST_CASE("a hook that frees what the pass has still to walk") {
        const Var x = array({3.0}), shared = x * 2;
        Var y = shared * shared;
        y.register_hook([&](const Var&) { grad(shared.sum(), x, false); });
        CHECK_THROWS_WITH_AS(grad(y, x), freed, GraphError);
        CHECK_THROWS_WITH_AS(grad(y, x, false), freed, GraphError);
        CHECK((x * 2).requires_grad());
    }

    TEST_CASE("a Function that frees itself while its gradient is asked for") {
        struct Eater : Function {
            Vars execute(const Vars& inputs) override { return {inputs[0] * 2}; }
            Vars grad(const Vars&) override {
                if (std::exchange(again, false)) jt::grad(out, in, false);
                return {zeros({1})};
            }
            Var in, out;
            bool again = true;
        };
        const auto eater = std::make_shared<Eater>();
        const Var x = array({1.0});
        const Var y = apply(eater, {x})[0];
        eater->in = x;
        eater->out = y;
        CHECK_THROWS_WITH_AS(grad(y, x), freed, GraphError);
        eater->out = Var();
    }
}

}  // namespace jt::test
