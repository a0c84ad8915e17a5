// Where ops ran, as graphs and errors tell it: the path of modules, also when these are renamed, shared or gone.
#include <thread>

#include "../../autograd/anomaly.hpp"
#include "../../autograd/function.hpp"
#include "../../autograd/grad.hpp"
#include "../../autograd/graph.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/module/ref.hpp"
#include "../../nn/optim.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../check.hpp"
#include "../xml.hpp"

using namespace jt;
using test::count;

namespace {

using Names = std::vector<std::string>;

struct Log : nn::Module {
    Var execute(const Var& x) override { return log(x); }
};

struct Net : nn::Module {
    nn::Ref<nn::Linear> fc1{this, "fc1", 3, 2};
    nn::Ref<Log> last{this, "last"};
    Var execute(const Var& x) override { return last(fc1(x)) * 2; }
};

struct Itself : nn::Module {
    int left = 0;
    Var execute(const Var& x) override { return left-- > 0 ? (*this)(x + 1) : x * 2; }
};

// The modules of a graph's ops, in order.
Names modules_of(const Var& x) {
    Names out;
    for (const auto& row : graph(x).rows)
        if (!row.leaf) out.push_back(row.module());
    return out;
}

struct Training {
    nn::ModulePtr net;
    Var x, y;
    std::vector<double> losses = {};

    void run() {
        nn::SGD opt(net->parameters(), {.lr = 0.1, .momentum = 0.9});
        net->register_forward_hook([](nn::Module&, const Vars&, const Vars& out) { return out[0] * 1.5; });
        for (int k = 0; k < 50; ++k) {
            const Var error = net(x) - y, loss = (error * error).mean();
            losses.push_back(loss.item() + static_cast<double>(graph(loss).svg().size()));
            opt.step(loss);
        }
    }
};

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("an op knows the path of the module that it ran in") {
        Net net;
        CHECK_EQ(modules_of(net(ones({1, 3})).sum()), Names{"Net.fc1", "Net.last", "Net", ""});
        CHECK_EQ(modules_of(net.fc1(ones({1, 3})) + 1), Names{"Linear", ""});
    }

    TEST_CASE("it still knows after the module was renamed, replaced, or is gone") {
        Var y;
        {
            const nn::ModulePtr net = nn::make<Net>();
            y = net(ones({1, 3}));
            net->setattr("end", net->getattr_module("last"));
            net->setattr("last", nn::make<nn::ReLU>());
        }
        CHECK_EQ(modules_of(y), Names{"Net.fc1", "Net.last", "Net"});
        nn::Sequential list;
        const nn::ModulePtr layer = nn::make<nn::ReLU>();
        list.setattr("one", layer);
        CHECK_EQ(modules_of(list(ones({1}))), Names{"Sequential.one"});
        list.delattr("one");
        list.setattr("two", layer);
        CHECK_EQ(modules_of(list(ones({1}))), Names{"Sequential.two"});
    }

    TEST_CASE("a module that is called from several places has the path of each") {
        const nn::ModulePtr shared = nn::make<nn::ReLU>();
        nn::Sequential first(shared), second(nn::make<nn::Tanh>(), shared);
        for (int k = 0; k < 3; ++k) {
            CHECK_EQ(modules_of(first(ones({1}))), Names{"Sequential.0"});
            CHECK_EQ(modules_of(second(ones({1}))), Names{"Sequential.0", "Sequential.1"});
            CHECK_EQ(modules_of(shared(ones({1}))), Names{"relu"});
        }
    }

    TEST_CASE("a module that calls itself, and one that throws, leave the path as it was") {
        Itself deep;
        deep.left = 200;
        const Names modules = modules_of(deep(ones({1})));
        CHECK_EQ(modules.size(), 201);
        CHECK_EQ(modules[1], "Itself.Itself");
        CHECK_EQ(modules[200], modules[100]);
        const nn::ModulePtr net = nn::make<nn::Sequential>(nn::make<nn::Linear>(2, 2));
        CHECK_THROWS_AS(net(ones({1, 3})), ShapeError);
        CHECK_EQ(modules_of(ones({1}) * 2), Names{""});
    }

