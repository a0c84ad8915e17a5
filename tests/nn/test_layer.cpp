// Layer<Self>, whose execute has any signature, and Ref<M>, its typed members.
#include "../../nn/module/layer.hpp"

#include "../../autograd/grad.hpp"
#include "../../core/random.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../../nn/module/ref.hpp"
#include "../../nn/optim.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../check.hpp"

using namespace jt;

namespace {

struct Cell : nn::Layer<Cell> {
    nn::Ref<nn::Linear> ih{this, "ih", 3, 4}, hh{this, "hh", 4, 4, {.bias = false}};
    std::tuple<Var, Var> execute(Var x, Var h = {}) {
        x = ih(x);
        h = tanh(h.defined() ? x + hh(h) : x);
        return {h * 2, h};
    }
};

struct Forms : nn::Layer<Forms> {
    Var& w = attr("w", ones({2}));
    Var execute() const { return w; }
    Var execute(const Var& x) const { return x * w; }
    std::pair<Var, Var> execute(const Var& x, const Var& y) const { return {x, y}; }
    std::array<Var, 3> execute(const Var& x, const Var& y, const Var& z) { return {z, y, x}; }
    Vars execute(const Var& x, int times) { return Vars(std::vector<Var>(static_cast<std::size_t>(times), x)); }
    Var execute(const Var& x, const std::string& how, const Var& y) { return how == "sum" ? x + y : x - y; }
};

struct Any : nn::Layer<Any> {
    Var execute(const Vars& all) { return concat(all, 0); }
};

struct Mask : nn::Layer<Mask> {
    Var execute(const Var& x) override { return x + 1; }
};

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("a layer takes and gives what its execute says") {
        Forms m;
        const Var x = array({1.0, 2.0}), y = array({3.0, 4.0}), z = array({5.0, 6.0});
        CHECK_CLOSE(m(), {1, 1});
        CHECK_CLOSE(m(x), {1, 2});
        const auto [a, b] = m(x, y);
        CHECK_CLOSE(b - a, {2, 2});
        const auto [c, d, e] = m(x, y, z);
        CHECK_CLOSE(c + d - e, {7, 8});
        CHECK(m(x, 3).size() == 3);
        CHECK_CLOSE(m(x, "sum", y), {4, 6});
        CHECK_CLOSE(m(x, "difference", y), {-2, -2});
        CHECK(Any().call(Vars{x, y, z, x, y}).size() == 1);
        CHECK(Any()(x, y, z, x, y).numel() == 10);
        CHECK_CLOSE(nn::make<Mask>()(x), {2, 3});
        CHECK_CLOSE(nn::Sequential(nn::make<Mask>(), nn::make<Forms>())(x), {2, 3});
    }

    TEST_CASE("an input left out is empty, and the outputs can be taken apart") {
        Cell cell;
        const Var x = rand({2, 3});
        auto [y, h] = cell(x);
        std::tie(y, h) = cell(x, h);
        CHECK(y.shape() == Shape{2, 4});
        CHECK_SAME(y, h * 2);
        CHECK(nn::make<Cell>()->call(Vars{x}).size() == 2);
        CHECK_SAME(std::get<0>(cell(x, Var())), cell.call(Vars{x})[0]);
    }

    TEST_CASE("another number of inputs is refused") {
        const Var x = ones({2});
        CHECK_THROWS_WITH_AS(Cell().call({}), "Cell: needs 1 or 2 inputs, got 0", ValueError);
        CHECK_THROWS_WITH_AS(nn::make<nn::MSELoss>()->call(Vars{x, x, x}), "MSELoss: needs 2 inputs, got 3",
                             ValueError);
        Forms m;
        CHECK_THROWS_WITH_AS(m.call(Vars{x, x, x, x}), "Forms: needs 0 or 1 or 2 or 3 inputs, got 4", ValueError);
        CHECK_THROWS_WITH_AS(m.call(Vars(std::vector<Var>(9, x))), "Forms: needs 0 or 1 or 2 or 3 inputs, got 9",
                             ValueError);
    }

