// Elements that go round, and the places of some.
#pragma once
#include "../../array.hpp"

namespace jt::kernels {

/// y[i + shift] = x[i] along one axis, what leaves at one end comes back at the other.
Array roll(const Array& x, std::int64_t shift, int axis);
/// The places of elements that are not 0, in row-major order: int32 (n, rank).
Array nonzero(const Array& x);

}  // namespace jt::kernels
