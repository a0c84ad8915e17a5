// Ops on what a selection names. take and its transpose, and put, are each other's gradients.
#include "index.hpp"

#include <algorithm>

#include "../../core/kernels/elementwise/elementwise.hpp"
#include "arithmetic.hpp"
#include "comparison.hpp"
#include "create.hpp"
#include "order.hpp"
#include "part.hpp"
#include "selection.hpp"
#include "shape.hpp"

namespace jt {

namespace {

Var untake(const Var& g, const Selected& s, const Shape& shape) {
    static constexpr Op op{"getitem_grad",
                           [](const Var& gg, const Call& call) -> Vars { return {take(gg, call.params<Selected>())}; }};
    return record(op, kernels::untake(g.array().reshaped(s->shape), *s, shape), {g}, s);
}

// For each element of a selection whether no later one is the same of `n`: bool.
Array last_ones(const Selection& s, std::int64_t n) {
    const Array order = arange(0, s.shape.numel(), 1, int64).array().reshaped(s.shape);
    Array last({n}, Dtype::int64);
    kernels::put(last, s, order);
    return kernels::compare(kernels::Compare::eq, kernels::take(last, s), order);
}

// g with zeros written there.
Var cleared(const Var& g, const Selected& s);

Vars put_rule(const Var& g, const Call& call) {
    const auto s = call.params<Selected>();
    Var gv;
    if (call.size() == 2 && call.needs(1)) gv = take(g, s);
    if (gv.defined() && s->repeats) gv = where(constant(last_ones(*s, g.numel())), gv, 0);
    return {call.needs(0) ? cleared(g, s) : Var(), gv};
}

constexpr Op put_op{"setitem", put_rule};

Var cleared(const Var& g, const Selected& s) {
    const Array zero = Array::zeros({1}, g.dtype());
    if (!recording()) {
        Var out = spent(g);
        kernels::put(out.node()->value, *s, zero);
        return out;
    }
    Array out = g.array();
    kernels::put(out, *s, zero);
    return record(put_op, std::move(out), {g}, s);
}

// x with v written there: v is fitted, and so of the full shape, one number, or what broadcasts to strided axes.
Var put(const Var& x, const Selected& s, const Var& v) {
    Array out = x.array();
    kernels::put(out, *s, v.array());
    return record(put_op, std::move(out), {x, v}, s);
}

Selected shared(Selection&& s) { return make_shared_ptr<const Selection>(std::move(s)); }

Var widened(const Var& v, const Shape& shape) { return v.shape() == shape ? v : broadcast(v, shape); }

// v in x's dtype and in a shape that broadcasts to the selection's; for listed places in that shape, or one number.
Var fitted(const char* op, const Operand& v, Dtype dtype, const Selection& s) {
    if (v.is_var()) node_of(op, v.var());
    check_operand(op, v, dtype);
    Var value = as_var(v, dtype);
    Shape shape = value.shape();
    while (shape.rank() > s.shape.rank() && shape[0] == 1) shape.erase(0);
    if (!broadcasts_to(shape, s.shape))
        fail<ShapeError>(op, ": needs a value that broadcasts to ", s.shape, ", got ", value.shape());
    if (shape.size() != value.shape().size()) value = reshape(value, shape);
    return s.listed() && value.numel() != 1 ? widened(value, s.shape) : value;
}

// Whether a gradient has to come to v. Data has gradients on from birth, too, but nobody asked for them.
bool learns(const Operand& v) {
    if (!recording() || !v.is_var()) return false;
    const Node& node = node_of("setitem", v.var());
    return node.requires_grad && (node.op || node.wanted);
}

// x with v, which fits, written there, recorded. A loop that writes row by row does not copy x each time: numbers that
// nobody else holds are written over. The rule here does not read them; that of another op may read its output.
Var written(const Var& x, const Selected& s, const Var& v, bool is_var) {
    Node& node = *x.node();
    const bool alone = node.refs == 1 && node.value.unique() && (!node.op || node.op == &put_op);
    Var y = is_var ? record(put_op, Array(node.value), {x, v}, s) : record(put_op, Array(node.value), {x}, s);
    if (alone) {
        node.value = node.value.with_buffer(Buffer());
        if (y.node()->op) y.node()->inputs[0].saved = Buffer();
    }
    kernels::put(y.node()->writable(), *s, v.array());
    return y;
}

// x with v, fitted and of the full shape, added there.
Var add_at(const Var& x, const Selected& s, const Var& v) {
    static constexpr Op op{"index_add", [](const Var& g, const Call& call) -> Vars {
                               return {g, call.needs(1) ? take(g, call.params<Selected>()) : Var()};
                           }};
    Array out = x.array();
    kernels::add_at(out, *s, v.array());
    return record(op, std::move(out), {x, v}, s);
}

/// Of equal neighbours in `at`, by their positions: those that are kept, and those that go `into` one of the kept.
struct Pairs {
    std::vector<std::int64_t> kept, gone, into;

