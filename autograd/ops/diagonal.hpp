// Diagonals of matrices, and what lies on either side of them. Diagonal 1 is the one above the main one, -1 below.
#pragma once
#include "../var.hpp"

namespace jt {

/// The elements of a diagonal between two axes, as the last axis.
Var diagonal(const Var& x, int offset = 0, int dim1 = 0, int dim2 = 1);
/// A matrix with the elements of a 1-d x on one diagonal and zeros elsewhere; that diagonal of a matrix x.
Var diag(const Var& x, int diagonal = 0);
/// The part on and below a diagonal of the last two axes, zeros elsewhere.
Var tril(const Var& x, int diagonal = 0);
/// The part on and above it.
Var triu(const Var& x, int diagonal = 0);
/// Sum of the main diagonal of a matrix.
Var trace(const Var& x);

}  // namespace jt