    TEST_CASE("hooks see the Vars of a layer, and other arguments pass by them") {
        Forms m;
        std::size_t in = 9, out = 9;
        m.register_forward_hook([&](nn::Module&, const Vars& x, const Vars& y) { in = x.size(), out = y.size(); });
        const Var x = ones({2});
        m(x, 3);
        CHECK(in == 1);
        CHECK(out == 3);
        m();
        CHECK(in == 0);
        m.register_pre_forward_hook([](nn::Module&, const Vars& x) {
            return x.empty() ? Vars() : Vars{x[0] * 10, x[0]};
        });
        CHECK_THROWS_WITH_AS(m(x, 3), "Forms: needs 1 inputs, got 2", ValueError);
        CHECK_CLOSE(m(x, "sum", x), {11, 11});
        CHECK_CLOSE(std::get<0>(m(x, x)), {10, 10});
    }

    TEST_CASE("a hook that returns another number of outputs is refused") {
        Cell cell;
        const nn::HookHandle handle =
            cell.register_forward_hook([](nn::Module&, const Vars&, const Vars& y) { return Vars{y[0]}; });
        CHECK_THROWS_WITH_AS(cell(ones({2, 3})), "Cell: needs 2 outputs, which a forward hook may replace, got 1",
                             ShapeError);
        CHECK(cell.call(Vars{ones({2, 3})}).size() == 1);
    }

    TEST_CASE("weight norm and backward hooks work on layers of several inputs") {
        Cell cell;
        weightnorm::weight_norm(cell.hh, "weight", 0);
        CHECK(cell.hh->hasattr("weight_g"));
        int calls = 0;
        cell.register_backward_hook([&](nn::Module&, const Vars& gx, const Vars& gy) {
            CHECK(gx.size() == 2);
            CHECK(gy.size() == 2);
            ++calls;
        });
        const Var x = rand({2, 3}), h = rand({2, 4});
        const auto [y, next] = cell(x, h);
        const Vars g = grad((y * next).sum(), Vars{x, h, cell.hh->getattr("weight_g")});
        CHECK(calls == 1);
        CHECK(g[2].shape() == Shape{1, 4});
        CHECK(g[2].abs().sum().item() > 0);
        weightnorm::remove_weight_norm(cell.hh);
        CHECK_FALSE(cell.hh->hasattr("weight_g"));
    }

    TEST_CASE("a Ref is the attribute, whoever sets it") {
        struct Net : nn::Module {
            nn::Ref<nn::Linear> fc{this, "fc", 2, 3};
            nn::Ref<nn::Module> act{this, "act", nn::make<nn::Tanh>()};
            nn::Ref<nn::Linear> none{this, "none", nn::ModulePtr()};
            nn::Ref<nn::Sequential> more{this, "more", nn::make<nn::ReLU>()};
            nn::Ref<nn::Sequential> same{this, "same", nn::make<nn::Sequential>(nn::make<nn::ReLU>())};
            Var execute(const Var& x) override { return act(fc(x)); }
        };
        const nn::ModulePtr handle = nn::make<Net>();
        Net& net = handle.as<Net>();
        CHECK(net.attributes() == std::vector<std::string>{"fc", "act", "none", "more", "same"});
        CHECK(net.fc->out_features == 3);
        CHECK(net.more[0]->class_name() == "relu");
        CHECK(net.same[0]->class_name() == "relu");
        CHECK(net.fc);
        CHECK_FALSE(net.none);
        const auto classes = [](const nn::Module& m) { return m.class_name(); };
        CHECK(classes(net.fc) == "Linear");
        const nn::ModulePtr old = net.fc;
        const nn::Linear& linear = net.fc;
        CHECK(&linear == old.get());

        net.fc = nn::make<nn::Linear>(2, 5);
        CHECK(net(ones({1, 2})).shape() == Shape{1, 5});
        net.setattr("fc", old);
        CHECK(net.fc.get() == old.get());
        net.setattr("act", nn::make<nn::ReLU>());
        CHECK(net.act->class_name() == "relu");
        const nn::ModulePtr copy = handle->clone();
        CHECK(copy.as<Net>().fc.get() != net.fc.get());
        CHECK_SAME(copy(ones({1, 2})), net(ones({1, 2})));
        CHECK(copy.as<Net>().act->class_name() == "relu");
    }

