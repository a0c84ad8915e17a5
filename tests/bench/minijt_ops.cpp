// Each op alone, and beside the functions of one and two numbers a plain loop over what the C library has.
#include <cmath>
#include <functional>
#include <minijt/minijt.hpp>

#include "../autograd/references.hpp"
#include "limit.hpp"
#include "sides.hpp"

using jt::Var;
using limit::Floats;

namespace {

using Loop = std::function<void(const Floats& x, const Floats& y, Floats& result)>;

struct TimedOp {
    std::string name;
    std::function<Var(const Var& x, const Var& y)> f;
    Loop loop = {};
    double low = 0.1, high = 3.1;  ///< of the numbers in x and y
};

template <class F>
Loop over_all(F f) {
    return [f](const Floats& x, const Floats& y, Floats& result) {
        for (std::size_t i = 0; i < x.size(); ++i) result[i] = f(x[i], y[i]);
    };
}

Var twice_as_large(const Var& x, jt::ResizeMode mode) {
    const int side = static_cast<int>(x.shape(0));
    return jt::resize(reshape(x, {1, 1, side, side}), 2 * side, mode);
}

// Of x, drawn once.
Var places(const Var& drawn, const Var& x) { return drawn.defined() ? drawn : jt::randint(0, x.shape(1), x.shape()); }

// The elements of x to read or write, made once.
struct Chosen {
    Var once;

