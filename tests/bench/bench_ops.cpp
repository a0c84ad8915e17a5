// Times each op alone, recorded but not differentiated: "ops/NAME/NUMBERS/minijt"; and beside the functions of one and
// two numbers a plain loop over what the C library has: "ops/NAME/NUMBERS/loop".
#include <cmath>
#include <functional>
#include <minijt/minijt.hpp>

#include "../autograd/references.hpp"
#include "limit.hpp"
#include "timed.hpp"

using jt::Var;
using limit::Floats;

namespace {

using Loop = std::function<void(const Floats& x, const Floats& y, Floats& result)>;

struct TimedOp {
    std::string name;
    std::function<Var(const Var& x, const Var& y)> f;
    Loop loop = {};
};

template <class F>
Loop over_all(F f) {
    return [f](const Floats& x, const Floats& y, Floats& result) {
        for (std::size_t i = 0; i < x.size(); ++i) result[i] = f(x[i], y[i]);
    };
}

// Of x, drawn once.
Var places(const Var& drawn, const Var& x) { return drawn.defined() ? drawn : jt::randint(0, x.shape(1), x.shape()); }

// The functions of unary_rows.def and binary_rows.def, and those of a square matrix x.
const std::vector<TimedOp> ops = {
#define UNARY(name, value, ...)                                   \
    {#name, [](const Var& x, const Var&) { return jt::name(x); }, \
     over_all([](float x, float) -> float { return value; })},
#include "../autograd/unary_rows.def"
#define BINARY(name, value, ...)                                       \
    {#name, [](const Var& x, const Var& y) { return jt::name(x, y); }, \
     over_all([](float x, float y) -> float { return value; })},
#include "../autograd/binary_rows.def"
    {"flip", [](const Var& x, const Var&) { return flip(x); }},
    {"roll", [](const Var& x, const Var&) { return roll(x, 1); }},
    {"tril", [](const Var& x, const Var&) { return tril(x); }},
    {"triu", [](const Var& x, const Var&) { return triu(x); }},
    {"diagonal", [](const Var& x, const Var&) { return diagonal(x); }},
    {"rot90", [](const Var& x, const Var&) { return rot90(x); }},
    {"pad",
     [](const Var& x, const Var&) {
         return pad(x, {1, 1, 1, 1});
     }},
    {"pad_reflect",
     [](const Var& x, const Var&) {
         return pad(x, {1, 1, 1, 1}, jt::PadMode::reflect);
     }},
    {"repeat",
     [](const Var& x, const Var&) {
         return repeat(x, {2, 2});
     }},
    {"repeat_interleave", [](const Var& x, const Var&) { return repeat_interleave(x, 2, 1); }},
    {"concat",
     [](const Var& x, const Var& y) {
         return jt::concat({x, y}, 1);
     }},
    {"split", [](const Var& x, const Var&) { return split(x, 5, 1)[1]; }},
    {"stack",
     [](const Var& x, const Var& y) {
         return jt::stack({x, y});
     }},
    {"unfold",
     [](const Var& x, const Var&) {
         return unfold(reshape(x, {1, 1, x.shape(0), x.shape(1)}), 3);
     }},
    {"cumsum", [](const Var& x, const Var&) { return cumsum(x); }},
    {"var", [](const Var& x, const Var&) { return var(x, 1); }},
    {"sort", [](const Var& x, const Var&) { return sort(x).first; }},
    {"argsort", [](const Var& x, const Var&) { return argsort(x).first; }},
    {"topk", [](const Var& x, const Var&) { return topk(x, 5).first; }},
    {"nonzero", [](const Var& x, const Var&) { return nonzero(x); }},
    {"gather", [i = Var()](const Var& x, const Var&) mutable { return gather(x, 1, i = places(i, x)); }},
    {"scatter", [i = Var()](const Var& x, const Var& y) mutable { return scatter(x, 1, i = places(i, x), y); }},
};

Floats numbers(int count, unsigned seed) {
    Floats x = limit::uniform(static_cast<std::size_t>(count), 1, seed);
    for (float& number : x) number = std::abs(number) * 3 + 0.1F;
    return x;
}

void time_minijt(benchmark::State& state, const TimedOp& op, int side) {
    const Var x = jt::array(numbers(side * side, 1).data(), {side, side});
    const Var y = jt::array(numbers(side * side, 2).data(), {side, side});
    time_steps(state, [&] { return op.f(x, y).array().raw(); });
}

void time_loop(benchmark::State& state, const TimedOp& op, int side) {
    const Floats x = numbers(side * side, 1), y = numbers(side * side, 2);
    Floats result(x.size());
    time_steps(state, [&] {
        op.loop(x, y, result);
        benchmark::ClobberMemory();
        return result[0];
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