    TEST_CASE("a Ref refuses a module of another class, and none") {
        struct Net : nn::Module {
            nn::Ref<nn::Linear> fc{this, "fc", 2, 3};
            nn::Ref<nn::Linear> none{this, "none", nn::ModulePtr()};
            Var execute(const Var& x) override { return fc(x); }
        };
        Net net;
        const nn::ModulePtr old = net.fc;
        CHECK_THROWS_WITH_AS(net.fc = nn::make<nn::Tanh>(), "fc: needs a module of class Linear, got Tanh", KeyError);
        CHECK(net.fc.get() == old.get());
        net.setattr("fc", nn::make<nn::Tanh>());
        CHECK_THROWS_WITH_AS(net(ones({1, 2})), "Net: fc: needs a module of class Linear, got Tanh", KeyError);
        net.delattr("fc");
        CHECK_FALSE(net.fc);
        CHECK_THROWS_WITH_AS(net.fc->rebuild_derived(), "ModulePtr: needs a module, got none", KeyError);
        CHECK_THROWS_WITH_AS(net.none(ones({1})), "ModulePtr: needs a module, got none", KeyError);
    }

    TEST_CASE("a Ref takes no name twice, and no module of another class") {
        struct Twice : nn::Module {
            nn::Ref<nn::Linear> a{this, "a", 1, 1}, b{this, "a", 1, 1};
        };
        CHECK_THROWS_WITH_AS(Twice(), "Twice has an attribute 'a' already", KeyError);
        struct Wrong : nn::Module {
            nn::Ref<nn::Linear> a{this, "a", nn::make<nn::Tanh>()};
        };
        CHECK_THROWS_WITH_AS(Wrong(), "a: needs a module of class Linear, got Tanh", KeyError);
    }

    TEST_CASE("a call by a Ref holds its module") {
        struct Net : nn::Module {
            nn::Ref<nn::Linear> fc{this, "fc", 2, 2};
            Var execute(const Var& x) override { return fc(x); }
        };
        Net net;
        net.fc->register_pre_forward_hook([&](nn::Module&, const Vars&) { net.delattr("fc"); });
        CHECK(net(ones({1, 2})).shape() == Shape{1, 2});
        CHECK_FALSE(net.fc);
    }

    TEST_CASE("options end the arguments of a constructor, make and Ref alike") {
        struct Net : nn::Module {
            nn::Ref<nn::Conv> conv{this, "conv", 1, 6, 5, {.padding = 2, .bias = false}};
            nn::Ref<nn::Pool> pool{this, "pool", 2, {.stride = 1, .op = nn::PoolOp::mean}};
            nn::Ref<nn::Dropout> drop{this, "drop", {.p = 0.25}};
        };
        Net net;
        set_global_seed(3);
        const nn::ModulePtr made = nn::make<nn::Conv>(1, 6, 5, {.padding = 2, .bias = false});
        set_global_seed(3);
        const nn::Conv conv(1, 6, 5, {.padding = 2, .bias = false}), positional(1, 6, 5, 1, 2, 1, 1, false);
        CHECK_EQ(nn::str(conv), nn::str(*net.conv));
        CHECK_EQ(nn::str(conv), nn::str(positional));
        CHECK_EQ(nn::str(conv), nn::str(*made));
        CHECK_EQ(nn::str(conv), "Conv(1, 6, (5, 5), (1, 1), (2, 2), (1, 1), 1, None)");
        CHECK_SAME(made->getattr("weight"), conv.weight);
        CHECK_SAME(made->clone()->getattr("weight"), conv.weight);
        CHECK(net.pool->options.op == nn::PoolOp::mean);
        CHECK_EQ(nn::str(*net.drop), "Dropout(0.25, is_train=True)");
        CHECK(nn::make<nn::Pool>(2, {.ceil_mode = true})(ones({1, 1, 3, 3})).shape() == Shape{1, 1, 2, 2});
        CHECK(nn::make<nn::Linear>(3, 2, {.bias = false})->getattr("bias").defined() == false);
        const nn::ConvOptions wide{.stride = {2, 1}};
        CHECK(nn::make<nn::Conv>(1, 1, 1, wide)(ones({1, 1, 4, 4})).shape() == Shape{1, 1, 2, 4});
    }

