// Elements read from, and joined at, places that are written as expressions of their own.
#pragma once
#include <string>
#include <vector>

#include "../var.hpp"

namespace jt {

/// y[i0, i1, ...] = x[indexes...] of a `shape`, overflow_value where an index is outside x or a condition holds:
/// x.reindex({n, c, oh, ow, kh, kw}, {"i0", "i1", "i2*2+i4", "i3*2+i5"}). An index for each axis of x is made of + - *
/// / % as in C++ (/ cuts towards 0), brackets, whole numbers, i0, i1, ..., the extents of x, xshape0, ..., and those of
/// y, yshape0, ...; a condition such as "i2 > i3+1" compares two of them by < <= > >= == or !=. What is no sum of whole
/// numbers times what one of i0, i1, ... decides, such as "(i0+i1)/2", throws a ValueError, as do Jittor's extras
/// ("@e0(i0)"). The gradient is reindex_reduce of "add".
Var reindex(const Var& x, const Shape& shape, const std::vector<std::string>& indexes, const Scalar& overflow_value = 0,
            const std::vector<std::string>& overflow_conditions = {});
/// x[indexes...] = op(x[indexes...], y[i0, i1, ...]) of all elements of y whose indices are inside `shape` and for
/// which no condition holds; here x is the result. op is "add" ("sum"), "maximum" ("max") or "minimum" ("min"). What
/// nothing reaches is 0, and of the others the smallest or the largest number of the dtype. Of elements that tie for an
/// extreme each gets the whole gradient. Jittor's other ops throw a ValueError.
Var reindex_reduce(const Var& y, const std::string& op, const Shape& shape, const std::vector<std::string>& indexes,
                   const std::vector<std::string>& overflow_conditions = {});

}  // namespace jt
