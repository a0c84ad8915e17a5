// What ops refuse of windows. Private to autograd/ops.
#pragma once
#include "../../core/windows.hpp"
#include "promote.hpp"

namespace jt {

/// Throws a ValueError in the name of `op` for numbers that make no windows.
template <class N>
void check_numbers(const char* op, const WindowsOf<N>& w) {
    for (int k = 0; k < N::axes; ++k)
        if (w.kernel[k] < 1 || w.stride[k] < 1 || w.dilation[k] < 1 || w.padding[k] < 0)
            fail<ValueError>(op, ": needs kernel, stride and dilation of 1 or more and padding of 0 or more, got ",
                             w.kernel, ", ", w.stride, ", ", w.dilation, " and ", w.padding);
}

/// And a ShapeError for x (n, c, ...) that no window fits into.
template <class N>
void check_windows(const char* op, const Shape& x, const WindowsOf<N>& w) {
    check_numbers(op, w);
    for (int k = 0; k < N::axes; ++k)
        if (x[2 + k] + 2 * w.padding[k] < w.reach(k))
            fail<ShapeError>(op, ": needs a kernel no larger than the padded input, got ", w.kernel, ", ",
                             w.dilation[k], " apart, for ", x);
}

}  // namespace jt
