// Ops that read and write by index.
#pragma once
#include "../var.hpp"

namespace jt {

/// x[{1, Slice{0, 3}, newaxis, ellipsis}]: integers and slices as in Python.
Var getitem(const Var& x, const Indices& indices);
/// Rows x[index[...]] along axis 0 by an integer Var, negative ones from the end; the gradient adds into the rows.
Var getitem(const Var& x, const Var& index);
/// The transpose of getitem: zeros of `shape` with rows of g added at `index`.
Var scatter_add(const Var& g, const Var& index, const Shape& shape);
/// y[i, j, ...] = x[index[i, j, ...], j, ...], the index standing for axis `dim`: x and the integer index have as many
/// axes, and the index reaches over no more than x along the others. The gradient adds into the places read.
Var gather(const Var& x, int dim, const Var& index);
/// x with src[i, j, ...] written at [index[i, j, ...], j, ...] along axis `dim`; of several at one place the last
/// counts. index and src have one shape. Gradients reach x where nothing was written, and src where it counts.
Var scatter(const Var& x, int dim, const Var& index, const Var& src);
/// The places where x is not 0, in row-major order: int32 (n, rank).
Var nonzero(const Var& x);
/// The same apart: for each axis where the elements are, int32 (n,).
Vars where(const Var& c);

}  // namespace jt
