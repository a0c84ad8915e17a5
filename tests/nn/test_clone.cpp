// A clone owns its memory and all its modules, however its arguments held them.
#include <atomic>
#include <memory>
#include <thread>

#include "../../autograd/grad.hpp"
#include "../../autograd/node.hpp"
#include "../../core/random.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../../nn/optim.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../check.hpp"

using namespace jt;

namespace {

struct List : nn::Module {
    explicit List(const std::vector<nn::ModulePtr>& layers) {
        for (const auto& layer : layers) attr("l" + std::to_string(attributes().size()), layer);
    }
    Var execute(const Var& x) override {
        Var y = x;
        for (const auto& layer : children()) y = layer(y);
        return y;
    }
};

struct Options {
    nn::ModulePtr layer;
    int times = 2;
};

struct Hidden : nn::Module {
    explicit Hidden(const Options& options) : layer(attr("layer", options.layer)), times(options.times) {}
    nn::ModulePtr& layer;
    const int times;
    Var execute(const Var& x) override { return layer(x) * times; }
};

// Keeps its Vars as they were given, beside an attribute that is one of them.
struct Holder : nn::Module {
    Holder(const Var& x, const std::vector<Var>& list, const Vars& vars)
        : weight(attr("weight", x)), x(x), list(list), vars(vars) {}
    Var& weight;
    const Var x;
    const std::vector<Var> list;
    const Vars vars;
};

struct Inner : nn::Module {
    Var& w = attr("w", rand({3}));
    nn::ModulePtr& fc = attr("fc", nn::make<nn::Linear>(3, 3));
};

// Its constructor makes a child without nn::make.
struct Outer : nn::Module {
    nn::ModulePtr& inner = attr("inner", nn::ModulePtr(std::make_shared<Inner>()));
};

struct Named : nn::Module {
    explicit Named(const std::string& name) : name(name) {}
    const std::string name;
    std::string extra_repr() const override { return name; }
};

struct Plain : nn::Module {
    explicit Plain(nn::ModulePtr layer) : layer(std::move(layer)) {}
    const nn::ModulePtr layer;
    Var execute(const Var& x) override { return layer(x); }
};

nn::ModulePtr mlp() {
    const nn::ModulePtr net =
        nn::make<nn::Sequential>(nn::make<nn::Linear>(8, 8), nn::make<nn::Tanh>(), nn::make<nn::Linear>(8, 1));
    weightnorm::weight_norm(net->getattr_module("0"), "weight", -1);
    return net;
}

bool share_nothing(nn::Module& a, nn::Module& b) {
    const auto ours = a.modules(), theirs = b.modules();
    for (const auto& x : ours)
        for (const auto& y : theirs)
            if (x.get() == y.get()) return false;
    for (const auto& [name, x] : a.state_dict())
        for (const auto& [other, y] : b.state_dict())
            if (x.array().buffer() == y.array().buffer()) return false;
    return true;
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("clones may each go to a thread of their own") {
        const nn::ModulePtr net = nn::make<nn::Linear>(8, 1);
        const Var x = ones({2, 8});
        const auto expected = net(x).to_vector<double>();
        std::vector<nn::ModulePtr> clones;
        for (int k = 0; k < 4; ++k) clones.push_back(net->clone());
        std::atomic<int> here = 0, right = 0;
        const auto train = [&](nn::ModulePtr mine) {
            const Var x = ones({2, 8});
            for (++here; here < 4;) std::this_thread::yield();
            for (int k = 0; k < 200'000; ++k) mine(x);
            const nn::ModulePtr copy = mine->clone();
            nn::SGD opt(copy->parameters(), {.lr = 0.1});
            opt.step(copy(x).sum());
            right += mine(x).to_vector<double>() == expected;
        };
        std::vector<std::thread> threads;
        for (auto& clone : clones) threads.emplace_back(train, std::move(clone));
        for (auto& thread : threads) thread.join();
        CHECK_EQ(right, 4);
    }

    TEST_CASE("a clone has no buffer in common with its original, weight norm and running statistics included") {
        const nn::ModulePtr net = mlp();
        net->register_buffer("mean", zeros({3}));
        net->setattr("computed", net->getattr("mean") * 2);
        const nn::ModulePtr copy = net->clone();
        CHECK(share_nothing(*net, *copy));
        CHECK_FALSE(net->getattr_module("0")->getattr("weight").array().buffer() ==
                    copy->getattr_module("0")->getattr("weight").array().buffer());
        CHECK_FALSE(copy->getattr("computed").node()->op);
        CHECK_SAME(copy(ones({1, 8})), net(ones({1, 8})));
    }

    TEST_CASE("Vars among the arguments are copied, and stay tied to the attributes that they are") {
        const Var x = rand({3}), y = rand({2});
        const nn::ModulePtr original = nn::make<Holder>(x, std::vector<Var>{x, y}, Vars{y});
        const nn::ModulePtr clone = original->clone();
        auto& copy = clone.as<Holder>();
        CHECK_NE(copy.x.node(), x.node());
        CHECK_FALSE(copy.x.array().buffer() == x.array().buffer());
        CHECK_SAME(copy.x, x);
        CHECK_EQ(copy.x.node(), copy.weight.node());
        CHECK_EQ(copy.x.node(), copy.list[0].node());
        CHECK_EQ(copy.vars[0].node(), copy.list[1].node());
        CHECK_FALSE(copy.vars[0].array().buffer() == y.array().buffer());
        const nn::ModulePtr loss = nn::make<nn::CrossEntropyLoss>(ones({3})), again = loss->clone();
        CHECK_EQ(nn::str(*again), nn::str(*loss));
        CHECK_EQ(nn::str(*nn::make<Named>("a name")->clone()), "Named(a name)");
    }

    TEST_CASE("a parameter that learns, is frozen, or has a name does so in the clone, made under no_grad or not") {
        const nn::ModulePtr net = nn::make<nn::Linear>(2, 2);
        net->parameters();
        net->getattr("bias").stop_grad();
        const no_grad guard;
        const nn::ModulePtr copy = net->clone();
        CHECK(copy->getattr("weight").requires_grad());
        CHECK(copy->getattr("bias").is_stop_grad());
        CHECK_EQ(copy->getattr("weight").name(), "weight");
    }

    TEST_CASE("a clone owns children that came in a vector, in a struct, or as plain members") {
        const nn::ModulePtr linear = nn::make<nn::Linear>(2, 2);
        const nn::ModulePtr list = nn::make<List>(std::vector<nn::ModulePtr>{linear, nn::make<nn::ReLU>(), linear});
        const nn::ModulePtr hidden = nn::make<Hidden>(Options{nn::make<nn::Linear>(2, 2), 3});
        for (const auto& net : {list, hidden}) {
            const nn::ModulePtr copy = net->clone(), second = copy->clone();
            CHECK(share_nothing(*net, *copy));
            CHECK(share_nothing(*copy, *second));
            const Var x = ones({1, 2}), before = net(x);
            copy->apply([](nn::Module& m) {
                if (m.hasattr("weight")) m.getattr("weight").assign(zeros({2, 2}));
            });
            CHECK_SAME(net(x), before);
            CHECK_SAME(second(x), before);
        }
        const nn::ModulePtr twice = list->clone();
        CHECK_EQ(twice->getattr_module("l0").get(), twice->getattr_module("l2").get());
        const nn::ModulePtr plain = nn::make<Plain>(linear);
        CHECK_NE(plain->clone().as<Plain>().layer.get(), linear.get());
    }

    TEST_CASE("a child that the constructor made without nn::make takes the state; another one is refused") {
        const nn::ModulePtr net = nn::make<Outer>();
        net->getattr_module("inner")->setattr("more", nn::make<nn::Linear>(2, 2));
        const nn::ModulePtr copy = net->clone();
        CHECK(share_nothing(*net, *copy));
        CHECK_EQ(nn::str(*copy), nn::str(*net));
        CHECK_SAME(copy->getattr_module("inner")->getattr("w"), net->getattr_module("inner")->getattr("w"));
        net->setattr("other", nn::ModulePtr(std::make_shared<Inner>()));
        CHECK_THROWS_WITH_AS(net->clone(), "clone: needs a Inner made by nn::make, got one made otherwise", ValueError);
        const nn::ModulePtr given = nn::make<nn::Sequential>(nn::ModulePtr(std::make_shared<Inner>()));
        CHECK_THROWS_WITH_AS(given->clone(), "clone: needs a Inner made by nn::make, got one made otherwise",
                             ValueError);
    }

    TEST_CASE("an argument that was replaced, or holds its former owner, does not stand in the way") {
        const nn::ModulePtr inside = nn::make<nn::Sequential>();
        const nn::ModulePtr net = nn::make<nn::Sequential>(inside, nn::make<nn::Linear>(2, 2));
        net->setattr("1", nn::make<nn::ReLU>());
        CHECK_EQ(nn::str(*net->clone()), nn::str(*net));
        net->delattr("0");
        inside->setattr("0", net);
        CHECK_EQ(nn::str(*inside->clone()), nn::str(*inside));
        CHECK_EQ(nn::str(*net->clone()), nn::str(*net));
    }

    TEST_CASE("what was deleted is empty in the clone, though its constructor makes it") {
        const nn::ModulePtr net = nn::make<nn::Linear>(2, 2);
        net->delattr("bias");
        const nn::ModulePtr copy = net->clone();
        CHECK_FALSE(copy.as<nn::Linear>().bias.defined());
        CHECK_SAME(copy(ones({1, 2})), net(ones({1, 2})));
    }
}
