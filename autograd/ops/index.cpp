// Ops that pick elements: integers and slices, and rows by an integer Var.
#include "index.hpp"

#include <algorithm>

#include "../../core/kernels/elementwise/elementwise.hpp"
#include "../../core/kernels/movement/movement.hpp"
#include "comparison.hpp"
#include "part.hpp"
#include "shape.hpp"

namespace jt {

using kernels::Range;
using kernels::Ranges;

namespace {

// Boxes: `slice` reads one and gives it a shape, `unslice` writes one into zeros; each is the other's gradient.
Var unslice(const Var& x, const Ranges& ranges, const Shape& shape);

Shape sizes(const Ranges& ranges) {
    Shape out;
    for (const Range& range : ranges) out.push_back(range.size);
    return out;
}

Var slice(const Var& x, const Ranges& ranges, const Shape& shape) {
    static constexpr Op op{"getitem", [](const Var& g, const Call& call) -> Vars {
                               return {unslice(g, call.params<Ranges>(), call.shape(0))};
                           }};
    return record(op, kernels::slice(x.array(), ranges).reshaped(shape), {x}, ranges);
}

Var unslice(const Var& x, const Ranges& ranges, const Shape& shape) {
    static constexpr Op op{"getitem_grad", [](const Var& g, const Call& call) -> Vars {
                               return {slice(g, call.params<Ranges>(), call.shape(0))};
                           }};
    return record(op, kernels::unslice(x.array().reshaped(sizes(ranges)), ranges, shape), {x}, ranges);
}

// Python's rule for one slice of an axis of n elements.
Range range_of(const Slice& s, std::int64_t n) {
    if (s.step == 0) fail<ValueError>("getitem: needs a slice step other than 0, got 0");
    const std::int64_t low = s.step > 0 ? 0 : -1, high = s.step > 0 ? n : n - 1;
    const auto clip = [&](std::int64_t i) { return std::clamp(i < 0 ? i + n : i, low, high); };
    const auto start = s.start ? clip(*s.start) : (s.step > 0 ? low : high);
    const auto stop = s.stop ? clip(*s.stop) : (s.step > 0 ? high : low);
    const bool some = s.step > 0 ? start < stop : start > stop;
    const auto size = some ? (stop - start - (s.step > 0 ? 1 : -1)) / s.step + 1 : 0;
    return {start, size > 1 ? s.step : 1, size};  // a step of any size is none where it leads nowhere
}

Range one(std::int64_t i, std::int64_t n, std::size_t axis) {
    if (i < -n || i >= n)
        fail<IndexError>("getitem: needs an index from ", -n, " to ", n - 1, " along axis ", axis, ", got ", i);
    return {i < 0 ? i + n : i, 1, 1};
}

std::size_t axes_used(const Indices& indices) {
    return static_cast<std::size_t>(std::count_if(indices.begin(), indices.end(), [](const Index& i) {
        return i.kind == Index::Kind::integer || i.kind == Index::Kind::slice;
    }));
}

// What `indices` means for a shape: the selection to read, and the shape to give it.
struct Selection {
    Ranges ranges;
    Shape shape;

