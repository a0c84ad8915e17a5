// Vars joined, taken apart and repeated along axes.
#pragma once
#include "../var.hpp"

namespace jt {

/// Joined along an axis that exists; dtypes promote.
Var concat(const Vars& parts, int axis = 0);
inline Var cat(const Vars& parts, int axis = 0) { return concat(parts, axis); }
/// Joined along a new axis; equal shapes, dtypes promote.
Var stack(const Vars& parts, int dim = 0);
/// Pieces of `sizes` elements along an axis, the last one shorter where it does not come out even; a list holds the
/// size of each piece, which add up to the extent.
Vars split(const Var& x, const Ints& sizes, int dim = 0);
/// k pieces of equal size, or as many of that size, rounded up, as there are, and a shorter last one: 6 in 5 chunks are
/// three of two, as in PyTorch (Jittor gives an empty one more).
Vars chunk(const Var& x, int k, int dim = 0);
/// The parts at each place of an axis, without it.
Vars unbind(const Var& x, int dim = 0);
/// The whole repeated along each axis, {2} along the last one; more repeats than axes add leading ones.
Var repeat(const Var& x, const Ints& repeats);
inline Var tile(const Var& x, const Ints& repeats) { return repeat(x, repeats); }
/// Each element repeated along an axis, or along x as one row where none is named: as often as the number says, or an
/// integer Var for each (of one entry: for all).
Var repeat_interleave(const Var& x, std::int64_t repeats, std::optional<int> dim = {});
Var repeat_interleave(const Var& x, const Var& repeats, std::optional<int> dim = {});
/// For 1-d Vars the n-d grids of their elements, axis k along the k-th: Jittor's and PyTorch's indexing "ij".
Vars meshgrid(const Vars& vars);

namespace detail {
template <std::size_t n>
std::array<Var, n> taken_apart(const char* op, const Vars& pieces) {
    if (pieces.size() != n) fail<ShapeError>(op, ": needs an axis that gives ", n, " Vars, got ", pieces.size());
    std::array<Var, n> out;
    for (std::size_t k = 0; k < n; ++k) out[k] = pieces[k];
    return out;
}
}  // namespace detail

/// `const auto [i, f, g, o] = chunk<4>(y, 1);` and likewise: a ShapeError when there are more or fewer than n.
template <std::size_t n>
std::array<Var, n> split(const Var& x, const Ints& sizes, int dim = 0) {
    return detail::taken_apart<n>("split", split(x, sizes, dim));
}
template <std::size_t n>
std::array<Var, n> chunk(const Var& x, int dim = 0) {
    return detail::taken_apart<n>("chunk", chunk(x, static_cast<int>(n), dim));
}
template <std::size_t n>
std::array<Var, n> unbind(const Var& x, int dim = 0) {
    return detail::taken_apart<n>("unbind", unbind(x, dim));
}

}  // namespace jt
