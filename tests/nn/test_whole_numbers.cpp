// What a state and a loss take as integers: whole numbers only.
#include <limits>

#include "../../nn/loss.hpp"
#include "../../nn/module/module.hpp"
#include "../check.hpp"

namespace jt::test {

namespace {

struct Counter : nn::Module {
    Var& weight = attr("weight", array({1., 2.}));
    Var& count = register_buffer("count", array({3, 4}));
    Var execute(const Var& x) override { return x * weight; }
};

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("a state whose floats are cut in an integer buffer is refused, and changes nothing") {
        Counter net;
        nn::StateDict state;
        state.add("weight", array({5., 6.}));
        state.add("count", array({1., 2.5}));
        CHECK_THROWS_WITH_AS(net.load_state_dict(state),
                             "load_state_dict: 'count': needs a number that int32 holds, got 2.5", ValueError);
        CHECK_CLOSE(net.weight, {1, 2});
        CHECK_CLOSE(net.count, {3, 4});
        nn::StateDict whole;
        whole.add("weight", array({5, 6}));
        whole.add("count", array({1., 2.}));
        net.load_state_dict(whole);
        CHECK_CLOSE(net.weight, {5, 6});
        CHECK_CLOSE(net.count, {1, 2});
        CHECK(net.count.dtype() == int32);
    }

    TEST_CASE("cross_entropy_loss takes whole floats as classes and no others") {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const Var x = array({{1., 2., 3.}, {3., 2., 1.}}), weight = array({1., 2., 4.});
        for (const Var& w : {Var(), weight}) {
            CHECK_SAME(nn::cross_entropy_loss(x, array({2., 0.}), w), nn::cross_entropy_loss(x, array({2, 0}), w));
            CHECK_THROWS_WITH_AS(nn::cross_entropy_loss(x, array({2., 0.5}), w),
                                 "cross_entropy_loss: needs whole numbers of classes as targets, got 0.5", ValueError);
            CHECK_THROWS_WITH_AS(nn::cross_entropy_loss(x, array({nan, 0.}), w),
                                 "cross_entropy_loss: needs whole numbers of classes as targets, got nan", ValueError);
        }
        const Var bytes = array({2, 255}, uint8), ints = array({2, -100});
        CHECK_SAME(nn::cross_entropy_loss(x, bytes, {}, 255), nn::cross_entropy_loss(x, ints, {}, -100));
        CHECK_SAME(nn::cross_entropy_loss(x, bytes, {}, -100), nn::cross_entropy_loss(x, array({2, 255}), {}, -100));
    }
}

}  // namespace jt::test
