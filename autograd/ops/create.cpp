// Making Vars: from data, from a rule, from the random stream.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "../../core/kernels/elementwise.hpp"
#include "../../core/random.hpp"
#include "../node.hpp"
#include "../ops.hpp"
#include "promote.hpp"

namespace jt {

namespace {

Var flagged(Var x) {
    x.node()->scalar = true;
    return x;
}

// A 1-d array of one element is Jittor's scalar.
Var leaf(Array value) {
    const bool scalar = value.rank() == 1 && value.numel() == 1;
    Var x = make_var(std::move(value));
    x.node()->scalar = scalar;
    return x;
}

Array cast_to(Array value, Dtype dtype) {
    return value.dtype() == dtype ? std::move(value) : kernels::cast(value, dtype);
}

template <class T>
Array copied(const T* values, const Shape& shape) {
    Array out(shape, dtype_of<T>);
    std::copy_n(values, out.numel(), out.data<T>());
    return out;
}

// Jittor's full is a broadcast scalar, and keeps its flag.
Var filled(const char* op, const Shape& shape, double value, Dtype dtype) {
    const Shape whole = shape.empty() ? Shape{1} : shape;
    check_shape(op, whole);
    return flagged(make_var(Array::full(whole, value, dtype)));
}

Var filled_like(const char* op, const Var& x, double value, std::optional<Dtype> dtype) {
    const Array& like = node_of(op, x).value;
    return filled(op, like.shape(), value, dtype.value_or(like.dtype()));
}

// start + i * step, rounded once as in Jittor's build.
template <class T>
Array progression(double start, double step, std::int64_t n) {
    Array out({n}, dtype_of<T>);
    for (std::int64_t i = 0; i < n; ++i)
        out.data<T>()[i] = std::fma(static_cast<T>(i), static_cast<T>(step), static_cast<T>(start));
    return out;
}

void check_low_high(std::int64_t low, std::int64_t high) {
    if (low >= high) fail<ValueError>("randint: needs low < high, got ", low, " and ", high);
    check_number("randint", low, Dtype::int32);
    check_number("randint", high - 1, Dtype::int32);
}

}  // namespace

Var array(const Nest& values, std::optional<Dtype> dtype) {
    const Shape shape = values.shape();
    const auto numbers = values.numbers();
    for (const double number : numbers) check_number("array", number, dtype.value_or(values.dtype()));
    const Array data = copied(numbers.data(), shape.empty() ? Shape{1} : shape);
    return leaf(cast_to(data, dtype.value_or(values.dtype())));
}

template <class T>
Var array(const std::vector<T>& values, std::optional<Dtype> dtype) {
    const Shape shape{static_cast<std::int64_t>(values.size())};
    if constexpr (std::is_same_v<T, bool>) {
        Array out(shape, Dtype::bool_);
        std::copy(values.begin(), values.end(), out.data<bool>());
        return leaf(cast_to(std::move(out), dtype.value_or(Dtype::bool_)));
    } else {
        return array(values.data(), shape, dtype);
    }
}

template <class T>
Var array(const T* values, const Shape& shape, std::optional<Dtype> dtype) {
    if constexpr (std::is_same_v<T, std::int64_t>)
        if (!dtype)
            for (std::int64_t i = 0, n = shape.numel(); i < n; ++i) check_number("array", values[i], Dtype::int32);
    return leaf(cast_to(copied(values, shape), dtype.value_or(narrowed(dtype_of<T>))));
}

template Var array(const std::vector<bool>&, std::optional<Dtype>);
template Var array(const std::vector<std::uint8_t>&, std::optional<Dtype>);
template Var array(const std::vector<std::int32_t>&, std::optional<Dtype>);
template Var array(const std::vector<std::int64_t>&, std::optional<Dtype>);
template Var array(const std::vector<float>&, std::optional<Dtype>);
template Var array(const std::vector<double>&, std::optional<Dtype>);
template Var array(const bool*, const Shape&, std::optional<Dtype>);
template Var array(const std::uint8_t*, const Shape&, std::optional<Dtype>);
template Var array(const std::int32_t*, const Shape&, std::optional<Dtype>);
template Var array(const std::int64_t*, const Shape&, std::optional<Dtype>);
template Var array(const float*, const Shape&, std::optional<Dtype>);
template Var array(const double*, const Shape&, std::optional<Dtype>);

Var array(const Var& x, std::optional<Dtype> dtype) {
    const Array& value = node_of("array", x).value;
    return leaf(value.dtype() == dtype.value_or(value.dtype()) ? value.clone() : kernels::cast(value, *dtype));
}

Var array(const Array& value) { return leaf(value); }

Var zeros(const Shape& shape, Dtype dtype) { return filled("zeros", shape, 0, dtype); }

Var ones(const Shape& shape, Dtype dtype) { return filled("ones", shape, 1, dtype); }

Var full(const Shape& shape, double value, std::optional<Dtype> dtype) {
    return filled("full", shape, value, dtype.value_or(Dtype::float32));
}

Var zeros_like(const Var& x, std::optional<Dtype> dtype) { return filled_like("zeros_like", x, 0, dtype); }

Var ones_like(const Var& x, std::optional<Dtype> dtype) { return filled_like("ones_like", x, 1, dtype); }

Var full_like(const Var& x, double value, std::optional<Dtype> dtype) {
    return filled_like("full_like", x, value, dtype);
}

Var arange(Scalar end) { return arange(0, end); }

Var arange(Scalar start, Scalar end, Scalar step, std::optional<Dtype> dtype) {
    if (step.value == 0) fail<ValueError>("arange: needs a step other than 0, got 0");
    const double count = std::max(std::ceil((end.value - start.value) / step.value), 0.0);
    if (!(count < 0x1p62)) fail<ValueError>("arange: needs finite ends, got ", start.value, " and ", end.value);
    const bool integers = !is_float(start.dtype) && !is_float(step.dtype);
    const Dtype wanted = dtype.value_or(integers ? Dtype::int32 : Dtype::float32);
    const auto n = static_cast<std::int64_t>(count);
    return leaf(wanted == Dtype::float32 ? progression<float>(start.value, step.value, n)
                                         : cast_to(progression<double>(start.value, step.value, n), wanted));
}

Var rand(const Shape& shape, Dtype dtype) {
    check_shape("rand", shape);
    return leaf(cast_to(random::uniform(shape), dtype));
}

Var randn(const Shape& shape, Dtype dtype) {
    check_shape("randn", shape);
    return leaf(cast_to(random::normal(shape), dtype));
}

Var randint(std::int64_t low, std::int64_t high, const Shape& shape, Dtype dtype) {
    check_shape("randint", shape);
    check_low_high(low, high);
    return leaf(cast_to(random::integers(shape, low, high), dtype));
}

Var randperm(std::int64_t n, Dtype dtype) {
    if (n < 0) fail<ValueError>("randperm: needs n of 0 or more, got ", n);
    return leaf(cast_to(random::permutation(n), dtype));
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

Var get_rng_state() { return constant(Array::full({1}, random::state(), Dtype::int64)); }

void set_rng_state(const Operand& state) {
    const double at = state.is_var() ? state.var().item() : state.number().value;
    if (!(at >= 1 && at <= 2147483646 && at == std::floor(at)))
        fail<ValueError>("set_rng_state: needs a whole number from 1 to 2147483646, got ", at);
    random::set_state(static_cast<std::uint32_t>(at));
}

}  // namespace jt
