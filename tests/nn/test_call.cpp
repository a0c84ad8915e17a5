// A call holds the modules it began with, warns once of those it does not own, and ends before the stack does.
#include <functional>
#include <thread>

#include "../../autograd/grad.hpp"
#include "../../nn/layers.hpp"
#include "../check.hpp"
#include "../notes.hpp"

using namespace jt;

namespace {

struct Double : nn::Module {
    Var execute(const Var& x) override { return x * 2; }
};

// Says when it is gone, and reads itself after it called out.
struct Watched : nn::Module {
    explicit Watched(int* gone, std::function<void()> act = {}) : gone(gone), act(std::move(act)) {}
    ~Watched() override { ++*gone; }
    Var execute(const Var& x) override {
        if (act) act();
        return x * factor;
    }

    Var& factor = attr("factor", ones({1}) * 2);
    int* gone;
    std::function<void()> act;
};

// Forgot to declare its layers with attr.
struct Plain : nn::Module {
    std::vector<nn::ModulePtr> layers{nn::make<nn::Linear>(2, 2), nn::make<nn::ReLU>()};
    Var execute(const Var& x) override { return layers[1](layers[0](x)); }
};

struct Caller : nn::Module {
    explicit Caller(nn::ModulePtr layer) : layer(std::move(layer)) {}
    nn::ModulePtr layer;
    Var execute(const Var& x) override { return layer(x); }
};

struct Owner : nn::Module {
    explicit Owner(const nn::ModulePtr& layer) : layer(attr("layer", layer)) {}
    nn::ModulePtr& layer;
    Var execute(const Var& x) override { return layer(x); }
};

struct Two : nn::Module {
    using Module::execute;
    Var execute(const Var& x, const Var& y) { return x + y; }
};

struct Endless : nn::Module {
    Var execute(const Var& x) override { return (*this)(x + 1); }
};

nn::ModulePtr nested(int depth) {
    nn::ModulePtr net = nn::make<Double>();
    for (int k = 0; k < depth; ++k) net = nn::make<nn::Sequential>(std::move(net));
    return net;
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("a layer that is replaced, deleted or renamed while it runs finishes its call") {
        int gone = 0;
        const nn::ModulePtr net = nn::make<nn::Sequential>();
        const auto watched = [&](std::function<void()> act) { return nn::make<Watched>(&gone, std::move(act)); };
        net->setattr("0", watched([&] { net->setattr("0", nn::make<Double>()); }));
        net->setattr("1", watched([&] { net->delattr("1"); }));
        net->setattr("2", watched([&] {
                         net->setattr("other", net->getattr_module("2"));
                         net->delattr("2");
                     }));
        net->setattr("3", watched({}));
        net->getattr_module("2")->register_pre_forward_hook([&](nn::Module&, const Vars&) { net->delattr("3"); });
        CHECK_CLOSE(net(ones({1})), {16});
        CHECK_EQ(gone, 3);
        CHECK_EQ(net->attributes(), std::vector<std::string>{"0", "other"});
    }

    TEST_CASE("hooks that take the last handle of their module away leave it until its call is done") {
        int gone = 0;
        nn::ModulePtr net = nn::make<Watched>(&gone);
        net->register_pre_forward_hook([&](nn::Module&, const Vars&) { net = nn::ModulePtr(); });
        net->register_forward_hook([&](nn::Module& m, const Vars&, const Vars& out) {
            CHECK_EQ(gone, 0);
            return out[0] + m.getattr("factor");
        });
        CHECK_CLOSE(net(ones({1})), {4});
        CHECK_EQ(gone, 1);
        struct None : nn::Module {
            explicit None(nn::ModulePtr* holder) : holder(holder) {}
            nn::ModulePtr* holder;
            Vars execute_vars(const Vars&) override { return *holder = nn::ModulePtr(), Vars(); }
        };
        nn::ModulePtr none;
        none = nn::make<None>(&none);
        CHECK_THROWS_WITH_AS(
            none(ones({1})),
            "None: needs call(inputs) for 0 outputs, got a call for one; take them by const Vars y = module.call({x})",
            ValueError);
    }

    TEST_CASE("a backward hook may take the last handle of its module away") {
        int gone = 0;
        nn::ModulePtr net = nn::make<Watched>(&gone);
        const Var x = ones({1});
        int calls = 0;
        for (int k = 0; k < 2; ++k)
            net->register_backward_hook([&](nn::Module& m, const Vars& in, const Vars&) {
                net = nn::ModulePtr();
                ++calls;
                return in[0] * m.getattr("factor");
            });
        const Var y = net(x);
        CHECK_CLOSE(grad(y, x), {8});
        CHECK_EQ(calls, 2);
        CHECK_EQ(gone, 1);
    }

    TEST_CASE("a derivation may change the table that it stands in") {
        nn::Linear m(2, 2);
        const auto keep = [](nn::Module& module) { return module.getattr("bias") + 1; };
        m.attr("sum", ones({2}));
        m.derive("sum", {"bias"}, [keep](nn::Module& module) {
            for (int k = 0; k < 40; ++k) module.setattr("more" + std::to_string(k), ones({1}));
            if (module.is_derived("sum")) module.underive("sum", zeros({2}));
            return keep(module);
        });
        m.delattr("more3");
        m.rebuild_derived();
        CHECK_CLOSE(m.getattr("sum"), {0, 0});
        CHECK_FALSE(m.is_derived("sum"));
        m.derive("sum", {"bias"}, keep);
        CHECK_THROWS_WITH_AS(m.derive("weight", {"bias"},
                                      [](nn::Module& module) {
                                          module.delattr("weight");
                                          return ones({2});
                                      }),
                             "Linear.weight is derived: set bias instead", KeyError);
        m.bias.assign(ones({2}));
        m.rebuild_derived();
        CHECK_CLOSE(m.getattr("sum"), {2, 2});
    }

    TEST_CASE("apply holds the modules that f takes out of the tree") {
        const nn::ModulePtr net = nn::make<nn::Sequential>(nn::make<Double>(), nn::make<nn::Sequential>());
        net->getattr_module("1")->setattr("0", nn::make<nn::Linear>(2, 2));
        std::string seen;
        net->apply([&](nn::Module& module) {
            seen += module.class_name() + " ";
            if (net->hasattr("1")) net->delattr("1");
        });
        CHECK_EQ(seen, "Sequential Double Sequential Linear ");
    }

    TEST_CASE("a module that is called but not owned is said once for each caller, also one in a std::vector") {
        test::Notes notes;
        Plain net;
        for (int k = 0; k < 5; ++k) net(ones({1, 2}));
        CHECK_EQ(notes.list, std::vector<std::string>{"Plain calls a Linear it does not own; declare it with attr"});
        const nn::ModulePtr layer = nn::make<nn::Linear>(2, 2);
        Caller a(layer), b(layer);
        for (int k = 0; k < 100; ++k) a(b(ones({1, 2})));
        CHECK_EQ(notes.list.size(), 3);
        Owner c(layer), d(layer);
        for (int k = 0; k < 100; ++k) c(d(ones({1, 2})));
        Caller(nn::make<nn::ReLU>())(ones({1}));
        CHECK_EQ(notes.list.size(), 3);
    }

    TEST_CASE("a caller in the place of another that is gone is known by itself") {
        test::Notes notes;
        const nn::ModulePtr layer = nn::make<nn::Linear>(2, 2);
        alignas(Caller) unsigned char place[sizeof(Caller)];
        for (int k = 0; k < 3; ++k) {
            auto* caller = new (place) Caller(layer);
            (*caller)(ones({1, 2}));
            caller->~Caller();
        }
        CHECK_EQ(notes.list.size(), 3);
    }

    TEST_CASE("asking whether a module is owned names no parameter") {
        test::Notes notes;
        Plain net;
        net.layers[0]->parameters()[0].set_name("mine");
        net(ones({1, 2}));
        CHECK_EQ(net.layers[0]->getattr("weight").name(), "mine");
    }

    TEST_CASE("a call without end, or of a tree too deep for the stack, throws") {
        Endless net;
        CHECK_THROWS_WITH_AS(net(ones({1})), doctest::Contains("bytes of stack to go into Endless, got "), GraphError);
        CHECK_THROWS_WITH_AS(net(ones({1})),
                             doctest::Contains("; it calls itself without end, or the tree is too deep"), GraphError);
        const nn::ModulePtr deep = nested(100'000), shallow = nested(100);
        CHECK_THROWS_AS(deep(ones({1})), GraphError);
        CHECK_CLOSE(shallow(ones({1})), {2});
        std::thread([&] {
            Endless here;
            CHECK_THROWS_AS(here(ones({1})), GraphError);
        }).join();
    }

    TEST_CASE("memory that is not there is said with its place and size, and stays a std::bad_alloc") {
        struct Greedy : nn::Module {
            Var execute(const Var& x) override { return x + zeros({std::int64_t{1} << 51}); }
        };
        struct Outer : nn::Module {
            nn::Ref<Greedy> inner{this, "inner"};
            Var execute(const Var& x) override { return inner(x); }
        } net;
        const std::string said = "memory: needs 9007199254740992 bytes, got none";
        CHECK_THROWS_WITH_AS(zeros({std::int64_t{1} << 51}), said.c_str(), MemoryError);
        CHECK_THROWS_WITH_AS(net(ones({1})), ("Outer.inner: " + said).c_str(), std::bad_alloc);
        CHECK_THROWS_WITH_AS(net(ones({1})), ("Outer.inner: " + said).c_str(), std::exception);
    }

    TEST_CASE("another number of inputs says what to override") {
        Two m;
        CHECK_THROWS_WITH_AS(m(ones({1}), ones({1})),
                             "Two: needs one input, got 2; for several derive from nn::Layer<Two>", ValueError);
    }
}
