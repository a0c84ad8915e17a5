// Making Vars: from data, from a rule, from the random stream.
#include "create.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "../../core/kernels/elementwise/elementwise.hpp"
#include "../../core/random.hpp"
#include "../node.hpp"
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

// Numbers as they come in.
template <class It>
Array taken_in(It numbers, const Shape& shape, Dtype dtype) {
    Array out(shape, dtype);
    dispatch(dtype, [&]<class T>(T) {
        if constexpr (std::is_same_v<T, std::iter_value_t<It>>)
            std::copy_n(numbers, out.numel(), out.data<T>());
        else
            std::transform(numbers, numbers + out.numel(), out.data<T>(),
                           [](const auto& number) { return checked_cast<T>("array", number); });
    });
    return out;
}

template <class T>
constexpr Dtype default_dtype = narrowed(dtype_of<T>);
template <>
constexpr Dtype default_dtype<std::uint64_t> = Dtype::int32;

// Jittor's full is a broadcast scalar, and keeps its flag.
Var filled(const char* op, const Shape& shape, const Scalar& value, Dtype dtype) {
    const Shape whole = shape.empty() ? Shape{1} : shape;
    check_shape(op, whole);
    check_number(op, value, dtype);
    return flagged(make_var(Array::full(whole, value, dtype)));
}

Var filled_like(const char* op, const Var& x, const Scalar& value, std::optional<Dtype> dtype) {
    const Array& like = node_of(op, x).value;
    return filled(op, like.shape(), value, dtype.value_or(like.dtype()));
}

// What lies between the ends of a range of integers, computed modulo 2^64.
struct Integers {
    std::uint64_t start, step;
    std::int64_t n;

    std::int64_t operator[](std::int64_t i) const {
        return static_cast<std::int64_t>(start + static_cast<std::uint64_t>(i) * step);
    }
};

// How many numbers there are from low up to high, or from high down to low, without the last end.
std::int64_t count(std::int64_t low, std::int64_t high, std::uint64_t step) {
    if (low >= high) return 0;
    const auto n = (static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) - 1) / step + 1;
    return static_cast<std::int64_t>(std::min(n, std::uint64_t{std::numeric_limits<std::int64_t>::max()}));
}

Integers integers_of(const Scalar& start, const Scalar& end, const Scalar& step) {
    const auto a = static_cast<std::uint64_t>(start.integer), s = static_cast<std::uint64_t>(step.integer);
    const bool up = step.integer > 0;
    const double whole = up ? std::ceil(end.value) : std::floor(end.value);
    const auto stop = end.exact ? end.integer : checked_cast<std::int64_t>("arange", whole);
    return {a, s, up ? count(start.integer, stop, s) : count(stop, start.integer, 0 - s)};
}

Array integer_range(const Integers& range, Dtype dtype) {
    check_shape("arange", {range.n});
    for (const auto i : {std::int64_t{0}, range.n - 1})
        if (range.n > 0) check_number("arange", range[i], dtype);
    Array out({range.n}, dtype);
    dispatch(dtype, [&]<class T>(T) {
        for (std::int64_t i = 0; i < range.n; ++i) out.data<T>()[i] = number_cast<T>(range[i]);
    });
    return out;
}

// start + i * step, rounded once as in Jittor's build.
template <class T>
Array progression(double start, double step, std::int64_t n) {
    Array out({n}, dtype_of<T>);
    for (std::int64_t i = 0; i < n; ++i)
        out.data<T>()[i] = std::fma(static_cast<T>(i), static_cast<T>(step), static_cast<T>(start));
    return out;
}

Array float_range(double start, double end, double step, Dtype dtype) {
    const double count = std::max(std::ceil((end - start) / step), 0.0);
    const auto n = count < 0x1p63 ? static_cast<std::int64_t>(count) : std::numeric_limits<std::int64_t>::max();
    check_shape("arange", {n});
    return dtype == Dtype::float32 ? progression<float>(start, step, n)
                                   : kernels::cast_exact("arange", progression<double>(start, step, n), dtype);
}

void check_random_float(const char* op, const Shape& shape, Dtype dtype) {
    check_shape(op, shape);
    if (!is_float(dtype)) fail<DtypeError>(op, ": needs a float dtype, got ", dtype);
}

void check_low_high(std::int64_t low, std::int64_t high, Dtype dtype) {
    if (low >= high) fail<ValueError>("randint: needs low < high, got ", low, " and ", high);
    for (const auto end : {low, high - 1})
        for (const Dtype holds : {Dtype::int32, dtype}) check_number("randint", end, holds);
}

}  // namespace

