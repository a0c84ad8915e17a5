// Making Vars: from data, from a rule.
#include "create.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "../../core/kernels/elementwise/elementwise.hpp"
#include "../node.hpp"
#include "arithmetic.hpp"
#include "axes.hpp"
#include "comparison.hpp"
#include "elementwise.hpp"
#include "index.hpp"
#include "promote.hpp"
#include "shape.hpp"

namespace jt {

namespace {

Var flagged(Var x) {
    x.node()->scalar = true;
    return x;
}

// A 1-d array of one element is Jittor's scalar; there is none of no axes.
Var leaf(Array value) {
    if (value.rank() == 0) value = value.reshaped({1});
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

// Of x's dtype, unless one is given.
Var filled_as(const char* op, const Var& x, const Shape& shape, const Scalar& value, std::optional<Dtype> dtype) {
    const Dtype own = node_of(op, x).value.dtype();
    return filled(op, shape, value, dtype.value_or(own));
}

Var filled_like(const char* op, const Var& x, const Scalar& value, std::optional<Dtype> dtype) {
    return filled_as(op, x, node_of(op, x).value.shape(), value, dtype);
}

// How far right of the main diagonal each place of a matrix lies.
Var over_diagonal(const char* op, std::int64_t rows, std::int64_t columns) {
    check_shape(op, {rows, columns});
    return arange(columns) - reshape(arange(rows), {rows, 1});
}

// (2, n): the rows and the columns of the places that a mask holds.
Var places(const Var& mask) { return transpose(nonzero(mask)); }

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

}  // namespace

Var array(const NestedList& values, std::optional<Dtype> dtype) {
    const Shape shape = values.shape();
    const auto numbers = values.numbers();
    return leaf(taken_in(numbers.begin(), shape.empty() ? Shape{1} : shape, dtype.value_or(values.dtype())));
}

template <class T>
Var detail::array_of(const std::vector<T>& values, std::optional<Dtype> dtype) {
    const Shape shape{static_cast<std::int64_t>(values.size())};
    return leaf(taken_in(values.begin(), shape, dtype.value_or(default_dtype<T>)));
}

template <class T>
requires std::same_as<T, detail::TakenAs<T>> Var array(const T* values, const Shape& shape,
                                                       std::optional<Dtype> dtype) {
    return leaf(taken_in(values, shape, dtype.value_or(default_dtype<T>)));
}

template Var detail::array_of(const std::vector<bool>&, std::optional<Dtype>);
template Var detail::array_of(const std::vector<std::uint8_t>&, std::optional<Dtype>);
template Var detail::array_of(const std::vector<std::int32_t>&, std::optional<Dtype>);
template Var detail::array_of(const std::vector<std::int64_t>&, std::optional<Dtype>);
template Var detail::array_of(const std::vector<std::uint64_t>&, std::optional<Dtype>);
template Var detail::array_of(const std::vector<float>&, std::optional<Dtype>);
template Var detail::array_of(const std::vector<double>&, std::optional<Dtype>);
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

Var empty(const Shape& shape, Dtype dtype) { return filled("empty", shape, 0, dtype); }

Var zeros_like(const Var& x, std::optional<Dtype> dtype) { return filled_like("zeros_like", x, 0, dtype); }

Var ones_like(const Var& x, std::optional<Dtype> dtype) { return filled_like("ones_like", x, 1, dtype); }

Var full_like(const Var& x, const Scalar& value, std::optional<Dtype> dtype) {
    return filled_like("full_like", x, value, dtype);
}

Var new_zeros(const Var& x, const Shape& shape, std::optional<Dtype> dtype) {
    return filled_as("new_zeros", x, shape, 0, dtype);
}

Var new_ones(const Var& x, const Shape& shape, std::optional<Dtype> dtype) {
    return filled_as("new_ones", x, shape, 1, dtype);
}

Var new_full(const Var& x, const Shape& shape, const Scalar& value, std::optional<Dtype> dtype) {
    return filled_as("new_full", x, shape, value, dtype);
}

Var new_empty(const Var& x, const Shape& shape, std::optional<Dtype> dtype) {
    return filled_as("new_empty", x, shape, 0, dtype);
}

Var arange(Scalar end) { return arange(0, end); }

Var arange(Scalar end, Dtype dtype) { return arange(0, end, 1, dtype); }

Var arange(Scalar start, Scalar end, Dtype dtype) { return arange(start, end, 1, dtype); }

Var arange(Scalar start, Scalar end, Scalar step, std::optional<Dtype> dtype) {
    if (step.value == 0) fail<ValueError>("arange: needs a step other than 0, got 0");
    if (!std::isfinite(start.value) || !std::isfinite(end.value) || !std::isfinite(step.value))
        fail<ValueError>("arange: needs finite numbers, got ", start, ", ", end, " and ", step);
    const bool integers = start.exact && step.exact;
    const Dtype wanted = dtype.value_or(integers ? Dtype::int32 : Dtype::float32);
    return leaf(integers && !is_float(wanted) ? integer_range(integers_of(start, end, step), wanted)
                                              : float_range(start.value, end.value, step.value, wanted));
}

Var index(const Shape& shape, int dim, Dtype dtype) {
    check_shape("index", shape);
    const int axis = normalize_axis("index", dim, shape.rank());
    Shape line(shape.size(), 1);
    line[axis] = shape[axis];
    return leaf(broadcast(reshape(arange(shape[axis], dtype), line), shape).array());
}

Var index(const Var& x, int dim, Dtype dtype) { return index(node_of("index", x).value.shape(), dim, dtype); }

Var linspace(Scalar start, Scalar end, std::int64_t n) {
    check_shape("linspace", {n});
    const double step = n > 1 ? (end.value - start.value) / static_cast<double>(n - 1) : 0;
    for (const double number : {start.value, end.value, step})
        if (!std::isfinite(static_cast<float>(number)))
            fail<ValueError>("linspace: needs ends and a step that float32 holds, got ", start, ", ", end, " and ",
                             step);
    if (n == 1) return full({1}, start, start.dtype);
    return leaf(progression<float>(start.value, step, n));
}

Var eye(std::int64_t n, std::optional<std::int64_t> m) {
    const Var on = over_diagonal("eye", n, m.value_or(n)) == 0;
    return leaf(kernels::cast(on.array(), Dtype::float32));
}

Var tril_indices(std::int64_t row, std::int64_t col, int offset) {
    return places(over_diagonal("tril_indices", row, col) <= offset);
}

Var triu_indices(std::int64_t row, std::int64_t col, int offset) {
    return places(over_diagonal("triu_indices", row, col) >= offset);
}

Var one_hot(const Var& x, std::int64_t num_classes) {
    const Dtype dtype = node_of("one_hot", x).value.dtype();
    if (is_float(dtype) || dtype == Dtype::bool_) fail<DtypeError>("one_hot: needs integer classes, got ", dtype);
    const auto classes = x.to_vector<std::int64_t>();
    const auto [low, high] = std::minmax_element(classes.begin(), classes.end());
    if (num_classes == -1 && classes.empty())
        fail<ValueError>("one_hot: needs num_classes where there is no class, got -1");
    if (!classes.empty() && !fits<std::int32_t>(*high))
        fail<ValueError>("one_hot: needs classes that an int32 counts, got ", *high);
    const std::int64_t n = num_classes == -1 ? *high + 1 : num_classes;
    if (n < 0) fail<ValueError>("one_hot: needs num_classes of 0 or more, or -1, got ", n);
    if (!classes.empty() && (*low < 0 || *high >= n))
        fail<ValueError>("one_hot: needs classes from 0 to ", n - 1, ", got ", *low < 0 ? *low : *high);
    return cast(unsqueeze(x, -1) == arange(n), dtype);
}

}  // namespace jt
