// Ops that read and write by index. Entries of integer indices count from the end where they are below 0; one out of
// range throws an IndexError. Of several values for one element the last one counts, and it alone gets a gradient.
#pragma once
#include <string>

#include "../var.hpp"

namespace jt {

/// x[...]: integers, slices, newaxis and ellipsis as in Python; integer Vars and masks as in NumPy, but that index Vars
/// apart from each other stay in place of the first one, and integers do not count as such, as in Jittor. The gradient
/// adds into what was read.
Var getitem(const Var& x, const Indices& indices);
/// x[...] = value, which broadcasts and is cast to x's dtype (a ValueError for numbers that this does not hold). A leaf
/// is written through its node, as by assign, unless value is a computed Var or a parameter: then, and for an x that an
/// op computed, a new Var is recorded and this handle rebound. Returns x.
Var& setitem(Var& x, const Indices& indices, const Operand& value);
/// The transpose of x[index]: zeros of `shape` with rows of g added at `index`.
Var scatter_add(const Var& g, const Var& index, const Shape& shape);
/// y[i, j, ...] = x[index[i, j, ...], j, ...], the index standing for axis `dim`: x and the integer index have as many
/// axes, and the index reaches over no more than x along the others. The gradient adds into the places read.
Var gather(const Var& x, int dim, const Var& index);
/// x with src[i, j, ...] written at [index[i, j, ...], j, ...] along axis `dim`, added there, or multiplied with what
/// is there: reduce is "void", "add" or "multiply". src broadcasts to the index's shape.
Var scatter(const Var& x, int dim, const Var& index, const Operand& src, const std::string& reduce = "void");
/// x[..., index, ...]: the parts along axis `dim` that an integer index names.
Var index_select(const Var& x, int dim, const Var& index);
/// x with src added at these parts, those that are named twice twice. src broadcasts to the shape of index_select's
/// result.
Var index_add(const Var& x, int dim, const Var& index, const Var& src);
/// x with these parts filled.
Var index_fill(const Var& x, int dim, const Var& index, const Operand& value);
/// gather, with x and index broadcast along the other axes; without dim of all of x, flat.
Var take_along_dim(const Var& x, const Var& index, std::optional<int> dim = {});
/// The places where x is not 0, in row-major order: int32 (n, rank).
Var nonzero(const Var& x);
/// The same apart: for each axis where the elements are, int32 (n,).
Vars where(const Var& c);

}  // namespace jt
