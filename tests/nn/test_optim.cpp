// Optimizers against their rules in plain doubles, and what they refuse.
#include "../../nn/optim.hpp"

#include "../../autograd/grad.hpp"
#include "../../core/warn.hpp"
#include "../../nn/layers.hpp"
#include "../check.hpp"

using namespace jt;

namespace {

// A loss whose gradient for p is p * c: enough to follow by hand.
struct Bowl {
    Var p = array({1., -2., .5});
    std::vector<double> c{1, .5, 3};
    Var loss() const { return (p * p * array(c)).sum() * .5; }
};

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("SGD follows its rule with momentum, dampening, weight decay and nesterov") {
        for (const bool nesterov : {false, true}) {
            Bowl bowl;
            nn::SGD opt({bowl.p},
                        {.lr = .1, .momentum = .9, .weight_decay = .01, .dampening = .3, .nesterov = nesterov});
            std::vector<double> p{1, -2, .5}, v(3);
            for (int step = 0; step < 5; ++step) {
                opt.step(bowl.loss());
                for (std::size_t i = 0; i < 3; ++i) {
                    const double d = p[i] * .01 + p[i] * bowl.c[i];
                    v[i] = .9 * v[i] + d * .7;
                    p[i] -= .1 * (nesterov ? d + .9 * v[i] : v[i]);
                }
                CHECK_CLOSE(bowl.p, p);
            }
        }
    }

    TEST_CASE("Adam follows Jittor's rule: eps before the bias correction") {
        Bowl bowl;
        nn::Adam opt({bowl.p}, {.lr = .1, .eps = 1e-3, .betas = {.8, .95}, .weight_decay = .02});
        std::vector<double> p{1, -2, .5}, m(3), v(3);
        for (int step = 1; step <= 5; ++step) {
            opt.step(bowl.loss());
            const double rate = .1 * std::sqrt(1 - std::pow(.95, step)) / (1 - std::pow(.8, step));
            for (std::size_t i = 0; i < 3; ++i) {
                const double g = p[i] * bowl.c[i] + p[i] * .02;
                m[i] = .8 * m[i] + .2 * g;
                v[i] = .95 * v[i] + .05 * g * g;
                p[i] -= rate * m[i] / (std::sqrt(v[i]) + 1e-3);
            }
            CHECK_CLOSE(bowl.p, p);
        }
    }

    TEST_CASE("gradients accumulate until zero_grad, and a second step uses them again") {
        Bowl bowl;
        nn::SGD opt({bowl.p}, {.lr = .1});
        opt.backward(bowl.loss());
        opt.backward(bowl.loss());
        CHECK_CLOSE(opt.find_grad(bowl.p), {2, -2, 3});
        opt.step();
        CHECK_CLOSE(bowl.p, {.8, -1.8, .2});
        opt.step();
        CHECK_CLOSE(bowl.p, {.6, -1.6, -.1});
        opt.backward(bowl.loss());
        CHECK_CLOSE(opt.find_grad(bowl.p), {.6, -.8, -.3});
    }

    TEST_CASE("the rate can be changed, and clip_grad_norm bounds the common norm") {
        Bowl bowl;
        nn::SGD opt({bowl.p}, {.lr = .1});
        opt.lr = .2;
        opt.step(bowl.loss());
        CHECK_CLOSE(bowl.p, {.8, -1.8, .2});
        opt.backward(bowl.loss());
        opt.clip_grad_norm(1e-2);
        CHECK_EQ(opt.find_grad(bowl.p).norm().item(), doctest::Approx(1e-2).epsilon(1e-4));
        opt.clip_grad_norm(5e-3, 1);
        CHECK_EQ(opt.find_grad(bowl.p).abs().sum().item(), doctest::Approx(5e-3).epsilon(1e-3));
    }

    TEST_CASE("stopped parameters stay, unused ones still decay") {
        const Var used = array({1.}), unused = array({1.}), stopped = array({1.});
        Var(stopped).stop_grad();
        nn::SGD opt({used, unused, stopped}, {.lr = .1, .weight_decay = .5});
        const auto previous = set_warning_handler([](const std::string&) {});
        opt.step((used * stopped).sum());
        set_warning_handler(previous);
        CHECK_CLOSE(used, {.85});
        CHECK_CLOSE(unused, {.95});
        CHECK_CLOSE(stopped, {1});
    }

    TEST_CASE("two losses of one forward: the first backward retains the graph") {
        const auto gradient = [](auto go_back) {
            Bowl bowl;
            const Var hidden = bowl.p * bowl.p;
            nn::SGD opt({bowl.p}, {.lr = .1});
            go_back(opt, hidden.sum(), (hidden * hidden).sum());
            return opt.find_grad(bowl.p);
        };
        const Var expected = gradient([](nn::SGD& opt, const Var& a, const Var& b) { opt.backward(a + b); });
        CHECK_CLOSE(gradient([](nn::SGD& opt, const Var& a, const Var& b) {
                        opt.backward(a, true);
                        opt.backward(b);
                    }),
                    expected.to_vector<double>());
        gradient([](nn::SGD& opt, const Var& a, const Var& b) {
            opt.backward(a);
            CHECK_THROWS_AS(opt.backward(b), GraphError);
        });
    }

