// Joining and its reverse, and what repeats.
#include "join.hpp"

#include <algorithm>
#include <limits>

#include "../../core/kernels/movement/movement.hpp"
#include "../function.hpp"
#include "create.hpp"
#include "index.hpp"
#include "part.hpp"
#include "shape.hpp"

namespace jt {

namespace {

Dtype common_dtype(const Vars& parts) {
    Dtype widest = parts[0].dtype();
    for (const auto& part : parts) widest = promote({widest, false}, {part.dtype(), false});
    return widest;
}

void check_each(const char* op, const Vars& vars) {
    if (vars.empty()) fail<ValueError>(op, ": needs at least one Var, got none");
    for (const auto& x : vars) node_of(op, x);
}

void check_parts(const Vars& parts, int axis) {
    for (const auto& part : parts) {
        Shape expected = parts[0].shape();
        if (part.ndim() == expected.rank()) expected[static_cast<std::size_t>(axis)] = part.shape(axis);
        if (part.shape() != expected)
            fail<ShapeError>("concat: needs equal extents but along axis ", axis, ", got ", parts[0].shape(), " and ",
                             part.shape());
    }
}

Vars concat_rule(const Var& g, const Call& call) {
    const int axis = call.params<int>();
    std::int64_t start = 0;
    Vars gradients;
    for (std::size_t k = 0; k < call.size(); ++k) {
        const auto size = call.shape(k)[static_cast<std::size_t>(axis)];
        gradients.push_back(call.needs(k) ? part(g, axis, start, size) : Var());
        start += size;
    }
    return gradients;
}

// All pieces in one node, whose gradient is theirs joined: each on its own would send zeros of the whole size.
class Pieces : public Function {
public:
    Pieces(int axis, const Ints& sizes) : axis_(axis), sizes_(sizes) {}
    Vars execute(const Vars& inputs) override {
        shape_ = inputs[0].shape();
        dtype_ = inputs[0].dtype();
        Vars parts;
        for (Array& part : kernels::split(inputs[0].array(), axis_, {sizes_.begin(), sizes_.end()}))
            parts.push_back(constant(std::move(part)));
        return parts;
    }
    Vars grad(const Vars& g) override {
        Vars all;
        for (std::size_t k = 0; k < sizes_.size(); ++k) {
            shape_[axis_] = sizes_[k];
            all.push_back(g[k].defined() ? g[k] : constant(Array::zeros(shape_, dtype_)));
        }
        return {concat(all, axis_)};
    }

private:
    int axis_;
    Ints sizes_;
    Shape shape_;
    Dtype dtype_{};
};

Vars pieces(const Var& x, int axis, const Ints& sizes) {
    if (sizes.size() == 1) return {part(x, axis, 0, sizes[0])};
    if (sizes.empty()) return {};
    return apply<Pieces>({x}, axis, sizes);
}

Ints equal_sizes(std::int64_t n, std::int64_t size) {
    Ints sizes{};
    for (std::int64_t start = 0; start == 0 || start < n; start += size) sizes.push_back(std::min(size, n - start));
    return sizes;
}

void check_sizes(const Ints& sizes, std::int64_t n) {
    std::int64_t left = n;
    for (const auto size : sizes) left = size < 0 || size > left ? -1 : left - size;
    if (left != 0)
        fail<ShapeError>("split: needs sizes that add up to ", n, ", got ", Shape(sizes.begin(), sizes.end()));
}

// What lies before, along and behind an axis: x as (outer, n, inner).
struct Around {
    std::int64_t outer, n, inner;

