// Modules: attributes, the tree, state, clones, printing.
#include "../../autograd/grad.hpp"
#include "../../autograd/node.hpp"
#include "../../core/random.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../../nn/module/eval_mode.hpp"
#include "../../nn/optim.hpp"
#include "../check.hpp"
#include "../files/temporary.hpp"
#include "../notes.hpp"

using namespace jt;

static_assert(!std::is_copy_constructible_v<nn::Module> && !std::is_move_constructible_v<nn::Module>);
static_assert(!std::is_copy_assignable_v<nn::Module> && !std::is_move_assignable_v<nn::Module>);

namespace {

struct Net : nn::Module {
    Var& w0 = attr("w0", ones({2}));
    nn::ModulePtr& fc1 = attr("fc1", nn::make<nn::Linear>(3, 5));
    Var& mean = register_buffer("mean", zeros({5}));
    Var& hidden = attr("_hidden", ones({1}));
    nn::ModulePtr& fc2 = attr("fc2", nn::make<nn::Linear>(5, 2));
    Var execute(const Var& x) override { return fc2(relu(fc1(x))); }
};

struct TwoInTwoOut : nn::Module {
    Vars execute_vars(const Vars& x) override { return {x[0] + x[1], x[0] * x[1]}; }
};

// Uses a layer that it forgot to declare with attr.
struct Forgetful : nn::Module {
    nn::ModulePtr fc = nn::make<nn::Linear>(2, 2);
    Var execute(const Var& x) override { return fc(x); }
};

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? "" : " ") + name;
    return out;
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("parameters come own ones first, then the children's; buffers and _names are not among them") {
        Net net;
        CHECK_EQ(joined(net.named_parameters().names()), "w0 fc1.weight fc1.bias fc2.weight fc2.bias");
        CHECK_EQ(joined(net.state_dict().names()), "w0 mean fc1.weight fc1.bias fc2.weight fc2.bias");
        CHECK_EQ(net.parameters().size(), 5);
        CHECK_EQ(net.parameters()[3].name(), "fc2.weight");
        CHECK_EQ(joined(net.attributes()), "w0 fc1 mean _hidden fc2");
    }

    TEST_CASE("a Var in two places is one parameter; a frozen one stays a parameter") {
        Net net;
        net.fc2->setattr("bias", net.w0);
        CHECK_EQ(net.parameters().size(), 4);
        net.w0.stop_grad();
        CHECK_EQ(net.parameters().size(), 4);
    }

    TEST_CASE("a member is the attribute") {
        Net net;
        net.setattr("w0", zeros({7}));
        CHECK_EQ(net.w0.shape(), Shape{7});
        net.w0 = ones({3});
        CHECK_EQ(net.getattr("w0").shape(), Shape{3});
        net.setattr("fc1", nn::make<nn::Linear>(4, 5));
        CHECK_EQ(net(ones({1, 4})).shape(), Shape{1, 2});
        net.delattr("w0");
        CHECK_FALSE(net.w0.defined());
        CHECK_THROWS_WITH_AS(net.w0 + 1, "add: needs a Var that holds something, got an empty one", GraphError);
        net.setattr("w0", ones({2}));
        CHECK_EQ(net.w0.shape(), Shape{2});
        CHECK_EQ(joined(net.attributes()), "fc1 mean _hidden fc2 w0");
    }

    TEST_CASE("wrong names and kinds are said with what is there") {
        Net net;
        CHECK_THROWS_WITH_AS(net.getattr("wo"), "Net has no attribute 'wo'; it has: w0 fc1 mean _hidden fc2", KeyError);
        CHECK_THROWS_WITH_AS(net.getattr("fc1"), "Net.fc1 is a module; getattr_module returns it", KeyError);
        CHECK_THROWS_WITH_AS(net.getattr_module("w0"), "Net.w0 is a Var; getattr returns it", KeyError);
        CHECK_THROWS_WITH_AS(net.delattr("wo"), doctest::Contains("Net has no attribute 'wo'"), KeyError);
        CHECK_THROWS_WITH_AS(net.attr("w0", ones({1})), "Net has an attribute 'w0' already", KeyError);
        CHECK_THROWS_WITH_AS(net.attr("fc1", nn::make<nn::ReLU>()), "Net has an attribute 'fc1' already", KeyError);
        CHECK_THROWS_WITH_AS(net.register_buffer("mean", ones({1})), "Net has an attribute 'mean' already", KeyError);
        CHECK_THROWS_WITH_AS(net.setattr("", ones({1})), "Net: needs an attribute name, got ''", KeyError);
        CHECK_THROWS_WITH_AS(nn::Module().attributes().empty() ? nn::Module().getattr("x") : Var(),
                             "Module has no attribute 'x'; it has: none", KeyError);
        CHECK_THROWS_WITH_AS(nn::ModulePtr()(ones({1})), "ModulePtr: needs a module, got none", KeyError);
        CHECK_THROWS_WITH_AS(net.fc1.as<nn::Conv>(), "as: needs a module of class Conv, got Linear", KeyError);
        CHECK_EQ(net.fc1.as<nn::Linear>().in_features, 3);
    }

    TEST_CASE("the tree: modules, names, children, apply") {
        Net net;
        net.setattr("again", net.fc1);
        CHECK_EQ(net.modules().size(), 3);
        CHECK_EQ(net.children().size(), 3);
        std::vector<std::string> names;
        for (const auto& [name, module] : net.named_modules()) names.push_back(name + ":" + module->class_name());
        CHECK_EQ(joined(names), ":Net fc1:Linear fc2:Linear again:Linear");
        int count = 0;
        net.apply([&](nn::Module&) { ++count; });
        CHECK_EQ(count, 3);
        net.eval();
        CHECK_FALSE(net.fc1->is_training());
        CHECK(net.train().is_training());
    }

    TEST_CASE("eval_mode: while it lives all are in eval mode, then each is in its own, also after an exception") {
        Net net;
        net.fc1->eval();
        const nn::ModulePtr was = net.fc2;
        {
            const nn::eval_mode guard(net);
            CHECK_FALSE(net.is_training());
            CHECK_FALSE(net.fc2->is_training());
            net.fc1->train();
            net.setattr("fc2", nn::make<nn::Linear>(3, 2));
            const nn::eval_mode inner(was);
        }
        CHECK(net.is_training());
        CHECK_FALSE(net.fc1->is_training());
        CHECK(was->is_training());
        CHECK(net.fc2->is_training());
        const auto failing = [&] {
            const nn::eval_mode guard(net.fc2);
            throw 1;
        };
        CHECK_THROWS_AS(failing(), int);
        CHECK(net.fc2->is_training());
        CHECK_FALSE(net.fc1->is_training());
    }

    TEST_CASE("several inputs and outputs") {
        TwoInTwoOut m;
        const Vars y = m.call({ones({2}), ones({2}) * 3});
        CHECK_CLOSE(y[0], {4, 4});
        CHECK_CLOSE(y[1], {3, 3});
        CHECK_THROWS_WITH_AS(m(ones({2}), ones({2})),
                             "TwoInTwoOut: needs call(inputs) for 2 outputs, got a call for one; take them by const "
                             "Vars y = module.call({x})",
                             ValueError);
        CHECK_THROWS_WITH_AS(nn::Linear(2, 2)(ones({2}), ones({2})),
                             "Linear: needs one input, got 2; for several derive from nn::Layer<Linear>", ValueError);
        CHECK_THROWS_WITH_AS(nn::Module()(ones({2})),
                             "Module: needs an execute of one input, got none; override execute, or derive from "
                             "nn::Layer<Module>",
                             ValueError);
    }

    TEST_CASE("load_state_dict is strict, says all at once, and changes nothing") {
        Net net;
        const nn::StateDict wrong = {{"w0", ones({3})}, {"fc1.weight", ones({5, 3})}, {"extra", ones({1})}};
        const Var before = net.fc1->getattr("weight").clone();
        CHECK_THROWS_WITH_AS(net.load_state_dict(wrong),
                             "load_state_dict: needs the names and shapes of Net; missing: mean, fc1.bias, fc2.weight, "
                             "fc2.bias; unexpected: extra; wrong shape: w0 needs (2,), got (3,)",
                             KeyError);
        CHECK_SAME(net.fc1->getattr("weight"), before);
        const auto report = net.load_state_dict(wrong, false);
        CHECK_EQ(joined(report.missing), "mean fc1.bias fc2.weight fc2.bias");
        CHECK_EQ(joined(report.unexpected), "extra");
        CHECK_EQ(report.mismatched.size(), 1);
        CHECK_CLOSE(net.fc1->getattr("weight"), std::vector<double>(15, 1.0));
        CHECK_THROWS_WITH_AS(wrong["nothing"], "state_dict: needs a name that is there, got 'nothing'", KeyError);
    }

    TEST_CASE("save and load keep every number; load says which file does not fit") {
        const test::Folder folder;
        const std::string path = folder / "net.npz";
        Net net, other;
        net.mean.assign(array({1, 2, 3, 4, 5}));
        net.save(path);
        other.load(path);
        const auto mine = net.state_dict();
        CHECK_EQ(joined(nn::load_state(path).names()), joined(mine.names()));
        for (const auto& [name, var] : other.state_dict()) CHECK_SAME(var, mine[name]);
        nn::Linear unlike(3, 5);
        const std::string expected =
            "load: '" + path +
            "': load_state_dict: needs the names and shapes of Linear; "
            "missing: weight, bias; unexpected: w0, mean, fc1.weight, fc1.bias, fc2.weight, fc2.bias";
        CHECK_THROWS_WITH_AS(unlike.load(path), expected.c_str(), KeyError);
        CHECK_THROWS_AS(unlike.load(folder / "none.npz"), FileError);
    }

    TEST_CASE("attr keeps the value of an expression; loading makes a leaf of what was computed") {
        struct Scaled : nn::Module {
            Var& bias = attr("bias", zeros({2}));
            Var& scale = attr("scale", ones({3}) * 0.5);
        } m;
        m.load_state_dict({{"bias", ones({2})}, {"scale", zeros({3})}});
        CHECK_CLOSE(m.scale, {0, 0, 0});
        m.setattr("scale", ones({3}) * 2);
        m.load_state_dict({{"bias", zeros({2})}, {"scale", ones({3})}});
        CHECK_CLOSE(m.scale, {1, 1, 1});
        CHECK_CLOSE(grad((m.scale * 3).sum(), m.scale), {3, 3, 3});
    }

    TEST_CASE("loading casts to the parameter's dtype and is seen by every handle") {
        nn::Linear m(1, 2);
        const Var held = m.weight;
        m.load_state_dict({{"weight", array({{3.}, {4.}}, jt::float64)}, {"bias", array({1, 2})}});
        CHECK_EQ(held.dtype(), jt::float32);
        CHECK_CLOSE(held, {3, 4});
        CHECK_CLOSE(m.bias, {1, 2});
    }

    TEST_CASE("a module that stands twice in a net stands twice in its clone") {
        const nn::ModulePtr layer = nn::make<nn::Linear>(2, 2);
        const nn::ModulePtr net = nn::make<nn::Sequential>(layer, nn::make<nn::ReLU>(), layer);
        const nn::ModulePtr copy = net->clone();
        CHECK_EQ(copy->modules().size(), net->modules().size());
        CHECK_EQ(copy->getattr_module("0").get(), copy->getattr_module("2").get());
        CHECK_NE(copy->getattr_module("0").get(), layer.get());
    }

    TEST_CASE("a clone is independent, keeps ties, mode and what was added, and leaves the stream alone") {
        const nn::ModulePtr net = nn::make<Net>();
        net->setattr("tie", net->getattr("w0"));
        net->setattr("more", nn::make<nn::Linear>(2, 2));
        net->eval();
        set_global_seed(5);
        const nn::ModulePtr copy = net->clone();
        const Var drawn = rand({3});
        set_global_seed(5);
        CHECK_SAME(drawn, rand({3}));
        CHECK_EQ(joined(copy->attributes()), joined(net->attributes()));
        CHECK_FALSE(copy->getattr_module("fc1")->is_training());
        CHECK_EQ(copy->getattr("tie").node(), copy->getattr("w0").node());
        CHECK_NE(copy->getattr("w0").node(), net->getattr("w0").node());
        const Var x = ones({1, 3}), before = copy(x);
        CHECK_SAME(before, net(x));
        nn::SGD opt(net->parameters(), {.lr = 0.1});
        opt.step(net(x).sum());
        CHECK_SAME(copy(x), before);
        CHECK_FALSE(test::bitwise_equal(net(x), before));
        copy->getattr_module("more");
        CHECK_THROWS_WITH_AS(Net().clone(), "clone: needs a Net made by nn::make, got one made otherwise", ValueError);
    }

    TEST_CASE("a clone makes a replaced child as the new one was made, and keeps ties between appended ones") {
        const nn::ModulePtr net = nn::make<nn::Sequential>(nn::make<nn::Conv>(1, 2, 3), nn::make<nn::Dropout>(0.2));
        net->setattr("0", nn::make<nn::Conv>(1, 2, 3, 2, 1));
        net->setattr("1", nn::make<nn::Dropout>(0.9));
        CHECK_EQ(nn::str(*net->clone()), nn::str(*net));
        const nn::ModulePtr owner = nn::make<Net>();
        owner->setattr("fc1", nn::make<nn::Linear>(3, 5, false));
        CHECK_EQ(nn::str(*owner->clone()->clone()), nn::str(*owner));
        const nn::ModulePtr tied = nn::make<nn::Sequential>(nn::make<nn::Linear>(3, 3));
        tied->setattr("1", nn::make<nn::Linear>(3, 3));
        tied->getattr_module("1")->setattr("weight", tied->getattr_module("0")->getattr("weight"));
        CHECK_EQ(joined(tied->clone()->state_dict().names()), joined(tied->state_dict().names()));
        CHECK_EQ(tied->state_dict().size(), 3);
    }

    TEST_CASE("a clone of a Sequential clones its layers") {
        const nn::ModulePtr net = nn::make<nn::Sequential>(nn::make<nn::Linear>(2, 3), nn::make<nn::ReLU>());
        const nn::ModulePtr copy = net->clone();
        net->getattr_module("0")->getattr("weight").assign(zeros({3, 2}));
        CHECK_GT(copy->getattr_module("0")->getattr("weight").abs().sum().item(), 0);
    }

    TEST_CASE("printed as Jittor prints, without its stray None") {
        nn::Sequential net(nn::make<nn::Linear>(4, 5), nn::make<nn::ReLU>(), nn::make<nn::Dropout>(0.3));
        CHECK_EQ(nn::str(net),
                 "Sequential(\n    0: Linear(4, 5, float32[5,])\n    1: relu()\n    2: Dropout(0.3, is_train=True)\n)");
        CHECK_EQ(nn::str(nn::Conv(3, 4, 3, 1, 1)), "Conv(3, 4, (3, 3), (1, 1), (1, 1), (1, 1), 1, float32[4,])");
        CHECK_EQ(nn::str(nn::Sigmoid()), "Sigmoid()");
        CHECK_EQ(nn::str(nn::CrossEntropyLoss()), "CrossEntropyLoss(None, ignore_index=None)");
        CHECK_EQ(nn::str(nn::CrossEntropyLoss(ones({3}), 2)), "CrossEntropyLoss(float32[3,], ignore_index=2)");
        CHECK_EQ(nn::str(nn::MSELoss()), "MSELoss(mean)");
        CHECK_EQ(nn::str(nn::MSELoss(nn::Reduction::sum)), "MSELoss(sum)");
        CHECK_EQ(nn::str(nn::MSELoss(nn::Reduction::none)), "MSELoss(none)");
        Net outer;
        outer.setattr("fc1", nn::make<nn::Sequential>(nn::make<nn::Tanh>()));
        CHECK_EQ(nn::str(outer),
                 "Net(\n    fc1: Sequential(\n        0: Tanh()\n    )\n    fc2: Linear(5, 2, float32[2,])\n)");
    }

    TEST_CASE("a layer that is called but not owned is said once") {
        test::Notes notes;
        Forgetful net;
        net(ones({1, 2}));
        net(ones({1, 2}));
        REQUIRE_EQ(notes.list.size(), 1);
        CHECK_EQ(notes.list[0], "Forgetful calls a Linear it does not own; declare it with attr");
        Net owned;
        owned(ones({1, 3}));
        CHECK_EQ(notes.list.size(), 1);
    }

    TEST_CASE("add_module is setattr; Jittor's names of activations") {
        nn::Sequential net;
        CHECK(&net.add_module("in", nn::make<nn::Linear>(2, 3)).add_module("act", nn::make<nn::Relu>()) == &net);
        CHECK(net.attributes() == std::vector<std::string>{"in", "act"});
        CHECK(net(ones(4, 2)).shape() == Shape{4, 3});
        CHECK_EQ(nn::str(nn::Leaky_relu(0.3)), nn::str(nn::LeakyReLU(0.3)));
    }

    TEST_CASE("an optimizer of a layer that is gone throws; of one that only moved it goes on") {
        nn::Sequential net(nn::make<nn::Linear>(2, 2), nn::make<nn::ReLU>());
        nn::SGD opt(net.parameters(), {.lr = 0.1});
        const nn::ModulePtr held = net[0];
        net.insert(0, nn::make<nn::Tanh>());
        CHECK_NOTHROW(opt.step(net(ones({1, 2})).sum()));
        net.setattr("1", nn::make<nn::Linear>(2, 2));
        CHECK_NOTHROW(opt.step(held(ones({1, 2})).sum()));
        nn::SGD fresh(net.parameters(), {.lr = 0.1});
        net.setattr("1", nn::make<nn::Sequential>(nn::make<nn::Linear>(2, 2)));
        CHECK_THROWS_WITH_AS(fresh.step(net(ones({1, 2})).sum()),
                             "optimizer: 1.weight was replaced by 1.weight; make the optimizer after the change",
                             GraphError);
    }

    TEST_CASE("a layer whose mode matters warns when its caller does not own it, and does not follow it") {
        struct Plain : nn::Module {
            nn::Dropout dropout{0.5};
            nn::Sequential block{nn::make<nn::ReLU>(), nn::make<nn::DropPath>()};
            nn::ReLU act;
            Var execute(const Var& x) override { return act(block(dropout(x))); }
        } plain;
        struct Noise : nn::Module {
            Var execute(const Var& x) override { return is_train() ? x + 1 : x * 1; }
        };
        struct Owner : nn::Module {
            nn::Ref<nn::Dropout> dropout{this, "dropout", 0.5};
            Noise noise;
            Var execute(const Var& x) override { return noise(dropout(x)); }
        } owner;
        const test::Notes notes;
        CHECK(plain.act.is_training());
        for (int k = 0; k < 3; ++k) plain(ones({2, 2}));
        CHECK_EQ(notes.list,
                 std::vector<std::string>{"Plain calls a Dropout it does not own; declare it with attr",
                                          "Plain calls a Sequential it does not own; declare it with attr"});
        for (int k = 0; k < 3; ++k) owner(ones({2, 2}));
        REQUIRE_EQ(notes.list.size(), 3);
        CHECK_EQ(notes.list[2], "Owner calls a Noise it does not own; declare it with attr");
    }

    TEST_CASE("as and as_if of a Module") {
        const nn::ModulePtr net = nn::make<nn::Sequential>(nn::make<nn::Linear>(2, 3), nn::make<nn::Tanh>());
        std::string seen;
        net->apply([&](nn::Module& m) {
            if (auto* linear = m.as_if<nn::Linear>()) seen += std::to_string(linear->out_features);
            const nn::Module& read = m;
            seen += read.as_if<nn::Linear>() ? "L" : "-";
        });
        CHECK_EQ(seen, "-3L-");
        nn::Module& first = *net[0];
        CHECK(&first.as<nn::Linear>() == &first);
        CHECK_THROWS_WITH_AS(first.as<nn::Conv>(), "as: needs a module of class Conv, got Linear", KeyError);
    }

    TEST_CASE("a layer with buffers alone warns when its caller does not own it") {
        struct Plain : nn::Module {
            nn::BatchNorm bn{2, {.affine = false}};
            Var execute(const Var& x) override { return bn(x); }
        } plain;
        const test::Notes notes;
        plain(ones({2, 2}));
        CHECK_EQ(notes.list, std::vector<std::string>{"Plain calls a BatchNorm it does not own; declare it with attr"});
    }
}