Var array(const NestedList& values, std::optional<Dtype> dtype) {
    const Shape shape = values.shape();
    const auto numbers = values.numbers();
    return leaf(taken_in(numbers.begin(), shape.empty() ? Shape{1} : shape, dtype.value_or(values.dtype())));
}

template <class T>
Var array(const std::vector<T>& values, std::optional<Dtype> dtype) {
    const Shape shape{static_cast<std::int64_t>(values.size())};
    return leaf(taken_in(values.begin(), shape, dtype.value_or(default_dtype<T>)));
}

template <class T>
Var array(const T* values, const Shape& shape, std::optional<Dtype> dtype) {
    return leaf(taken_in(values, shape, dtype.value_or(default_dtype<T>)));
}

template Var array(const std::vector<bool>&, std::optional<Dtype>);
template Var array(const std::vector<std::uint8_t>&, std::optional<Dtype>);
template Var array(const std::vector<std::int32_t>&, std::optional<Dtype>);
template Var array(const std::vector<std::int64_t>&, std::optional<Dtype>);
template Var array(const std::vector<std::uint64_t>&, std::optional<Dtype>);
template Var array(const std::vector<float>&, std::optional<Dtype>);
template Var array(const std::vector<double>&, std::optional<Dtype>);
template Var array(const bool*, const Shape&, std::optional<Dtype>);
template Var array(const std::uint8_t*, const Shape&, std::optional<Dtype>);
template Var array(const std::int32_t*, const Shape&, std::optional<Dtype>);
template Var array(const std::int64_t*, const Shape&, std::optional<Dtype>);
template Var array(const std::uint64_t*, const Shape&, std::optional<Dtype>);
template Var array(const float*, const Shape&, std::optional<Dtype>);
template Var array(const double*, const Shape&, std::optional<Dtype>);

Var array(const Var& x, std::optional<Dtype> dtype) {
    const Array& value = node_of("array", x).value;
    return leaf(value.dtype() == dtype.value_or(value.dtype()) ? value.clone()
                                                               : kernels::cast_exact("array", value, *dtype));
}

Var array(const Array& value) { return leaf(value); }

Var zeros(const Shape& shape, Dtype dtype) { return filled("zeros", shape, 0, dtype); }

Var ones(const Shape& shape, Dtype dtype) { return filled("ones", shape, 1, dtype); }

Var full(const Shape& shape, const Scalar& value, std::optional<Dtype> dtype) {
    return filled("full", shape, value, dtype.value_or(Dtype::float32));
}

Var zeros_like(const Var& x, std::optional<Dtype> dtype) { return filled_like("zeros_like", x, 0, dtype); }

Var ones_like(const Var& x, std::optional<Dtype> dtype) { return filled_like("ones_like", x, 1, dtype); }

Var full_like(const Var& x, const Scalar& value, std::optional<Dtype> dtype) {
    return filled_like("full_like", x, value, dtype);
}

Var arange(Scalar end) { return arange(0, end); }

Var arange(Scalar start, Scalar end, Scalar step, std::optional<Dtype> dtype) {
    if (step.value == 0) fail<ValueError>("arange: needs a step other than 0, got 0");
    if (!std::isfinite(start.value) || !std::isfinite(end.value) || !std::isfinite(step.value))
        fail<ValueError>("arange: needs finite numbers, got ", start, ", ", end, " and ", step);
    const bool integers = start.exact && step.exact;
    const Dtype wanted = dtype.value_or(integers ? Dtype::int32 : Dtype::float32);
    return leaf(integers && !is_float(wanted) ? integer_range(integers_of(start, end, step), wanted)
                                              : float_range(start.value, end.value, step.value, wanted));
}

Var rand(const Shape& shape, Dtype dtype) {
    check_random_float("rand", shape, dtype);
    return leaf(kernels::cast(random::uniform(shape), dtype));
}

Var randn(const Shape& shape, Dtype dtype) {
    check_random_float("randn", shape, dtype);
    return leaf(kernels::cast(random::normal(shape), dtype));
}

Var randint(std::int64_t low, std::int64_t high, const Shape& shape, Dtype dtype) {
    check_shape("randint", shape);
    check_low_high(low, high, dtype);
    return leaf(kernels::cast(random::integers(shape, low, high), dtype));
}

Var randperm(std::int64_t n, Dtype dtype) {
    if (n < 0) fail<ValueError>("randperm: needs n of 0 or more, got ", n);
    for (const Dtype holds : {Dtype::int32, dtype}) check_number("randperm", std::max<std::int64_t>(n - 1, 0), holds);
    return leaf(kernels::cast(random::permutation(n), dtype));
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
