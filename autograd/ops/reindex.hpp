// Elements read from, and joined at, places that are written as expressions of their own.
#pragma once
#include <string>
#include <vector>

#include "../var.hpp"

namespace jt {

/// y[i0, i1, ...] = x[indexes...] of a `shape`, overflow_value where an index is outside x or a condition holds:
/// x.reindex({n, c, oh, ow, kh, kw}, {"i0", "i1", "i2*2+i4", "i3*2+i5"}). Each axis of x has an index, of i0, i1, ...,
/// whole numbers, extents of x and y (xshape0, yshape1), brackets and + - * / % as in C++ (/ cuts towards 0); a
/// condition compares two of them: "i2 >= i3+1". A ValueError for what cannot be read, a division by 0, and a product,
/// / or % that several of i0, i1, ... decide, such as "(i0+i1)/2"; Jittor's extras ("@e0(i0)") are not there. The
/// gradient is reindex_reduce of "add".
Var reindex(const Var& x, const Shape& shape, const std::vector<std::string>& indexes, const Scalar& overflow_value = 0,
            const std::vector<std::string>& overflow_conditions = {});
/// x[indexes...] = op(x[indexes...], y[i0, i1, ...]) for all elements of y with indices inside `shape` and without a
/// condition that holds; here x is the result. op is "add" ("sum"), "maximum" ("max") or "minimum" ("min"), which start
/// at 0, the smallest and the largest number of the dtype; Jittor's others throw a ValueError. Of elements that tie for
/// an extreme each gets the whole gradient.
Var reindex_reduce(const Var& y, const std::string& op, const Shape& shape, const std::vector<std::string>& indexes,
                   const std::vector<std::string>& overflow_conditions = {});

}  // namespace jt
