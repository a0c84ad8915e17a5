// Functions and methods refuse a Var that holds nothing, in their own name.
#include <string>
#include <vector>

#include "../../autograd/grad.hpp"
#include "../check.hpp"

namespace jt::test {

namespace {

struct EmptyCall {
    std::string name;
    void (*call)(const Var& x, const Var& none);
};

// One for each Var that a function in autograd/ops or a method must be given, as empty_calls.py writes them, and then
// what a Var has beside ops.
const std::vector<EmptyCall> calls = {
#define REFUSES(name, ...)                                                                \
    EmptyCall {                                                                           \
        name, []([[maybe_unused]] const Var& x, const Var& none) { (void)(__VA_ARGS__); } \
    }
#include "empty_calls.inc"
    REFUSES("shape", none.shape()),
    REFUSES("shape", none.ndim()),
    REFUSES("numel", none.numel()),
    REFUSES("dtype", none.dtype()),
    REFUSES("item", none.item()),
    REFUSES("to_vector", none.to_vector<float>()),
    REFUSES("data", none.data<float>()),
    REFUSES("array", none.array()),
    REFUSES("assign", Var(none).assign(x)),
    REFUSES("shape", Var(x).assign(none)),
    REFUSES("requires_grad", none.requires_grad()),
    REFUSES("stop_grad", Var(none).stop_grad()),
    REFUSES("dtype", Var(none).start_grad()),
    REFUSES("detach", none.detach()),
    REFUSES("clone", none.clone()),
    REFUSES("register_hook", Var(none).register_hook([](const Var& g) { return g; })),
    REFUSES("name", none.name()),
    REFUSES("set_name", Var(none).set_name("x")),
    REFUSES("str", str(none)),
    REFUSES("grad", grad(none, x)),
    REFUSES("grad", grad(x, none)),
};

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("what is given an empty Var says so") {
        const Var x = zeros({1, 1}), none;
        for (const auto& [name, call] : calls) {
            const std::string text = name + ": needs a Var that holds something, got an empty one";
            CHECK_THROWS_WITH_AS(call(x, none), text.c_str(), GraphError);
        }
    }
}

}  // namespace jt::test
