// Products of vectors, of batches of matrices, and over axes that are named.
#pragma once
#include <string>

#include "../var.hpp"

namespace jt {

/// (b, n, k) x (b, k, m), with any number of leading axes that broadcast.
Var bmm(const Var& a, const Var& b);
/// (b, n, k) x (b, m, k), the second one transposed.
Var bmm_transpose(const Var& a, const Var& b);
/// beta * input + alpha * bmm(batch1, batch2).
Var baddbmm(const Var& input, const Var& batch1, const Var& batch2, double beta = 1, double alpha = 1);
/// matmul(a, b transposed in its last two axes).
Var matmul_transpose(const Var& a, const Var& b);
/// y[i, j] = a[i] * b[j] of a (n,) and b (m,).
Var outer(const Var& a, const Var& b);
/// sum(a * b) of a (n,) and b (n,).
Var dot(const Var& a, const Var& b);
/// The sum over the last `count` axes of a and the first ones of b; or over axes_a of a and axes_b of b, pair by pair.
Var tensordot(const Var& a, const Var& b, int count = 2);
Var tensordot(const Var& a, const Var& b, const Axes& axes_a, const Axes& axes_b);
/// Each element of a times all of b: the extents multiply, axes are aligned at the last one.
Var kron(const Var& a, const Var& b);
/// The vector product along an axis of extent 3; other axes broadcast.
Var cross(const Var& a, const Var& b, int dim = -1);
/// Einstein's summation, as NumPy: einsum("bij,bjk->bik", a, b). A letter for each axis of each operand; letters behind
/// -> are the axes of the result, all others are summed over, and one that an operand repeats is its diagonal; "..."
/// stands for axes that broadcast. Without -> the letters that come once are kept, in alphabetical order. Products that
/// are summed are floats, as matmul's. Throws a ValueError for what is no equation, a ShapeError where extents differ.
Var einsum(const std::string& equation, const Vars& operands);
template <std::derived_from<Var>... V>
Var einsum(const std::string& equation, const V&... operands) {
    return einsum(equation, Vars{Var(operands)...});
}
/// The inverse of square matrices (..., n, n), worked out in double; a ValueError where one is singular.
Var inv(const Var& x);
/// Their determinants (...), (1,) of one matrix; 0 where one is singular, of which the gradient is a ValueError.
Var det(const Var& x);

/// Jittor's jt.linalg.
namespace linalg {
using jt::det;
using jt::einsum;
using jt::inv;
}  // namespace linalg

}  // namespace jt
