// minijt's optimizers and schedulers held against what real Jittor did with those of optim_cases.def.
#include <functional>
#include <memory>

#include "../../nn/optim.hpp"

#include "fixture.hpp"

using namespace jt;
using test::Fixture;

namespace {

// What the optimizers of make_fixtures.py have to do.
struct Problem {
    Var a = array({1., -2., .5}), b = array({{.3, -1.}, {2., .7}});

    Var loss(const Var& row) const {
        const Var near = ((a - row[to(3)]).sqr() * array({1., 3., .2})).sum();
        return near + (a.sqr().sum() * (b - row[from(3)].reshape({2, 2})).sqr()).sum() * .1;
    }
    void step(nn::Optimizer& opt, const std::string& how, const Var& row) const {
        if (how == "step") return opt.step(loss(row));
        opt.backward(loss(row));
        if (how == "accumulate")
            opt.backward(loss(row * .5));
        else
            opt.clip_grad_norm(.5);
        opt.step();
    }
    Var parameters() const { return concat({a, b.reshape({4})}); }
};

struct Optimizing {
    std::string name, how;
    std::function<std::unique_ptr<nn::Optimizer>(const Var& a, const Var& b)> make;
};

const std::vector<Optimizing> optimizings = {
#define OPTIM(name, how, python, ...) \
    {name, how, [](const Var& a, const Var& b) { return std::unique_ptr<nn::Optimizer>(new __VA_ARGS__); }},
#include "optim_cases.def"
};

void check_optimizer(const Optimizing& it, const Fixture& f) {
    CAPTURE(it.name);
    const Problem problem;
    const auto opt = it.make(problem.a, problem.b);
    const Var jittor = f[it.name], targets = f["targets"];
    for (int k = 0; k < targets.shape(0); ++k) {
        problem.step(*opt, it.how, targets[k]);
        if (k % 10 == 9) CHECK_EQ(test::difference(problem.parameters(), jittor[k / 10], 2e-5, 2e-5), "");
    }
}

double own_or(const std::optional<double>& rate) { return rate.value_or(-1); }

// The rates behind each call of a scheduler.
template <class Make>
void check_rates(const std::string& name, const std::string& how, const Fixture& f, Make make) {
    CAPTURE(name);
    const Var a = array({1., 2.}), b = array({3.});
    nn::SGD opt({{.params = {a}}, {.params = {b}, .lr = .5}}, {.lr = 1});
    auto scheduler = make(opt);
    const Var jittor = f[name];
    const auto losses = f["losses"].to_vector<double>();
    for (std::size_t k = 0; k < losses.size(); ++k) {
        if constexpr (requires { scheduler.step(losses[k]); })
            if (how == "loss") scheduler.step(losses[k]);
        if constexpr (requires { scheduler.step(); })
            if (how == "step") scheduler.step();
        const Var rates = array({opt.lr, own_or(opt.groups()[0].lr), own_or(opt.groups()[1].lr)});
        CHECK_EQ(test::difference(rates, jittor[static_cast<int>(k)], 1e-5, 1e-8), "");
    }
}

}  // namespace

TEST_SUITE("jittor") {
    TEST_CASE("100 steps of every optimizer") {
        const Fixture f("optim.npz");
        for (const Optimizing& it : optimizings) check_optimizer(it, f);
    }

    TEST_CASE("100 calls of every scheduler") {
        const Fixture f("optim.npz");
        std::size_t held = optimizings.size();
#define RATES(name, how, python, ...) ++held, check_rates(name, how, f, [](nn::Optimizer& opt) { return __VA_ARGS__; });
#include "optim_cases.def"
        CHECK_EQ(held, f["cases"].item());
    }
}