    TEST_CASE("what rebuilds a weight and what hooks compute stands in the module") {
        nn::Linear layer(3, 2);
        weightnorm::weight_norm(layer, "weight", -1);
        layer.register_forward_hook([](nn::Module&, const Vars&, const Vars& y) { return y[0] * 2; });
        layer.parameters();
        const Var y = layer(ones({1, 3}));
        CHECK_EQ(modules_of(y), Names{"Linear", "Linear", "Linear"});
        CHECK_EQ(count(str(graph(y)), "weight_g"), 1);
    }

    TEST_CASE("clusters stand in each other, each call of a module is one, and parameters stand with their users") {
        nn::Sequential net(nn::make<Net>(), nn::make<nn::Sequential>(nn::make<nn::ReLU>()));
        net.parameters();
        const Var x = ones({1, 3}), first = net(x).sum();
        const std::string dot = graph(first + net(x * 2).sum()).dot();
        CHECK_EQ(count(dot, "label=\"Sequential\";"), 2);
        CHECK_EQ(count(dot, "label=\"Sequential.0: Net\";"), 2);
        CHECK_EQ(count(dot, "label=\"Sequential.0.fc1: Linear\";"), 2);
        CHECK_EQ(count(dot, "label=\"Sequential.1.0: relu\";"), 2);
        CHECK_EQ(count(dot, "{"), count(dot, "}"));
        CHECK_EQ(count(dot, "0.fc1.weight"), 1);
        const std::string one = graph(net(x)).dot();
        const auto cluster = one.find("label=\"Sequential.0.fc1: Linear\""), end = one.find('}', cluster);
        CHECK(one.substr(cluster, end - cluster).find("0.fc1.weight") != std::string::npos);
        CHECK(one.find("leaf") < one.find("subgraph"));
        const std::string svg = graph(net(x)).svg();
        CHECK_EQ(count(svg, "class=\"call\""), 6);
        CHECK_EQ(count(svg, "<title>Sequential.0.fc1</title>"), 1);
        CHECK(test::well_formed(svg));
    }

    TEST_CASE("names of attributes are escaped in pictures of modules") {
        const nn::ModulePtr net = nn::make<nn::Sequential>();
        net->setattr("<\"&", nn::make<nn::ReLU>());
        const Graph g = graph(net(ones({1})));
        CHECK_EQ(count(g.dot(), "label=\"Sequential.<\\\"&: relu\";"), 1);
        CHECK_EQ(count(g.svg(), "&lt;&quot;&amp;: relu</text>"), 1);
    }

    TEST_CASE("an anomaly names the module, of a value and of a gradient") {
        Net net;
        net.fc1->weight.assign(zeros({2, 3}));
        net.fc1->bias.assign(zeros({2}) - 1);
        const Var x = ones({1, 3});
        {
            const detect_anomaly guard;
            CHECK_THROWS_WITH_AS(
                net(x), "Net.last: log: needs a finite value, got NaN in shape (1, 2), of inputs (1, 2)", AnomalyError);
            CHECK_THROWS_AS(without_grad([&] { return net(x); }), AnomalyError);
        }
        net.fc1->bias.assign(zeros({2}) + 1e-45);
        const Var y = net(x);
        const detect_anomaly guard;
        CHECK_THROWS_WITH_AS(grad(y, net.fc1->bias),
                             "Net.last: log: needs a finite gradient, got infinity for input 0 of shape (1, 2)",
                             AnomalyError);
        CHECK_EQ(modules_of(x * 2), Names{""});
    }

