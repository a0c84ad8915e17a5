// What jt::grad promises: targets, warnings, hooks, modes, freeing, higher orders, long chains.
#include <pthread.h>

#include <thread>

#include "../../core/random.hpp"
#include "op_rows.hpp"

namespace jt::test {

namespace {

std::string printed(const Var& x) { return str(x); }

// Runs f on a thread with a stack of `bytes`; reports what it threw.
template <class F>
std::string on_thread(std::size_t bytes, F f) {
    struct Job {
        F f;
        std::string error;
    } job{std::move(f), {}};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, bytes);
    pthread_t thread;
    const auto run = [](void* data) -> void* {
        auto& job = *static_cast<Job*>(data);
        try {
            job.f();
        } catch (const std::exception& e) {
            job.error = e.what();
        }
        return nullptr;
    };
    if (pthread_create(&thread, &attributes, run, &job) != 0) return "no thread";
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
    return job.error;
}

double chain_gradient(int length, bool retain_graph) {
    const Var x = array({1.0}, float64);
    Var y = x;
    for (int i = 0; i < length; ++i) y = y + y * 1e-6;
    return grad(y, x, retain_graph).item();
}

// Keeps its input, as Functions do.
class Same : public Function {
public:
    Vars execute(const Vars& inputs) override { return inputs_ = inputs; }
    Vars grad(const Vars& g) override { return g; }

private:
    Vars inputs_;
};

// A small net trained for some steps; its loss after each.
std::vector<double> train(double start) {
    Var w = array({{0.3, -0.2}, {0.1, 0.4}}), v = array({{0.5 + start}, {-0.3}});
    const Var x = array({{1.0, 2.0}, {-1.0, 0.5}, {0.3, 0.3}}), t = array({{1.0}, {0.0}, {-1.0}});
    std::vector<double> losses;
    for (int step = 0; step < 200; ++step) {
        const Var e = matmul(tanh(matmul(x, w)), v) - t, loss = mean(e * e);
        const Vars g = grad(loss, {w, v}, false);
        w.assign((w - g[0] * 0.1).detach());
        v.assign((v - g[1] * 0.1).detach());
        losses.push_back(loss.item());
    }
    return losses;
}

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("gradients for several targets come in their order") {
        const Var a = array({1.0, 2.0}), b = array({3.0, 4.0}), c = a * b;
        const Vars g = grad(sum(c * a), {b, a, c});
        CHECK_EQ(printed(g[0]), "jt.Var([1. 4.], dtype=float32)");
        CHECK_EQ(printed(g[1]), "jt.Var([ 6. 16.], dtype=float32)");
        CHECK_EQ(printed(g[2]), "jt.Var([1. 2.], dtype=float32)");
        CHECK(grad(sum(c), Vars()).empty());
        CHECK(grad(sum(c), {a}).size() == 1);
    }

    TEST_CASE("a target listed twice gets its gradient twice") {
        const Var x = array({3.0});
        const Vars g = grad(x * x, {x, x});
        CHECK(g[0].item() == 6);
        CHECK(g[1].item() == 6);
    }

    TEST_CASE("ways that meet again add up") {
        const Var x = array({2.0}), y = x * x, z = y + y * y + x;
        CHECK(grad(z, x).item() == 2 * 2 + 4 * 8 + 1);
        CHECK(grad(z, y).item() == 1 + 2 * 4);
    }

    TEST_CASE("the gradient of the loss itself is one") {
        const Var x = array({2.0, 3.0});
        CHECK_EQ(printed(grad(x, x)), "jt.Var([1. 1.], dtype=float32)");
        const Var y = x * 2;
        CHECK_EQ(printed(grad(y, {y, x})[0]), "jt.Var([1. 1.], dtype=float32)");
    }

    TEST_CASE("a loss of several elements is summed") {
        const Var x = array({{1.0, 2.0}, {3.0, 4.0}});
        CHECK_EQ(printed(grad(x * x, x)), "jt.Var([[2. 4.]\n        [6. 8.]], dtype=float32)");
    }

