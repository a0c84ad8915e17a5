// Functions and methods refuse an empty Var and axes that are not there, in their own name.
#include <memory>
#include <string>
#include <vector>

#include "../../autograd/grad.hpp"
#include "../check.hpp"

namespace jt::test {

namespace {

struct RefusedCall {
    std::string name, text;
    void (*call)(const Var& x, const Var& none);
};

const std::string empty = "needs a Var that holds something, got an empty one";

#define REFUSES(name, text, ...)                                                                                 \
    RefusedCall {                                                                                                \
        name, text, []([[maybe_unused]] const Var& x, [[maybe_unused]] const Var& none) { (void)(__VA_ARGS__); } \
    }

// As refused_calls.py writes them for the functions in autograd/ops and the methods, and what a Var has beside ops.
const std::vector<RefusedCall> calls = {
#include "refused_calls.inc"
    REFUSES("shape", empty, none.shape()),
    REFUSES("shape", empty, none.ndim()),
    REFUSES("numel", empty, none.numel()),
    REFUSES("dtype", empty, none.dtype()),
    REFUSES("item", empty, none.item()),
    REFUSES("to_vector", empty, none.to_vector<float>()),
    REFUSES("data", empty, none.data<float>()),
    REFUSES("array", empty, none.array()),
    REFUSES("assign", empty, Var(none).assign(x)),
    REFUSES("shape", empty, Var(x).assign(none)),
    REFUSES("requires_grad", empty, none.requires_grad()),
    REFUSES("stop_grad", empty, Var(none).stop_grad()),
    REFUSES("dtype", empty, Var(none).start_grad()),
    REFUSES("detach", empty, none.detach()),
    REFUSES("clone", empty, none.clone()),
    REFUSES("register_hook", empty, Var(none).register_hook([](const Var& g) { return g; })),
    REFUSES("name", empty, none.name()),
    REFUSES("set_name", empty, Var(none).set_name("x")),
    REFUSES("str", empty, str(none)),
    REFUSES("grad", empty, grad(none, x)),
    REFUSES("grad", empty, grad(x, none)),
};

void check(const RefusedCall& row) {
    const std::string text = row.name + ": " + row.text;
    const auto call = [&] { row.call(zeros({1, 1}), Var()); };
    if (row.text == empty)
        CHECK_THROWS_WITH_AS(call(), text.c_str(), GraphError);
    else
        CHECK_THROWS_WITH_AS(call(), text.c_str(), ShapeError);
}

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("what is given an empty Var or an axis that is not there says so") {
        for (const auto& row : calls) check(row);
    }
}

}  // namespace jt::test
