// The tree of modules: no module below itself, names that lead to one place, and any depth and width.
#include <chrono>
#include <functional>
#include <memory>

#include "../../autograd/node.hpp"
#include "../../nn/layers.hpp"
#include "../check.hpp"

using namespace jt;

namespace {

struct Net : nn::Module {
    nn::ModulePtr& fc1 = attr("fc1", nn::make<nn::Linear>(2, 2));
    nn::ModulePtr& fc2 = attr("fc2", nn::make<nn::Linear>(2, 2));
    Var execute(const Var& x) override { return fc2(fc1(x)); }
};

// One module under two names, and one parameter in two modules.
struct Tied : nn::Module {
    nn::ModulePtr& a = attr("a", nn::make<nn::Linear>(2, 2));
    nn::ModulePtr& b = attr("b", a);
    nn::ModulePtr& c = attr("c", nn::make<nn::Linear>(2, 2));
    Tied() { c->setattr("bias", a->getattr("bias")); }
};

nn::ModulePtr nested(int depth) {
    nn::ModulePtr net = nn::make<nn::Linear>(2, 2);
    for (int k = 0; k < depth; ++k) net = nn::make<nn::Sequential>(std::move(net));
    return net;
}

nn::ModulePtr row(int width) {
    const nn::ModulePtr net = nn::make<nn::Sequential>();
    for (int k = 0; k < width; ++k) net.as<nn::Sequential>().append(nn::make<nn::Linear>(1, 1));
    return net;
}

double seconds(const std::function<void()>& f) {
    const auto start = std::chrono::steady_clock::now();
    f();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("a module cannot be put below itself, at any depth, and nothing changes") {
        const nn::ModulePtr net = nn::make<Net>();
        const nn::ModulePtr child = net->getattr_module("fc1");
        CHECK_THROWS_WITH_AS(net->setattr("me", net),
                             "Net.me: needs a module that this Net does not stand in, got itself", KeyError);
        CHECK_THROWS_WITH_AS(net->attr("me", net), "Net.me: needs a module that this Net does not stand in, got itself",
                             KeyError);
        CHECK_THROWS_WITH_AS(net->setattr("fc2", net), doctest::Contains("got itself"), KeyError);
        CHECK_THROWS_WITH_AS(child->setattr("up", net),
                             "Linear.up: needs a module that this Linear does not stand in, got a Net that holds it",
                             KeyError);
        const nn::ModulePtr outer = nn::make<nn::Sequential>(nn::make<nn::Sequential>(net));
        CHECK_THROWS_AS(child->attr("up", outer), KeyError);
        CHECK_EQ(net->attributes(), std::vector<std::string>{"fc1", "fc2"});
        CHECK_EQ(child->attributes(), std::vector<std::string>{"weight", "bias"});
        CHECK_EQ(outer->modules().size(), 5);
        net->delattr("fc1");
        child->setattr("inner", net);
        CHECK_EQ(child->modules().size(), 3);
    }

    TEST_CASE("a module that was put below itself through a member is said by whatever walks the tree") {
        const nn::ModulePtr net = nn::make<Net>();
        net.as<Net>().fc2 = nn::make<Net>();
        nn::ModulePtr& up = net->getattr_module("fc2").as<Net>().fc1;
        up = net;
        const auto said = "Net: needs a tree of modules, got Net again below itself at 'fc2.fc1'";
        CHECK_THROWS_WITH_AS(net->parameters(), said, GraphError);
        CHECK_THROWS_WITH_AS(net->state_dict(), said, GraphError);
        CHECK_THROWS_WITH_AS(net->load_state_dict({}), said, GraphError);
        CHECK_THROWS_WITH_AS(net->modules(), said, GraphError);
        CHECK_THROWS_WITH_AS(net->named_modules(), said, GraphError);
        CHECK_THROWS_WITH_AS(net->eval(), said, GraphError);
        CHECK_THROWS_WITH_AS(nn::str(*net), said, GraphError);
        CHECK_THROWS_WITH_AS(net->apply([](nn::Module&) {}), said, GraphError);
        CHECK_THROWS_WITH_AS(net->clone(), "clone: needs a tree of modules, got a Net below itself", GraphError);
        CHECK_THROWS_AS(net(ones({1, 2})), GraphError);
        up = nn::ModulePtr();
    }

    TEST_CASE("a name has no dot, and Sequential takes no empty handle") {
        const nn::ModulePtr net = nn::make<nn::Sequential>();
        const auto said = "Sequential: needs an attribute name without a dot, got 'a.b'";
        CHECK_THROWS_WITH_AS(net->attr("a.b", ones({1})), said, KeyError);
        CHECK_THROWS_WITH_AS(net->attr("a.b", nn::make<nn::ReLU>()), said, KeyError);
        CHECK_THROWS_WITH_AS(net->setattr("a.b", ones({1})), said, KeyError);
        CHECK_THROWS_WITH_AS(net->register_buffer("a.b", ones({1})), said, KeyError);
        CHECK_THROWS_WITH_AS(net.as<nn::Sequential>().append(nn::ModulePtr()), "append: needs a module, got none",
                             KeyError);
        CHECK_THROWS_WITH_AS(nn::Sequential(nn::make<nn::ReLU>(), nn::ModulePtr()), "append: needs a module, got none",
                             KeyError);
        CHECK(net->attributes().empty());
    }

    TEST_CASE("a state may name a tied parameter by any of its names, with one value") {
        const Var w = ones({2, 2}), bias = ones({2}), other = zeros({2});
        for (const nn::StateDict& state : {nn::StateDict{{"a.weight", w}, {"a.bias", bias}, {"c.weight", w}},
                                           nn::StateDict{{"b.weight", w}, {"c.bias", bias}, {"c.weight", w}},
                                           nn::StateDict{{"a.weight", w},
                                                         {"b.weight", w.clone()},
                                                         {"a.bias", bias},
                                                         {"b.bias", bias},
                                                         {"c.bias", bias},
                                                         {"c.weight", w}}}) {
            Tied net;
            CHECK(net.load_state_dict(state).ok());
            CHECK_SAME(net.b->getattr("weight"), w);
            CHECK_SAME(net.c->getattr("bias"), bias);
            CHECK_EQ(net.c->getattr("bias").node(), net.a->getattr("bias").node());
        }
        Tied net;
        const auto before = net.a->getattr("bias").to_vector<double>();
        const nn::StateDict differs{{"a.weight", w}, {"a.bias", bias}, {"c.bias", other}, {"c.weight", w}};
        for (const bool strict : {true, false})
            CHECK_THROWS_WITH_AS(
                net.load_state_dict(differs, strict),
                "load_state_dict: needs one value for a.bias and c.bias, which are one parameter, got two", KeyError);
        CHECK_EQ(net.a->getattr("bias").to_vector<double>(), before);
        const auto report = net.load_state_dict({{"b.weight.x", w}, {"b.nothing", w}, {"b", w}}, false);
        CHECK_EQ(report.unexpected, std::vector<std::string>{"b.weight.x", "b.nothing", "b"});
        CHECK_EQ(report.missing, std::vector<std::string>{"a.weight", "a.bias", "c.weight"});
    }

    TEST_CASE("a state with one name twice is refused") {
        nn::Linear m(2, 2);
        const nn::StateDict twice{{"weight", ones({2, 2})}, {"bias", ones({2})}, {"weight", zeros({2, 2})}};
        for (const bool strict : {true, false})
            CHECK_THROWS_WITH_AS(m.load_state_dict(twice, strict),
                                 "load_state_dict: needs each name once, got 'weight' twice", KeyError);
    }

    TEST_CASE("a tree of 10,000 levels is walked, printed, cloned, loaded and freed without recursion") {
        nn::ModulePtr net = nested(10'000);
        CHECK_EQ(net->modules().size(), 10'001);
        CHECK_EQ(net->named_modules().size(), 10'001);
        const auto state = net->state_dict();
        REQUIRE_EQ(state.size(), 2);
        CHECK_EQ(state.names()[1].size(), 20'004);
        const nn::ModulePtr copy = net->clone();
        CHECK(copy->load_state_dict(state).ok());
        CHECK_SAME(copy->parameters()[0], net->parameters()[0]);
        net->eval();
        CHECK_FALSE(net->modules().back()->is_training());
        const nn::ModulePtr outer = nn::make<nn::Sequential>();
        outer->attr("deep", net);
        CHECK_THROWS_AS(net->modules().back()->setattr("up", outer), KeyError);
        CHECK_EQ(nn::str(*nested(1'500)).size(), 9'025'525);
        net = nested(100'000);
        net = nn::ModulePtr();
    }

    TEST_CASE("a chain of plain members is freed without recursion, too") {
        struct Link : nn::Module {
            nn::ModulePtr next;
        };
        nn::ModulePtr chain;
        for (int k = 0; k < 300'000; ++k) {
            const auto link = std::make_shared<Link>();
            link->next = std::move(chain);
            chain = link;
        }
        chain = nn::ModulePtr();
    }

    TEST_CASE("a row of 10,000 layers takes linear time for everything") {
        nn::ModulePtr net, copy;
        nn::StateDict state;
        double sum = 0;
        const std::pair<const char*, std::function<void()>> jobs[] = {
            {"append", [&] { net = row(10'000); }},
            {"call",
             [&] {
                 sum += net(ones({1, 1})).item();
             }},
            {"index",
             [&] {
                 auto& layers = net.as<nn::Sequential>();
                 for (int k = 0; k < 10'000; ++k) sum += layers[k]->is_training() + layers[-k - 1]->is_training();
             }},
            {"name",
             [&] {
                 for (const auto& name : net->attributes()) sum += net->hasattr(name);
             }},
            {"print", [&] { sum += static_cast<double>(nn::str(*net).size()); }},
            {"modules", [&] { sum += static_cast<double>(net->modules().size() + net->named_modules().size()); }},
            {"parameters", [&] { sum += static_cast<double>(net->parameters().size()); }},
            {"state_dict", [&] { state = net->state_dict(); }},
            {"names",
             [&] {
                 for (const auto& name : state.names()) sum += state[name].item();
             }},
            {"load_state_dict", [&] { net->load_state_dict(state); }},
            {"clone", [&] { copy = net->clone(); }},
            {"free", [&] { net = copy = nn::ModulePtr(); }},
        };
        for (const auto& [name, job] : jobs) {
            const double took = seconds(job);
            MESSAGE(std::string(name) << ": " << took << " s");
            CHECK_LT(took, 5.0);  // under a second each; a slow machine or a sanitizer has some room
        }
        CHECK_EQ(state.size(), 20'000);
    }

    TEST_CASE("a Sequential counts what is set to a module, wherever and whenever") {
        nn::Sequential net(nn::make<nn::ReLU>(), nn::make<nn::Tanh>());
        net.attr("scale", ones({1}));
        net.append(nn::make<nn::Sigmoid>());
        net.setattr("0", ones({1}));
        CHECK_EQ(net.size(), 2);
        CHECK_EQ(net[0]->class_name(), "Tanh");
        net.setattr("0", nn::make<nn::Dropout>());
        CHECK_EQ(net[0]->class_name(), "Dropout");
        net.delattr("1");
        net.setattr("scale", nn::make<nn::ReLU>());
        CHECK_EQ(net[1]->class_name(), "relu");
        CHECK_EQ(net[-1]->class_name(), "Sigmoid");
        CHECK_EQ(net.size(), 3);
    }

    TEST_CASE("layers behind a handle have indices") {
        const nn::ModulePtr net = nn::make<nn::Sequential>(nn::make<nn::Linear>(2, 3), nn::make<nn::ReLU>());
        CHECK_EQ(net[0].get(), net->getattr_module("0").get());
        CHECK_EQ(net[-1]->class_name(), "relu");
        CHECK_THROWS_WITH_AS(net[2], "Sequential: needs an index from -2 to 1, got 2", IndexError);
        CHECK_THROWS_WITH_AS(net[-3], "Sequential: needs an index from -2 to 1, got -3", IndexError);
        CHECK_THROWS_WITH_AS(net[0][0], "Linear: needs layers to be indexed, got none", KeyError);
        CHECK_THROWS_WITH_AS(nn::ModulePtr()[0], "ModulePtr: needs a module, got none", KeyError);
    }
}