    TEST_CASE("a gradient that repeats counts for each element that it stands for") {
        jt::set_global_seed(3);
        const Var column = rand({3, 1}, float64), row = rand({4}, float64), corner = rand({2, 1, 1}, float64);
        const Var whole = rand({2, 3, 4}, float64) + 1;
        const std::vector<Var (*)(const Vars&)> losses = {
            [](const Vars& x) { return (x[0] + x[1]).sum(); },
            [](const Vars& x) { return (x[0] * x[1] - x[2]).sum(); },
            [](const Vars& x) { return (x[2] - x[0] * 3).mean(); },
            [](const Vars& x) { return (-(x[0] - x[1]) / (x[2] * x[2] + 2)).sum(); },
            [](const Vars& x) { return ((x[0] + x[1] + x[2]).sum(1) * x[1]).sum(); },
            [](const Vars& x) { return (x[0] + x[2]).sum(0) + x[1].sum(); },
            [](const Vars& x) {
                return (x[3] + x[0]).sum({0, 2}, keepdims) / (x[1] + 1);
            },
            [](const Vars& x) { return (1 / x[3] + x[1]).max(1) + (x[0] * x[2]).sum() * x[1]; },
        };
        for (std::size_t k = 0; k < losses.size(); ++k) {
            CAPTURE(k);
            const auto loss = [&](const Vars& x) {
                Var total = losses[k](x).sum();
                for (const Var& each : x) total = total + (each * each).sum();
                return total;
            };
            const auto result = gradcheck(loss, {column, row, corner, whole}, {.order = 2});
            CHECK_MESSAGE(result.ok, result.message);
        }
    }

    TEST_CASE("a gradient that repeats has the shape of what it is for wherever it is seen") {
        const Var x = ones({2, 3}), y = ones({3});
        Var z = x + y;
        Shape seen;
        const auto handle = z.register_hook([&](const Var& g) {
            seen = g.shape();
            return Var();
        });
        const Vars g = grad(z.sum(), {z, y, x});
        CHECK(seen == Shape{2, 3});
        CHECK(str(g[0]) == str(ones({2, 3})));
        CHECK(str(g[1]) == str(full({3}, 2)));
        CHECK(str(g[2]) == str(ones({2, 3})));
        const Var none = ones({0, 3}) + y;
        CHECK(str(grad(none.sum(), y)) == str(zeros({3})));
    }

    TEST_CASE("the ones that a sum sends back are not written out") {
        const Var x = ones({500, 1000}), weights = ones({500, 1000}), loss = (x * weights).mean();
        for (const bool retain_graph : {true, false}) {
            clear_buffer_cache();
            const auto before = buffer_use().in_use;
            const Var g = grad(loss, x, retain_graph);
            const auto [in_use, cached] = buffer_use();
            CHECK(in_use + cached - before < g.array().bytes() * 3 / 2);
        }
    }

    TEST_CASE("a target outside the graph gets zeros and one warning") {
        const Var x = array({1.0}), other = zeros({2, 3}, float64);
        Vars g;
        auto heard = warnings_of([&] { g = grad(x * x, {x, other}); });
        CHECK(g[0].item() == 2);
        CHECK(g[1].shape() == Shape{2, 3});
        CHECK(g[1].dtype() == float64);
        CHECK(sum(g[1]).item() == 0);
        REQUIRE(heard.size() == 1);
        CHECK_EQ(heard[0], "grad: the loss does not depend on a target of shape (2, 3); its gradient is zero");
        Var named = array({1.0, 2.0});
        named.set_name("fc1.weight");
        heard = warnings_of([&] { grad(x * x, {x, other, named}), grad(x * x, named); });
        REQUIRE(heard.size() == 1);
        CHECK_EQ(heard[0], "grad: the loss does not depend on fc1.weight of shape (2,); its gradient is zero");
    }

    TEST_CASE("a stopped target gets zeros and a warning") {
        Var x = array({1.0});
        x.stop_grad();
        CHECK(warnings_of([&] { CHECK(grad(x * 2, x).item() == 0); }).size() == 1);
        const Var y = array({2.0}), loss = y.detach() * 3;
        CHECK(warnings_of([&] { CHECK(grad(loss, y).item() == 0); }).size() == 1);
    }

    TEST_CASE("a comparison or an index on the way gives zero") {
        const Var x = array({1.0, 2.0});
        const Var loss = sum(cast(x > 1, float32) * 3);
        CHECK(warnings_of([&] { CHECK_EQ(printed(grad(loss, x)), "jt.Var([0. 0.], dtype=float32)"); }).size() == 1);
    }

