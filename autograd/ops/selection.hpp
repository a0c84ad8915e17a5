// From indices to the elements that they name, and the ops that read and write those. Private to autograd/ops.
#pragma once
#include "../../core/kernels/movement/selection.hpp"
#include "../node.hpp"

namespace jt {

using kernels::Selection;
using Selected = SharedPtr<const Selection>;

/// What `x[...]` names in an array of `shape`, in the name of op.
Selection selected(const char* op, const Shape& shape, const Indices& indices);
/// The same within what a selection names.
Selection within(const char* op, const Selection& whole, const Indices& indices);
/// Along one axis the places of an index, all along the others.
Selection along(const char* op, const Shape& shape, int axis, const Var& index);
/// For each entry of an index the element that it points to along an axis, in its own row along the others.
Selection in_rows(const char* op, const Shape& shape, int axis, const Var& index);

/// What a selection names in x.
Var take(const Var& x, const Selected& s);
/// Whether writing v to x records: x was computed, or a gradient would come to v.
bool records_write(const Var& x, const Operand& v);
/// setitem, of what a selection names.
void write(Var& x, const Selected& s, const Operand& v);

}  // namespace jt
