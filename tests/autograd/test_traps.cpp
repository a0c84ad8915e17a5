// What array libraries get wrong at the edges, xtensor among them: a row for each call, with what is right here.
#include <cmath>
#include <limits>

#include "../../core/random.hpp"
#include "../check.hpp"

namespace jt::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

/// The result without `jt.Var(...)`, or what the error says.
std::string outcome(Var (*call)()) {
    try {
        const std::string printed = str(call());
        return printed.substr(7, printed.size() - 8);
    } catch (const Error& error) {
        return error.what();
    }
}

Var holed() { return array({3.0, nan, 1.0, nan, 2.0, 0.0}); }
Var nothing() { return zeros({0}); }
Var matrix() { return array({{3, 1, 2}, {6, 5, 4}}); }

struct Trap {
    std::string call;
    Var (*run)();
    std::string right;
};

#define TRAP(call, right)                          \
    Trap {                                         \
#call, []() -> Var { return call; }, right \
    }

const std::vector<Trap> traps = {
    // NaN is last in an order, and the largest and the smallest of anything.
    TRAP(sort(holed()).first, "[ 0.  1.  2.  3. nan nan], dtype=float32"),
    TRAP(sort(holed(), 0, true).first, "[ 3.  2.  1.  0. nan nan], dtype=float32"),
    TRAP(argsort(holed()).first, "[5 2 4 0 1 3], dtype=int32"),
    TRAP(topk(holed(), 2).first, "[3. 2.], dtype=float32"),
    TRAP(max(holed()), "[nan], dtype=float32"),
    TRAP(min(holed()), "[nan], dtype=float32"),
    TRAP(argmax(holed(), 0).first, "[1], dtype=int32"),
    TRAP(argmax(holed(), 0).second, "[nan], dtype=float32"),
    TRAP(maximum(array({nan, 1.0}), array({1.0, nan})), "[nan nan], dtype=float32"),
    TRAP(minimum(array({nan, 1.0}), array({1.0, nan})), "[nan nan], dtype=float32"),
    TRAP(sign(array({nan, -0.0, -2.0})), "[nan -0. -1.], dtype=float32"),
    TRAP(relu(array({nan, -1.0})), "[nan  0.], dtype=float32"),
    // Nothing has no largest element, and stays nothing when it is moved.
    TRAP(max(nothing()), "max: needs at least one element to choose from, got (0,)"),
    TRAP(argmax(nothing(), 0).first, "argmax: needs at least one element to choose from, got (0,)"),
    TRAP(sort(nothing()).first, "[], dtype=float32"),
    TRAP(roll(nothing(), 3), "[], dtype=float32"),
    TRAP(roll(nothing(), -1), "[], dtype=float32"),
    TRAP(argsort(zeros({2, 0})).first, "[], dtype=int32"),
    TRAP(mean(nothing()), "[nan], dtype=float32"),
    // Axes count from the end too; what is out of range is said.
    TRAP(roll(matrix(), -1, -1), "[[1 2 3]\n        [5 4 6]], dtype=int32"),
    TRAP(cumsum(matrix(), -1), "[[ 3  4  6]\n        [ 6 11 15]], dtype=int32"),
    TRAP(cumsum(matrix(), 7), "cumsum: needs an axis from -2 to 1, got 7"),
    TRAP(flip(matrix(), 5), "flip: needs an axis from -2 to 1, got 5"),
    TRAP(topk(matrix(), 9).first, "topk: needs k from 0 to 3, got 9"),
    TRAP(matrix()[9], "getitem: needs an index from -2 to 1 along axis 0, got 9"),
    TRAP(matrix()[array({9})], "getitem: needs indices from -2 to 1, got 9"),
    TRAP(gather(matrix(), 1, array({{9}})), "gather: needs indices from -3 to 2, got 9"),
    TRAP((array({1, 2, 3})[Slice{1, 9}]), "[2 3], dtype=int32"),
    // Shapes that do not fit are named in one line.
    TRAP(matrix() + array({1, 2, 3, 4}), "add: needs shapes that broadcast, got (2, 3) and (4,)"),
    TRAP(reshape(matrix(), {4, 2}), "reshape: needs a shape of 6 elements for (2, 3), got (4, 2)"),
    TRAP(concat({matrix(), array({{1, 2}})}), "concat: needs equal extents but along axis 0, got (2, 3) and (1, 2)"),
    // Sums are wide enough.
    TRAP(sum(full({10000000}, 0.1)), "[1000000.], dtype=float32"),
    TRAP(sum(array({200, 100}, uint8)), "[300], dtype=int32"),
    TRAP(cumsum(array({200, 100}, uint8)), "[200 300], dtype=int32"),
    TRAP(cumsum(array({true, true, false})), "[1 2 2], dtype=int32"),
    // Rounding and roots at their edges.
    TRAP(floor(array({-0.5, 0.5, -2.0, inf})), "[-1.  0. -2. inf], dtype=float32"),
    TRAP(rsqrt(array({4.0, 0.0, -1.0})), "[0.5 inf nan], dtype=float32"),
    // Random numbers are Jittor's stream.
    TRAP((set_global_seed(42), rand({2})), "[3.2870704e-04 5.2458709e-01], dtype=float32"),
};

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("traps") {
        for (const Trap& trap : traps) {
            CAPTURE(trap.call);
            CHECK_EQ(outcome(trap.run), trap.right);
        }
    }
}

}  // namespace jt::test