    TEST_CASE("wrong calls of grad") {
        const Var x = array({1.0}), i = array({1, 2});
        CHECK_THROWS_WITH_AS(grad(i, x), "grad: needs a float loss, got int32", DtypeError);
        CHECK_THROWS_WITH_AS(grad(x > 0, x), "grad: needs a float loss, got bool", DtypeError);
        CHECK_THROWS_WITH_AS(grad(x, i), "grad: needs a float target, got int32", DtypeError);
    }

    TEST_CASE("second and third order") {
        const Var x = array({2.0}, float64);
        const Var first = grad(x * x * x, x), second = grad(first, x), third = grad(second, x);
        CHECK(first.item() == 12);
        CHECK(second.item() == 12);
        CHECK(third.item() == 6);
        const Var p = grad(grad(grad(pow(x, 3), x), x), x);
        CHECK(p.item() == 6);
        CHECK(grad(grad(exp(x), x), x).item() == doctest::Approx(std::exp(2.0)));
    }

    TEST_CASE("the gradient of a power by a number is the same in one pass and in Vars") {
        const Var x = array({-3.0, -0.0, 0.0, 0.3, 1.0, 2.5, 1e30, INFINITY, NAN}),
                  w = array({1, 2, 0, 1, -1, 3, 1, 1, 1});
        for (const double y : {-2.5, -1.0, 0.0, 0.5, 1.0, 1.5, 2.7, 3.0, 3.5, 70.0}) {
            const auto slope = [&](bool retain_graph) { return grad(sum(pow(x, y) * w), x, retain_graph); };
            const auto fused = slope(false).to_vector<float>(), composed = slope(true).to_vector<float>();
            for (std::size_t k = 0; k < fused.size(); ++k) {
                INFO(y, " at ", k);
                CHECK((fused[k] == composed[k] || (fused[k] != fused[k] && composed[k] != composed[k])));
            }
        }
        const Var powers = array({-1.0, 0.0, 3.0}), by_power = grad(sum(pow(2, powers)), powers, false);
        CHECK_SAME(by_power, grad(sum(pow(2, powers)), powers, true));
    }

    TEST_CASE("a gradient penalty trains") {
        const Var x = array({1.0, 2.0}, float64), w = array({0.5, -1.0}, float64);
        const Op penalty = [](const Vars& v) {
            const Var g = grad(tanh(sum(v[0] * v[1])), v[0]);
            return sum(g * g);
        };
        CHECK(gradcheck(penalty, {x, w}, {.order = 2}));
    }

    TEST_CASE("hooks see the gradient, the last one first") {
        const Var x = array({1.0});
        Var y = x * 2;
        std::vector<double> seen;
        y.register_hook([&](const Var& g) {
            seen.push_back(g.item());
            return g * 10;
        });
        y.register_hook([&](const Var& g) {
            seen.push_back(g.item());
            return g + 1;
        });
        CHECK(grad(y * 3, x).item() == 80);
        CHECK(seen == std::vector<double>{3, 4});
    }

    TEST_CASE("a hook that returns nothing changes nothing") {
        Var x = array({1.0});
        double seen = 0;
        x.register_hook([&](const Var& g) { seen = g.item(); });
        x.register_hook([](const Var&) { return Var(); });
        CHECK(grad(x * 5, x).item() == 5);
        CHECK(seen == 5);
    }

    TEST_CASE("a hook must keep the shape and the dtype") {
        const Var loss = array({1.0});
        Var x = array({1.0, 2.0}), y = array({1.0, 2.0});
        x.register_hook([](const Var& g) { return g.sum(); });
        CHECK_THROWS_WITH_AS(grad((x * x).sum(), x), "register_hook: needs a gradient of shape (2,), got (1,)",
                             ShapeError);
        y.register_hook([](const Var& g) { return g.float64(); });
        CHECK_THROWS_WITH_AS(grad((y * y).sum(), y), "register_hook: needs a gradient of float32, got float64",
                             DtypeError);
    }

    TEST_CASE("a hook on a leaf applies when the leaf is asked for, in each grad") {
        Var x = array({1.0, 2.0});
        int calls = 0;
        x.register_hook([&](const Var& g) {
            ++calls;
            return g * 2;
        });
        CHECK_EQ(printed(grad(x + x, x)), "jt.Var([4. 4.], dtype=float32)");
        CHECK_EQ(printed(grad(x * x, x)), "jt.Var([4. 8.], dtype=float32)");
        CHECK(calls == 2);
        const Var y = array({1.0});
        grad(x[0] * y, y);
        CHECK(calls == 2);
    }

