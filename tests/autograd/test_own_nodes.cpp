// What ops, grad and Functions return is a node of its own: stopping or writing to it touches nothing else.
#include <functional>
#include <memory>

#include <doctest/doctest.h>

#include "../../autograd/function.hpp"
#include "../../autograd/grad.hpp"
#include "../../autograd/node.hpp"
#include "../../nn/layers.hpp"
#include "../check.hpp"

namespace jt::test {

namespace {

struct Row {
    std::string name;
    std::function<Var(const Var&)> f;
};

const std::vector<Row> unchanged = {
    {"cast", [](const Var& x) { return cast(x, float32); }},
    {"float32", [](const Var& x) { return x.float32(); }},
    {"broadcast", [](const Var& x) { return broadcast(x, x.shape()); }},
    {"dropout in eval mode", [](const Var& x) { return nn::dropout(x, 0.5, false); }},
    {"dropout of nothing", [](const Var& x) { return nn::dropout(x, 0); }},
    {"Dropout in eval mode",
     [](const Var& x) {
         nn::Dropout layer(0.5);
         layer.eval();
         return layer(x);
     }},
    {"reshape", [](const Var& x) { return reshape(x, x.shape()); }},
    {"transpose",
     [](const Var& x) {
         return transpose(x, {0, 1});
     }},
    {"swapaxes", [](const Var& x) { return swapaxes(x, 1, 1); }},
    {"movedim", [](const Var& x) { return movedim(x, 0, 0); }},
    {"rot90", [](const Var& x) { return rot90(x, 4); }},
    {"roll", [](const Var& x) { return roll(x, 0); }},
    {"contiguous", [](const Var& x) { return x.contiguous(); }},
    {"flatten", [](const Var& x) { return flatten(x, 1); }},
    {"unflatten", [](const Var& x) { return unflatten(x, 0, {2}); }},
    {"expand",
     [](const Var& x) {
         return expand(x, {-1, -1});
     }},
    {"split", [](const Var& x) { return split(x, 2)[0]; }},
    {"chunk", [](const Var& x) { return chunk(x, 1)[0]; }},
    {"repeat", [](const Var& x) { return repeat(x, 1); }},
    {"pad",
     [](const Var& x) {
         return pad(x, {0, 0});
     }},
    {"pad: reflect",
     [](const Var& x) {
         return pad(x, {0, 0}, PadMode::reflect);
     }},
    {"sum_to", [](const Var& x) { return sum_to(x, x.shape()); }},
    {"concat", [](const Var& x) { return concat({x}, 0); }},
    {"getitem", [](const Var& x) { return x[Slice()]; }},
    {"clone", [](const Var& x) { return x.clone(); }},
    {"detach", [](const Var& x) { return x.detach(); }},
    {"where", [](const Var& x) { return where(ones({1}, bool_), x, x); }},
    {"Flatten", [](const Var& x) { return nn::Flatten()(x); }},
};

// Hands its inputs on as they are, and its gradients too.
class Through : public Function {
public:
    Vars execute(const Vars& inputs) override { return inputs; }
    Vars grad(const Vars& g) override { return g; }
};

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("an op that leaves the numbers as they are returns a node of its own") {
        for (const Row& row : unchanged) {
            CAPTURE(row.name);
            const Var x = array({{1.0, -2.0, 3.0}, {4.0, 5.0, 6.0}});
            Var y = row.f(x);
            CHECK(y.node() != x.node());
            CHECK_SAME(y, x);
            y.stop_grad();
            CHECK(x.requires_grad());
            CHECK_SAME(grad((x * x).sum(), x), 2 * x);
        }
    }

    TEST_CASE("gradients that are equal are Vars of their own") {
        const Var a = array({1.0, 2.0}), b = array({3.0, 4.0});
        for (bool retain : {true, false}) {
            CAPTURE(retain);
            Vars g = grad((a + b).sum(), {a, b}, retain);
            CHECK(g[0].node() != g[1].node());
            if (retain) continue;
            g[0].assign(array({7.0, 7.0}));
            CHECK(g[1].to_vector<float>() == std::vector<float>{1, 1});
        }
    }

    TEST_CASE("a gradient that is stopped does not stop the others") {
        const Var x = array({2.0}), a = x * x * x, b = x * x;
        Vars e = grad(((a + b) * (a + b)).sum(), {a, b});
        e[0].stop_grad();
        CHECK(grad(e[0] + e[1], x).item() == 2 * 3 * 4 + 2 * 2 * 2);  // of 2 (a + b), through e[1] alone
        const Vars twice = grad((x * x * x).sum(), {x, x});
        CHECK(twice[0].node() != twice[1].node());
        Var first = twice[0];
        first.stop_grad();
        CHECK(grad(twice[1], x).item() == 12);
    }