    explicit Pairs(const std::vector<std::int64_t>& at) {
        bool single = false;
        for (std::size_t i = 0; i < at.size(); ++i) {
            single = !(single && at[i] == at[i - 1]);
            if (!single) into.push_back(static_cast<std::int64_t>(kept.size()) - 1);
            (single ? kept : gone).push_back(static_cast<std::int64_t>(i));
        }
    }
};

// x with what is at each place multiplied by its values: they are multiplied in pairs until each place has one.
Var multiply_at(const Var& x, const Var& places, const Var& values) {
    const auto [order, sorted] = argsort(places);
    Var at = sorted, factors = getitem(values, order);
    for (Pairs p(at.to_vector<std::int64_t>()); !p.gone.empty(); p = Pairs(at.to_vector<std::int64_t>())) {
        const Var kept = getitem(factors, list(p.kept)), into = list(p.into);
        factors = put(kept, shared(selected("scatter", kept.shape(), into)),
                      getitem(kept, into) * getitem(factors, list(p.gone)));
        at = getitem(at, list(p.kept));
    }
    return put(x, shared(selected("scatter", x.shape(), at)), getitem(x, at) * factors);
}

}  // namespace

Var take(const Var& x, const Selected& s) {
    static constexpr Op op{"getitem", [](const Var& g, const Call& call) -> Vars {
                               return {untake(g, call.params<Selected>(), call.shape(0))};
                           }};
    return record(op, kernels::take(x.array(), *s), {x}, s);
}

Var part(const Var& x, int axis, std::int64_t start, std::int64_t size) {
    kernels::Ranges ranges;
    for (const auto extent : x.shape()) ranges.push_back({0, 1, extent});
    ranges[static_cast<std::size_t>(axis)] = {start, 1, size};
    return take(x, shared(kernels::box(ranges, x.shape())));
}

Var getitem(const Var& x, const Indices& indices) {
    return take(x, shared(selected("getitem", node_of("getitem", x).value.shape(), indices)));
}

bool records_write(const Var& x, const Operand& v) {
    const Node& node = *x.node();
    return node.op || (is_float(node.value.dtype()) && learns(v));
}

void write(Var& x, const Selected& s, const Operand& v) {
    Node& node = node_of("setitem", x);
    if (const auto derived = derived_of(node)) fail<KeyError>("setitem: ", derived->advice("write to"));
    Var value = fitted("setitem", v, node.value.dtype(), *s);
    if (value.node() == &node) value = value.clone();  // its numbers are copied before they are written over
    if (records_write(x, v)) {
        const bool of_v = v.is_var() && recording();
        const enable_grad guard;  // under no_grad too x keeps its past, and v is a mere number
        x = written(x, s, value, of_v);
    } else {
        kernels::put(node.writable(), *s, value.array());
    }
}

Var& setitem(Var& x, const Indices& indices, const Operand& value) {
    write(x, shared(selected("setitem", node_of("setitem", x).value.shape(), indices)), value);
    return x;
}

Var scatter_add(const Var& g, const Var& index, const Shape& shape) {
    check_shape("scatter_add", shape);
    Shape expected = node_of("scatter_add", index).value.shape();
    for (std::size_t k = 1; k < shape.size(); ++k) expected.push_back(shape[k]);
    if (shape.empty() || node_of("scatter_add", g).value.shape() != expected)
        fail<ShapeError>("scatter_add: needs values of shape ", expected, ", got ", g.shape());
    return untake(g, shared(along("scatter_add", shape, 0, index)), shape);
}

Var gather(const Var& x, int dim, const Var& index) {
    const int axis = axis_of("gather", x, dim);
    return take(x, shared(in_rows("gather", x.shape(), axis, index)));
}

Var scatter(const Var& x, int dim, const Var& index, const Operand& src, const std::string& reduce) {
    const int axis = axis_of("scatter", x, dim);
    const Selected s = shared(in_rows("scatter", x.shape(), axis, index));
    const Var v = widened(fitted("scatter", src, x.dtype(), *s), s->shape);
    if (reduce == "void") return put(x, s, v);
    if (reduce == "add") return add_at(x, s, v);
    if (reduce != "multiply") fail<ValueError>("scatter: needs reduce to be void, add or multiply, got ", reduce);
    const Var places = constant(s->places.reshaped({index.numel()}));
    return reshape(multiply_at(reshape(x, {x.numel()}), places, reshape(v, {v.numel()})), x.shape());
}

Var index_select(const Var& x, int dim, const Var& index) {
    const int axis = axis_of("index_select", x, dim);
    return take(x, shared(along("index_select", x.shape(), axis, index)));
}

Var index_add(const Var& x, int dim, const Var& index, const Var& src) {
    const int axis = axis_of("index_add", x, dim);
    const Selected s = shared(along("index_add", x.shape(), axis, index));
    return add_at(x, s, widened(fitted("index_add", src, x.dtype(), *s), s->shape));
}

Var index_fill(const Var& x, int dim, const Var& index, const Operand& value) {
    const int axis = axis_of("index_fill", x, dim);
    const Selected s = shared(along("index_fill", x.shape(), axis, index));
    return put(x, s, fitted("index_fill", value, x.dtype(), *s));
}

Var take_along_dim(const Var& x, const Var& index, std::optional<int> dim) {
    for (const auto& each : {x, index}) node_of("take_along_dim", each);
    if (!dim) return gather(reshape(x, {x.numel()}), 0, reshape(index, {index.numel()}));
    const auto axis = static_cast<std::size_t>(axis_of("take_along_dim", x, *dim));
    if (index.ndim() != x.ndim())
        fail<ShapeError>("take_along_dim: needs an index of ", x.ndim(), " axes, got ", index.shape());
    Shape from = x.shape(), at = index.shape();
    const auto n = std::exchange(from[axis], 1), picked = std::exchange(at[axis], 1);
    from = at = broadcast_shapes("take_along_dim", from, at);
    from[axis] = n;
    at[axis] = picked;
    return gather(broadcast(x, from), *dim, broadcast(index, at));
}

Var nonzero(const Var& x) {
    for (const auto extent : node_of("nonzero", x).value.shape())
        if (!fits<std::int32_t>(extent)) fail<ShapeError>("nonzero: needs axes that an int32 counts, got ", x.shape());
    return constant(kernels::nonzero(x.array()));
}

Vars where(const Var& c) {
    const int rank = node_of("where", c).value.rank();
    const Var places = nonzero(c);
    Vars out;
    for (int k = 0; k < rank; ++k) out.push_back(getitem(places, {Slice(), k}));
    return out;
}

Var list(const Ints& places) {
    Array out({static_cast<std::int64_t>(places.size())}, Dtype::int64);
    std::copy(places.begin(), places.end(), out.data<std::int64_t>());
    return constant(std::move(out));
}

}  // namespace jt
