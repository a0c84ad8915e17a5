// Sorting by an index whose gradient goes back where each element came from, and running sums.
#include "order.hpp"

#include <algorithm>
#include <cmath>

#include "../../core/kernels/movement/order.hpp"
#include "../../core/kernels/reduce/reduce.hpp"
#include "../../core/kernels/reduce/scan.hpp"
#include "arithmetic.hpp"
#include "axes.hpp"
#include "comparison.hpp"
#include "create.hpp"
#include "elementwise.hpp"
#include "index.hpp"
#include "join.hpp"
#include "logic.hpp"
#include "part.hpp"
#include "reduce.hpp"
#include "rules.hpp"
#include "shape.hpp"

namespace jt {

namespace {

// y[i] = x[i - 1] along an axis, from y[0] = first on.
Var shifted(const Var& x, int axis, double first) {
    Shape shape = x.shape();
    shape[axis] = 1;
    return part(concat({constant(Array::full(shape, first, x.dtype())), x}, axis), axis, 0, x.shape(axis));
}

// y[i] = b[i] + a[i] * y[i - 1] along an axis; its gradient in b is y[i] = g[i] + a[i + 1] * y[i + 1].
Var recurrence(const Var& b, const Var& a, int axis);

Var recurrence_back(const Var& g, const Var& a, int axis) {
    return flip(recurrence(flip(g, axis), shifted(flip(a, axis), axis, 0), axis), axis);
}

Var recurrence(const Var& b, const Var& a, int axis) {
    static constexpr Op op{"recurrence", [](const Var& g, const Call& call) -> Vars {
                               const int axis = call.params<int>();
                               const Var gb = recurrence_back(g, call.input(1), axis);
                               return {gb, mul_grad(gb, shifted(call.output(), axis, 0))};
                           }};
    return record(op, kernels::recurrence(b.array(), a.array(), axis, 0), {b, a}, axis);
}

// The elements of x in order, one of each; and for all of them in that order which one it is, and where it came from.
struct Distinct {
    explicit Distinct(const Var& x) {
        node_of("unique", x);
        const Var v = reshape(x.detach(), {x.numel()});
        index = argsort(v, 0).first;
        const Var sorted = getitem(v, index), fresh = sorted[from(1)] != sorted[to(-1)];
        const Var first = ones({std::min<std::int64_t>(x.numel(), 1)}, Dtype::bool_), starts = concat({first, fresh});
        group = cumsum(starts) - 1;
        values = constant(getitem(sorted, reshape(nonzero(starts), {-1})).array());
    }
    Var inverse(const Shape& shape) const { return reshape(scatter(group, 0, index, group), shape); }

    Var values, group, index;
};

// Corners and score. Both ends belong to a box.
struct Box {
    double x1, y1, x2, y2, score;

