// A constant border is written around x in one go, others are joined to it axis by axis.
#include "pad.hpp"

#include <algorithm>
#include <limits>

#include "../../core/kernels/movement/movement.hpp"
#include "axes.hpp"
#include "index.hpp"
#include "join.hpp"
#include "part.hpp"

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

// `size` elements of x that stand before it, or behind it.
Var edge(const Var& x, int axis, std::int64_t size, bool behind, PadMode mode) {
    const auto n = x.shape(axis);
    if (mode == PadMode::replicate) return repeat_interleave(part(x, axis, behind ? n - 1 : 0, 1), size, axis);
    if (mode == PadMode::circular) return part(x, axis, behind ? 0 : n - size, size);
    return flip(part(x, axis, behind ? n - 1 - size : 1, size), axis);
}

Var pad_along(const Var& x, int axis, const Border& border, PadMode mode) {
    const auto most = limit(mode, border.n), wanted = std::max(border.before, border.behind);
    if (wanted > most)
        fail<ShapeError>("pad: needs at most ", most, " in this mode along axis ", axis, " of ", x.shape(), ", got ",
                         wanted);
    Shape shape = x.shape();
    shape[axis] = border.padded();
    check_shape("pad", shape);
    Vars parts;
    if (border.before > 0) parts.push_back(edge(x, axis, border.before, false, mode));
    parts.push_back(border.kept() == border.n ? x : part(x, axis, border.cut(), border.kept()));
    if (border.behind > 0) parts.push_back(edge(x, axis, border.behind, true, mode));
    return concat(parts, axis);
}

}  // namespace

Var pad(const Var& x, const Ints& padding, PadMode mode, const Scalar& value) {
    const Borders all = borders(x, padding);
    if (mode == PadMode::constant) return pad_constant(x, all, value);
    Var y = x.clone();
    for (std::size_t k = 0; k < all.size(); ++k)
        if (all[k].before != 0 || all[k].behind != 0) y = pad_along(y, static_cast<int>(k), all[k], mode);
    return y;
}

}  // namespace jt