    TEST_CASE("a clone has copies of the Vars among its options") {
        const nn::ModulePtr loss = nn::make<nn::CrossEntropyLoss>({.weight = array({1.0, 2.0}), .ignore_index = 7});
        const nn::ModulePtr copy = loss->clone();
        const Var x = rand({3, 2}), t = array({0, 1, 1});
        CHECK_SAME(copy(x, t), loss(x, t));
        CHECK_EQ(nn::str(*copy), "CrossEntropyLoss(float32[2,], ignore_index=7)");
        CHECK_SAME(nn::cross_entropy_loss(x, t, {.ignore_index = 1}), nn::cross_entropy_loss(x, t, Var(), 1));
    }

    TEST_CASE("Sequential takes modules and lists of them, drawn from left to right and cloned whole") {
        const auto block = [](int in, int out) {
            return std::vector<nn::ModulePtr>{nn::make<nn::Linear>(in, out), nn::make<nn::Tanh>()};
        };
        set_global_seed(5);
        const nn::ModulePtr net =
            nn::make<nn::Sequential>(block(2, 3), block(3, 4), nn::make<nn::Linear>(4, 1), block(1, 2));
        set_global_seed(5);
        const nn::Linear a(2, 3), b(3, 4), c(4, 1), d(1, 2);
        const Var next = rand({1});
        CHECK(net->n_layers() == 7);
        CHECK_SAME(net[0]->getattr("weight"), a.weight);
        CHECK_SAME(net[2]->getattr("bias"), b.bias);
        CHECK_SAME(net[4]->getattr("weight"), c.weight);
        CHECK_SAME(net[5]->getattr("weight"), d.weight);
        set_global_seed(5);
        const nn::Sequential again(block(2, 3), block(3, 4), nn::make<nn::Linear>(4, 1), block(1, 2));
        CHECK_SAME(rand({1}), next);
        const nn::ModulePtr copy = net->clone();
        CHECK(copy->n_layers() == 7);
        CHECK_SAME(copy(ones({2, 2})), net(ones({2, 2})));
        CHECK_THROWS_WITH_AS(nn::Sequential(std::vector<nn::ModulePtr>{nn::ModulePtr()}),
                             "append: needs a module, got none", KeyError);
    }

    TEST_CASE("the order of lists that somebody else holds is left as it was drawn") {
        set_global_seed(5);
        const std::vector<nn::ModulePtr> first = {nn::make<nn::Linear>(2, 2)}, second = {nn::make<nn::Linear>(2, 2)};
        const Var weight = array(first[0]->getattr("weight"));
        const nn::Sequential net(second, first);
        CHECK_SAME(net[1]->getattr("weight"), weight);
    }

    TEST_CASE("as_if gives null for another class") {
        const nn::ModulePtr m = nn::make<nn::Linear>(2, 3), none;
        CHECK(m.as_if<nn::Linear>()->out_features == 3);
        CHECK(m.as_if<nn::Conv>() == nullptr);
        CHECK(none.as_if<nn::Linear>() == nullptr);
    }

    TEST_CASE("__fhook2__ lists weight norm first, then the user's hooks") {
        nn::Linear m(2, 3);
        CHECK_FALSE(m.hasattr("__fhook2__"));
        nn::HookHandle hook = m.register_pre_forward_hook([](nn::Module&, const Vars&) {});
        CHECK(m.pre_forward_hooks() == std::vector<std::string>{"1"});
        weightnorm::weight_norm(m, "weight", -1);
        m.attr("doubled", ones({3}));
        m.derive("doubled", {"bias"}, [](nn::Module& self) { return self.getattr("bias") * 2; });
        CHECK(m.pre_forward_hooks() == std::vector<std::string>{"weight_norm.weight", "derive.doubled", "1"});
        m.remove_pre_forward_hook();
        CHECK(m.pre_forward_hooks() == std::vector<std::string>{"weight_norm.weight", "derive.doubled"});
        CHECK(m.hasattr("__fhook2__"));
        weightnorm::remove_weight_norm(m);
        m.underive("doubled", ones({3}));
        CHECK(m.pre_forward_hooks().empty());
        CHECK_FALSE(m.hasattr("__fhook2__"));
    }
}