    Around(const Shape& shape, int axis)
        : outer(Shape(shape.begin(), shape.begin() + axis).numel()), n(shape[axis]), inner(step_along(shape, axis)) {}
};

void check_repeats(const char* op, std::int64_t repeats) {
    if (repeats < 0) fail<ValueError>(op, ": needs repeats of 0 or more, got ", repeats);
}

// Each place of n as often as `repeats` says.
Array repeated_places(const Var& repeats, std::int64_t n) {
    if (is_float(repeats.dtype()) || repeats.dtype() == Dtype::bool_)
        fail<DtypeError>("repeat_interleave: needs integer repeats, got ", repeats.dtype());
    if (repeats.ndim() != 1 || (repeats.numel() != n && repeats.numel() != 1))
        fail<ShapeError>("repeat_interleave: needs repeats of shape (", n, ",) or (1,), got ", repeats.shape());
    const auto counts = as_var(broadcast(repeats, {n}), Dtype::int64).to_vector<std::int64_t>();
    std::int64_t total = 0;
    for (const auto count : counts) {
        check_repeats("repeat_interleave", count);
        if (__builtin_add_overflow(total, count, &total)) total = std::numeric_limits<std::int64_t>::max();
    }
    check_shape("repeat_interleave", {total});
    Array out({total}, Dtype::int64);
    auto* to = out.data<std::int64_t>();
    for (std::int64_t k = 0; k < n; ++k) to = std::fill_n(to, counts[static_cast<std::size_t>(k)], k);
    return out;
}

// The elements at the places of an int64 index along an axis.
Var picked(const Var& x, int axis, const Array& index) {
    const Around a(x.shape(), axis);
    Shape shape = x.shape();
    shape[axis] = index.numel();
    const Var rows = reshape(arange(0, a.outer, 1, int64), {-1, 1}).mul(a.n).add(constant(index));
    return reshape(getitem(reshape(x, {a.outer * a.n, a.inner}), reshape(rows, {-1})), shape);
}

}  // namespace

Var concat(const Vars& parts, int axis) {
    static constexpr Op op{"concat", concat_rule};
    check_each(op.name, parts);
    const int k = axis_of(op.name, parts[0], axis);
    check_parts(parts, k);
    const Dtype dtype = common_dtype(parts);
    Vars same;
    for (const auto& part : parts) same.push_back(as_var(part, dtype));
    SmallVector<const Array*, 8> arrays;
    for (const auto& part : same) arrays.push_back(&part.array());
    return record(op, kernels::concat(arrays, k), same, k);
}

Var stack(const Vars& parts, int dim) {
    check_each("stack", parts);
    const Shape shape = parts[0].shape();
    const int axis = normalize_axis("stack", dim, shape.rank() + 1);
    Vars with_axis;
    for (const auto& part : parts) {
        if (part.shape() != shape) fail<ShapeError>("stack: needs equal shapes, got ", shape, " and ", part.shape());
        with_axis.push_back(unsqueeze(part, axis));
    }
    return concat(with_axis, axis);
}

Vars split(const Var& x, const Ints& sizes, int dim) {
    const int axis = axis_of("split", x, dim);
    const auto n = x.shape(axis);
    if (sizes.is_list) return check_sizes(sizes, n), pieces(x, axis, sizes);
    if (sizes[0] < 1) fail<ValueError>("split: needs a size of 1 or more, got ", sizes[0]);
    return pieces(x, axis, equal_sizes(n, std::min(sizes[0], std::max<std::int64_t>(n, 1))));
}

Vars chunk(const Var& x, int k, int dim) {
    const int axis = axis_of("chunk", x, dim);
    const auto n = x.shape(axis);
    if (k < 1) fail<ValueError>("chunk: needs 1 piece or more, got ", k);
    if (n > 0) return pieces(x, axis, equal_sizes(n, (n - 1) / k + 1));
    return pieces(x, axis, std::vector<std::int64_t>(static_cast<std::size_t>(k), 0));
}

Vars unbind(const Var& x, int dim) {
    const int axis = axis_of("unbind", x, dim);
    Vars out = x.shape(axis) == 0 ? Vars() : pieces(x, axis, equal_sizes(x.shape(axis), 1));
    for (Var& piece : out) piece = squeeze(piece, axis);
    return out;
}

Var repeat(const Var& x, const Ints& repeats) {
    const Shape& shape = node_of("repeat", x).value.shape();
    const int rank = std::max(shape.rank(), static_cast<int>(repeats.size()));
    const auto at = [rank](const auto& list, int k) {
        const int own = k - rank + static_cast<int>(list.size());
        return own < 0 ? 1 : list[static_cast<std::size_t>(own)];
    };
    Shape from, to, joined;
    for (int k = 0; k < rank; ++k) {
        const std::int64_t n = at(shape, k), times = at(repeats, k);
        check_repeats("repeat", times);
        if (times != 1) from.push_back(1), to.push_back(times);
        from.push_back(n), to.push_back(n);
    }
    check_shape("repeat", to);
    for (int k = 0; k < rank; ++k) joined.push_back(at(shape, k) * at(repeats, k));
    return reshape(broadcast(reshape(x, from), to), joined);
}

Var repeat_interleave(const Var& x, std::int64_t repeats, std::optional<int> dim) {
    if (!dim) return node_of("repeat_interleave", x), repeat_interleave(reshape(x, {x.numel()}), repeats, 0);
    const int axis = axis_of("repeat_interleave", x, *dim);
    check_repeats("repeat_interleave", repeats);
    const Around a(x.shape(), axis);
    const Shape wide{a.outer, a.n, repeats, a.inner};
    check_shape("repeat_interleave", wide);
    Shape shape = x.shape();
    shape[axis] *= repeats;
    return reshape(broadcast(reshape(x, {a.outer, a.n, 1, a.inner}), wide), shape);
}

Var repeat_interleave(const Var& x, const Var& repeats, std::optional<int> dim) {
    if (!dim) return node_of("repeat_interleave", x), repeat_interleave(reshape(x, {x.numel()}), repeats, 0);
    const int axis = axis_of("repeat_interleave", x, *dim);
    node_of("repeat_interleave", repeats);
    return picked(x, axis, repeated_places(repeats, x.shape(axis)));
}

Vars meshgrid(const Vars& vars) {
    check_each("meshgrid", vars);
    Shape whole;
    for (const auto& x : vars) {
        if (x.ndim() != 1) fail<ShapeError>("meshgrid: needs 1-d Vars, got ", x.shape());
        whole.push_back(x.numel());
    }
    check_shape("meshgrid", whole);
    Vars grids;
    for (std::size_t k = 0; k < vars.size(); ++k) {
        Shape shape(vars.size(), 1);
        shape[k] = whole[k];
        grids.push_back(broadcast(reshape(vars[k], shape), whole));
    }
    return grids;
}

}  // namespace jt
