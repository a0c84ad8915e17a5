// Products of matrices.
#pragma once
#include "../var.hpp"

namespace jt {

/// (..., n, k) x (..., k, m); leading axes broadcast; 1-d operands as in NumPy, vector times vector has shape (1,).
Var matmul(const Var& a, const Var& b);
/// matmul(a, b transposed in its last two axes), and a's likewise; nothing is copied.
Var matmul(const Var& a, const Var& b, bool trans_a, bool trans_b);
/// x w^T + b for x (..., in), w (out, in), b (out,) or empty.
Var linear(const Var& x, const Var& w, const Var& b = {});

}  // namespace jt
