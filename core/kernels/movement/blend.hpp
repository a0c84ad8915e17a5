// Mixing neighbours along one axis.
#pragma once
#include <vector>

#include "../../array.hpp"

namespace jt::kernels {

/// For each i an element of an axis, in [0, n), and the share of the next one; behind the last one are zeros. Places
/// rise with i.
struct Blend {
    std::int64_t n;
    std::vector<std::int64_t> place;
    std::vector<float> share;
};

/// y[i] = x[place[i]] * (1 - share[i]) + x[place[i] + 1] * share[i] along an axis of floats.
Array blend(const Array& x, int axis, const Blend& b);
/// Its transpose.
Array unblend(const Array& y, int axis, const Blend& b);

}  // namespace jt::kernels