    Selection(const Indices& indices, const Shape& x) {
        const auto used = axes_used(indices);
        if (used > x.size()) fail<IndexError>("getitem: needs at most ", x.size(), " indices for ", x, ", got ", used);
        for (const auto& index : indices) add(index, x, x.size() - used);
        whole_axes(x, x.size() - ranges.size());
        if (shape.empty()) shape.push_back(1);
    }

private:
    void add(const Index& index, const Shape& x, std::size_t spare) {
        const auto axis = ranges.size();
        if (index.kind == Index::Kind::newaxis)
            shape.push_back(1);
        else if (index.kind == Index::Kind::ellipsis)
            whole_axes(x, spare);
        else if (index.kind == Index::Kind::integer)
            ranges.push_back(one(*index.slice.start, x[axis], axis));
        else {
            ranges.push_back(range_of(index.slice, x[axis]));
            shape.push_back(ranges.back().size);
        }
    }
    void whole_axes(const Shape& x, std::size_t n) {
        for (; n > 0; --n) {
            shape.push_back(x[ranges.size()]);
            ranges.push_back({0, 1, x[ranges.size()]});
        }
    }
};

void check_ellipses(const Indices& indices) {
    const auto n =
        std::count_if(indices.begin(), indices.end(), [](const Index& i) { return i.kind == Index::Kind::ellipsis; });
    if (n > 1) fail<IndexError>("getitem: needs at most one ellipsis, got ", n);
}

// int64 entries counted from the front; throws when one is out of range.
Array checked_index(const char* op, const Var& index, std::int64_t n) {
    if (is_float(node_of(op, index).value.dtype()) || index.dtype() == Dtype::bool_)
        fail<DtypeError>(op, ": needs an integer index, got ", index.dtype());
    const Array& given = index.array();
    Array out = given.dtype() == Dtype::int64 ? given.clone() : kernels::cast(given, Dtype::int64);
    auto* rows = out.data<std::int64_t>();
    for (std::int64_t k = 0; k < out.numel(); ++k) {
        if (rows[k] < -n || rows[k] >= n)
            fail<IndexError>(op, ": needs indices from ", -n, " to ", n - 1, ", got ", rows[k]);
        rows[k] += rows[k] < 0 ? n : 0;
    }
    return out;
}

// For each place of an index into axis `axis` of `shape`, where it points to among all elements.
Var flat_index(const char* op, const Shape& shape, int axis, const Var& index) {
    const Shape& own = node_of(op, index).value.shape();
    bool fits = own.rank() == shape.rank();
    for (int k = 0; fits && k < own.rank(); ++k) fits = k == axis || own[k] <= shape[k];
    if (!fits) fail<ShapeError>(op, ": needs an index within ", shape, " but along axis ", axis, ", got ", own);
    const Array rows = checked_index(op, index, shape[axis]);
    return constant(kernels::flat_index(rows, shape, axis));
}

}  // namespace

Var part(const Var& x, int axis, std::int64_t start, std::int64_t size) {
    Ranges ranges;
    for (const auto extent : x.shape()) ranges.push_back({0, 1, extent});
    ranges[static_cast<std::size_t>(axis)] = {start, 1, size};
    return slice(x, ranges, sizes(ranges));
}

Var gather(const Var& x, int dim, const Var& index) {
    const int axis = axis_of("gather", x, dim);
    return getitem(reshape(x, {x.numel()}), flat_index("gather", x.shape(), axis, index));
}

Var scatter(const Var& x, int dim, const Var& index, const Var& src) {
    const int axis = axis_of("scatter", x, dim);
    const Var places = reshape(flat_index("scatter", x.shape(), axis, index), {-1});
    if (node_of("scatter", src).value.shape() != index.shape())
        fail<ShapeError>("scatter: needs a source of shape ", index.shape(), ", got ", src.shape());
    const Var last = reshape(constant(kernels::last_at(places.array(), x.numel())), x.shape());
    if (src.numel() == 0) return x.clone();
    return where(last >= 0, getitem(reshape(src, {src.numel()}), last.maximum(0)), x);
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
    for (int k = 0; k < rank; ++k) out.push_back(getitem(places, Indices{Index(Slice{}), Index(k)}));
    return out;
}

Var getitem(const Var& x, const Indices& indices) {
    check_ellipses(indices);
    const Selection selection(indices, node_of("getitem", x).value.shape());
    return slice(x, selection.ranges, selection.shape);
}

Var getitem(const Var& x, const Var& index) {
    static constexpr Op op{"getitem", [](const Var& g, const Call& call) -> Vars {
                               return {scatter_add(g, call.input(1), call.shape(0)), Var()};
                           }};
    const Array rows = checked_index(op.name, index, node_of(op.name, x).value.shape()[0]);
    return record(op, kernels::take(x.array(), rows), {x, constant(rows)});
}

Var scatter_add(const Var& g, const Var& index, const Shape& shape) {
    static constexpr Op op{"scatter_add", [](const Var& gg, const Call& call) -> Vars {
                               return {getitem(gg, call.input(1)), Var()};
                           }};
    check_shape(op.name, shape);
    Shape expected = node_of(op.name, index).value.shape();
    for (std::size_t k = 1; k < shape.size(); ++k) expected.push_back(shape[k]);
    if (shape.empty() || node_of(op.name, g).value.shape() != expected)
        fail<ShapeError>("scatter_add: needs values of shape ", expected, ", got ", g.shape());
    const Array rows = checked_index(op.name, index, shape[0]);
    return record(op, kernels::untake(g.array(), rows, shape), {g, constant(rows)});
}

}  // namespace jt