    TEST_CASE("an error has the path of the module in front, once, in place of the layer's name") {
        struct Outer : nn::Module {
            nn::Ref<Net> net{this, "net"};
            nn::Ref<nn::BatchNorm> bn{this, "bn", 4};
            nn::Ref<nn::Conv> conv1{this, "conv1", 3, 6, 5};
            Var execute(const Var& x) override {
                return x.ndim() == 1 ? bn(x) : x.ndim() == 2 ? net(x) : x.ndim() == 4 ? conv1(x) : x + ones({9});
            }
        } outer;
        const auto said = [&](const Var& x) -> std::string {
            try {
                outer(x);
            } catch (const std::runtime_error& error) {
                const Error copy = static_cast<const Error&>(error);
                CHECK_EQ(std::string(copy.what()), error.what());
                return error.what();
            }
            return "";
        };
        CHECK_EQ(said(ones({2, 5})), "Outer.net.fc1: needs 3 features in the last axis, got (2, 5)");
        CHECK_EQ(said(ones({5})), "Outer.bn: needs x (n, c, ...), got (5,)");
        CHECK_EQ(said(ones({8, 1, 28, 28})), "Outer.conv1: needs 3 channels in axis 1, got (8, 1, 28, 28)");
        CHECK_EQ(said(ones({1, 1, 2})), "Outer: add: needs shapes that broadcast, got (1, 1, 2) and (9,)");
        outer.net->fc1->register_pre_forward_hook([](nn::Module&, const Vars&) -> Vars { throw ValueError("mine"); });
        CHECK_EQ(said(ones({2, 3})), "Outer.net.fc1: mine");
        CHECK_THROWS_WITH_AS(ones({1}) + ones({2, 3, 4}) + ones({3}),
                             "add: needs shapes that broadcast, got (2, 3, 4) and (3,)", ShapeError);
    }

    TEST_CASE("a rule's error has it, too") {
        struct Wrong : Function {
            Vars execute(const Vars& inputs) override { return {inputs[0] * 2}; }
            Vars grad(const Vars&) override { return {ones({7})}; }
        };
        struct Holder : nn::Module {
            Var execute(const Var& x) override { return jt::apply<Wrong>({x})[0]; }
        } holder;
        const Var x = ones({2}), y = holder(x);
        CHECK_THROWS_WITH_AS(grad(y, x), "Holder: Function.grad: needs a gradient of shape (2,) for input 0, got (7,)",
                             ShapeError);
    }

    TEST_CASE("what a Function computes for its gradients stands in its module") {
        struct Again : Function {
            Vars execute(const Vars& inputs) override { return {x = inputs[0]}; }
            Vars grad(const Vars& g) override { return {g[0] * log(x)}; }
            Var x;
        };
        struct Holder : nn::Module {
            Var execute(const Var& x) override { return jt::apply<Again>({x})[0]; }
        } holder;
        const Var x = array({-1.0}), y = holder(x);
        const detect_anomaly guard;
        CHECK_THROWS_WITH_AS(grad(y, x), "Holder: log: needs a finite value, got NaN in shape (1,), of inputs (1,)",
                             AnomalyError);
    }

    TEST_CASE("two nets learn on two threads at once, each as it does alone") {
        const nn::ModulePtr net =
            nn::make<nn::Sequential>(nn::make<nn::Linear>(4, 8), nn::make<nn::Tanh>(), nn::make<nn::Linear>(8, 1));
        weightnorm::weight_norm(net[0], "weight", -1);
        const Var x = rand({6, 4}), y = rand({6, 1});
        std::vector<Training> all;
        for (int k = 0; k < 3; ++k) all.push_back({net->clone(), array(x), array(y)});
        all[0].run();
        std::thread one([&] { all[1].run(); }), two([&] { all[2].run(); });
        one.join();
        two.join();
        CHECK(all[0].losses.back() < all[0].losses.front());
        CHECK(all[1].losses == all[0].losses);
        CHECK(all[2].losses == all[0].losses);
    }
}
