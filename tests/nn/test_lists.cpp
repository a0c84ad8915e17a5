// Lists of modules and parameters, and what changes a whole tree.
#include "../../autograd/grad.hpp"
#include "../../autograd/node.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/module/layer.hpp"
#include "../../nn/optim.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../check.hpp"
#include "../notes.hpp"

using namespace jt;

namespace {

struct Halves : nn::Layer<Halves> {
    std::tuple<Var, Var> execute(Var x) { return {x * 0.5, x * 2}; }
};
struct Sum : nn::Layer<Sum> {
    Var execute(const Var& x, const Var& y) { return x + y; }
};
struct Deep : nn::Module {
    nn::Ref<nn::ModuleList> layers{this, "layers", std::vector{nn::make<nn::Linear>(2, 2), nn::make<nn::Tanh>()}};
    nn::Ref<nn::ParameterList> scales{this, "scales", Vars{ones({2}), ones({1}) * 3}};
    Var count = zeros({1}, float64);  // the dtype, though a module has a float64() of its own
    Var execute(const Var& x) override {
        Var y = x.cast(float32);
        for (const auto& [layer, scale] : pairs(*layers, *scales)) y = layer(y) * scale;
        return y;
    }
};

std::vector<std::string> classes(const std::vector<nn::ModulePtr>& modules) {
    std::vector<std::string> out;
    for (const nn::ModulePtr& module : modules) out.push_back(module->class_name());
    return out;
}
using Names = std::vector<std::string>;

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("ModuleList: names, both ends, slices, growth") {
        nn::ModuleList list(nn::make<nn::Tanh>(), std::vector{nn::make<nn::ReLU>(), nn::make<nn::Linear>(2, 1)});
        CHECK_EQ(list.size(), 3);
        CHECK_EQ(list[-1]->class_name(), "Linear");
        CHECK_EQ(classes(list[to(-1)]), Names{"Tanh", "relu"});
        CHECK_EQ(classes(list[Slice{{}, {}, -1}]), Names{"Linear", "relu", "Tanh"});
        CHECK(list[from(5)].empty());
        list.append(nn::make<nn::GELU>()).extend({nn::make<nn::Mish>()}).insert(1, nn::make<nn::SiLU>());
        Names names;
        for (const auto& module : list) names.push_back(module->class_name());
        CHECK_EQ(names, Names{"Tanh", "silu", "relu", "Linear", "gelu", "Mish"});
        CHECK_EQ(list.attributes(), Names{"0", "1", "2", "3", "4", "5"});
        list.insert(-1, nn::make<nn::ELU>()).insert(7, nn::make<nn::Sigmoid>());
        CHECK_EQ(classes(list[from(5)]), Names{"ELU", "Mish", "Sigmoid"});
        CHECK_THROWS_WITH_AS(list.insert(9, nn::make<nn::ELU>()),
                             "ModuleList: needs an index from -8 to 8 to insert at, got 9", IndexError);
        CHECK_THROWS_WITH_AS(list.insert(0, {}), "append: needs a module, got none", KeyError);
        CHECK_THROWS_WITH_AS(list[8], "ModuleList: needs an index from -8 to 7, got 8", IndexError);
        CHECK_THROWS_AS(list(ones({1, 2})), ValueError);
        CHECK_EQ(nn::str(nn::ModuleList(nn::make<nn::Tanh>())), "ModuleList(\n    0: Tanh()\n)");
    }

