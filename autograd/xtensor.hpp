// Give xtensor expressions to minijt and look at Vars as xtensor arrays. Opt-in: no other header needs xtensor.
#pragma once
#include <algorithm>

#include "../core/xt.hpp"
#include "function.hpp"
#include "ops/create.hpp"

namespace jt {

namespace xtensor_detail {

/// The element type that holds any T: integers that minijt has not got become int32 or int64, or stay std::uint64_t.
template <class T>
using Element = std::conditional_t<
    std::is_floating_point_v<T>, std::conditional_t<sizeof(T) == 4, float, double>,
    std::conditional_t<
        std::is_same_v<T, bool> || std::is_same_v<T, std::uint8_t>, T,
        std::conditional_t<(sizeof(T) + std::is_unsigned_v<T> > 8), std::uint64_t,
                           std::conditional_t<(sizeof(T) + std::is_unsigned_v<T> > 4), std::int64_t, std::int32_t>>>>;

template <class E, class T>
void evaluate(const E& expression, T* data, const Shape& shape) {
    auto target = adapted(data, shape);
    xt::noalias(target) = expression;
}

}  // namespace xtensor_detail

/// The values of an xtensor expression, evaluated once, in row-major order whatever its layout; a 0-d one has shape
/// (1,). Doubles become float32 and 64-bit integers int32 unless a dtype is given, as everywhere; a number
/// that it does not hold throws.
template <class E>
Var array(const xt::xexpression<E>& expression, std::optional<Dtype> dtype = {}) {
    using T = xtensor_detail::Element<typename E::value_type>;
    const auto& values = expression.derived_cast();
    Shape shape(values.shape().begin(), values.shape().end());
    const Shape whole = shape.empty() ? Shape{1} : shape;
    if constexpr (std::is_same_v<T, std::uint64_t>) {
        std::vector<T> out(static_cast<std::size_t>(whole.numel()));
        xtensor_detail::evaluate(values, out.data(), shape);
        return array(out.data(), whole, dtype);
    } else {
        Array out(whole, dtype_of<T>);
        xtensor_detail::evaluate(values, out.template data<T>(), shape);
        if (dtype.value_or(narrowed(dtype_of<T>)) == out.dtype()) return array(out);
        return array(std::as_const(out).template data<T>(), whole, dtype);
    }
}

/// The elements of x in place, read only; valid while x lives and is not written to. T is the type behind x.dtype().
template <class T>
auto view(const Var& x) {
    return adapted(x.data<T>(), x.shape());
}
template <class T>
auto view(Var&&) = delete;

/// A copy of x's elements, converted to T.
template <class T>
xt::xarray<T> to_xarray(const Var& x) {
    const std::vector<T> values = x.to_vector<T>();
    auto out = xt::xarray<T>::from_shape(std::vector<std::size_t>(x.shape().begin(), x.shape().end()));
    std::copy(values.begin(), values.end(), out.template begin<xt::layout_type::row_major>());
    return out;
}

namespace xtensor_detail {

/// A rule that is written in Vars.
template <class F>
struct InVars {
    F rule;
};

template <class T, class E>
Var result(const E& expression) {
    const Shape shape(expression.shape().begin(), expression.shape().end());
    Array out(shape.empty() ? Shape{1} : shape, dtype_of<T>);
    evaluate(expression, out.template data<T>(), shape);
    return array(out);
}
template <class T, class... E>
Vars results(const std::tuple<E...>& expressions) {
    return std::apply([](const auto&... e) { return Vars{result<T>(e)...}; }, expressions);
}
template <class T, class E>
Vars results(const E& expression) {
    return {result<T>(expression)};
}

/// The values of f(in[0], in[1], ...), which are evaluated before the adaptors of the inputs are gone.
template <std::size_t n, class F>
Vars values_of(const std::string& op, const F& f, const Vars& in) {
    for (const Var& x : in)
        if (!is_float(x.dtype()) || x.dtype() != in[0].dtype())
            fail<DtypeError>(op, ": needs floats of one dtype, got ", in[0].dtype(), " and ", x.dtype());
    return dispatch_float(in[0].dtype(), [&]<class T>(T) {
        return [&]<std::size_t... k>(std::index_sequence<k...>) {
            return results<T>(f(adapted(in[k].template data<T>(), in[k].shape())...));
        }
        (std::make_index_sequence<n>());
    });
}

/// The gradients by an expression: they end the graph, and say so.
template <class Backward, std::size_t n>
class ExpressionGrad : public Function {
public:
    ExpressionGrad(std::string op, Backward f) : op_(std::move(op)), f_(std::move(f)) {}
    Vars execute(const Vars& in) override { return values_of<n + 1>(op_, f_, in); }
    Vars grad(const Vars&) override {
        fail<GraphError>(op_, ": needs a rule in Vars to be differentiated again, got one in xtensor; use in_vars");
    }

private:
    std::string op_;
    Backward f_;
};

template <class Forward, class Backward, std::size_t n>
class Expression : public Function {
public:
    Expression(std::string op, Forward forward, Backward backward)
        : op_(std::move(op)), forward_(std::move(forward)), backward_(std::move(backward)) {}
    Vars execute(const Vars& in) override {
        in_ = in;
        return values_of<n>(op_, forward_, in);
    }
    Vars grad(const Vars& g) override {
        Vars all{g[0]};
        for (const Var& x : in_) all.push_back(x);
        return gradients(backward_, all);
    }

private:
    template <class F>
    Vars gradients(const F& f, const Vars& all) const {
        return apply<ExpressionGrad<F, n>>(all, op_, f);
    }
    template <class F>
    Vars gradients(const InVars<F>& f, const Vars& all) const {
        return [&]<std::size_t... k>(std::index_sequence<k...>)->Vars { return {f.rule(all[k]...)}; }
        (std::make_index_sequence<n + 1>());
    }

    std::string op_;
    Forward forward_;
    Backward backward_;
    Vars in_;
};

template <class Forward, class Backward>
struct ExpressionOp {
    std::string name;
    Forward forward;
    Backward backward;

    template <std::same_as<Var>... More>
    Var operator()(const Var& x, const More&... more) const {
        return apply<Expression<Forward, Backward, 1 + sizeof...(More)>>({x, more...}, name, forward, backward)[0];
    }
};

}  // namespace xtensor_detail

/// A rule of expression_op that is written in Vars: f(g, x, ...) gives the gradient of x as a Var, of several inputs as
/// Vars. Such an op can be differentiated any number of times.
template <class F>
xtensor_detail::InVars<F> in_vars(F f) {
    return {std::move(f)};
}

/// An op made of two xtensor expressions: `const auto swish = expression_op("swish", forward, backward); swish(x)`.
/// forward(x, ...) gives the value, backward(g, x, ...) the gradient of x, or a std::tuple of one for each input; both
/// see float or double adaptors and return nothing that refers to a local variable (xt::eval it). It can be
/// differentiated once, with in_vars(rule) again and again. A call throws a DtypeError for inputs that are no floats of
/// one dtype.
template <class Forward, class Backward>
xtensor_detail::ExpressionOp<Forward, Backward> expression_op(std::string name, Forward forward, Backward backward) {
    return {std::move(name), std::move(forward), std::move(backward)};
}

}  // namespace jt
