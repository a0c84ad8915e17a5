// What is a strided view of an array, made dense.
#pragma once
#include "../../array.hpp"
#include "../../windows.hpp"

namespace jt::kernels {

/// x backwards along axes.
Array flip(const Array& x, AxisSet axes);

/// The elements whose column less row is `offset`, along two axes.
struct Diagonal {
    std::int64_t offset;
    int row, column;
};
/// They as the last axis, behind the other axes.
Array diagonal(const Array& x, const Diagonal& d);
/// The transpose of diagonal: zeros of `shape` with x on the diagonal.
Array undiagonal(const Array& x, const Shape& shape, const Diagonal& d);

/// x (n, c, h, w) to (n, c * kh * kw, windows): each of the windows is a column. Padding is zeros.
Array unfold(const Array& x, const Windows& windows);
/// The transpose of unfold: columns added into zeros of `shape`, where they came from.
Array fold(const Array& columns, const Shape& shape, const Windows& windows);

}  // namespace jt::kernels