    TEST_CASE("Sequential: names, several outputs, clones") {
        const nn::ModulePtr net = nn::make<nn::Sequential>(
            nn::NamedModules{{"in", nn::make<nn::Linear>(2, 3)}, {"act", nn::make<nn::ReLU>()}});
        CHECK_EQ(nn::str(*net), "Sequential(\n    in: Linear(2, 3, float32[3,])\n    act: relu()\n)");
        CHECK_SAME(net->clone()(ones({1, 2})), net(ones({1, 2})));
        CHECK_NE(net->clone()[0].get(), net[0].get());
        CHECK_EQ(nn::Sequential(net->named_children()).attributes(), Names{"in", "act"});
        CHECK_THROWS_WITH_AS(net.as<nn::Sequential>().append(nn::NamedModules{{"in", nn::make<nn::ReLU>()}}),
                             "Sequential has an attribute 'in' already", KeyError);
        CHECK_CLOSE(nn::Sequential(nn::make<Halves>(), nn::make<Sum>())(array({2.})), {5});
        CHECK_CLOSE(nn::Sequential(nn::make<Sum>())(array({2.}), array({3.})), {5});
        CHECK_EQ(nn::Sequential(nn::make<Halves>()).call({array({2.})}).size(), 2);
        nn::Sequential halves(nn::make<Halves>());
        CHECK_THROWS_WITH_AS(halves.execute(array({2.})),
                             "Sequential: needs call(inputs) for 2 outputs, got a call for one; take them by const "
                             "Vars y = module.call({x})",
                             ValueError);
    }

    TEST_CASE("ParameterList: names, both ends, slices, weight norm") {
        nn::ParameterList list({ones({2}), ones({3, 2})});
        list.append(ones({4}));
        CHECK_EQ(list.state_dict().names(), Names{"0", "1", "2"});
        CHECK(list[-1].shape() == Shape{4});
        CHECK_EQ(list[from(1)].size(), 2);
        weightnorm::weight_norm(list, "1", -1);
        CHECK_EQ(list.size(), 3);
        CHECK(list[1].shape() == Shape{3, 2});
        std::int64_t all = 0;
        for (const Var& x : list) all += x.numel();
        CHECK_EQ(all, 12);
        CHECK_THROWS_WITH_AS(list[3], "ParameterList: needs an index from -3 to 2, got 3", IndexError);
        CHECK_THROWS_WITH_AS(list.append(Var()), "append: needs a parameter, got none", KeyError);
        CHECK_EQ(nn::str(list), "ParameterList()");
    }

    TEST_CASE("ParameterList of one, or of none, and behind a Ref") {
        const Var one = ones({2});
        CHECK_EQ(nn::ParameterList({one}).size(), 1);
        CHECK_EQ(nn::ParameterList({}).size(), 0);
        CHECK_EQ(nn::ParameterList{one, one * 2}.size(), 2);
        struct Net : nn::Module {
            nn::Ref<nn::ParameterList> scales{this, "scales", Vars{ones({2}), ones({1}) * 3}};
            nn::Ref<nn::ModuleList> layers{this, "layers", nn::make<nn::Tanh>()};
            nn::Ref<nn::Module> any{this, "any", nn::make<nn::Sequential>(nn::make<nn::ReLU>())};
        } net;
        const Var last = net.scales[-1];
        CHECK_CLOSE(last, {3});
        CHECK_EQ(net.scales[from(1)].size(), 1);
        CHECK_EQ(net.layers[0]->class_name(), "Tanh");
        CHECK_EQ(net.any[0]->class_name(), "relu");
    }

    TEST_CASE("ParameterList.insert moves on what is behind, and an optimizer goes on") {
        nn::ParameterList list({ones({2}), ones({3})});
        nn::SGD opt(list.parameters(), {.lr = 0.5});
        list.insert(1, ones({4})).insert(0, ones({5})).insert(-1, ones({6})).insert(5, ones({7}));
        std::vector<Shape> shapes;
        for (const Var& x : list) shapes.push_back(x.shape());
        CHECK_EQ(shapes, std::vector<Shape>{{5}, {2}, {4}, {6}, {3}, {7}});
        CHECK_EQ(list.state_dict().names(), Names{"0", "1", "2", "3", "4", "5"});
        opt.step(list[1].sum() + list[4].sum());
        CHECK_CLOSE(list[1], {0.5, 0.5});
        CHECK_CLOSE(list[4], {0.5, 0.5, 0.5});
        CHECK_THROWS_WITH_AS(list.insert(7, ones({1})),
                             "ParameterList: needs an index from -6 to 6 to insert at, got 7", IndexError);
        CHECK_THROWS_WITH_AS(list.insert(0, Var()), "insert: needs a parameter, got none", KeyError);
        weightnorm::weight_norm(list, "3", -1);
        CHECK_THROWS_WITH_AS(list.insert(2, ones({1})),
                             "insert: needs parameters of their own behind the place, got 3, which is derived",
                             KeyError);
        CHECK_EQ(list.size(), 6);
        list.insert(4, ones({8}));
        CHECK(list[4].shape() == Shape{8});
    }