    double area() const { return (x2 - x1 + 1) * (y2 - y1 + 1); }
    double share_of_union(const Box& b) const {
        const double w = std::min(x2, b.x2) - std::max(x1, b.x1) + 1, h = std::min(y2, b.y2) - std::max(y1, b.y1) + 1;
        const double both = std::max(w, 0.0) * std::max(h, 0.0);
        return both / (area() + b.area() - both);
    }
};

}  // namespace

std::pair<Var, Var> argsort(const Var& x, int dim, bool descending) {
    const int axis = countable_axis("argsort", x, dim);
    const Var index = constant(kernels::argsort(x.array(), axis, descending));
    return {index, gather(x, axis, index)};
}

std::pair<Var, Var> sort(const Var& x, int dim, bool descending) {
    const auto [index, value] = argsort(x, axis_of("sort", x, dim), descending);
    return {value, index};
}

std::pair<Var, Var> topk(const Var& x, int k, int dim, bool largest) {
    const int axis = countable_axis("topk", x, dim);
    if (k < 0 || k > x.shape(axis)) fail<ValueError>("topk: needs k from 0 to ", x.shape(axis), ", got ", k);
    const Var index = constant(kernels::argsort(x.array(), axis, largest, 0, k));
    return {gather(x, axis, index), index};
}

std::pair<Var, Var> kthvalue(const Var& x, int k, int dim, KeepDims keep) {
    const int axis = countable_axis("kthvalue", x, dim);
    if (k < 1 || k > x.shape(axis)) fail<ValueError>("kthvalue: needs k from 1 to ", x.shape(axis), ", got ", k);
    const Var index = constant(kernels::argsort(x.array(), axis, false, k - 1, 1)), value = gather(x, axis, index);
    const Shape shape = reduced_shape(x.shape(), AxisSet{1} << axis, keep.value);
    return {reshape(value, shape), reshape(index, shape)};
}

Var median(const Var& x, std::optional<int> dim, KeepDims keep) {
    const Shape& shape = node_of("median", x).value.shape();
    if (!dim) {
        const Shape ones(keep.value ? shape.size() : 1, 1);
        return reshape(median(reshape(x, {x.numel()}), 0), ones);
    }
    const int axis = axis_of("median", x, *dim);
    if (shape[axis] == 0) fail<ShapeError>("median: needs at least one element to choose from, got ", shape);
    const Var middle = kthvalue(x, static_cast<int>((shape[axis] + 1) / 2), axis, keep).first;
    return is_float(x.dtype()) ? where(isnan(max(x.detach(), axis, keep)), NAN, middle) : middle;
}

Var cumsum(const Var& x, int dim) {
    static constexpr Op op{"cumsum", [](const Var& g, const Call& call) -> Vars {
                               const int axis = call.params<int>();
                               return {flip(cumsum(flip(g, axis), axis), axis)};
                           }};
    const int axis = axis_of(op.name, x, dim);
    return record(op, kernels::cumsum(x.array(), axis), {x}, axis);
}

Var cumprod(const Var& x, int dim) {
    static constexpr Op op{"cumprod", [](const Var& g, const Call& call) -> Vars {
                               const int axis = call.params<int>();
                               const Var below = recurrence_back(g, call.input(0), axis);
                               return {mul_grad(below, shifted(call.output(), axis, 1))};
                           }};
    const int axis = axis_of(op.name, x, dim);
    const Var v = float_of(op.name, x);
    return record(op, kernels::recurrence(Array(), v.array(), axis, 1), {v}, axis);
}

Var prod_along(const Var& x, int axis) {
    static constexpr Op op{"prod", [](const Var& g, const Call& call) -> Vars {
                               const int axis = call.params<int>();
                               const Var x = call.input(0), back = flip(x, axis);
                               const Var before = shifted(cumprod(x, axis), axis, 1);
                               const Var after = flip(shifted(cumprod(back, axis), axis, 1), axis);
                               return {mul_grad(g, before * after)};
                           }};
    return record(op, kernels::prod(x.array(), AxisSet{1} << axis, true), {x}, axis);
}

Var searchsorted(const Var& sorted, const Var& values, bool right) {
    const char* const op = "searchsorted";
    const Dtype dtype = promote(type_of(op, sorted), type_of(op, values));
    const Shape &lines = sorted.shape(), &wanted = values.shape();
    const bool alike = lines.rank() == wanted.rank() && std::equal(lines.begin(), lines.end() - 1, wanted.begin());
    if (lines.rank() != 1 && !alike)
        fail<ShapeError>(op, ": needs sorted (n,), or (..., n) beside values (..., m), got ", lines, " and ", wanted);
    if (!fits<std::int32_t>(lines.back())) fail<ShapeError>(op, ": needs lines that an int32 counts, got ", lines);
    return constant(kernels::searchsorted(as_var(sorted, dtype).array(), as_var(values, dtype).array(), right));
}

Var unique(const Var& x) { return Distinct(x).values; }

std::pair<Var, Var> unique(const Var& x, ReturnInverse) {
    const Distinct found(x);
    return {found.values, found.inverse(x.shape())};
}

std::pair<Var, Var> unique(const Var& x, ReturnCounts) {
    const Distinct found(x);
    return {found.values, bincount(found.group)};
}

std::tuple<Var, Var, Var> unique(const Var& x, ReturnInverse, ReturnCounts) {
    const Distinct found(x);
    return {found.values, found.inverse(x.shape()), bincount(found.group)};
}

Var bincount(const Var& x, const Var& weights, std::int64_t minlength) {
    const Dtype dtype = node_of("bincount", x).value.dtype();
    if (is_float(dtype) || dtype == Dtype::bool_) fail<DtypeError>("bincount: needs integers, got ", dtype);
    if (x.ndim() != 1 || (weights.defined() && weights.shape() != x.shape()))
        fail<ShapeError>("bincount: needs x (n,) and weights (n,), got ", x.shape(), " and ",
                         weights.defined() ? weights.shape() : x.shape());
    if (minlength < 0) fail<ValueError>("bincount: needs a minlength of 0 or more, got ", minlength);
    const double low = x.numel() ? min(x).item() : 0, high = x.numel() ? max(x).item() : -1;
    if (low < 0 || high >= 2147483647)
        fail<ValueError>("bincount: needs numbers from 0 to 2147483646, got ", low < 0 ? low : high);
    const auto n = std::max(static_cast<std::int64_t>(high) + 1, minlength);
    return scatter_add(weights.defined() ? weights : ones(x.shape(), Dtype::int32), x, {n});
}

Var histc(const Var& x, std::int64_t bins, double min, double max) {
    const Var v = float_of("histc", x).detach();
    if (bins < 1) fail<ValueError>("histc: needs at least one bin, got ", bins);
    if (min == max && v.numel() > 0) min = jt::min(v).item(), max = jt::max(v).item();
    if (min == max) min -= 1, max += 1;
    if (!(min < max && std::isfinite(max - min)))
        fail<ValueError>("histc: needs finite numbers with min up to max, got ", min, " and ", max);
    const Var inside = (v >= min) & (v <= max), place = floor((v - min) * (static_cast<double>(bins) / (max - min)));
    const Var bin = where(inside, minimum(place, static_cast<double>(bins - 1)), 0).cast(Dtype::int64);
    return scatter_add(reshape(inside.cast(v.dtype()), {-1}), reshape(bin, {-1}), {bins});
}

Var nms(const Var& dets, double thresh) {
    const Shape& shape = node_of("nms", dets).value.shape();
    if (shape.size() != 2 || shape[1] != 5) fail<ShapeError>("nms: needs boxes (n, 5), got ", shape);
    const Var order = argsort(getitem(dets, {_, 4}), 0, true).first;
    const auto numbers = getitem(dets, order).to_vector<double>();
    std::vector<Box> kept;
    std::vector<std::int64_t> places;
    for (std::size_t k = 0; k < numbers.size(); k += 5) {
        const Box box{numbers[k], numbers[k + 1], numbers[k + 2], numbers[k + 3], numbers[k + 4]};
        const auto takes_it = [&](const Box& better) { return better.share_of_union(box) > thresh; };
        if (std::any_of(kept.begin(), kept.end(), takes_it)) continue;
        kept.push_back(box);
        places.push_back(static_cast<std::int64_t>(k / 5));
    }
    return getitem(order, array(places));
}

}  // namespace jt
