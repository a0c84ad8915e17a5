// Rows of the op tables: what each says of a function, and how it is held against differences and printed numbers.
#pragma once
#include <doctest/doctest.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "../../autograd/function.hpp"
#include "../../autograd/grad.hpp"
#include "../../autograd/gradcheck.hpp"
#include "../../autograd/ops.hpp"
#include "../../core/warn.hpp"
#include "../check.hpp"
#include "references.hpp"

namespace jt::test {

using Op = std::function<Var(const Vars&)>;
using Sample = std::vector<Shape>;

/// A differentiable function, the shapes of the inputs it is tried on, and the range of their numbers. The name is that
/// in autograd/ops.hpp; what follows a colon says which case it is.
struct GradRow {
    std::string name;
    Op f;
    std::vector<Sample> samples;
    double low = -2, high = 2;
};

inline Var random_input(std::mt19937_64& random, const Shape& shape, double low, double high) {
    std::vector<double> numbers(static_cast<std::size_t>(shape.numel()));
    for (auto& x : numbers) x = low + (high - low) * static_cast<double>(random() >> 11) * 0x1p-53;
    return array(numbers.data(), shape, float64);
}

inline Vars random_inputs(const Sample& shapes, double low, double high, std::uint64_t seed = 1) {
    std::mt19937_64 random(seed);
    Vars inputs;
    for (const auto& shape : shapes) inputs.push_back(random_input(random, shape, low, high));
    return inputs;
}

inline Vars as_dtype(const Vars& inputs, Dtype dtype) {
    Vars out;
    for (const auto& x : inputs) out.push_back(array(x, dtype));
    return out;
}

/// An op with the gradient of another one: `change` spoils each gradient of f.
class Mutant : public Function {
public:
    Mutant(Op f, std::function<Var(const Var&)> change) : f_(std::move(f)), change_(std::move(change)) {}
    Vars execute(const Vars& inputs) override {
        inputs_ = inputs;
        return {f_(inputs)};
    }
    Vars grad(const Vars& g) override {
        Vars leaves, gradients;
        for (const auto& x : inputs_) leaves.push_back(x.detach());
        for (const auto& gx : jt::grad(sum(f_(leaves) * g[0]), leaves)) gradients.push_back(change_(gx));
        return gradients;
    }

private:
    Op f_;
    std::function<Var(const Var&)> change_;
    Vars inputs_;
};

inline bool survives(const Op& f, const Vars& inputs, const std::function<Var(const Var&)>& change) {
    const Op mutant = [&](const Vars& x) { return apply<Mutant>(x, f, change)[0]; };
    return gradcheck(mutant, inputs).ok;
}

/// The inputs of f, and a gradient that comes in.
inline Vars with_gradient(const Op& f, Vars inputs) {
    inputs.push_back(random_inputs({f(inputs).shape()}, -1, 1)[0]);
    return inputs;
}

/// The gradients of f, as one number: a function of with_gradient(f, x).
inline Op gradient_of(const Op& f) {
    return [f](const Vars& all) {
        const Vars x(all.begin(), all.end() - 1);
        const Vars gradients = grad(sum(f(x) * all.back()), x);
        Var total = sum(all.back()) * 0;
        for (std::size_t k = 0; k < x.size(); ++k)
            total += sum(gradients[k] * random_inputs({x[k].shape()}, -1, 1, k)[0]) + sum(x[k]) * 0;
        return total;
    };
}

/// First, second and third order against differences.
inline void check_differences(const Op& f, const Vars& inputs) {
    for (const auto& result : {gradcheck(f, inputs), gradcheck(gradient_of(f), with_gradient(f, inputs), {.order = 2})})
        CHECK_MESSAGE(result.ok, result.message);
}

/// Wrong rules are noticed.
inline void check_mutants(const Op& f, const Vars& inputs) {
    std::int64_t elements = 0;
    for (const auto& x : inputs) elements += x.numel();
    if (f(inputs).numel() == 0 || elements == 0) return;
    CHECK_FALSE(survives(f, inputs, [](const Var& g) { return -g; }));
    CHECK_FALSE(survives(f, inputs, [](const Var& g) { return g * (1 + 1e-4); }));
}

/// Recording or not, once or twice: the same bits. In float32: nearly the same numbers.
inline void check_ways(const Op& f, const Vars& inputs) {
    const Var y = f(inputs), g = random_inputs({y.shape()}, -1, 1)[0];
    {
        const no_grad guard;
        CHECK_SAME(f(inputs), y);
    }
    const Vars first = grad(sum(y * g), inputs), again = grad(sum(y * g), inputs);
    const Vars freeing = grad(sum(f(inputs) * g), inputs, false);
    const Vars single = as_dtype(inputs, float32);
    const Var y32 = f(single), g32 = cast(g, float32);
    const Vars gradients32 = grad(sum(y32 * g32), single);
    CHECK(y32.dtype() == float32);
    CHECK_EQ(difference(y32, y, 1e-4, 1e-5), "");
    for (std::size_t k = 0; k < inputs.size(); ++k) {
        CHECK(first[k].dtype() == float64);
        CHECK_SAME(first[k], again[k]);
        CHECK_EQ(difference(freeing[k], first[k], 1e-12, 1e-13), "");
        CHECK(gradients32[k].dtype() == float32);
        CHECK_EQ(difference(gradients32[k], first[k], 1e-4, 1e-4), "");
    }
}

/// The gradient of one target alone is the one that it has among all; and so for the gradients of the gradients.
inline void check_alone(const Op& f, const Vars& inputs) {
    const Vars all = with_gradient(f, inputs);
    for (const Var& y : {sum(f(inputs) * all.back()), gradient_of(f)(all)}) {
        const Vars gradients = grad(y, all);
        for (std::size_t k = 0; k < all.size(); ++k)
            CHECK_EQ(difference(grad(y, all[k]), gradients[k], 1e-12, 1e-13), "");
    }
}

inline bool equal_shapes(const Sample& shapes) {
    for (const auto& shape : shapes)
        if (shape != shapes[0]) return false;
    return shapes.size() > 1;
}

inline void check(const GradRow& row) {
    CAPTURE(row.name);
    for (const auto& shapes : row.samples) {
        std::string text;
        for (const auto& shape : shapes) text += jt::text(shape) + " ";
        CAPTURE(text);
        const Vars inputs = random_inputs(shapes, row.low, row.high);
        check_differences(row.f, inputs);
        check_mutants(row.f, inputs);
        check_ways(row.f, inputs);
        check_alone(row.f, inputs);
        if (!equal_shapes(shapes)) continue;
        const Op repeated = [&](const Vars& x) { return row.f(std::vector<Var>(shapes.size(), x[0])); };
        check_differences(repeated, {inputs[0]});
    }
}

inline void check_all(const std::vector<GradRow>& rows) {
    for (const auto& row : rows) check(row);
}

/// What the rows of unary_rows.def and binary_rows.def say of a result.
enum class Makes { floats, kept, steps, wholes, answers };

inline bool flat(Makes makes) { return makes >= Makes::steps; }

inline Dtype made_of(Makes makes, Dtype dtype) {
    if (makes == Makes::answers) return bool_;
    if (makes == Makes::wholes && (is_float(dtype) || dtype == bool_)) return dtype == float64 ? int64 : int32;
    return makes != Makes::floats || is_float(dtype) ? dtype : dtype == int64 ? float64 : float32;
}

/// Empty when y is within some units in the last place of the expected numbers, cast to its dtype.
inline std::string distance(const Var& y, const std::vector<double>& expected) {
    const bool wide = y.dtype() == float64;
    return difference(y, cast(array(expected, float64), y.dtype()).to_vector<double>(), wide ? 1e-15 : 3e-7,
                      wide ? 1e-130 : 1e-13);
}

/// A result, printed: numbers, shape and dtype at once. Names are as in GradRow.
inline void expect(const std::string& name, const Var& y, const std::string& printed) {
    CAPTURE(name);
    CHECK_EQ(str(y), printed);
}

/// Runs f and gives the warnings that it caused.
template <class F>
std::vector<std::string> warnings_of(F f) {
    std::vector<std::string> heard;
    auto previous = set_warning_handler([&](const std::string& message) { heard.push_back(message); });
    f();
    set_warning_handler(previous);
    return heard;
}

}  // namespace jt::test