    TEST_CASE("a handle takes its hook off: more than once, and after the Var is gone") {
        HookHandle late;
        {
            Var x = array({1.0});
            int first = 0, second = 0;
            HookHandle handle = x.register_hook([&](const Var&) { ++first; });
            x.register_hook([&](const Var&) { ++second; });
            grad(x * 2, x);
            handle.remove();
            handle.remove();
            grad(x * 2, x);
            CHECK(first == 1);
            CHECK(second == 2);
            late = x.register_hook([](const Var& g) { return g * 2; });
            CHECK(grad(x * 2, x).item() == 4);
            HookHandle copy = late;
            copy.remove();
            CHECK(grad(x * 2, x).item() == 2);
        }
        late.remove();
        HookHandle().remove();
    }

    TEST_CASE("hooks that take hooks off, or add some, while a pass goes over them") {
        Var x = array({1.0});
        int calls = 0;
        HookHandle self, other = x.register_hook([&](const Var&) { ++calls; });
        self = x.register_hook([&](const Var& g) {
            self.remove();
            other.remove();
            x.register_hook([](const Var& g) { return g + 100; });
            return g * 3;
        });
        CHECK(grad(x * 2, x).item() == 6);
        CHECK(calls == 1);  // it was on when the pass came
        CHECK(grad(x * 2, x).item() == 102);
        CHECK(calls == 1);
    }

    TEST_CASE("a hook may call grad, and its result can be differentiated") {
        const Var x = array({3.0}, float64);
        Var y = x * x;
        y.register_hook([](const Var& g) {
            const Var t = array({2.0}, float64);
            return g * grad(t * t * t, t);
        });
        CHECK(grad(y, x).item() == 72);
        Var z = x * x;
        z.register_hook([&](const Var& g) { return g * x; });
        const Var first = grad(z, x);
        CHECK(first.item() == 18);
        CHECK(grad(first, x).item() == 12);
    }

    TEST_CASE("a hook that throws leaves everything as it was") {
        const Var x = array({1.0});
        Var y = x * 2;
        bool armed = true;
        y.register_hook([&](const Var& g) {
            if (armed) throw ValueError("from the hook");
            return g;
        });
        CHECK_THROWS_WITH_AS(grad(y, x, false), "from the hook", ValueError);
        CHECK((x * 2).requires_grad());
        armed = false;
        CHECK(grad(y, x).item() == 2);
    }

    TEST_CASE("a hook needs a Var that takes gradients") {
        Var i = array({1, 2});
        const auto hook = [](const Var& g) { return g; };
        CHECK_THROWS_WITH_AS(i.register_hook(hook),
                             "register_hook: needs a Var that takes gradients, got a stopped one", GraphError);
    }

    TEST_CASE("no_grad and enable_grad nest") {
        const Var x = array({1.0});
        {
            const no_grad off;
            CHECK_FALSE((x * 2).requires_grad());
            CHECK_FALSE(zeros({1}).requires_grad());
            {
                const enable_grad on;
                CHECK((x * 2).requires_grad());
                const no_grad again;
                CHECK_FALSE((x * 2).requires_grad());
            }
            CHECK_FALSE((x * 2).requires_grad());
        }
        CHECK((x * 2).requires_grad());
    }

    TEST_CASE("grad mode belongs to the thread") {
        const no_grad off;
        bool elsewhere = false;
        std::thread([&] { elsewhere = (array({1.0}) * 2).requires_grad(); }).join();
        CHECK(elsewhere);
    }

    TEST_CASE("a throw restores grad mode") {
        const Var x = zeros({2, 3});
        try {
            const no_grad off;
            x + zeros({4});
        } catch (const ShapeError&) {
        }
        CHECK((x * 2).requires_grad());
    }

