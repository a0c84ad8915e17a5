// Making Vars from the random stream.
#include <algorithm>
#include <cmath>

#include "../../core/kernels/elementwise/elementwise.hpp"
#include "../../core/random.hpp"
#include "../../core/streams.hpp"
#include "arithmetic.hpp"
#include "comparison.hpp"
#include "create.hpp"
#include "elementwise.hpp"
#include "index.hpp"
#include "order.hpp"
#include "promote.hpp"
#include "reduce.hpp"

namespace jt {

namespace {

void check_random_float(const char* op, const Shape& shape, Dtype dtype) {
    check_shape(op, shape);
    if (!is_float(dtype)) fail<DtypeError>(op, ": needs a float dtype, got ", dtype);
}

// Where there is nothing to draw, a deviation may be infinite: 1 / sqrt(0) of an empty weight.
void check_normal(const char* op, const Shape& shape, double mean, double std) {
    if (!(std >= 0)) fail<ValueError>(op, ": needs a std of 0 or more, got ", std);
    if (shape.numel() > 0 && !(std::isfinite(mean) && std::isfinite(std)))
        fail<ValueError>(op, ": needs a finite mean and std, got ", mean, " and ", std);
}

void check_low_high(std::int64_t low, std::int64_t high, Dtype dtype) {
    if (low >= high) fail<ValueError>("randint: needs low < high, got ", low, " and ", high);
    for (const auto end : {low, high - 1})
        for (const Dtype holds : {Dtype::int32, dtype}) check_number("randint", end, holds);
}

// How many weights of each row are above 0, at least.
std::int64_t choices(const Var& weights) {
    const Var usable = isfinite(weights) * (weights >= 0);
    if (min(usable.int32()).item() == 0) fail<ValueError>("multinomial: needs finite weights of 0 or more, got others");
    return static_cast<std::int64_t>(min(sum(weights > 0, -1)).item());
}

void check_multinomial(const Var& weights, std::int64_t num_samples, bool replacement) {
    if (weights.numel() == 0) fail<ShapeError>("multinomial: needs weights, got none of ", weights.shape());
    const std::int64_t some = choices(weights), most = some == 0 || !replacement ? some : num_samples;
    if (num_samples < 1 || num_samples > most)
        fail<ValueError>("multinomial: needs from 1 to as many samples as there are weights above 0, ", some,
                         " in some row, got ", num_samples);
}

// How many running sums lie below u times the whole.
Var with_replacement(const Var& weights, std::int64_t num_samples) {
    const Var sums = cumsum(weights, -1);
    Shape drawn = weights.shape();
    drawn[drawn.size() - 1] = num_samples;
    drawn.push_back(1);
    const Var u = rand(drawn) * sums[{ellipsis, newaxis, Slice{-1, {}}}];
    return sum(sums[{ellipsis, newaxis, Slice{0, -1}}] < u, -1);
}

}  // namespace

Var rand(const Shape& shape, Dtype dtype) {
    check_random_float("rand", shape, dtype);
    return array(kernels::cast(drawing::uniform(shape), dtype));
}

Var randn(const Shape& shape, Dtype dtype) {
    check_random_float("randn", shape, dtype);
    return array(kernels::cast(drawing::normal(shape), dtype));
}

Var randint(std::int64_t low, std::int64_t high, const Shape& shape, Dtype dtype) {
    check_shape("randint", shape);
    check_low_high(low, high, dtype);
    return array(kernels::cast(drawing::integers(shape, low, high), dtype));
}

Var randperm(std::int64_t n, Dtype dtype) {
    if (n < 0) fail<ValueError>("randperm: needs n of 0 or more, got ", n);
    for (const Dtype holds : {Dtype::int32, dtype}) check_number("randperm", std::max<std::int64_t>(n - 1, 0), holds);
    return array(kernels::cast(drawing::permutation(n), dtype));
}

Var rand_like(const Var& x) {
    const Array& like = node_of("rand_like", x).value;
    return rand(like.shape(), like.dtype());
}

Var randn_like(const Var& x) {
    const Array& like = node_of("randn_like", x).value;
    return randn(like.shape(), like.dtype());
}

Var randint_like(const Var& x, std::int64_t low, std::int64_t high) {
    const Array& like = node_of("randint_like", x).value;
    return randint(low, high, like.shape(), like.dtype());
}

Var get_rng_state() { return array(drawing::Drawing()->words(), jt::int64); }

void set_rng_state(const Operand& state) {
    if (state.is_var() && state.var().numel() == drawing::Streams::word_count) {
        const auto streams = drawing::Streams::from(state.var().to_vector<std::int64_t>());
        *drawing::Drawing() = streams;
        return;
    }
    const double at = state.is_var() ? state.var().item() : state.number().value;
    if (!(at >= 1 && at <= 2147483646 && at == std::floor(at)))
        fail<ValueError>("set_rng_state: needs a whole number from 1 to 2147483646, got ", at);
    drawing::set_state(static_cast<std::uint32_t>(at));
}

Var normal(double mean, double std, const Shape& shape, Dtype dtype) {
    check_random_float("normal", shape, dtype);
    check_normal("normal", shape, mean, std);
    return array(kernels::cast(drawing::normal(shape, mean, std), dtype));
}

Var bernoulli(const Var& p) {
    const Array& chances = node_of("bernoulli", p).value;
    check_random_float("bernoulli", chances.shape(), chances.dtype());
    return cast(p > rand(p.shape()), p.dtype());
}

// The largest u ** (1 / w) are those of the largest log(u) / w, which does not underflow.
Var multinomial(const Var& weights, std::int64_t num_samples, bool replacement) {
    node_of("multinomial", weights);
    check_multinomial(weights, num_samples, replacement);
    const no_grad guard;
    const Var w = cast(weights, Dtype::float64);
    if (replacement) return with_replacement(w, num_samples);
    return topk(log(cast(rand(w.shape()), Dtype::float64)) / w, static_cast<int>(num_samples)).second;
}

Var& Var::uniform_(double low, double high) & {
    const Array& value = node_of("uniform_", *this).value;
    check_random_float("uniform_", value.shape(), value.dtype());
    if (!std::isfinite(low) || !std::isfinite(high))
        fail<ValueError>("uniform_: needs finite bounds, got ", low, " and ", high);
    return fill_(constant(drawing::uniform(value.shape(), low, high)));
}

Var& Var::normal_(double mean, double std) & {
    const Array& value = node_of("normal_", *this).value;
    check_random_float("normal_", value.shape(), value.dtype());
    check_normal("normal_", value.shape(), mean, std);
    return fill_(constant(drawing::normal(value.shape(), mean, std)));
}

}  // namespace jt
