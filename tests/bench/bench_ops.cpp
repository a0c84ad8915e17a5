// Times each op alone, recorded but not differentiated: "ops/NAME/NUMBERS/minijt"; and beside the functions of one
// number a plain loop over what the C library has: "ops/NAME/NUMBERS/loop".
#include <cmath>
#include <functional>
#include <minijt/minijt.hpp>

#include "limit.hpp"
#include "timed.hpp"

using jt::Var;
using limit::Floats;

namespace {

using Loop = std::function<void(const Floats&, Floats&)>;

struct TimedOp {
    std::string name;
    std::function<Var(const Var&)> f;
    Loop loop = {};
};

template <class F>
Loop over_all(F f) {
    return [f](const Floats& x, Floats& y) {
        for (std::size_t i = 0; i < x.size(); ++i) y[i] = f(x[i]);
    };
}

Var places(const Var& x) { return jt::randint(0, x.shape(1), x.shape()); }

// Of a square matrix x.
const std::vector<TimedOp> ops = {
#define UNARY(name, value, ...) \
    {#name, [](const Var& x) { return jt::name(x); }, over_all([](float x) -> float { return value; })},
#include "../autograd/unary_rows.def"
    {"atan2", [](const Var& x) { return atan2(x, x); }},
    {"flip", [](const Var& x) { return flip(x); }},
    {"roll", [](const Var& x) { return roll(x, 1); }},
    {"tril", [](const Var& x) { return tril(x); }},
    {"stack",
     [](const Var& x) {
         return jt::stack({x, x});
     }},
    {"unfold",
     [](const Var& x) {
         return unfold(reshape(x, {1, 1, x.shape(0), x.shape(1)}), 3);
     }},
    {"cumsum", [](const Var& x) { return cumsum(x); }},
    {"var", [](const Var& x) { return var(x, 1); }},
    {"sort", [](const Var& x) { return sort(x).first; }},
    {"argsort", [](const Var& x) { return argsort(x).first; }},
    {"topk", [](const Var& x) { return topk(x, 5).first; }},
    {"nonzero", [](const Var& x) { return nonzero(x); }},
    {"gather", [i = Var()](const Var& x) mutable { return gather(x, 1, i.defined() ? i : i = places(x)); }},
    {"scatter", [i = Var()](const Var& x) mutable { return scatter(x, 1, i.defined() ? i : i = places(x), x); }},
};

Floats numbers(int count) {
    Floats x = limit::uniform(count, 1, 1);
    for (float& number : x) number = std::abs(number) * 3 + 0.1F;
    return x;
}

void time_minijt(benchmark::State& state, const TimedOp& op, int side) {
    const Var x = jt::array(numbers(side * side).data(), {side, side});
    time_steps(state, [&] { return op.f(x).array().raw(); });
}

void time_loop(benchmark::State& state, const TimedOp& op, int side) {
    const Floats x = numbers(side * side);
    Floats y(x.size());
    time_steps(state, [&] {
        op.loop(x, y);
        benchmark::ClobberMemory();
        return y[0];
    });
}

bool register_all() {
    for (const TimedOp& op : ops)
        for (const int side : {10, 100}) {
            const std::string name = "ops/" + op.name + "/" + std::to_string(side * side);
            benchmark::RegisterBenchmark((name + "/minijt").c_str(), time_minijt, op, side);
            if (op.loop) benchmark::RegisterBenchmark((name + "/loop").c_str(), time_loop, op, side);
        }
    return true;
}

const bool registered = register_all();

}  // namespace
