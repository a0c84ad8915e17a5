// Index expressions such as "i1*2+i3", read and worked out for every index at once. Private to autograd/ops.
#pragma once
#include <string>

#include "../../core/kernels/movement/reindex.hpp"

namespace jt {

/// What the names in an expression stand for: i0, i1, ... count through y; xshape0, ... and yshape0, ... are extents.
struct IndexNames {
    const char* op;
    Shape x, y;
};

/// A value at each (i0, i1, ...), and between which two it lies.
struct IndexValue {
    kernels::Sum sum;
    std::int64_t low, high;
};

/// The value of "i1*2+i3" at each (i0, i1, ...) of y. There may be + - * / % as in C++ (/ cuts towards 0), brackets,
/// whole numbers and names; a * / or % may depend on one axis only, but what is multiplied by a number on any. Throws a
/// ValueError that names the expression, and the place of what cannot be read.
IndexValue index_value(const IndexNames& names, const std::string& expression);
/// Open where "i1+1 >= i2", a comparison of two such values, does not hold.
kernels::Guard unless(const IndexNames& names, const std::string& condition);

}  // namespace jt
