// A rebuilt weight that somebody writes to, freezes, or assigns to through its member: the numbers are in g and v.
#include "../../autograd/grad.hpp"
#include "../../autograd/node.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/optim.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../check.hpp"
#include "../files/temporary.hpp"

using namespace jt;
using weightnorm::remove_weight_norm;
using weightnorm::weight_norm;

namespace {

struct Normed {
    nn::ModulePtr layer = nn::make<nn::Linear>(3, 2);
    nn::Linear& m = layer.as<nn::Linear>();
    Var x = rand({4, 3}), g, v;

    Normed() {
        weight_norm(layer, "weight", -1);
        g = m.getattr("weight_g");
        v = m.getattr("weight_v");
    }
    void call_quietly() {
        const no_grad guard;
        m(x);
    }
};

// A user's own derivation: the weight is masked.
struct Masked : nn::Module {
    Var& w = attr("w", array({1., 2., 3.}));
    Var& raw = attr("raw", array({1., 2., 3.}));
    Var& mask = register_buffer("mask", array({1., 0., 1.}));
    Masked() {
        derive("w", {"raw"}, [](nn::Module& m) { return m.getattr("raw") * m.getattr("mask"); });
    }
    Var execute(const Var& x) override { return w * x; }
};

const char* const advice = "assign: weight is derived: assign to weight_g and weight_v instead";
const char* const assigned =
    "Linear.weight was assigned through its member, but weight is derived: assign to weight_g and weight_v instead, or "
    "remove weight_norm.weight first";

}  // namespace