    const Var& rows(const Var& x) {
        return kept([&] { return jt::randint(0, x.shape(0), {x.shape(0)}); });
    }
    const Var& mask(const Var& x) {
        return kept([&] { return x > 1.6; });
    }

private:
    template <class F>
    const Var& kept(F f) {
        return once.defined() ? once : once = f();
    }
};

// The functions of unary_rows.def and binary_rows.def, and those of a square matrix x.
const std::vector<TimedOp> ops = {
#define UNARY(name, value, low, high, makes)                      \
    {#name, [](const Var& x, const Var&) { return jt::name(x); }, \
     over_all([](float x, float) -> float { return value; }), low, high},
#include "../autograd/unary_rows.def"
#define BINARY(name, value, low, high, makes)                          \
    {#name, [](const Var& x, const Var& y) { return jt::name(x, y); }, \
     over_all([](float x, float y) -> float { return value; }), low, high},
#include "../autograd/binary_rows.def"
    {"sqr", [](const Var& x, const Var&) { return sqr(x); }},
    {"clamp", [](const Var& x, const Var&) { return clamp(x, 0.5, 2); }},
    {"lerp", [](const Var& x, const Var& y) { return lerp(x, y, 0.3); }},
    {"where", [](const Var& x, const Var& y) { return where(x > y, x, y); }},
    {"masked_fill", [](const Var& x, const Var& y) { return masked_fill(x, y > 1, 0); }},
    {"add_row", [](const Var& x, const Var& y) { return x + y[0]; }},
    {"mul_column",
     [](const Var& x, const Var& y) {
         return x * y[{jt::_, jt::Slice{0, 1}}];
     }},
    {"leaky_relu", [](const Var& x, const Var&) { return leaky_relu(x); }, {}, -3, 3},
    {"elu", [](const Var& x, const Var&) { return elu(x); }, {}, -3, 3},
    {"relu6", [](const Var& x, const Var&) { return relu6(x); }, {}, -3, 9},
    {"hardtanh", [](const Var& x, const Var&) { return hardtanh(x); }, {}, -3, 3},
    {"gelu", [](const Var& x, const Var&) { return gelu(x); }, {}, -3, 3},
    {"silu", [](const Var& x, const Var&) { return silu(x); }, {}, -3, 3},
    {"mish", [](const Var& x, const Var&) { return mish(x); }, {}, -3, 3},
    {"softplus", [](const Var& x, const Var&) { return softplus(x); }, {}, -3, 3},
    {"log_sigmoid", [](const Var& x, const Var&) { return log_sigmoid(x); }, {}, -3, 3},
    {"softsign", [](const Var& x, const Var&) { return softsign(x); }, {}, -3, 3},
    {"glu", [](const Var& x, const Var&) { return glu(x); }, {}, -3, 3},
    {"softmax", [](const Var& x, const Var&) { return softmax(x, 1); }, {}, -3, 3},
    {"sum_0", [](const Var& x, const Var&) { return sum(x, 0); }},
    {"sum_1", [](const Var& x, const Var&) { return sum(x, 1); }},
    {"mean_1", [](const Var& x, const Var&) { return mean(x, 1); }},
    {"prod_0", [](const Var& x, const Var&) { return prod(x, 0); }, {}, 0.9, 1.1},
    {"prod_1", [](const Var& x, const Var&) { return prod(x, 1); }, {}, 0.9, 1.1},
    {"max_0", [](const Var& x, const Var&) { return max(x, 0); }},
    {"max_1", [](const Var& x, const Var&) { return max(x, 1); }},
    {"argmax_0", [](const Var& x, const Var&) { return argmax(x, 0).first; }},
    {"argmin_1", [](const Var& x, const Var&) { return argmin(x, 1).first; }},
    {"any_1", [](const Var& x, const Var&) { return any(x, 1); }},
    {"norm_0", [](const Var& x, const Var&) { return norm(x, 2, 0); }},
    {"norm_1", [](const Var& x, const Var&) { return norm(x, 2, 1); }},
    {"logsumexp", [](const Var& x, const Var&) { return logsumexp(x, 1); }},
    {"std", [](const Var& x, const Var&) { return x.std(1); }},
    {"normalize", [](const Var& x, const Var&) { return normalize(x); }},
    {"cumprod", [](const Var& x, const Var&) { return cumprod(x); }, {}, 0.9, 1.1},
    {"cumsum_0", [](const Var& x, const Var&) { return cumsum(x, 0); }},
    {"median", [](const Var& x, const Var&) { return median(x, 1); }},
    {"unique", [](const Var& x, const Var&) { return unique(x); }},
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
    {"interpolate_nearest", [](const Var& x, const Var&) { return twice_as_large(x, jt::ResizeMode::nearest); }},
    {"interpolate_bilinear", [](const Var& x, const Var&) { return twice_as_large(x, jt::ResizeMode::bilinear); }},
    {"cumsum", [](const Var& x, const Var&) { return cumsum(x); }},
    {"var", [](const Var& x, const Var&) { return var(x, 1); }},
    {"sort", [](const Var& x, const Var&) { return sort(x).first; }},
    {"argsort", [](const Var& x, const Var&) { return argsort(x).first; }},
    {"topk", [](const Var& x, const Var&) { return topk(x, 5).first; }},
    {"nonzero", [](const Var& x, const Var&) { return nonzero(x); }},
    {"getitem_int", [](const Var& x, const Var&) { return x[3]; }},
    {"getitem_slice", [](const Var& x, const Var&) { return x[{jt::_, jt::Slice{1, {}, 2}}]; }},
    {"getitem_index", [c = Chosen()](const Var& x, const Var&) mutable { return x[c.rows(x)]; }},
    {"getitem_mask", [c = Chosen()](const Var& x, const Var&) mutable { return x[c.mask(x)]; }},
    {"setitem_int", [](const Var& x, const Var&) { Var z = x; return setitem(z, 3, 0.5); }},
    {"setitem_slice", [](const Var& x, const Var&) { Var z = x; return setitem(z, {jt::_, jt::Slice{1, {}, 2}}, 0.5); }},
    {"setitem_index", [c = Chosen()](const Var& x, const Var&) mutable { Var z = x; return setitem(z, c.rows(x), 0.5); }},
    {"setitem_mask", [c = Chosen()](const Var& x, const Var&) mutable { Var z = x; return setitem(z, c.mask(x), 0.5); }},
    {"brackets_int", [](const Var& x, const Var&) { Var z = x; z[3] = 0.5; return z; }},
    {"brackets_mask", [c = Chosen()](const Var& x, const Var&) mutable { Var z = x; z[c.mask(x)] = 0.5; return z; }},
    {"index_select", [c = Chosen()](const Var& x, const Var&) mutable { return index_select(x, 1, c.rows(x)); }},
    {"scatter_add", [i = Var()](const Var& x, const Var& y) mutable { return scatter(x, 1, i = places(i, x), y, "add"); }},
    {"gather", [i = Var()](const Var& x, const Var&) mutable { return gather(x, 1, i = places(i, x)); }},
    {"scatter", [i = Var()](const Var& x, const Var& y) mutable { return scatter(x, 1, i = places(i, x), y); }},
};

Floats numbers(const TimedOp& op, int count, unsigned seed) {
    Floats x = limit::uniform(static_cast<std::size_t>(count), 1, seed);
    for (float& number : x) number = static_cast<float>(op.low + (op.high - op.low) * (number + 1) / 2);
    return x;
}

void time_minijt(Timer& timer, const TimedOp& op, int side) {
    const Var x = jt::array(numbers(op, side * side, 1).data(), {side, side});
    const Var y = jt::array(numbers(op, side * side, 2).data(), {side, side});
    timer([&] { return op.f(x, y).array().raw(); });
}

void time_loop(Timer& timer, const TimedOp& op, int side) {
    const Floats x = numbers(op, side * side, 1), y = numbers(op, side * side, 2);
    Floats result(x.size());
    timer([&] {
        op.loop(x, y, result);
        return result[0];
    });
}

template <class Time>
void add_row(Rows& rows, const TimedOp& op, int side, Time time) {
    rows.push_back({"ops/" + op.name + "/" + std::to_string(side * side),
                    [op, side, time](Timer& timer) { time(timer, op, side); }});
}

template <class Time>
Rows rows_of_ops(Time time, bool loops) {
    Rows rows;
    for (const TimedOp& op : ops)
        for (const int side : {10, 100, 1000})
            if (op.loop || !loops) add_row(rows, op, side, time);
    return rows;
}

}  // namespace

Rows minijt_ops() { return rows_of_ops(time_minijt, false); }
Rows loop_ops() { return rows_of_ops(time_loop, true); }