    TEST_CASE("a net of lists, cloned; pairs end with the shorter one") {
        const nn::ModulePtr net = nn::make<Deep>(), copy = net->clone();
        const Var x = ones({1, 2});
        const auto& linear = net.as<Deep>().layers[0];
        CHECK_CLOSE(net(x), tanh(linear(x)) * 3);
        CHECK_SAME(copy(x), net(x));
        CHECK_EQ(net.as<Deep>().layers[to(1)].size(), 1);
        CHECK_EQ(net->named_children()[1].first, "scales");
        std::vector<int> sums;
        for (const auto& [a, b] : pairs(std::vector{1, 2, 3}, std::vector{10, 20})) sums.push_back(a + b);
        CHECK_EQ(sums, std::vector<int>{11, 22});
    }

    TEST_CASE("float64 and float32: parameters and buffers, ties, weight norm, and older optimizers") {
        nn::Linear net(3, 2);
        net.register_buffer("mean", ones({2}));
        net.register_buffer("n", ones({1}, int32));
        net.setattr("again", net.getattr("bias"));
        weightnorm::weight_norm(net, "weight", -1);
        nn::SGD opt(net.parameters(), {.lr = 0.1});
        net.getattr("bias").stop_grad();
        CHECK_EQ(&net.float64(), &net);
        for (const auto& [name, x] : net.state_dict()) CHECK_EQ(x.dtype(), name == "n" ? int32 : float64);
        CHECK_EQ(net.weight.dtype(), float64);
        CHECK_EQ(net.getattr("again").node(), net.getattr("bias").node());
        CHECK(net.bias.is_stop_grad());
        CHECK(net.is_parameter("weight_g"));
        CHECK_FALSE(net.is_parameter("mean"));
        const Var x = ones({1, 3}, float64);
        CHECK_EQ(net(x).dtype(), float64);
        CHECK_THROWS(opt.step(net(x).sum()));
        nn::SGD later(net.parameters(), {.lr = 0.1});
        net.float64();
        later.step(net(x).sum());
        CHECK_EQ(net.float32().getattr("weight_v").dtype(), float32);
    }

    TEST_CASE("requires_grad_ freezes parameters and lets gradients through") {
        nn::Linear net(3, 2);
        const Var x = ones({1, 3});
        net.requires_grad_(false);
        CHECK(net.weight.is_stop_grad());
        CHECK_CLOSE(grad(net(x), x)[0], net.weight.sum(0));
        CHECK_FALSE(net.requires_grad_().getattr("weight").is_stop_grad());
        CHECK(net.is_train());
        CHECK_FALSE(net.eval().is_train());
    }

    TEST_CASE("load_parameters loads what fits and warns of the rest") {
        nn::Linear net(3, 2);
        const test::Notes notes;
        const auto report =
            net.load_parameters({{"bias", array({1., 2.})}, {"weight", ones({3, 2})}, {"more", ones({1})}});
        CHECK_CLOSE(net.bias, {1, 2});
        CHECK_FALSE(report.ok());
        CHECK_EQ(notes.list,
                 Names{"load_parameters: Linear has no more", "load_parameters: weight needs (2, 3), got (3, 2)"});
        CHECK(net.load_parameters({}).missing.size() == 2);
    }
}