TEST_SUITE("weightnorm") {
    TEST_CASE("writing to the rebuilt weight throws, whatever the grad mode, and says where the numbers are") {
        Normed n;
        CHECK_THROWS_WITH_AS(n.m.weight.assign(zeros({2, 3})), advice, KeyError);
        n.call_quietly();
        CHECK_THROWS_WITH_AS(n.m.weight.assign(zeros({2, 3})), advice, KeyError);
        n.m(n.x);
        const Var held = n.m.weight, y = n.m(n.x);
        CHECK_THROWS_WITH_AS(Var(held).assign(zeros({2, 3})), advice, KeyError);
        n.g.stop_grad();
        n.v.stop_grad();
        n.m(n.x);
        CHECK_THROWS_WITH_AS(n.m.weight.assign(zeros({2, 3})), advice, KeyError);
        CHECK_SAME(n.m(n.x), y);
        const nn::ModulePtr copy = n.layer->clone();
        CHECK_THROWS_WITH_AS(copy->getattr("weight").assign(zeros({2, 3})), advice, KeyError);
    }

    TEST_CASE("once weight norm is off, the weight can be written to, and one held from before as well") {
        Normed n;
        n.call_quietly();
        const Var held = n.m.weight;
        remove_weight_norm(n.m);
        CHECK_NOTHROW(Var(held).assign(zeros({2, 3})));
        n.m.weight.assign(zeros({2, 3}));
        CHECK_SAME(n.m(n.x), n.m.bias.broadcast({4, 2}));
    }

    TEST_CASE("freezing the rebuilt weight freezes g and v, until it is started") {
        Normed n;
        n.m.weight.stop_grad();
        const Var g = array(n.g), v = array(n.v);
        nn::SGD opt(n.m.parameters(), {.lr = 0.1});
        for (int k = 0; k < 2; ++k) opt.step(n.m(n.x).sum());
        CHECK_SAME(n.g, g);
        CHECK_SAME(n.v, v);
        CHECK(n.m.weight.is_stop_grad());
        CHECK(n.layer->clone()->getattr("weight_g").is_stop_grad());
        n.m.weight.start_grad();
        opt.step(n.m(n.x).sum());
        CHECK_FALSE(test::bitwise_equal(n.g, g));
        CHECK_FALSE(test::bitwise_equal(n.v, v));
    }

    TEST_CASE("freezing acts on the g and v of now, also after a call under no_grad") {
        Normed n;
        n.call_quietly();
        const Var other = ones({2, 1});
        n.m.setattr("weight_g", other);
        n.m.weight.stop_grad();
        CHECK(other.is_stop_grad());
        CHECK(n.v.is_stop_grad());
        remove_weight_norm(n.m);
        CHECK(n.m.weight.is_stop_grad());
    }

    TEST_CASE("freezing acts on the sources alone: what else a derivation reads learns on") {
        Masked m;
        m.setattr("mask", ones({3}));
        m.w.stop_grad();
        nn::SGD opt({m.raw, m.mask}, {.lr = 0.1});
        opt.step(m(ones({3})).sum());
        CHECK_CLOSE(m.raw, {1, 2, 3});
        CHECK_CLOSE(m.mask, {.9, .8, .7});
    }

    TEST_CASE("only g frozen: v learns on") {
        Normed n;
        n.g.stop_grad();
        const Var v = array(n.v), g = array(n.g);
        nn::SGD opt(n.m.parameters(), {.lr = 0.1});
        opt.step(n.m(n.x).sum());
        CHECK_SAME(n.g, g);
        CHECK_FALSE(test::bitwise_equal(n.v, v));
    }

    TEST_CASE("assigning through the member throws at the next call, save or clone, and changes nothing") {
        Normed n;
        const Var y = n.m(n.x), g = array(n.g), v = array(n.v), old = n.m.weight;
        const test::Folder folder;
        const Var others[] = {ones({2, 3}), n.m.weight * 0.5, Var(), nn::Linear(3, 2).weight};
        for (const auto& w : others) {
            n.m.weight = w;
            CHECK_THROWS_WITH_AS(n.m(n.x), assigned, KeyError);
            CHECK_THROWS_WITH_AS(n.m(n.x), assigned, KeyError);
            CHECK_THROWS_WITH_AS(n.layer->clone(), assigned, KeyError);
            CHECK_THROWS_WITH_AS(n.m.save(folder / "net.npz"), assigned, KeyError);
            CHECK_THROWS_WITH_AS(nn::make<nn::Sequential>(n.layer)->clone(), assigned, KeyError);
            CHECK_EQ(n.m.weight.node(), w.node());
        }
        n.m.weight = old;
        n.m(n.x);
        n.m.weight = old;
        CHECK_THROWS_WITH_AS(n.m(n.x), assigned, KeyError);
        CHECK_SAME(n.g, g);
        CHECK_SAME(n.v, v);
        n.m.rebuild_derived();
        CHECK_SAME(n.m(n.x), y);
    }

    TEST_CASE("a member that was assigned to is put right by loading, by setting g and v, and by removal") {
        Normed n;
        const Var y = n.m(n.x);
        n.m.weight = ones({2, 3});
        SUBCASE("loading") { n.m.load_state_dict(n.m.state_dict()); }
        SUBCASE("setting g and v") {
            n.m.setattr("weight_g", array(n.g));
            n.m.setattr("weight_v", array(n.v));
            CHECK_THROWS_AS(n.m(n.x), KeyError);
            n.m.rebuild_derived();
        }
        SUBCASE("removal") { remove_weight_norm(n.m); }
        CHECK_EQ(test::difference(n.m(n.x), y, 1e-6, 1e-6), "");
    }

    TEST_CASE("a derivation of one's own is told apart in the same way") {
        Masked m;
        const char* text = "assign: w is derived: assign to raw instead";
        CHECK_THROWS_WITH_AS(m.w.assign(ones({3})), text, KeyError);
        {
            const no_grad guard;
            m(ones({3}));
        }
        CHECK_THROWS_WITH_AS(m.w.assign(ones({3})), text, KeyError);
        CHECK_THROWS_WITH_AS(nn::SGD({m.w}, {.lr = 1}), "optimizer: w is derived: optimize raw instead", GraphError);
        m.w.stop_grad();
        CHECK(m.raw.is_stop_grad());
        m.w = ones({3});
        CHECK_THROWS_WITH_AS(m(ones({3})),
                             "Masked.w was assigned through its member, but w is derived: assign to raw instead, or "
                             "remove derive.w first",
                             KeyError);
        m.underive("w", ones({3}) * 2);
        m.w.assign(m.w * 2);
        CHECK_CLOSE(m(ones({3})), {4, 4, 4});
        CHECK(m.parameters().size() == 2);
    }

    TEST_CASE("a derivation that returns what it was given leaves that as it is") {
        struct Alias : nn::Module {
            Var& w = attr("w", ones({2}));
            Var& raw = attr("raw", array({1., 2.}));
            Alias() {
                derive("w", {"raw"}, [](nn::Module& m) { return m.getattr("raw"); });
            }
            Var execute(const Var& x) override { return w * x; }
        } m;
        CHECK_NE(m.w.node(), m.raw.node());
        m.raw.assign(array({3., 4.}));
        CHECK_CLOSE(m(ones({2})), {3, 4});
        CHECK_CLOSE(grad(m(ones({2})).sum(), m.raw), {1, 1});
    }

    TEST_CASE("an optimizer that was made before a derivation, or before its end, says so") {
        struct Plain : nn::Module {
            Var& w = attr("w", ones({2}));
            Var& raw = attr("raw", ones({2}));
            Var execute(const Var& x) override { return w * x; }
        } m;
        nn::SGD before({m.w}, {.lr = 1});
        m.derive("w", {"raw"}, [](nn::Module& self) { return self.getattr("raw") * 2; });
        CHECK_THROWS_WITH_AS(before.step(m(ones({2})).sum()),
                             "optimizer: a parameter was replaced by raw; make the optimizer after the change",
                             GraphError);
        nn::SGD during({m.raw}, {.lr = 1});
        m.underive("w", ones({2}));
        CHECK_THROWS_AS(during.step(m(ones({2})).sum()), GraphError);
    }

    TEST_CASE("what derive and underive refuse") {
        Masked m;
        const auto rebuild = [](nn::Module& self) { return self.getattr("raw") * 1; };
        CHECK_THROWS_WITH_AS(m.derive("w", {"raw"}, rebuild), "Masked.w is derived: set raw instead", KeyError);
        CHECK_THROWS_WITH_AS(m.derive("raw", {"nothing"}, rebuild),
                             "Masked has no attribute 'nothing'; it has: raw mask w", KeyError);
        CHECK_THROWS_WITH_AS(m.derive("raw", {"w"}, rebuild),
                             "Masked.raw cannot be rebuilt from w, which is rebuilt from it", KeyError);
        CHECK_THROWS_WITH_AS(m.underive("raw", ones({3})), "Masked.raw is not derived", KeyError);
        CHECK_THROWS_AS(m.derive("mask", {"raw"}, [](nn::Module&) -> Var { fail<ValueError>("no"); }), ValueError);
        CHECK_THROWS_WITH_AS(m.derive("mask", {"raw"}, [](nn::Module&) { return Var(); }),
                             "derive: needs a Var that holds something, got an empty one", GraphError);
        CHECK_FALSE(m.is_derived("mask"));
        CHECK_EQ(m.attributes(), std::vector<std::string>{"raw", "mask", "w"});
    }
}