    TEST_CASE("stop_grad, start_grad, detach and clone") {
        Var x = array({2.0});
        Var y = x * x;
        CHECK(y.requires_grad());
        CHECK(y.stop_grad().is_stop_grad());
        const Var loss = y * x;
        CHECK(grad(loss, x).item() == 4);
        y.start_grad();
        CHECK(grad(y * x, x).item() == 12);
        const Var d = x.detach(), c = x.clone();
        CHECK(d.requires_grad());
        CHECK(warnings_of([&] { CHECK(grad(d * 3, x).item() == 0); }).size() == 1);
        CHECK(grad(d * 3, d).item() == 3);
        CHECK(grad(c * 3, x).item() == 3);
        CHECK(x.stop_grad().is_stop_grad());
        CHECK_FALSE(x.detach().is_stop_grad());
        CHECK(x.start_grad().requires_grad());
        Var i = array({1});
        CHECK_THROWS_WITH_AS(i.start_grad(), "start_grad: needs a float Var, got int32", DtypeError);
    }

    TEST_CASE("without retain_graph the graph is freed") {
        const Var x = array({2.0}), y = x * x, z = y * 3, loss = z + 1;
        CHECK(grad(loss, x, false).item() == 12);
        const char* freed =
            "grad: needs the graph of the loss, got one that an earlier grad with retain_graph = false (or an "
            "optimizer's step or "
            "backward) has freed; pass retain_graph = true there";
        CHECK_THROWS_WITH_AS(grad(loss, x), freed, GraphError);
        CHECK_THROWS_WITH_AS(grad(z, x), freed, GraphError);
        CHECK_THROWS_WITH_AS(grad(y * 2, x), freed, GraphError);
        CHECK(loss.item() == 13);
        CHECK(grad(y * 2, y).item() == 2);
        CHECK(grad(x * x, x).item() == 4);
    }

    TEST_CASE("a gradient taken without retain_graph is a leaf") {
        const Var x = array({2.0});
        const Var g = grad(x * x * x, x, false);
        CHECK(g.item() == 12);
        CHECK_FALSE(g.requires_grad());
    }

    TEST_CASE("a graph can be differentiated many times, with the same bits") {
        const Vars x = random_inputs({{3, 4}, {4}}, -1, 1);
        const Var loss = sum(tanh(x[0] * x[1]) * softmax(x[0], 1));
        CHECK_SAME(grad(loss, x[1]), grad(loss, x[1]));
        CHECK_SAME(grad(loss, x)[0], grad(loss, x[0]));
    }

    TEST_CASE("an older graph keeps its numbers when a Var is assigned") {
        Var x = array({2.0}, float64);
        const Var other = x, y = x * x, e = exp(x);
        x.assign(array({10.0}, float64));
        CHECK(other.item() == 10);
        CHECK(y.item() == 4);
        CHECK(grad(y, x).item() == 4);
        CHECK(grad(e, x).item() == doctest::Approx(std::exp(2.0)));
        CHECK(grad(grad(y, x), x).item() == 2);
        CHECK(grad(x * x, x).item() == 20);
    }

    TEST_CASE("assign casts, keeps the dtype and never writes into what it came from") {
        Var x = array({1.0, 2.0});
        const Var shared = x, source = array({3, 4});
        x.assign(source);
        CHECK_EQ(printed(shared), "jt.Var([3. 4.], dtype=float32)");
        Var y = array({5.0, 6.0}), z = y.detach();
        y.assign(x);
        x.assign(array({0.0, 0.0}));
        CHECK_EQ(printed(y), "jt.Var([3. 4.], dtype=float32)");
        CHECK_EQ(printed(z), "jt.Var([5. 6.], dtype=float32)");
        x.assign(x);
        CHECK_EQ(printed(x), "jt.Var([0. 0.], dtype=float32)");
        CHECK_THROWS_WITH_AS(x.assign(zeros({3})), "assign: needs shape (2,), got (3,)", ShapeError);
        CHECK_THROWS_WITH_AS((x * 2).assign(x),
                             "assign: needs a leaf, got the result of mul; assign to what it was computed from",
                             GraphError);
    }

