// A constant border is written around x; others are boxes of x, whose gradients are added axis by axis.
#include "pad.hpp"

#include <algorithm>
#include <limits>

#include "../../core/kernels/movement/movement.hpp"
#include "arithmetic.hpp"
#include "axes.hpp"
#include "index.hpp"
#include "part.hpp"
#include "reduce.hpp"

namespace jt {

using kernels::Ranges;

namespace {

// How many elements are added before and behind n; negative ones are cut.
struct Border {
    std::int64_t n, before, behind;

    std::int64_t cut() const { return std::max<std::int64_t>(-before, 0); }
    std::int64_t kept() const { return n + std::min<std::int64_t>(before, 0) + std::min<std::int64_t>(behind, 0); }
    /// Throws when it cuts more than there is, or the sum has no int64.
    std::int64_t padded() const {
        if (before < -n || behind < -n || kept() < 0)
            fail<ShapeError>("pad: needs to cut at most ", n, " elements, got ", before, " and ", behind);
        std::int64_t out;
        if (__builtin_add_overflow(n, before, &out) || __builtin_add_overflow(out, behind, &out))
            fail<ShapeError>("pad: needs a size that fits in 63 bits, got ", n, " with ", before, " and ", behind);
        return out;
    }
};

using Borders = SmallVector<Border, 6>;

Borders borders(const Var& x, const Ints& padding) {
    const Shape& shape = node_of("pad", x).value.shape();
    if (padding.size() % 2 != 0 || padding.size() > 2 * shape.size())
        fail<ValueError>("pad: needs two numbers for each of at most ", shape.size(), " axes, got ", padding.size());
    Borders out;
    for (std::size_t k = 0; k < shape.size(); ++k) {
        const auto at = 2 * (shape.size() - 1 - k);
        const bool given = at < padding.size();
        out.push_back({shape[k], given ? padding[at] : 0, given ? padding[at + 1] : 0});
    }
    return out;
}

Vars box_rule(const Var& g, const Call& call) {
    Indices inside;
    for (const auto& range : call.params<Ranges>()) inside.push_back(Slice{range.start, range.start + range.size});
    return {getitem(g, inside)};
}

Var pad_constant(const Var& x, const Borders& borders, const Scalar& value) {
    static constexpr Op op{"pad", box_rule};
    check_number(op.name, value, x.dtype());
    Shape shape;
    Ranges box;
    Var y = x;
    for (const auto& border : borders) {
        const int axis = shape.rank();
        shape.push_back(border.padded());
        if (border.kept() < border.n) y = part(y, axis, border.cut(), border.kept());
        box.push_back({std::max<std::int64_t>(border.before, 0), 1, border.kept()});
    }
    check_shape(op.name, shape);
    return record(op, kernels::unslice(y.array(), box, shape, value), {y}, box);
}

std::int64_t limit(PadMode mode, std::int64_t n) {
    if (mode == PadMode::replicate) return n > 0 ? std::numeric_limits<std::int64_t>::max() : 0;
    return mode == PadMode::circular ? n : std::max<std::int64_t>(n - 1, 0);
}

// The places of what stands before x, of what is kept of x, and of what stands behind it.
std::array<Range, 3> ranges(const Border& border, PadMode mode) {
    const auto n = border.n, before = std::max<std::int64_t>(border.before, 0),
               behind = std::max<std::int64_t>(border.behind, 0);
    const Range middle{border.cut(), 1, border.kept()};
    if (mode == PadMode::replicate) return {{{0, 0, before}, middle, {n - 1, 0, behind}}};
    if (mode == PadMode::circular) return {{{n - before, 1, before}, middle, {0, 1, behind}}};
    return {{{before, -1, before}, middle, {n - 2, -1, behind}}};
}

// Zeros of n elements along an axis, with g added where `range` reads.
Var put_back(const Var& g, int axis, const Range& range, std::int64_t n) {
    const bool back = range.step == -1;
    Var piece = range.step == 0 ? sum(g, axis, keepdims) : back ? flip(g, axis) : g;
    const auto size = piece.shape(axis), start = back ? range.start - size + 1 : range.start;
    if (size == n) return piece;
    Borders around;
    for (const auto extent : piece.shape()) around.push_back({extent, 0, 0});
    around[static_cast<std::size_t>(axis)] = {size, start, n - start - size};
    return pad_constant(piece, around, 0);
}

Var unframe_along(const Var& g, int axis, const std::array<Range, 3>& ranges, std::int64_t n) {
    const auto& [before, middle, behind] = ranges;
    const auto piece = [&](std::int64_t at, const Range& range) {
        return put_back(part(g, axis, at, range.size), axis, range, n);
    };
    Var sum = piece(before.size, middle);
    if (behind.size > 0) sum = sum + piece(before.size + middle.size, behind);
    if (before.size > 0) sum = sum + piece(0, before);
    return sum;
}

Vars frame_rule(const Var& g, const Call& call) {
    const auto& ranges = call.params<kernels::Framed>();
    Var sum = g;
    for (int axis = g.ndim() - 1; axis >= 0; --axis) {
        const auto n = call.shape(0)[axis];
        const auto& along = ranges[static_cast<std::size_t>(axis)];
        if (along[1].size != n || sum.shape(axis) != n) sum = unframe_along(sum, axis, along, n);
    }
    return {sum};
}

// Throws where a border is wider than its mode allows.
void widen(Shape& shape, int axis, const Border& border, PadMode mode) {
    const auto most = limit(mode, border.n), wanted = std::max(border.before, border.behind);
    if (wanted > most)
        fail<ShapeError>("pad: needs at most ", most, " in this mode along axis ", axis, " of ", shape, ", got ",
                         wanted);
    shape[axis] = border.padded();
    check_shape("pad", shape);
}

Var pad_framed(const Var& x, const Borders& borders, PadMode mode) {
    static constexpr Op op{"pad", frame_rule};
    Shape shape = x.shape();
    kernels::Framed framed;
    for (const auto& border : borders) {
        widen(shape, static_cast<int>(framed.size()), border, mode);
        framed.push_back(ranges(border, mode));
    }
    return record(op, kernels::frame(x.array(), framed), {x}, framed);
}

}  // namespace

Var pad(const Var& x, const Ints& padding, PadMode mode, const Scalar& value) {
    const Borders all = borders(x, padding);
    return mode == PadMode::constant ? pad_constant(x, all, value) : pad_framed(x, all, mode);
}

}  // namespace jt
