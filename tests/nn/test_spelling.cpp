// One line of Jittor, one line here: each line compiles and means what it says.
#include "../../autograd/grad.hpp"
#include "../../core/random.hpp"
#include "../../nn/functional.hpp"
#include "../../nn/init.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../../nn/module/ref.hpp"
#include "../../nn/optim.hpp"
#include "../check.hpp"

#include <sstream>

using namespace jt;

namespace {

// def execute(self, x, h, c): ... return h, c
struct LSTMCell : nn::Layer<LSTMCell> {
    nn::Ref<nn::Linear> ih{this, "ih", 3, 16}, hh{this, "hh", 4, 16, {.bias = false}};
    std::tuple<Var, Var> execute(const Var& x, const Var& h, Var c) {
        const Var gates = ih(x) + hh(h);
        const auto part = [&](int k) { return gates[{_, Slice{4 * k, 4 * k + 4}}]; };
        c = sigmoid(part(1)) * c + sigmoid(part(0)) * nn::tanh(part(2));
        return {sigmoid(part(3)) * nn::tanh(c), c};
    }
};

struct Net : nn::Layer<Net> {
    nn::Ref<LSTMCell> cell{this, "cell"};                            // self.cell = LSTMCell()
    nn::Ref<nn::Conv> conv{this, "conv", 1, 2, 1, {.bias = false}};  // self.conv = nn.Conv(1, 2, 1, bias=False)
    nn::Ref<nn::Module> act{this, "act", nn::make<nn::ReLU>()};      // self.act = nn.ReLU()
    Var execute(Var x) {
        const auto [batch, length, width] = sizes<3>(x);  // b, l, w = x.shape
        Var h = zeros({batch, 4}), c = h;
        for (int t = 0; t < length; ++t) std::tie(h, c) = cell(x[{_, t}], h, c);  // h, c = self.cell(x[:, t], h, c)
        x = act(h);                                                               // x = self.act(h)
        return x * static_cast<double>(width);
    }
};

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("lines of Jittor") {
        set_global_seed(1);
        const nn::ModulePtr net = nn::make<Net>();
        const Var t = randn({2, 5, 3});
        CHECK(net(t).shape() == Shape{2, 4});
        CHECK_SAME((t[{_, to(-1)}]), (t[{Slice(), Slice{{}, -1}}]));             // t[:, :-1]
        CHECK_SAME(t[{from(1)}], (t[Slice{1, {}}]));                             // t[1:]
        CHECK(t[{_, newaxis, 0}].shape() == Shape{2, 1, 3});                     // x[:, None, 0]
        CHECK(t[_].shape() == t.shape());                                        // t[:]
        CHECK(rand(3).shape() == random({3}).shape());                           // jt.rand(3), jt.random((3,))
        CHECK(t.view(t.shape()[to(-1)], 3, 1).shape() == t.shape() + Shape{1});  // t.view(*t.shape[:-1], 3, 1)
        CHECK_SAME(index({2, 3}, 1)[0], arange(3));                              // jt.index((2, 3), 1)
        const Var y = without_grad([&] { return net(t); });                      // with jt.no_grad(): y = net(x)
        CHECK(y.is_stop_grad());
        if (auto* cell = net.as<Net>().cell.get(); true) CHECK(cell->class_name() == "LSTMCell");
        if (auto* conv = net->getattr_module("conv").as_if<nn::Conv>())  // isinstance(m, nn.Conv)
            CHECK(conv->kernel_size.h == 1);
        std::ostringstream out;
        out << t.shape();  // print(x.shape)
        CHECK(out.str() == "(2, 5, 3)");
        CHECK_SAME(nn::softmax(y, 1), y.softmax(1));            // nn.softmax(y, dim=1)
        CHECK(jt::init::gauss({2, 3}).shape() == Shape{2, 3});  // jt.init.gauss((2, 3))
        CHECK_SAME(nn::gelu(y), gelu(y));                       // nn.gelu(y)
        CHECK(jt::init::eye(3).shape() == Shape{3, 3});         // jt.init.eye(3)
        jt::optim::Adam opt(net->parameters(), {.lr = 0.1});    // jt.optim.Adam(net.parameters(), lr=0.1)
        const Vars a{ones({2})}, b{ones({1})};
        // opt = optim.Adam([{'params': a, 'weight_decay': 5e-4}, {'params': b, 'lr': 0.02}], lr=0.05)
        nn::Adam groups({{.params = a, .weight_decay = 5e-4}, {.params = b, .lr = 0.02}}, {.lr = 0.05});
        groups.groups()[1].lr = 0.01;                               // opt.param_groups[1]["lr"] = 0.01
        groups.add_param_group({.params = {ones({3})}});            // opt.add_param_group({"params": [w]})
        jt::lr_scheduler::StepLR scheduler(groups, 30, 0.5);        // scheduler = jt.lr_scheduler.StepLR(opt, 30, 0.5)
        scheduler.step();                                           // scheduler.step()
        jt::init::xavier_uniform_(net.as<Net>().cell->ih->weight);  // jt.init.xavier_uniform_(net.cell.ih.weight)
        CHECK_EQ(groups.lr, 0.05);
        CHECK(nn::cross_entropy_loss(y, array({0, 1}), {.ignore_index = 0}).numel() == 1);
    }

    TEST_CASE("sizes of another number of axes") {
        CHECK_THROWS_WITH_AS(sizes<3>(ones({2, 3})), "sizes: needs 3 axes, got shape (2, 3)", ShapeError);
    }
}
