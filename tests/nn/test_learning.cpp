// What learns: parameters however they were made, each once; and what an optimizer refuses because nobody would read
// it.
#include <memory>

#include "../../autograd/grad.hpp"
#include "../../autograd/node.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/optim.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../check.hpp"

using namespace jt;
using weightnorm::remove_weight_norm;
using weightnorm::weight_norm;

namespace {

struct Scale : nn::Module {
    Var& scale = attr("scale", ones({3}));
    Var execute(const Var& x) override { return scale * x; }
};

// Whether one step changes every parameter.
bool all_learn(nn::Module& m, const Var& x) {
    const Vars parameters = m.parameters();
    std::vector<Var> before;
    for (const auto& p : parameters) before.push_back(array(p));
    nn::SGD opt(parameters, {.lr = 0.1});
    opt.step((m(x) * m(x)).sum());
    for (std::size_t k = 0; k < parameters.size(); ++k)
        if (test::bitwise_equal(parameters[k], before[k])) return false;
    return !parameters.empty();
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("a parameter learns though it was made under no_grad") {
        const Var x = rand({4, 3});
        SUBCASE("in a layer") {
            const auto layer = without_grad([] { return nn::make<nn::Linear>(3, 2); });
            CHECK(all_learn(*layer, x));
            CHECK(all_learn(*without_grad([&] { return layer->clone(); }), x));
        }
        SUBCASE("by setattr, before and after the optimizer asks") {
            Scale m;
            without_grad([&] { m.setattr("scale", rand({3}) * 2); });
            CHECK(m.scale.requires_grad());
            CHECK(all_learn(m, x));
        }
        SUBCASE("through the member") {
            Scale m;
            without_grad([&] { return m.scale = rand({3}); });
            CHECK(all_learn(m, x));
            without_grad([&] { return m.scale = m.scale * 2; });
            const nn::ModulePtr made = nn::make<Scale>();
            without_grad([&] { return made.as<Scale>().scale = rand({3}); });
            CHECK(all_learn(*made->clone(), x));
        }
        SUBCASE("as a Var of its own") {
            const Var p = without_grad([] { return ones({2}); });
            nn::SGD opt({p}, {.lr = 0.5});
            opt.step(p.sum());
            CHECK_CLOSE(p, {.5, .5});
        }
    }

    TEST_CASE("a parameter learns though weight norm was put on, loaded, and taken off under no_grad") {
        const Var x = rand({4, 3});
        const auto layer = without_grad([] {
            const auto made = nn::make<nn::Linear>(3, 2);
            weight_norm(made, "weight", -1);
            return made;
        });
        CHECK(all_learn(*layer, x));
        without_grad([&] { return layer->load_state_dict(layer->clone()->state_dict()).ok(); });
        CHECK(all_learn(*layer, x));
        without_grad([&] { return remove_weight_norm(layer); });
        CHECK(all_learn(*layer, x));
    }

    TEST_CASE("what was stopped by hand stays so, and buffers and integers are left alone") {
        Scale m;
        Var frozen = ones({3});
        frozen.stop_grad();
        m.setattr("scale", frozen);
        CHECK(m.parameters()[0].is_stop_grad());
        m.scale = (ones({3}) * 2).stop_grad();
        CHECK(m.parameters()[0].is_stop_grad());
        m.scale.start_grad();
        CHECK(m.parameters()[0].requires_grad());
        without_grad([&] {
            m.register_buffer("mean", zeros({3}));
            m.attr("count", array({1, 2}));
            return 0;
        });
        m.parameters();
        m.state_dict();
        CHECK(m.getattr("mean").is_stop_grad());
        CHECK(m.getattr("count").is_stop_grad());
    }

    TEST_CASE("a computed parameter becomes a leaf that learns where parameters are listed") {
        const Var x = rand({4, 3});
        Scale m;
        m.scale = m.scale * 0.5;
        const Var listed = m.parameters()[0];
        CHECK_EQ(listed.node(), m.scale.node());
        CHECK(all_learn(m, x));
        m.scale = m.scale * 0.5;
        const Var saved = m.state_dict()["scale"];
        CHECK_EQ(saved.node(), m.scale.node());
        CHECK_NOTHROW(Var(saved).assign(ones({3})));
        const Var loss = m(x).sum();
        CHECK_NOTHROW(grad(loss, m.scale));
    }

    TEST_CASE("an optimizer refuses what is computed, and names it") {
        const Var x = ones({2});
        Var y = x * 2;
        CHECK_THROWS_WITH_AS(nn::SGD({y}, {.lr = 1}), "optimizer: needs leaves, got the result of mul", GraphError);
        y.set_name("twice");
        CHECK_THROWS_WITH_AS(nn::Adam({x, y}, {.lr = 1}), "optimizer: needs leaves, got twice, the result of mul",
                             GraphError);
        CHECK_NOTHROW(nn::SGD({y.detach()}, {.lr = 1}));
        grad(y.sum(), x, false);
        CHECK_THROWS_WITH_AS(nn::SGD({y}, {.lr = 1}),
                             "optimizer: needs leaves, got twice, the result of an op whose graph was freed",
                             GraphError);
    }

    TEST_CASE("an optimizer refuses the weight of a weight norm, however it was rebuilt") {
        nn::Linear m(3, 2);
        weight_norm(m, "weight", -1);
        const char* text = "optimizer: weight is derived: optimize weight_g and weight_v instead";
        CHECK_THROWS_WITH_AS(nn::Adam({m.weight, m.bias}, {.lr = 1}), text, GraphError);
        without_grad([&] { return m(ones({1, 3})); });
        CHECK_THROWS_WITH_AS(nn::Adam({m.weight}, {.lr = 1}), text, GraphError);
        m.weight.stop_grad();
        m(ones({1, 3}));
        CHECK_THROWS_WITH_AS(nn::SGD({m.weight}, {.lr = 1}), text, GraphError);
        remove_weight_norm(m);
        CHECK_NOTHROW(nn::SGD({m.weight}, {.lr = 1}));
    }

    TEST_CASE("a weight taken from a normed layer is a parameter of its own") {
        nn::Linear a(3, 2), b(3, 2);
        weight_norm(a, "weight", -1);
        without_grad([&] { return a(ones({1, 3})); });
        b.weight = a.weight;
        CHECK(all_learn(b, rand({4, 3})));
        CHECK_NE(b.weight.node(), a.weight.node());
    }

    TEST_CASE("a parameter that is listed twice is updated once") {
        for (const bool adam : {false, true}) {
            const Var p = ones({1}), q = ones({1});
            const auto make = [&](const Vars& list) -> std::unique_ptr<nn::Optimizer> {
                if (adam) return std::make_unique<nn::Adam>(list, nn::AdamOptions{.lr = .1});
                return std::make_unique<nn::SGD>(list, nn::SGDOptions{.lr = .3, .momentum = .9});
            };
            const auto twice = make({p, p}), once = make({q});
            for (int k = 0; k < 3; ++k) {
                twice->step(p * p);
                once->step(q * q);
                if (!adam && k == 0) CHECK_CLOSE(p, {.4});
                CHECK_SAME(p, q);
            }
        }
        const Var p = ones({1});
        nn::SGD opt({p, p}, {.lr = .3});
        opt.backward(p);
        CHECK_CLOSE(opt.find_grad(p), {1});
        opt.step();
        CHECK_CLOSE(p, {.7});
    }

    TEST_CASE("a parameter that is listed twice counts once in clip_grad_norm") {
        const Var p = ones({1}), q = ones({1});
        nn::SGD opt({p, q, p}, {.lr = 1});
        opt.backward(p * 3 + q * 4);
        opt.clip_grad_norm(1);
        CHECK_CLOSE(opt.find_grad(p), {.6});
        CHECK_CLOSE(opt.find_grad(q), {.8});
        nn::Linear a(2, 2), b(2, 2);
        b.setattr("weight", a.weight);
        Vars tied = a.parameters();
        for (const auto& x : b.parameters()) tied.push_back(x);
        nn::SGD both(tied, {.lr = 0});
        both.backward(a(ones({1, 2})).sum() + b(ones({1, 2})).sum());
        both.clip_grad_norm(1);
        const double total = both.find_grad(a.weight).norm(2, {0, 1}).item(),
                     bias = both.find_grad(a.bias).norm().item(), other = both.find_grad(b.bias).norm().item();
        CHECK_EQ(total * total + bias * bias + other * other, doctest::Approx(1).epsilon(1e-4));
    }
}
