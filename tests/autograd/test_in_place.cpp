// Forms in place: through the node of a leaf where nothing records, a new Var otherwise.
#include "../../autograd/node.hpp"
#include "../../core/random.hpp"
#include "../../nn/layers.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "../check.hpp"
#include "op_rows.hpp"

namespace jt::test {

TEST_SUITE("autograd") {
    TEST_CASE("where nothing records, a leaf is written through its node") {
        Var x = array({1.0, -2.0}), i = array({3, 4});
        const Var same = x, whole = i, before = x * x;
        i.add_(2).clamp_(0, 5);
        CHECK_EQ(str(whole), "jt.Var([5 5], dtype=int32)");
        {
            const no_grad guard;
            x.add_(1).mul_(array({2.0, 3.0})).maximum_(0);
        }
        CHECK(same.to_vector<float>() == std::vector<float>{4, 0});
        CHECK(grad(before.sum(), x).to_vector<float>() == std::vector<float>{2, -4});
        CHECK(x.requires_grad());
    }

    TEST_CASE("where an op is recorded, or shape or dtype change, this handle alone is rebound") {
        Var x = array({1.0, 2.0}), i = array({3, 4});
        const Var same = x, whole = i;
        x.sqr_();
        CHECK(same[1].item() == 2);
        CHECK_SAME(grad(x.sum(), same), same * 2);
        i.float32().exp().sum();
        i.to_(float32).reshape_({2, 1});
        CHECK(whole.dtype() == int32);
        CHECK(i.shape() == Shape{2, 1});
        without_grad([&] { x.add_(1); });
        CHECK(same[1].item() == 2);
        CHECK_EQ(str(x), "jt.Var([2. 5.], dtype=float32)");
    }

    TEST_CASE("a parameter is written through its node whatever records") {
        nn::Linear layer(3, 2);
        const Var held = layer.parameters()[0];
        layer.weight.clamp_(-0.01, 0.01);
        for (Var p : layer.parameters()) p.mul_(2);
        CHECK(layer.weight.node() == held.node());
        CHECK(held.abs().max().item() <= 0.02F);
        CHECK(held.requires_grad());
        CHECK(grad(layer(ones({1, 3})).sum(), held).sum().item() == 6);
    }

    TEST_CASE("filled with a number or from the stream") {
        Var x = array({{1.0, 2.0}, {3.0, 4.0}}), y = x * 2;
        const Var same = x, computed = y;
        x.zero_();
        CHECK_SAME(same, zeros({2, 2}));
        x.fill_(array({5.0, 6.0}));
        CHECK_EQ(str(same), "jt.Var([[5. 6.]\n        [5. 6.]], dtype=float32)");
        y.fill_(1);
        CHECK(computed[{0, 1}].item() == 4);
        CHECK_SAME(grad(y.sum(), same), zeros({2, 2}));
        set_global_seed(7);
        x.uniform_(-1, 2), y.normal_(3, 0.5);
        set_global_seed(7);
        CHECK_SAME(same, array(drawing::uniform({2, 2}, -1, 2)));
        CHECK_SAME(y, array(drawing::normal({2, 2}, 3, 0.5)));
        Var i = array({1});
        CHECK_THROWS_WITH_AS(i.uniform_(), "uniform_: needs a float dtype, got int32", DtypeError);
        CHECK_THROWS_WITH_AS(i.normal_(), "normal_: needs a float dtype, got int32", DtypeError);
        CHECK_THROWS_WITH_AS(i.fill_(0.5), "setitem: needs a number that int32 holds, got 0.5", ValueError);
        CHECK_EQ(str(i), "jt.Var([1], dtype=int32)");
        Var none;
        CHECK_THROWS_WITH_AS(none.zero_(), "setitem: needs a Var that holds something, got an empty one", GraphError);
        CHECK_THROWS_WITH_AS(none.uniform_(), "uniform_: needs a Var that holds something, got an empty one",
                             GraphError);
        CHECK_THROWS_WITH_AS(none.normal_(), "normal_: needs a Var that holds something, got an empty one", GraphError);
        CHECK_THROWS_WITH_AS(none.exp_(), "exp: needs a Var that holds something, got an empty one", GraphError);
    }

    TEST_CASE("update is assign") {
        Var x = zeros({2});
        const Var same = x;
        x.update(array({1.0, 2.0}) * 2);
        CHECK(same.to_vector<float>() == std::vector<float>{2, 4});
        CHECK(x.node() == same.node());
    }

    TEST_CASE("a weight that is rebuilt is not written to") {
        nn::Linear layer(3, 2);
        weightnorm::weight_norm(layer, "weight", -1);
        const auto advice = [](const std::string& op, const std::string& verb) {
            return op + ": weight is derived: " + verb + " to weight_g and weight_v instead";
        };
        CHECK_THROWS_WITH_AS(layer.weight.add_(1), advice("assign", "assign").c_str(), KeyError);
        CHECK_THROWS_WITH_AS(layer.weight.zero_(), advice("setitem", "write").c_str(), KeyError);
        CHECK_THROWS_WITH_AS(layer.weight[0] = 1, advice("setitem", "write").c_str(), KeyError);
    }
}

}  // namespace jt::test
