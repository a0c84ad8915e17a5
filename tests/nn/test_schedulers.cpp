// Schedulers: what they do with groups, how they go on another day, and what they refuse. test_optim.cpp of the room
// jittor holds their numbers.
#include "../../nn/optim/schedulers.hpp"

#include <numeric>

#include "../../nn/optim.hpp"
#include "../check.hpp"

using namespace jt;

namespace {

struct Groups {
    Var a = ones({2}), b = ones({1});
    nn::SGD opt{{{.params = {a}}, {.params = {b}, .lr = .5}}, {.lr = 1}};
    std::vector<double> rates() { return {opt.lr, opt.group_lr(0).value_or(-1), opt.group_lr(1).value_or(-1)}; }
};

template <class S>
void call(S& scheduler, int n) {
    for (int k = 0; k < n; ++k) {
        if constexpr (requires { scheduler.step(); })
            scheduler.step();
        else
            scheduler.step(1.);
    }
}

// Calls that are interrupted give what calls that nobody interrupts give.
template <class Make>
void check_resume(Make make) {
    Groups whole, resumed;
    auto a = make(whole.opt);
    call(a, 3);
    const auto opt_state = whole.opt.state_dict(), state = a.state_dict();
    call(a, 5);
    auto b = make(resumed.opt);
    call(b, 2);
    resumed.opt.load_state_dict(opt_state);
    b.load_state_dict(state);
    call(b, 5);
    CHECK(whole.rates() == resumed.rates());
    CHECK(a.state_dict().names() == b.state_dict().names());
    for (const auto& [name, value] : a.state_dict()) CHECK_SAME(value, b.state_dict()[name]);
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("the first rates of each scheduler are Jittor's, which come a call later than PyTorch's") {
        const auto rates = [](auto make, int n) {
            nn::SGD opt({ones({1})}, {.lr = 1});
            auto scheduler = make(opt);
            std::vector<double> out{opt.lr};
            for (int k = 0; k < n; ++k) call(scheduler, 1), out.push_back(opt.lr);
            return array(out);
        };
        CHECK_CLOSE(rates([](auto& o) { return lr_scheduler::StepLR(o, 3, .5); }, 6), {1, 1, 1, .5, .5, .5, .25});
        CHECK_CLOSE(rates(
                        [](auto& o) {
                            return lr_scheduler::MultiStepLR(o, {2, 4}, .5);
                        },
                        6),
                    {1, 1, 1, .5, .5, .25, .25});
        CHECK_CLOSE(rates([](auto& o) { return lr_scheduler::ExponentialLR(o, .5); }, 3), {1, 1, .5, .25});
        CHECK_CLOSE(rates([](auto& o) { return lr_scheduler::CosineAnnealingLR(o, 4); }, 6),
                    {1, 1, .853553, .5, .146447, 0, .146447});
    }

    TEST_CASE("a scheduler goes on from its state and the optimizer's") {
        check_resume([](nn::Optimizer& o) { return nn::StepLR(o, 2, .5); });
        check_resume([](nn::Optimizer& o) { return nn::MultiStepLR(o, {1, 4}, .5); });
        check_resume([](nn::Optimizer& o) { return nn::ExponentialLR(o, .5); });
        check_resume([](nn::Optimizer& o) { return nn::CosineAnnealingLR(o, 5, .01); });
        check_resume([](nn::Optimizer& o) { return nn::ReduceLROnPlateau(o, {.patience = 2, .cooldown = 1}); });
        check_resume([](nn::Optimizer& o) { return nn::LambdaLR(o, [](int k) { return 1. / (k + 1); }); });
    }

    TEST_CASE("a rate that a group gets later starts from what it is then") {
        Groups g;
        nn::ExponentialLR scheduler(g.opt, .5);
        call(scheduler, 2);
        CHECK(g.rates() == std::vector<double>{.5, -1, .25});
        g.opt.group_lr(0) = 4;
        g.opt.add_param_group({.params = {ones({1})}, .lr = 8});
        call(scheduler, 1);
        CHECK(g.rates() == std::vector<double>{.25, 1, .125});
        CHECK_EQ(g.opt.group_lr(2), 2);
    }

    TEST_CASE("LambdaLR writes the rates of groups, from what they were before the first one") {
        Groups g;
        nn::LambdaLR first(g.opt, {[](int k) { return k + 2.; }, [](int) { return .1; }});
        CHECK(g.rates() == std::vector<double>{1, 2, .05});
        first.step();
        CHECK(g.rates() == std::vector<double>{1, 3, .05});
        CHECK(first.get_lr() == first.get_last_lr());
        first.step(7);
        CHECK(g.rates() == std::vector<double>{1, 9, .05});
        nn::LambdaLR second(
            g.opt, [](double k) { return k; }, 4);
        CHECK(g.rates() == std::vector<double>{1, 5, 2.5});
        const auto bad = [](int k) -> double {
            if (k == 6) throw ValueError("no");
            return 1;
        };
        nn::LambdaLR third(g.opt, bad, 4);
        CHECK_THROWS_AS(third.step(), ValueError);
        CHECK_THROWS_AS(third.step(), ValueError);
        CHECK(g.rates() == std::vector<double>{1, 1, .5});
    }

    TEST_CASE("LambdaLR writes lr where nothing else has a rate, and lr may be written between its calls") {
        Var w = zeros({1});
        nn::SGD opt({w}, {.lr = 1});
        nn::LambdaLR scheduler(opt, [](int k) { return 2. + k; });
        CHECK_EQ(opt.lr, 2);
        opt.step(w.sum());
        CHECK_CLOSE(w, {-2});
        opt.lr = .5;
        opt.step(w.sum());
        CHECK_CLOSE(w, {-2.5});
        scheduler.step();
        CHECK_EQ(opt.lr, 3);
        CHECK_FALSE(opt.group_lr(0).has_value());
        CHECK(scheduler.get_last_lr() == std::vector<double>{3});
        nn::Optimizer plain({w}, 1);
        nn::LambdaLR other(plain, [](int) { return 4.; });
        plain.step(w.sum());
        CHECK_CLOSE(w, {-6.5});
    }

    TEST_CASE("LambdaLR: a group that came later follows from the next call on, and a list needs a function for it") {
        Groups g;
        nn::LambdaLR one(g.opt, [](int k) { return k + 1.; });
        nn::LambdaLR list(g.opt, {[](int) { return 1.; }, [](int) { return 1.; }});
        g.opt.add_param_group({.params = {ones({1})}, .lr = 8});
        one.step();
        CHECK(g.rates() == std::vector<double>{1, 2, 1});
        CHECK_EQ(g.opt.group_lr(2), 16);
        CHECK_THROWS_WITH_AS(list.step(), "LambdaLR: needs one function, or one for each of 3 groups, got 2",
                             ValueError);
        one.step();
        CHECK_EQ(g.opt.group_lr(2), 24);
        CHECK(one.get_last_lr() == std::vector<double>{3, 1.5, 24});
    }

    TEST_CASE("what get_lr and get_gamma say before a call, and losses that are Vars") {
        Groups g;
        nn::MultiStepLR multi(g.opt, {0}, .5);
        CHECK_EQ(multi.get_lr(), 1);
        multi.step();
        CHECK_EQ(multi.get_gamma(), .5);
        CHECK_EQ(multi.get_lr(), .25);
        nn::StepLR step(g.opt, 1, .5);
        CHECK_EQ(step.get_lr(), .5);
        nn::ReduceLROnPlateau plateau(g.opt, "max", .5, 0);
        plateau.step(array({1.}));
        plateau.step(array({1.}));
        CHECK(g.rates() == std::vector<double>{.25, -1, .125});
        CHECK_THROWS_AS(plateau.step(ones({2})), ShapeError);
        plateau.step(NAN);
        CHECK_EQ(g.opt.lr, .125);
    }

    TEST_CASE("two groups that follow lr lower it twice on a plateau, as in Jittor") {
        nn::SGD opt({{.params = {ones({1})}}, {.params = {ones({1})}}}, {.lr = 1});
        nn::ReduceLROnPlateau plateau(opt, {.factor = .5, .patience = 0});
        call(plateau, 2);
        CHECK_EQ(opt.lr, .25);
    }

    TEST_CASE("what schedulers refuse") {
        Groups g;
        nn::Optimizer& o = g.opt;
        CHECK_THROWS_WITH_AS(nn::StepLR(o, 0), "StepLR: needs a step_size above 0, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::StepLR(o, 1, NAN), "StepLR: needs a finite gamma of 0 or more, got nan", ValueError);
        CHECK_THROWS_WITH_AS(nn::MultiStepLR(o, {1}, INFINITY),
                             "MultiStepLR: needs a finite gamma of 0 or more, got inf", ValueError);
        CHECK_THROWS_WITH_AS(nn::ExponentialLR(o, NAN), "ExponentialLR: needs a finite gamma of 0 or more, got nan",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::CosineAnnealingLR(o, -1), "CosineAnnealingLR: needs a T_max above 0, got -1",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::CosineAnnealingLR(o, 1, NAN),
                             "CosineAnnealingLR: needs a finite eta_min of 0 or more, got nan", ValueError);
        CHECK_THROWS_WITH_AS(nn::ReduceLROnPlateau(o, {.mode = "mid"}),
                             "ReduceLROnPlateau: needs a mode of min or max, got mid", ValueError);
        CHECK_THROWS_WITH_AS(nn::ReduceLROnPlateau(o, {.threshold_mode = "no"}),
                             "ReduceLROnPlateau: needs a threshold_mode of rel or abs, got no", ValueError);
        CHECK_THROWS_WITH_AS(nn::ReduceLROnPlateau(o, {.factor = 1}),
                             "ReduceLROnPlateau: needs a factor below 1, got 1", ValueError);
        CHECK_THROWS_WITH_AS(nn::ReduceLROnPlateau(o, {.min_lr = {1, 2, 3}}),
                             "ReduceLROnPlateau: needs one min_lr, or one for each of 2 groups, got 3", ValueError);
        const auto one = [](int) { return 1.; };
        CHECK_THROWS_WITH_AS(nn::LambdaLR(o, {one, one, one}),
                             "LambdaLR: needs one function, or one for each of 2 groups, got 3", ValueError);
        CHECK_THROWS_WITH_AS(nn::LambdaLR(o, one, 3),
                             "LambdaLR: needs a last_epoch of -1 for groups without an initial rate, got 3",
                             ValueError);
        CHECK_THROWS_AS(nn::LambdaLR(o, [](int) -> double { throw ValueError("no"); }), ValueError);
        CHECK(g.rates() == std::vector<double>{1, -1, .5});
        CHECK_FALSE(o.group_initial_lr(0).has_value());
    }

    TEST_CASE("schedulers refuse numbers that make rates below 0") {
        Groups g;
        nn::Optimizer& o = g.opt;
        CHECK_THROWS_WITH_AS(nn::StepLR(o, 1, -0.5), "StepLR: needs a finite gamma of 0 or more, got -0.5", ValueError);
        CHECK_THROWS_AS(nn::MultiStepLR(o, {1}, -1), ValueError);
        CHECK_THROWS_AS(nn::ExponentialLR(o, -1), ValueError);
        CHECK_THROWS_AS(nn::CosineAnnealingLR(o, 1, -1e-5), ValueError);
        CHECK_THROWS_WITH_AS(nn::ReduceLROnPlateau(o, {.factor = -1}),
                             "ReduceLROnPlateau: needs a finite factor of 0 or more, got -1", ValueError);
        for (const nn::ReduceLROnPlateauOptions& wrong : std::vector<nn::ReduceLROnPlateauOptions>{{.patience = -1},
                                                                                                   {.threshold = NAN},
                                                                                                   {.threshold = -1},
                                                                                                   {.cooldown = -1},
                                                                                                   {.min_lr = {-1, 0}},
                                                                                                   {.eps = -1}})
            CHECK_THROWS_AS(nn::ReduceLROnPlateau(o, wrong), ValueError);
        CHECK(g.rates() == std::vector<double>{1, -1, .5});
    }

    TEST_CASE("a state that does not fit a scheduler is refused, and changes nothing") {
        Groups g;
        nn::CosineAnnealingLR scheduler(g.opt, 4);
        const nn::StateDict before = scheduler.state_dict();
        CHECK_THROWS_WITH_AS(
            scheduler.load_state_dict({{"base_lrs.0", array({NAN}, jt::float64)}, {"cur_epoch", ones({1})}}),
            "load_state_dict: needs the state of this CosineAnnealingLR; missing: last_epoch; unexpected: cur_epoch; "
            "wrong: base_lrs.0 needs finite size, got nan",
            KeyError);
        for (const auto& [name, value] : scheduler.state_dict()) CHECK_SAME(value, before[name]);
    }
}
