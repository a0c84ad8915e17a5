// A training that is saved, ended and gone on with elsewhere gives the bits of one that nobody interrupted.
#include <algorithm>
#include <climits>
#include <memory>
#include <numeric>

#include "../../autograd/grad.hpp"
#include "../../core/numpy_random.hpp"
#include "../../core/python_random.hpp"
#include "../../core/random.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../../nn/optim.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../check.hpp"
#include "../files/temporary.hpp"

using namespace jt;

namespace {

constexpr const char* kinds[] = {"SGD", "Adam", "AdamW", "RMSprop", "Adan"};

std::string joined(const std::vector<std::string>& names) {
    return std::accumulate(names.begin(), names.end(), std::string(),
                           [](const std::string& a, const std::string& b) { return a.empty() ? b : a + " " + b; });
}

// A net with weight norm and dropout, an optimizer of any kind, and where the random stream stands.
struct Training {
    nn::ModulePtr net = nn::make<nn::Sequential>(nn::make<nn::Linear>(4, 6), nn::make<nn::Tanh>(),
                                                 nn::make<nn::Dropout>(0.3), nn::make<nn::Linear>(6, 2));
    std::unique_ptr<nn::Optimizer> opt;

    explicit Training(const std::string& kind) {
        weightnorm::weight_norm(net.as<nn::Sequential>()[0], "weight", -1);
        opt = optimizer(kind, net->parameters());
    }
    static std::unique_ptr<nn::Optimizer> optimizer(const std::string& kind, const Vars& p) {
        if (kind == "Adam") return std::make_unique<nn::Adam>(p, nn::AdamOptions{.lr = .01, .weight_decay = .001});
        if (kind == "AdamW") return std::make_unique<nn::AdamW>(p, nn::AdamOptions{.lr = .01, .weight_decay = .1});
        if (kind == "Adan") return std::make_unique<nn::Adan>(p, nn::AdanOptions{.lr = .01, .max_grad_norm = .5});
        if (kind == "RMSprop") return std::make_unique<nn::RMSprop>(p);
        return std::make_unique<nn::SGD>(p, nn::SGDOptions{.lr = .05, .momentum = .9});
    }
    Var loss() { return nn::mse_loss(net(rand({5, 4})), ones({5, 2})); }
    void run(int steps) {
        for (int k = 0; k < steps; ++k) {
            opt->lr *= 0.97;
            opt->step(loss());
        }
    }
    nn::StateDict state() const {
        nn::StateDict all;
        all.add("net", net->state_dict());
        all.add("opt", opt->state_dict());
        all.add("rng", get_rng_state());
        return all;
    }
    void save(const std::string& path) const { nn::save_state(path, state()); }
    void load(const std::string& path) {
        const nn::StateDict all = nn::load_state(path);
        net->load_state_dict(all.part("net"));
        opt->load_state_dict(all.part("opt"));
        set_rng_state(all["rng"]);
    }
};

std::string first_difference(const nn::StateDict& a, const nn::StateDict& b) {
    if (a.names() != b.names()) return "names: " + joined(a.names()) + " and " + joined(b.names());
    for (const auto& [name, var] : a)
        if (!test::bitwise_equal(var, b[name])) return name;
    return "";
}

nn::StateDict with(const nn::StateDict& state, const std::string& name, const Var& value) {
    nn::StateDict out;
    for (const auto& [key, var] : state) out.add(key, key == name ? value : var);
    return out;
}

nn::StateDict without(const nn::StateDict& state, const std::string& name) {
    nn::StateDict out;
    for (const auto& [key, var] : state)
        if (key != name) out.add(key, var);
    return out;
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("a resumed training is bit for bit the uninterrupted one: model, optimizer and stream in one file") {
        const test::Folder folder;
        for (const char* kind : kinds) {
            CAPTURE(kind);
            set_global_seed(11);
            Training whole(kind);
            whole.run(7);
            whole.save(folder / "run.npz");
            whole.run(6);
            set_global_seed(99);
            Training resumed(kind);
            resumed.run(2);
            resumed.load(folder / "run.npz");
            resumed.run(6);
            CHECK_EQ(first_difference(resumed.state(), whole.state()), "");
        }
    }

    TEST_CASE("between backward and step the gradients are part of the state") {
        const test::Folder folder;
        for (const char* kind : kinds) {
            Training whole(kind), resumed(kind);
            whole.run(2);
            whole.opt->backward(whole.loss());
            whole.save(folder / "run.npz");
            resumed.load(folder / "run.npz");
            const auto state = get_rng_state();
            for (Training* t : {&whole, &resumed}) {
                set_rng_state(state);
                t->opt->backward(t->loss());
                t->opt->clip_grad_norm(0.1);
                t->opt->step();
            }
            CHECK_EQ(first_difference(resumed.state(), whole.state()), "");
        }
    }

    TEST_CASE("what the states hold") {
        const Var p = ones({3}), q = ones({2}, float64), frozen = ones({1});
        Var(frozen).stop_grad();
        nn::SGD plain({p, q}, {.lr = .1}), sgd({p, q, p}, {.lr = .1, .momentum = .9});
        nn::Adam adam({p, frozen}, {.lr = .1});
        CHECK_EQ(joined(plain.state_dict().names()), "lr n_step momentum weight_decay dampening nesterov");
        CHECK_EQ(joined(sgd.state_dict().names()),
                 "lr n_step momentum weight_decay dampening nesterov values.0 values.1");
        CHECK_EQ(joined(adam.state_dict().names()),
                 "lr n_step betas.0 betas.1 eps weight_decay values.0 values.1 m.0 m.1");
        CHECK_EQ(sgd.state_dict()["values.1"].dtype(), jt::float64);
        CHECK_EQ(sgd.state_dict()["n_step"].dtype(), jt::int64);
        CHECK_EQ(sgd.state_dict()["lr"].dtype(), jt::float64);
        const nn::StateDict before = adam.state_dict();
        adam.backward(p.sum());
        CHECK_EQ(joined(adam.state_dict().names()),
                 "lr n_step betas.0 betas.1 eps weight_decay values.0 values.1 m.0 m.1 grads.0");
        adam.step();
        CHECK_CLOSE(before["m.0"], {0, 0, 0});
        CHECK_EQ(before["n_step"].item(), 0);
    }

    TEST_CASE("large counts and doubles survive a file") {
        const test::Folder folder;
        nn::Adam a({ones({1})}, {.lr = .1}), b({ones({1})}, {.lr = .5, .eps = 1e-3, .betas = {.5, .6}});
        const std::int64_t n = (std::int64_t{1} << 53) - 1;
        a.lr = 0.1 + 1e-16;
        nn::save_state(folder / "opt.npz", with(a.state_dict(), "n_step", array(std::vector{n}, jt::int64)));
        b.load_state_dict(nn::load_state(folder / "opt.npz"));
        CHECK_EQ(b.lr, a.lr);
        CHECK_EQ(b.state_dict()["n_step"].to_vector<std::int64_t>()[0], n);
        CHECK_EQ(b.state_dict()["betas.1"].item(), .999);
        CHECK_EQ(b.state_dict()["eps"].item(), 1e-8);
    }

    TEST_CASE("momentum comes with its velocity, and goes with it") {
        const Var p = ones({2}), q = ones({2});
        nn::SGD with_momentum({p}, {.lr = .1, .momentum = .9}), plain({q}, {.lr = .2});
        const nn::StateDict state = plain.state_dict();
        with_momentum.step(p.sum());
        plain.load_state_dict(with_momentum.state_dict());
        Var(q).assign(p);
        with_momentum.step(p.sum());
        plain.step(q.sum());
        CHECK_SAME(p, q);
        plain.load_state_dict(state);
        plain.step(q.sum());
        CHECK_EQ(joined(plain.state_dict().names()), "lr n_step momentum weight_decay dampening nesterov");
    }

    TEST_CASE("options that groups have of their own are part of the state, and so is their absence") {
        const auto make = [](const Var& p, const Var& q) {
            return std::make_unique<nn::SGD>(
                nn::Groups<nn::SGDGroup>{{.params = {p}}, {.params = {q}, .lr = .5, .momentum = .9, .nesterov = true}},
                nn::SGDOptions{.lr = .1});
        };
        const Var p = ones({2}), q = ones({1}), p2 = ones({2}), q2 = ones({1});
        const auto a = make(p, q), b = make(p2, q2);
        a->step((p.sum() * q * q).sum());
        Var(p2).assign(p), Var(q2).assign(q);
        CHECK_EQ(joined(a->state_dict().names()),
                 "lr n_step momentum weight_decay dampening nesterov groups.1.lr groups.1.momentum groups.1.nesterov "
                 "values.1");
        b->groups()[0].lr = 3;
        b->groups()[1].momentum = {};
        b->load_state_dict(a->state_dict());
        CHECK_FALSE(b->groups()[0].lr.has_value());
        CHECK_EQ(b->groups()[1].momentum, .9);
        a->step((p.sum() * q * q).sum());
        b->step((p2.sum() * q2 * q2).sum());
        CHECK_SAME(p, p2);
        CHECK_SAME(q, q2);
        const nn::StateDict before = b->state_dict();
        nn::StateDict wrong = with(without(before, "groups.1.nesterov"), "groups.1.lr", array({-1.}, jt::float64));
        wrong.add("groups.2.lr", array({1.}, jt::float64));
        wrong = without(wrong, "values.1");
        CHECK_THROWS_WITH_AS(b->load_state_dict(wrong),
                             "load_state_dict: needs the state of this SGD; missing: values.1; unexpected: "
                             "groups.2.lr; wrong: groups.1.lr needs 0 or more, got -1",
                             KeyError);
        CHECK_EQ(first_difference(b->state_dict(), before), "");
    }

    TEST_CASE("a state that was loaded has no gradients to step with") {
        const Var p = ones({1});
        nn::SGD a({p}, {.lr = .1}), b({p}, {.lr = .1});
        a.step(p.sum());
        b.backward(p.sum());
        b.load_state_dict(a.state_dict());
        CHECK_THROWS_WITH_AS(b.step(), "step: needs gradients, got none; call backward(loss) or step(loss)",
                             GraphError);
    }

    TEST_CASE("a state that does not fit is refused with all that is wrong, and changes nothing") {
        const Var p = ones({2}), q = ones({3});
        nn::Adam opt({p, q}, {.lr = .1});
        opt.step(p.sum() + q.sum());
        const nn::StateDict before = opt.state_dict();
        nn::StateDict wrong = with(without(before, "m.1"), "values.0", zeros({3}));
        wrong.add("m.7", zeros({1}));
        wrong = with(wrong, "values.1", array({1, 2, 3}));
        wrong = with(wrong, "lr", array({-1.}, jt::float64));
        wrong = with(wrong, "betas.0", array({1.}, jt::float64));
        wrong = with(wrong, "n_step", array({3.}));
        CHECK_THROWS_WITH_AS(opt.load_state_dict(wrong),
                             "load_state_dict: needs the state of this Adam; missing: m.1; unexpected: m.7; wrong: lr "
                             "needs 0 or more, got -1, n_step needs one int64, got (1,) of float32, betas.0 needs 0 or "
                             "more and below 1, got 1, values.0 needs (2,), got (3,), values.1 needs floats, got int32",
                             KeyError);
        CHECK_EQ(first_difference(opt.state_dict(), before), "");
        nn::SGD sgd({p, q}, {.lr = .1});
        CHECK_THROWS_WITH_AS(opt.load_state_dict(sgd.state_dict()),
                             "load_state_dict: needs the state of this Adam; missing: betas.0, betas.1, eps, values.0, "
                             "values.1, m.0, m.1; unexpected: momentum, dampening, nesterov",
                             KeyError);
        CHECK_THROWS_AS(opt.load_state_dict(with(before, "lr", array({NAN}, jt::float64))), KeyError);
        CHECK_THROWS_AS(opt.load_state_dict(with(before, "m.0", Var())), KeyError);
        CHECK_THROWS_AS(opt.load_state_dict({}), KeyError);
        CHECK_EQ(first_difference(opt.state_dict(), before), "");
    }

    TEST_CASE("an optimizer of one's own has a state as soon as it says what it remembers") {
        struct Slow : nn::Optimizer {
            double factor = 2;
            std::vector<Array> last;
            explicit Slow(const Vars& p) : Optimizer(p, 0.1), last(parameters().size()) {
                for (std::size_t k = 0; k < last.size(); ++k) last[k] = Array::zeros({2}, float32);
                remember("factor", factor);
                remember("last", last);
            }
            void update(std::size_t k, Array&, const Array& g) override {
                std::copy_n(g.data<float>(), 2, last[k].data<float>());
            }
        };
        const Var p = ones({2});
        Slow a(Vars{p}), b(Vars{p});
        a.factor = 3;
        a.step((p * 5).sum());
        b.load_state_dict(a.state_dict());
        CHECK_EQ(b.factor, 3);
        CHECK_CLOSE(b.state_dict()["last.0"], {5, 5});
    }

    TEST_CASE("the parts of a state") {
        nn::StateDict all;
        all.add("a", nn::StateDict{{"x", ones({1})}, {"y.z", ones({2})}});
        all.add("ab", nn::StateDict{{"x", ones({3})}});
        all.add("rng", ones({4}));
        CHECK_EQ(joined(all.names()), "a.x a.y.z ab.x rng");
        CHECK_EQ(joined(all.part("a").names()), "x y.z");
        CHECK_EQ(all.part("ab")["x"].shape(), Shape{3});
        CHECK_EQ(all.part("b").size(), 0);
    }

    TEST_CASE("the random stream goes on where it was") {
        const Var state = get_rng_state();
        const Var x = rand({4}), y = randn({3});
        set_rng_state(state);
        CHECK_SAME(x, rand({4}));
        CHECK_SAME(y, randn({3}));
        set_rng_state(state.to_vector<int>()[0]);
        CHECK_SAME(x, rand({4}));
        const char* text = "set_rng_state: needs a whole number from 1 to 2147483646, got ";
        for (const double bad : {0., -1., 1.5, 2147483647., double(NAN), double(INFINITY)})
            CHECK_THROWS_WITH_AS(set_rng_state(array({bad}, jt::float64)), doctest::Contains(text), ValueError);
        CHECK_THROWS_AS(set_rng_state(ones({2})), ShapeError);
        CHECK_THROWS_AS(set_rng_state(Var()), GraphError);
    }

    TEST_CASE("the twisters go on where they were, past the end of their words too") {
        set_global_seed(7);
        for (int k = 0; k < 700; ++k) drawing::python_random(), drawing::numpy_randint(1000);
        const Var state = get_rng_state();
        CHECK_EQ(state.shape(), Shape{1251});
        const auto draw = [] { return std::pair(drawing::python_random(), drawing::numpy_randint(1000)); };
        const auto first = draw();
        set_rng_state(state);
        CHECK(draw() == first);
        const Var before = get_rng_state();
        const std::pair<int, const char*> bad[] = {
            {0, "set_rng_state: needs a whole number from 1 to 2147483646, got -1"},
            {1, "set_rng_state: needs a whole number from 0 to 624, got -1"},
            {626, "set_rng_state: needs a whole number from 0 to 624, got -1"},
            {9, "set_rng_state: needs a whole number from 0 to 4294967295, got -1"}};
        for (const auto& [at, message] : bad) {
            Var wrong = state.clone();
            wrong[at] = -1;
            CHECK_THROWS_WITH_AS(set_rng_state(wrong), message, ValueError);
            CHECK_SAME(get_rng_state(), before);
        }
    }
}