    TEST_CASE("reading a Var") {
        const Var x = array({{1.5, 2.0}, {0.0, -3.0}});
        Var none, other = x;
        CHECK(x.shape(-1) == 2);
        CHECK(x.ndim() == 2);
        CHECK(x.numel() == 4);
        CHECK(array({7}).item() == 7);
        CHECK(x.data<float>()[3] == -3);
        CHECK(x.to_vector<int>() == std::vector<int>{1, 2, 0, -3});
        CHECK(x.to_vector<bool>() == std::vector<bool>{true, true, false, true});
        CHECK(x.name().empty());
        CHECK(other.set_name("w").name() == "w");
        CHECK(x.name() == "w");
        other.swap(none);
        CHECK_FALSE(other.defined());
        CHECK(none.shape() == x.shape());
        CHECK_THROWS_WITH_AS(x.item(), "item: needs exactly one element, got shape (2, 2)", ShapeError);
        CHECK_THROWS_WITH_AS(x.item<int>(), "item: needs exactly one element, got shape (2, 2)", ShapeError);
        CHECK_EQ(x[1][1].item<int>(), -3);
        CHECK_EQ(x[0][0].item<float>(), 1.5F);
        CHECK_EQ(x[0][0].item<bool>(), true);
        const Var large = array({9007199254740993}, int64);  // 2^53 + 1
        CHECK_EQ(large.item<std::int64_t>(), 9007199254740993);
        CHECK_THROWS_WITH_AS(large.item<int>(), "item: needs a number that int32 holds, got 9007199254740993",
                             ValueError);
        CHECK_THROWS_WITH_AS(x[0][0].item<int>(), "item: needs a number that int32 holds, got 1.5", ValueError);
        CHECK_THROWS_WITH_AS(x[1][1].item<std::uint8_t>(), "item: needs a number that uint8 holds, got -3", ValueError);
        CHECK_THROWS_AS((x / 0)[0][0].item<int>(), ValueError);
        CHECK_THROWS_WITH_AS(x.data<double>(), "data: needs the type behind float32, got float64", DtypeError);
        CHECK_THROWS_WITH_AS(x.shape(2), "shape: needs an axis from -2 to 1, got 2", ShapeError);
    }

    TEST_CASE("a chain of a million ops is differentiated and freed") {
        CHECK(chain_gradient(500000, false) == doctest::Approx(std::pow(1 + 1e-6, 5e5)).epsilon(1e-9));
        CHECK(chain_gradient(50000, true) == doctest::Approx(std::pow(1 + 1e-6, 5e4)).epsilon(1e-9));
    }

    TEST_CASE("a long chain needs no stack") {
        double first = 0, second = 0;
        CHECK_EQ(on_thread(256 << 10,
                           [&] {
                               first = chain_gradient(100000, false);
                               const Var x = array({1.0}, float64);
                               Var y = x;
                               for (int i = 0; i < 50000; ++i) y = y * (1 + 1e-6);
                               second = grad(grad(y * y, x), x).item();
                           }),
                 "");
        CHECK(first == doctest::Approx(std::pow(1 + 1e-6, 1e5)).epsilon(1e-9));
        CHECK(second == doctest::Approx(2 * std::pow(1 + 1e-6, 1e5)).epsilon(1e-9));
    }

    TEST_CASE("a long chain of Functions needs no stack") {
        double first = 0;
        CHECK_EQ(on_thread(256 << 10,
                           [&] {
                               const Var x = array({1.0}, float64);
                               Var y = x;
                               for (int i = 0; i < 30000; ++i) y = apply<Same>({y})[0];
                               first = grad(y, x).item();
                           }),
                 "");
        CHECK(first == 1);
    }

    TEST_CASE("many inputs to one sum") {
        const Var x = array({1.0}, float64);
        Var total = x;
        Vars parts;
        for (int i = 0; i < 10000; ++i) parts.push_back(x * i);
        CHECK(grad(sum(concat(parts)), x).item() == 9999.0 * 10000 / 2);
    }

    TEST_CASE("two nets on two threads give the numbers of one thread") {
        const auto a = train(0), b = train(0.25);
        std::vector<double> c, d;
        std::thread first([&] { c = train(0); }), second([&] { d = train(0.25); });
        first.join();
        second.join();
        CHECK(a == c);
        CHECK(b == d);
        CHECK(a.back() < a.front());
    }

    TEST_CASE("a graph may be handed to another thread") {
        Var x = array({2.0}, float64), y;
        std::thread([&] {
            for (int i = 0; i < 1000; ++i) array({1.0}) * 2;
            y = x * x * x;
        }).join();
        const Var z = y * x + x;
        CHECK(grad(z, x).item() == 33);
        double second = 0;
        std::thread([&] { second = grad(grad(y * 2, x), x).item(); }).join();
        CHECK(second == 24);
        std::thread([&] {
            y = Var();
            x = Var();
        }).join();
        CHECK(z.item() == 18);
    }
}

}  // namespace jt::test
