// Inverses and determinants of matrices.
#pragma once
#include <optional>

#include "../../array.hpp"

namespace jt::kernels {

/// The inverse of each matrix (..., n, n) of floats, worked out in double, or nothing when one is singular.
std::optional<Array> inverse(const Array& x);
/// The determinants (...), 0 of a singular one.
Array determinant(const Array& x);

}  // namespace jt::kernels
