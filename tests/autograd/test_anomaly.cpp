// What detect_anomaly finds, what it says, and that it leaves everything as it was.
#include "../../autograd/anomaly.hpp"

#include <thread>

#include "../../autograd/function.hpp"
#include "../../autograd/grad.hpp"
#include "../check.hpp"

namespace jt::test {

namespace {

class Broken : public Function {
public:
    Vars execute(const Vars& inputs) override { return {inputs[0] + 1}; }
    Vars grad(const Vars& g) override { return {g[0] * NAN}; }
};
class Infinite : public Function {
public:
    Vars execute(const Vars& inputs) override { return {inputs[0] + 1}; }
    Vars grad(const Vars& g) override { return {full(g[0].shape(), INFINITY)}; }
};
class Logs : public Function {
public:
    Vars execute(const Vars& inputs) override { return {log(inputs[0])}; }
    Vars grad(const Vars& g) override { return g; }
};

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("writing over NaN is no anomaly, though it reads") {
        Var x = array({1.0, std::nan("")});
        const detect_anomaly guard;
        x[isnan(x)] = 0;
        CHECK(x[1].item() == 0);
    }

    TEST_CASE("the first op whose value is not finite is named") {
        const Var x = array({{1., -1.}, {2., 3.}}), y = array({1., 0.});
        const detect_anomaly guard;
        CHECK_THROWS_WITH_AS(exp(log(x)), "log: needs a finite value, got NaN in shape (2, 2), of inputs (2, 2)",
                             AnomalyError);
        CHECK_THROWS_WITH_AS(
            x / y, "div: needs a finite value, got infinity in shape (2, 2), of inputs (2, 2) and (2,)", AnomalyError);
        CHECK_THROWS_AS(x.float64() / 0, AnomalyError);
        CHECK_THROWS_WITH_AS(x.floor_divide(0), doctest::Contains("floor_divide: needs a finite value, got infinity"),
                             AnomalyError);
        CHECK_THROWS_AS(without_grad([&] { return log(x); }), AnomalyError);
        CHECK_THROWS_WITH_AS(masked_fill(x, x > 0, -INFINITY), doctest::Contains("got infinity"), AnomalyError);
        CHECK_CLOSE(log(y + 1), {std::log(2.), 0});
    }

    TEST_CASE("leaves are not checked, what is made of them is") {
        const detect_anomaly guard;
        const Var x = array({NAN, 1.0}), y = full({2}, INFINITY);
        CHECK_THROWS_WITH_AS(x + 1, "add: needs a finite value, got NaN in shape (2,), of inputs (2,)", AnomalyError);
        CHECK_THROWS_WITH_AS(floor(x), "floor: needs a finite value, got NaN in shape (2,), of inputs (2,)",
                             AnomalyError);
        CHECK_THROWS_AS(sign(x), AnomalyError);
        CHECK_THROWS_WITH_AS(round_int(x), doctest::Contains("round_int: needs a finite value, got NaN"), AnomalyError);
        CHECK_THROWS_AS(y.clone(), AnomalyError);
        CHECK((x > 0).to_vector<bool>() == std::vector<bool>{false, true});
        CHECK(isnan(x).to_vector<bool>() == std::vector<bool>{true, false});
    }

    TEST_CASE("a gradient that is not finite is named by the op whose rule gave it") {
        const Var x = array({0.0, 1.0, 4.0});
        const Var y = sqrt(x) * 2;
        CHECK(std::isinf(grad(y, x).to_vector<double>()[0]));
        const detect_anomaly guard;
        CHECK_THROWS_WITH_AS(grad(y, x), "sqrt: needs a finite gradient, got infinity for input 0 of shape (3,)",
                             AnomalyError);
    }

    TEST_CASE("the sum of finite gradients may be infinite, recorded or not") {
        const Var x = array({1e-38f});
        const Var y = x * 1.0, z = y * 3e38 + y * 3e38;
        const detect_anomaly guard;
        for (const bool retain : {true, false})
            CHECK_THROWS_WITH_AS(grad(z, x, retain),
                                 "add: needs a finite value, got infinity in shape (1,), of inputs (1,) and (1,)",
                                 AnomalyError);
    }

    TEST_CASE("a gradient that nobody needs is not looked at") {
        const Var x = array({2.0}), y = array({0.0});
        const Var root = sqrt(y), z = x * root;
        const detect_anomaly guard;
        CHECK(grad(z, x).item() == 0);
        CHECK_THROWS_AS(grad(z, y), AnomalyError);
    }

    TEST_CASE("Functions and hooks are the user's: what is in them is named") {
        const Var x = array({1.0, -1.0});
        const Var broken = apply<Broken>({x})[0], infinite = apply<Infinite>({x})[0];
        Var hooked = x * 2;
        HookHandle handle = hooked.register_hook([](const Var& g) { return zeros(g.shape()) / 0; });
        const detect_anomaly guard;
        CHECK_THROWS_WITH_AS(grad(broken, x), "mul: needs a finite value, got NaN in shape (2,), of inputs (2,)",
                             AnomalyError);
        CHECK_THROWS_WITH_AS(grad(infinite, x),
                             "Function: needs a finite gradient, got infinity for input 0 of shape (2,)", AnomalyError);
        CHECK_THROWS_WITH_AS(apply<Logs>({x}), doctest::Contains("log: needs a finite value"), AnomalyError);
        CHECK_THROWS_WITH_AS(grad(hooked, x), doctest::Contains("div: needs a finite value, got NaN"), AnomalyError);
        handle.remove();
        hooked.register_hook([](const Var& g) { return full(g.shape(), NAN); });
        CHECK_THROWS_WITH_AS(grad(hooked, x), "register_hook: needs a finite gradient, got NaN in shape (2,)",
                             AnomalyError);
    }

    TEST_CASE("a throw leaves everything as it was, also of a grad that keeps no graph") {
        const Var x = array({0.0, 1.0}), root = sqrt(x * 1.0), y = (root * 3).sum();
        const Var expected = grad(y, x);
        for (int round = 0; round < 2; ++round) {
            const detect_anomaly guard;
            CHECK_THROWS_AS(grad(y, x, false), AnomalyError);
            CHECK((x * 2).requires_grad());
            CHECK_THROWS_AS(log(x), AnomalyError);
        }
        CHECK_SAME(grad(y, x), expected);
        const detect_anomaly guard;
        const Var z = array({1.0}), w = z * z * z;
        CHECK(grad(w, z, false).item() == 3);
        CHECK_THROWS_AS(grad(w, z), GraphError);
    }

    TEST_CASE("it nests, ends with its block, and is of one thread") {
        const Var x = array({-1.0});
        {
            const detect_anomaly outer;
            { const detect_anomaly inner; }
            CHECK_THROWS_AS(log(x), AnomalyError);
            std::thread([] { CHECK(std::isnan(log(array({-1.0})).item())); }).join();
        }
        CHECK(std::isnan(log(x).item()));
    }

    TEST_CASE("gradients of gradients are checked as well") {
        const Var x = array({0.0}), g = grad(pow(x, 1.5), x);
        const detect_anomaly guard;
        CHECK(g.item() == 0);
        CHECK_THROWS_WITH_AS(grad(g, x), doctest::Contains("needs a finite gradient, got infinity"), AnomalyError);
    }
}

}  // namespace jt::test
