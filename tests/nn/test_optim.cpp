// Optimizers against their rules in plain doubles, and what they refuse.
#include <memory>

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

    TEST_CASE("an optimizer notices at once that another Var was assigned to a parameter's member") {
        const auto assigned = [](auto f) {
            nn::Sequential net(nn::make<nn::Linear>(2, 3));
            nn::SGD opt(net.parameters(), {.lr = 1});
            f(net[0].as<nn::Linear>());
            const Var before = net[0].as<nn::Linear>().weight.clone();
            const char* said =
                "optimizer: 0.weight was replaced by assignment; make the optimizer after the change, or write in "
                "place: assign, mul_";
            CHECK_THROWS_WITH_AS(opt.step(net(ones({1, 2})).sum()), said, GraphError);
            CHECK_THROWS_WITH_AS(opt.backward(net(ones({1, 2})).sum()), said, GraphError);
            net.parameters();  // makes a parameter of it, which the optimizer has not
            CHECK_THROWS_WITH_AS(opt.step(net(ones({1, 2})).sum()), said, GraphError);
            CHECK_SAME(net[0].as<nn::Linear>().weight, before);
            nn::SGD(net.parameters(), {.lr = 1}).step(net(ones({1, 2})).sum());
            CHECK_CLOSE(net[0].as<nn::Linear>().weight, before - 1);
        };
        assigned([](nn::Linear& l) { l.weight = ones({3, 2}); });
        assigned([](nn::Linear& l) { l.weight *= 0.5; });
        assigned([](nn::Linear& l) { l.weight[0] = ones({2}) * l.bias[0]; });
        assigned([](nn::Linear& l) {
            const no_grad guard;
            l.weight = l.weight * 0.5;
        });
    }

    TEST_CASE("an optimizer goes on where a parameter was written in place, put back, or moved") {
        nn::Linear a(2, 2), b(2, 2, {.bias = false});
        b.weight = a.weight;
        a.weight = ones({2, 2});
        a.parameters();
        b.parameters();
        nn::SGD opt({a.weight, a.bias, b.weight}, {.lr = 0.1});
        const auto step = [&] { opt.step((a(ones({1, 2})) + b(ones({1, 2}))).sum()); };
        step();
        const Var held = a.weight;
        a.weight = zeros({2, 2});
        a.weight = held;
        a.weight.assign(zeros({2, 2}));
        a.weight.mul_(2);
        a.weight[0] = 5;
        step();
        CHECK_CLOSE(a.weight, {4.9, 4.9, -.1, -.1});
        const Var bias = a.bias;
        a.delattr("bias");
        b.attr("moved", bias);
        step();
        nn::Linear c(2, 2);
        nn::SGD unnamed({c.weight, c.bias}, {.lr = 0.1});
        c.weight = zeros({2, 2});
        CHECK_THROWS_WITH_AS(unnamed.step(c(ones({1, 2})).sum()),
                             "optimizer: a parameter was replaced by assignment; make the optimizer after the change, "
                             "or write in place: assign, mul_",
                             GraphError);
    }

    TEST_CASE("of a parameter in two places neither may be assigned to") {
        nn::Linear a(2, 2), b(2, 2);
        b.weight = a.weight;
        nn::ParameterList shared(Vars{a.weight});
        nn::SGD opt(Vars{a.weight}, {.lr = 0.1});
        shared.delattr("0");
        CHECK_NOTHROW(opt.step(a(ones({1, 2})).sum()));
        b.parameters();
        nn::SGD both(Vars{a.weight}, {.lr = 0.1});
        b.weight = ones({2, 2});
        CHECK_THROWS_AS(both.step(a(ones({1, 2})).sum()), GraphError);
        CHECK_NOTHROW(nn::SGD(Vars{a.weight}, {.lr = 0.1}).step(a(ones({1, 2})).sum()));
    }

    TEST_CASE("arguments in Jittor's order, of any kind of number") {
        const auto after = [](auto make) {
            Bowl bowl;
            auto opt = make(Vars{bowl.p});
            for (int k = 0; k < 3; ++k) opt->step(bowl.loss());
            return bowl.p;
        };
        const auto same = [&](auto positional, auto named) { CHECK_SAME(after(positional), after(named)); };
        const auto made = []<class O>(O*, const auto&... args) { return std::make_unique<O>(args...); };
        const std::pair<double, double> betas{.8, .9};
        const std::array<double, 3> three{.9, .8, .7};
        nn::SGD* sgd = nullptr;
        nn::Adam* adam = nullptr;
        nn::AdamW* adamw = nullptr;
        nn::RMSprop* rmsprop = nullptr;
        nn::Adan* adan = nullptr;
        same([&](const Vars& p) { return made(sgd, p, .1); },
             [&](const Vars& p) { return made(sgd, p, nn::SGDOptions{.lr = .1}); });
        same([&](const Vars& p) { return made(sgd, p, .1F, .9, .01, 0, true); },
             [&](const Vars& p) {
                 return made(sgd, p, nn::SGDOptions{.lr = .1F, .momentum = .9, .weight_decay = .01, .nesterov = true});
             });
        same([&](const Vars& p) { return made(adam, p, .1, 1e-6, betas, .01); },
             [&](const Vars& p) {
                 return made(adam, p, nn::AdamOptions{.lr = .1, .eps = 1e-6, .betas = betas, .weight_decay = .01});
             });
        same([&](const Vars& p) { return made(adamw, p, 1e-3, 1e-8); },
             [&](const Vars& p) { return made(adamw, p, nn::AdamWOptions{.lr = 1e-3}); });
        same([&](const Vars& p) { return made(rmsprop, p, 1e-2, 1e-6, .9); },
             [&](const Vars& p) { return made(rmsprop, p, nn::RMSpropOptions{.lr = 1e-2, .eps = 1e-6, .alpha = .9}); });
        same([&](const Vars& p) { return made(adan, p, 1e-3, three, 1e-6, .01, 1); },
             [&](const Vars& p) {
                 return made(adan, p, nn::AdanOptions{1e-3, three, 1e-6, .01, 1});
             });
    }

    TEST_CASE("parameters in braces with a learning rate, and options in empty braces") {
        nn::Linear l(2, 3);
        const nn::SGD one({l.weight}, 1);
        const nn::Adam groups({{.params = {l.weight}}, {.params = {l.bias}, .lr = 0.02}}, 0.05);
        CHECK_EQ(one.lr, 1);
        CHECK_EQ(groups.lr, 0.05);
        CHECK_EQ(nn::Adan({l.weight}, {}).lr, 1e-3);
        CHECK_EQ(nn::RMSprop({l.weight}, {}).lr, 1e-2);
    }

    TEST_CASE("a group may have options of its own, which are read at each step") {
        const Var a = array({1.}), b = array({1.}), c = array({1.});
        nn::SGD opt({{.params = {a}, .weight_decay = .5}, {.params = {b}, .lr = .02}}, {.lr = .1});
        const auto step = [&] { opt.step((a + b + c).sum()); };
        step();
        CHECK_CLOSE(concat({a, b, c}), {.85, .98, 1});
        opt.groups()[1].lr = .5;
        opt.groups()[0].weight_decay = {};
        opt.lr = .2;
        step();
        CHECK_CLOSE(concat({a, b, c}), {.65, .48, 1});
        opt.add_param_group({.params = {c}, .momentum = 1});
        step();
        step();
        CHECK_CLOSE(concat({a, b, c}), {.25, -.52, .4});
        opt.groups()[1].momentum = 1;
        for (auto& group : opt.groups()) group.lr = .1;
        step();
        step();
        CHECK_CLOSE(concat({a, b, c}), {.05, -.82, -.3});
        CHECK_EQ(opt.group_count(), 3);
        CHECK_EQ(opt.groups().size(), 3);
        CHECK_THROWS_WITH_AS(opt.groups()[3], "groups: needs a group below 3, got 3", IndexError);
        CHECK_THROWS_WITH_AS(opt.group_lr(7), "groups: needs a group below 3, got 7", IndexError);
    }

    TEST_CASE("parameters and groups in every spelling") {
        const Var a = ones({2}), b = ones({1});
        const Var x = ones({3});
        const std::vector<Var> list{a, b};
        const std::vector<nn::AdamGroup> groups{{.params = {a}}, {.params = {b}, .lr = 2}};
        CHECK_EQ(nn::Adam({a}, {.lr = 1}).group_count(), 1);
        CHECK_EQ(nn::Adam({a, b}, {.lr = 1}).group_count(), 1);
        CHECK_EQ(nn::Adam(Vars{a, b}, {.lr = 1}).group_count(), 1);
        CHECK_EQ(nn::Adam(list, {.lr = 1}).group_count(), 1);
        CHECK_EQ(nn::Adam({{.params = {a}}}, {.lr = 1}).group_count(), 1);
        CHECK_EQ(nn::Adam({{.params = {a, b}, .betas = {.5, .6}}}, {.lr = 1}).group_count(), 1);
        CHECK_EQ(nn::Adam({{.params = list}, {.params = {}}}, {.lr = 1}).group_count(), 2);
        CHECK_EQ(nn::Adam(groups, {.lr = 1}).group_count(), 2);
        CHECK_EQ(nn::RMSprop({a}).group_count(), 1);
        CHECK_EQ(nn::RMSprop({a, b}).group_count(), 1);
        CHECK_EQ(nn::RMSprop({x}, {.lr = 1}).group_count(), 1);
        CHECK_EQ(nn::RMSprop(Vars{a}).group_count(), 1);
        CHECK_EQ(nn::Adan(list).group_count(), 1);
        CHECK_EQ(nn::RMSprop({{.params = {a}}, {.params = {b}}}).group_count(), 2);
        CHECK_EQ(nn::Adan({{.params = {a}, .betas = {.5, .6, .7}}}).group_count(), 1);
        CHECK_EQ(optim::AdamW({{.params = {a}, .weight_decay = 5e-4}, {.params = {b}, .lr = 0.02}}, {.lr = 0.05})
                     .group_count(),
                 2);
    }

    TEST_CASE("a group that cannot be added leaves all as it was") {
        const Var a = ones({2}), b = ones({2}), c = without_grad([] { return ones({2}); });
        nn::Adam opt({{.params = {a}}, {.params = {b}, .lr = 2}}, {.lr = 1});
        opt.step((a * b).sum());
        const auto names = opt.state_dict().names();
        CHECK_THROWS_WITH_AS(opt.add_param_group({.params = {c, a}}),
                             "optimizer: needs each parameter in one group, got one of shape (2,) in two", ValueError);
        CHECK_THROWS_WITH_AS(opt.add_param_group({.params = {c}, .eps = -1}),
                             "optimizer: needs groups.2.eps of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(opt.add_param_group({.params = {c}, .betas = {.5, 1.}}),
                             "optimizer: needs groups.2.betas.1 of 0 or more and below 1, got 1", ValueError);
        CHECK_THROWS_AS(opt.add_param_group({.params = {c, array({1, 2})}}), DtypeError);
        CHECK(opt.state_dict().names() == names);
        CHECK_EQ(opt.groups().size(), 2);
        CHECK(c.is_stop_grad());
        opt.add_param_group({.params = {c}});
        CHECK(c.requires_grad());
        opt.groups()[2].lr = -1;
        CHECK_THROWS_WITH_AS(opt.step((a * c).sum()), "optimizer: needs groups.2.lr of 0 or more, got -1", ValueError);
        CHECK_SAME(c, ones({2}));
        opt.groups()[2].lr = {};
        opt.add_param_group({});
        opt.step((a * c).sum());
        CHECK_LT(c.max().item(), 1);
    }

    TEST_CASE("gradients are cut by value, and neither cut nor clipped after zero_grad") {
        Bowl bowl;
        nn::SGD opt({bowl.p}, {.lr = .1});
        opt.backward(bowl.loss());
        opt.clip_grad_value(1.2);
        CHECK_CLOSE(opt.find_grad(bowl.p), {1, -1, 1.2});
        opt.zero_grad();
        opt.clip_grad_value(.1);
        opt.clip_grad_norm(.1);
        CHECK_CLOSE(opt.find_grad(bowl.p), {1, -1, 1.2});
        const std::pair<std::string, Var> asked{"opt_grad", nn::opt_grad(bowl.p, opt)};
        CHECK_CLOSE(asked.second, {1, -1, 1.2});
        CHECK_THROWS_WITH_AS(opt.clip_grad_value(-1), "clip_grad_value: needs a clip_value of 0 or more, got -1",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::SGD({bowl.p}, {.lr = 1}).clip_grad_value(1),
                             "clip_grad_value: needs gradients, got none; call backward(loss) first", GraphError);
    }

    TEST_CASE("the plain optimizer descends, and one of one's own steps as in Jittor") {
        struct Signed : nn::Optimizer {
            using nn::Optimizer::Optimizer;
            void step(const Var& loss) {
                pre_step(loss);
                for (Var p : parameters()) p.assign(p - lr * find_grad(p).sign());
                post_step();
            }
        };
        Bowl plain, own;
        nn::Optimizer opt({plain.p}, .1);
        opt.step(plain.loss());
        CHECK_CLOSE(plain.p, {.9, -1.9, .35});
        opt.group_lr(0) = .2;
        opt.backward(plain.loss());
        opt.step();
        CHECK_CLOSE(plain.p, {.72, -1.71, .14});
        Signed sign({own.p}, .1);
        for (int k = 0; k < 2; ++k) sign.step(own.loss());
        CHECK_CLOSE(own.p, {.8, -1.8, .3});
        sign.step(Var());
        CHECK_CLOSE(own.p, {.7, -1.7, .2});
    }

    TEST_CASE("Adan's second step with the same gradients does not clip them again") {
        Bowl bowl;
        nn::Adan opt({bowl.p}, {.lr = .1, .max_grad_norm = .5});
        opt.step(bowl.loss());
        const Var clipped = opt.find_grad(bowl.p);
        CHECK_EQ(clipped.norm().item(), doctest::Approx(.5).epsilon(1e-4));
        opt.step();
        CHECK_SAME(opt.find_grad(bowl.p), clipped);
        CHECK_CLOSE(opt.state_dict()["pre_grad.0"], clipped.to_vector<double>());
    }

    TEST_CASE("options that optimizers refuse") {
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
        CHECK_THROWS_WITH_AS(nn::AdamW({bowl.p}, {.lr = 1, .betas = {-1, .5}}),
                             "AdamW: needs betas of 0 or more and below 1, got -1 and 0.5", ValueError);
        CHECK_THROWS_WITH_AS(nn::AdamW({bowl.p}, {}), "AdamW: needs a learning rate, got none: {.lr = ...}",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::Adan({bowl.p}, {.betas = {.5, 1, .5}}),
                             "Adan: needs betas of 0 or more and below 1, got 0.5, 1 and 0.5", ValueError);
        CHECK_THROWS_WITH_AS(nn::Adan({bowl.p}, {.max_grad_norm = -1}),
                             "optimizer: needs a max_grad_norm of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(nn::RMSprop({bowl.p}, {.alpha = 1}),
                             "optimizer: needs an alpha of 0 or more and below 1, got 1", ValueError);
        CHECK_THROWS_WITH_AS(nn::SGD({{.params = {}}, {}}, {.lr = 1}),
                             "optimizer: needs at least one parameter, got none", ValueError);
    }

    TEST_CASE("what optimizers refuse") {
        Bowl bowl;
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