    TEST_CASE("a step that retains the graph leaves it with the numbers of the forward") {
        Bowl bowl;
        nn::SGD opt({bowl.p}, {.lr = .1});
        const Var loss = bowl.loss();
        opt.step(loss, true);
        CHECK_CLOSE(bowl.p, {.9, -1.9, .35});
        opt.step(loss);
        CHECK_CLOSE(bowl.p, {.8, -1.8, .2});
        CHECK_THROWS_AS(opt.step(loss), GraphError);
    }

    TEST_CASE("a rate that was changed to no rate is refused before anything has changed") {
        Bowl bowl;
        nn::SGD opt({bowl.p}, {.lr = .1});
        opt.lr = NAN;
        const Var loss = bowl.loss();
        CHECK_THROWS_WITH_AS(opt.step(loss), "optimizer: needs a rate of 0 or more, got nan", ValueError);
        CHECK_CLOSE(bowl.p, {1, -2, .5});
        opt.lr = .1;
        opt.step(loss);
        CHECK_CLOSE(bowl.p, {.9, -1.9, .35});
    }

    TEST_CASE("a step frees the graph of its loss, and graphs recorded before keep their numbers") {
        Bowl bowl;
        nn::SGD opt({bowl.p}, {.lr = .1});
        const Var older = bowl.loss(), loss = bowl.loss();
        opt.step(loss);
        CHECK_CLOSE(grad(older, bowl.p), {1, -1, 1.5});
        CHECK_THROWS_WITH_AS(grad(loss, bowl.p),
                             doctest::Contains("grad: needs the graph of the loss, got one that an earlier grad"),
                             GraphError);
    }

    TEST_CASE("a gradient from before a parameter was stopped counts no more, and a huge one is clipped to its size") {
        Var a = ones({1}), b = ones({1});
        nn::SGD opt({a, b}, {.lr = 1});
        opt.step(a * 1000 + b);
        a.stop_grad();
        opt.backward(a * 1000 + b);
        opt.clip_grad_norm(1);
        CHECK_CLOSE(opt.find_grad(b), {1});
        CHECK_THROWS_AS(opt.find_grad(a), KeyError);
        opt.zero_grad();
        opt.backward(b * 1e25);
        opt.clip_grad_norm(2);
        CHECK_CLOSE(opt.find_grad(b), {2});
    }

    TEST_CASE("an optimizer notices that a parameter was replaced") {
        nn::Linear m(2, 3);
        nn::SGD opt(m.parameters(), {.lr = 1});
        m.setattr("weight", ones({3, 2}));
        CHECK_THROWS_WITH_AS(opt.step(m(ones({1, 2})).sum()),
                             "optimizer: weight was replaced by weight; make the optimizer after the change",
                             GraphError);
    }

    TEST_CASE("what optimizers refuse") {
        Bowl bowl;
        CHECK_THROWS_WITH_AS(nn::SGD({}, {.lr = .1}), "optimizer: needs at least one parameter, got none", ValueError);
        CHECK_THROWS_WITH_AS(nn::SGD({bowl.p}, {.lr = -1}), "optimizer: needs a rate of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(nn::SGD({bowl.p}, {}), "SGD: needs a learning rate, got none: {.lr = ...}", ValueError);
        CHECK_THROWS_WITH_AS(nn::Adam({bowl.p}, {.eps = 1}), "Adam: needs a learning rate, got none: {.lr = ...}",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::SGD({bowl.p}, {.lr = 1, .dampening = NAN}),
                             "optimizer: needs a dampening of finite size, got nan", ValueError);
        CHECK_THROWS_WITH_AS(nn::SGD({bowl.p}, {.lr = INFINITY}), "optimizer: needs a rate of 0 or more, got inf",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::SGD({bowl.p}, {.lr = 1, .momentum = -3}),
                             "optimizer: needs a momentum of 0 or more, got -3", ValueError);
        CHECK_THROWS_WITH_AS(nn::SGD({bowl.p}, {.lr = 1, .weight_decay = -1}),
                             "optimizer: needs a weight_decay of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(nn::Adam({bowl.p}, {.lr = 1, .eps = -1}), "optimizer: needs an eps of 0 or more, got -1",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::Adam({bowl.p}, {.lr = 1, .betas = {1, 2}}),
                             "Adam: needs betas of 0 or more and below 1, got 1 and 2", ValueError);
        CHECK_THROWS_WITH_AS(nn::SGD({Var()}, {.lr = 1}),
                             "optimizer: needs a Var that holds something, got an empty one", GraphError);
        CHECK_THROWS_WITH_AS(nn::Adam({array({1, 2})}, {.lr = 1}), "optimizer: needs float parameters, got int32",
                             DtypeError);
        nn::SGD opt({bowl.p}, {.lr = .1});
        CHECK_THROWS_WITH_AS(opt.step(), "step: needs gradients, got none; call backward(loss) or step(loss)",
                             GraphError);
        CHECK_THROWS_WITH_AS(opt.clip_grad_norm(1),
                             "clip_grad_norm: needs gradients, got none; call backward(loss) first", GraphError);
        CHECK_THROWS_WITH_AS(opt.clip_grad_norm(1, 3), "clip_grad_norm: needs a norm_type of 1 or 2, got 3",
                             ValueError);
        CHECK_THROWS_WITH_AS(opt.clip_grad_norm(-1), "clip_grad_norm: needs a max_norm of 0 or more, got -1",
                             ValueError);
        CHECK_THROWS_WITH_AS(
            opt.find_grad(ones({1})),
            "find_grad: needs a parameter of this optimizer that has a gradient, got an unnamed Var of "
            "shape (1,)",
            KeyError);
    }
}
