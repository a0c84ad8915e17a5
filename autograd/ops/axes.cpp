// Permutations of axes, and of what lies along them.
#include "axes.hpp"

#include <algorithm>

#include "../../core/kernels/movement/movement.hpp"
#include "../../core/kernels/xt/views.hpp"
#include "promote.hpp"
#include "shape.hpp"

namespace jt {

namespace {

Axes inverse(const Axes& permutation) {
    Axes out = permutation;
    for (std::size_t k = 0; k < permutation.size(); ++k)
        out[static_cast<std::size_t>(permutation[k])] = static_cast<int>(k);
    return out;
}

Axes checked_permutation(const char* name, const Axes& permutation, int rank) {
    Axes out;
    for (int k = 0; k < rank && permutation.empty(); ++k) out.push_back(rank - 1 - k);
    if (!permutation.empty()) axis_set(name, permutation, rank);
    for (int axis : permutation) out.push_back(normalize_axis(name, axis, rank));
    if (static_cast<int>(out.size()) != rank)
        fail<ShapeError>(name, ": needs each of ", rank, " axes once, got ", out.size(), " axes");
    return out;
}

Var permute_in(const char* name, const Var& x, const Axes& permutation) {
    static constexpr Op op{"transpose", [](const Var& g, const Call& call) -> Vars {
                               return {transpose(g, inverse(call.params<Axes>()))};
                           }};
    const Axes axes = checked_permutation(name, permutation, node_of(name, x).value.rank());
    return record(op, kernels::permute(x.array(), axes), {x}, axes);
}

Var exchange(const char* name, const Var& x, int a, int b) {
    const int first = axis_of(name, x, a), second = axis_of(name, x, b);
    Axes axes = list_of(all_axes(x.ndim()));
    std::swap(axes[static_cast<std::size_t>(first)], axes[static_cast<std::size_t>(second)]);
    return permute_in(name, x, axes);
}

Var roll_along(const Var& x, std::int64_t shift, int axis) {
    struct Turn {
        std::int64_t shift;
        int axis;
    };
    static constexpr Op op{"roll", [](const Var& g, const Call& call) -> Vars {
                               const auto& turn = call.params<Turn>();
                               return {roll(g, -turn.shift, turn.axis)};
                           }};
    const std::int64_t turns = shift % std::max<std::int64_t>(x.shape(axis), 1);
    return record(op, kernels::roll(x.array(), turns, axis), {x}, Turn{turns, axis});
}

// y[..., i, ..., j, ...] = x[..., j, ..., n - 1 - i, ...], the places being those of the two axes.
Var quarter_turn(const Var& x, int first, int second) {
    struct Pair {
        int first, second;
    };
    static constexpr Op op{"rot90", [](const Var& g, const Call& call) -> Vars {
                               const auto& axes = call.params<Pair>();
                               return {quarter_turn(g, axes.second, axes.first)};
                           }};
    Shape shape = x.shape();
    kernels::Strides strides = kernels::strides_of(shape);
    const auto last = std::max<std::int64_t>(shape[second] - 1, 0) * strides[second];
    std::swap(shape[first], shape[second]);
    std::swap(strides[first], strides[second]);
    strides[first] *= -1;
    return record(op, kernels::strided(x.array(), last, shape, strides), {x}, Pair{first, second});
}

}  // namespace

Var transpose(const Var& x, const Axes& permutation) { return permute_in("transpose", x, permutation); }

Var transpose(const Var& x, int dim0, int dim1) { return exchange("transpose", x, dim0, dim1); }

Var permute(const Var& x, const Axes& axes) { return permute_in("permute", x, axes); }

Var swapaxes(const Var& x, int axis0, int axis1) { return exchange("swapaxes", x, axis0, axis1); }

Var movedim(const Var& x, const Axes& source, const Axes& destination) {
    const int rank = node_of("movedim", x).value.rank();
    axis_set("movedim", source, rank);
    axis_set("movedim", destination, rank);
    if (source.size() != destination.size())
        fail<ShapeError>("movedim: needs a place for each axis, got ", source.size(), " axes and ", destination.size(),
                         " places");
    Axes order;
    order.resize(static_cast<std::size_t>(rank), -1);
    for (std::size_t k = 0; k < source.size(); ++k)
        order[static_cast<std::size_t>(normalize_axis("movedim", destination[k], rank))] =
            normalize_axis("movedim", source[k], rank);
    for (int axis = 0; axis < rank; ++axis)
        if (std::find(order.begin(), order.end(), axis) == order.end())
            *std::find(order.begin(), order.end(), -1) = axis;
    return transpose(x, order);
}

Var flip(const Var& x, const Axes& dims) {
    static constexpr Op op{
        "flip", [](const Var& g, const Call& call) -> Vars { return {flip(g, list_of(call.params<AxisSet>()))}; }};
    const AxisSet axes = axis_set(op.name, dims, node_of(op.name, x).value.rank());
    return record(op, kernels::flip(x.array(), axes), {x}, axes);
}

Var roll(const Var& x, const Ints& shifts, const Axes& dims) {
    axis_set("roll", dims, node_of("roll", x).value.rank());
    const auto wanted = std::max<std::size_t>(dims.size(), 1);
    if (shifts.size() != wanted)
        fail<ValueError>("roll: needs one shift an axis, ", wanted, " in all, got ", shifts.size());
    if (dims.empty()) return reshape(roll_along(reshape(x, {x.numel()}), shifts[0], 0), x.shape());
    Var y = x;
    for (std::size_t k = 0; k < dims.size(); ++k) y = roll_along(y, shifts[k], axis_of("roll", x, dims[k]));
    return y;
}

Var rot90(const Var& x, int k, const Axes& dims) {
    axis_set("rot90", dims, node_of("rot90", x).value.rank());
    if (dims.size() != 2) fail<ShapeError>("rot90: needs two axes, got ", dims.size());
    const int turns = (k % 4 + 4) % 4;
    if (turns == 0) return x.clone();
    if (turns == 2) return flip(x, dims);
    const int first = axis_of("rot90", x, dims[0]), second = axis_of("rot90", x, dims[1]);
    return turns == 1 ? quarter_turn(x, first, second) : quarter_turn(x, second, first);
}

}  // namespace jt
