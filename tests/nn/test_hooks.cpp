// The hooks around a module's execute: order, replacement, handles.
#include "../../autograd/grad.hpp"
#include "../../nn/layers.hpp"
#include "../check.hpp"

using namespace jt;

namespace {

struct Double : nn::Module {
    Var execute(const Var& x) override { return x * 2; }
};

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("hooks run in order: pre-forward, execute, forward; each kind in the order registered") {
        Double m;
        std::string order;
        m.register_forward_hook([&](nn::Module&, const Vars&, const Vars&) { order += "f"; });
        m.register_pre_forward_hook([&](nn::Module&, const Vars&) { order += "a"; });
        m.register_pre_forward_hook([&](nn::Module&, const Vars&) { order += "b"; });
        m(ones({1}));
        CHECK_EQ(order, "abf");
    }

    TEST_CASE("a hook may replace inputs and outputs") {
        Double m;
        m.register_pre_forward_hook([](nn::Module&, const Vars& in) { return Vars{in[0] + 1}; });
        m.register_forward_hook([](nn::Module&, const Vars& in, const Vars& out) { return out[0] * 10 + in[0]; });
        CHECK_CLOSE(m(array({3.})), {84});
    }

    TEST_CASE("a handle removes exactly its hook, also twice, and after the module is gone") {
        nn::HookHandle late;
        {
            Double m;
            int first = 0, second = 0;
            auto handle = m.register_pre_forward_hook([&](nn::Module&, const Vars&) { ++first; });
            m.register_pre_forward_hook([&](nn::Module&, const Vars&) { ++second; });
            handle.remove();
            handle.remove();
            m(ones({1}));
            CHECK_EQ(first, 0);
            CHECK_EQ(second, 1);
            CHECK(m.hasattr("__fhook2__"));
            m.remove_pre_forward_hook();
            CHECK_FALSE(m.hasattr("__fhook2__"));
            late = m.register_forward_hook([](nn::Module&, const Vars&, const Vars&) {});
            CHECK(m.hasattr("__fhook__"));
        }
        late.remove();
    }

    TEST_CASE("a hook that removes itself runs once") {
        Double m;
        int calls = 0;
        nn::HookHandle handle;
        handle = m.register_pre_forward_hook([&](nn::Module&, const Vars&) { ++calls, handle.remove(); });
        m(ones({1}));
        m(ones({1}));
        CHECK_EQ(calls, 1);
    }

    TEST_CASE("input and output backward hooks see and replace gradients") {
        Double m;
        std::vector<double> seen;
        const Var x = array({3.});
        m.register_output_backward_hook([&](const Vars& g) { seen.push_back(g[0].item()); });
        auto out = m.register_output_backward_hook([](const Vars& g) { return g[0] * 5; });
        m.register_input_backward_hook([&](const Vars& g) {
            seen.push_back(g[0].item());
            return g[0] + 1;
        });
        CHECK(m.hasattr("__bihook__"));
        CHECK(m.hasattr("__bohook__"));
        CHECK_CLOSE(grad(m(x), x), {11});
        CHECK_EQ(seen, std::vector<double>{1, 10});
        out.remove();
        CHECK_CLOSE(grad(m(x), x), {3});
        m.remove_input_backward_hook();
        m.remove_output_backward_hook();
        CHECK_CLOSE(grad(m(x), x), {2});
        CHECK_FALSE(m.hasattr("__bihook__"));
    }

    TEST_CASE("a backward hook sees both ends and replaces the inputs' gradients") {
        Double m;
        const Var x = array({3.});
        std::vector<double> seen;
        m.register_backward_hook([&](nn::Module& module, const Vars& in, const Vars& out) {
            CHECK_EQ(&module, &m);
            seen = {in[0].item(), out[0].item()};
            return in[0] * 7;
        });
        CHECK_CLOSE(grad(m(x) * 4, x), {56});
        CHECK_EQ(seen, std::vector<double>{8, 4});
        m.remove_backward_hook();
        CHECK_CLOSE(grad(m(x), x), {2});
    }

    TEST_CASE("a backward hook is not called after its module is gone") {
        const Var x = array({3.});
        Var y;
        int calls = 0;
        {
            Double m;
            m.register_backward_hook([&](nn::Module&, const Vars&, const Vars&) { ++calls; });
            y = m(x);
        }
        CHECK_CLOSE(grad(y, x), {2});
        CHECK_EQ(calls, 0);
    }

    TEST_CASE("a hook that throws leaves the module usable") {
        Double m;
        auto handle = m.register_pre_forward_hook([](nn::Module&, const Vars&) { throw Error("no"); });
        CHECK_THROWS_WITH_AS(m(ones({1})), "Double: no", Error);
        handle.remove();
        CHECK_CLOSE(m(ones({1})), {2});
    }
}