    TEST_CASE("what a hook or a Function gets, or gives, is nobody else's gradient") {
        const Var a = array({1.0}), b = array({1.0});
        Var kept = array({5.0}), seen;
        Var x = a * 1.0;
        x.register_hook([&](const Var& g) {
            seen = g;
            return kept;
        });
        Vars g = grad((x + b).sum(), {x, b}, false);
        CHECK(g[0].node() != kept.node());
        seen.assign(array({9.0}));
        CHECK(g[1].item() == 1);
        const Var y = apply<Through>({a})[0];
        g = grad((y + b).sum(), {y, a, b}, false);
        CHECK(g[0].node() != g[1].node());
        CHECK(g[1].node() != g[2].node());
    }

    TEST_CASE("a gradient written over what a hook gave has neither its name nor its place in a graph") {
        const Var x = ones({3}), w = ones({3});
        const std::pair<std::string, std::function<Var()>> given[] = {
            {"a leaf that learns", [&] { return (w * 2).detach(); }},
            {"an op's result", [&] { return w * 2; }},
            {"a named one", [&] { return without_grad([&] { return Var((w * 2).set_name("g")); }); }},
            {"a scalar", [&] { return constant(2., float32).reshape({1}).broadcast({3}); }}};
        for (const auto& row : given) {
            CAPTURE(row.first);
            const Var y = tanh(x);
            const HookHandle hook = Var(y).register_hook([&](const Var&) {
                const enable_grad on;
                return row.second();
            });
            const Var g = grad((y * y).sum(), x, false);
            CHECK_CLOSE(g, {0.839949, 0.839949, 0.839949});
            CHECK_FALSE(g.requires_grad());
            CHECK(g.name().empty());
            CHECK(g.node()->op == nullptr);
            CHECK_FALSE(g.node()->scalar);
        }
    }

    TEST_CASE("an Array is copied when it is written to, not the Var that it came from") {
        const Var x = array({1.0, 2.0}), y = x * x;
        Array a = x.array();
        CHECK(std::as_const(a).raw() == x.array().raw());
        a.data<float>()[0] = 9;
        CHECK(x.to_vector<float>() == std::vector<float>{1, 2});
        CHECK_CLOSE(grad(y, x), {2, 4});
        const float* place = a.data<float>();
        CHECK(a.data<float>() == place);
        const Array b = a;
        a.data<float>()[1] = 8;
        CHECK(b.data<float>()[1] == 2);
        Array nothing;
        CHECK(nothing.raw() == nullptr);
    }

    TEST_CASE("an item of x names what it is") {
        Var x = array({{1.0, 2.0}, {3.0, 4.0}});
        Var item = x[0];
        CHECK_THROWS_WITH_AS(item.assign(array({5.0, 6.0})),
                             "assign: needs a leaf, got the result of getitem; assign to what it was computed from",
                             GraphError);
    }

    TEST_CASE("an empty Var among the inputs of a Function, or of a module with hooks, stands for nothing") {
        const Var x = array({2.0, 3.0});
        for (const Vars& in : {Vars{x, Var()}, Vars{Var(), x}}) {
            const Vars out = apply<Through>(in);
            CHECK(out.size() == 2);
            CHECK(out[0].defined() == in[0].defined());
            CHECK(out[1].defined() == in[1].defined());
            const Var y = out[0].defined() ? out[0] : out[1];
            CHECK_CLOSE(grad((y * y).sum(), x), {4, 6});
            CHECK_CLOSE(grad(grad((y * y).sum(), x).sum(), x), {2, 2});
        }
        CHECK(apply<Through>({Var()}).size() == 1);
        struct Masked : nn::Module {
            Vars execute_vars(const Vars& in) override { return {in[1].defined() ? in[0] * in[1] : in[0] * 3}; }
        } masked;
        masked.register_backward_hook([](nn::Module&, const Vars& g, const Vars&) { return g; });
        masked.register_input_backward_hook([](const Vars& g) { return g; });
        CHECK_CLOSE(grad(masked(x, Var()).sum(), x), {3, 3});
        CHECK(apply<Through>(Vars()).empty());
    }

    TEST_CASE("a Function that is none") {
        CHECK_THROWS_WITH_AS(apply(std::shared_ptr<Function>(), {array({1.0})}), "apply: needs a Function, got none",
                             GraphError);
    }
}

}  // namespace jt::test
