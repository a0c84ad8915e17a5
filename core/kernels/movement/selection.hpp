// Reading and writing what an index names: strided axes and listed places.
#pragma once
#include "movement.hpp"

namespace jt::kernels {

/// `size` elements, `stride` apart.
struct Stride {
    std::int64_t size, stride;
};

/// The elements of a dense array that `x[...]` names. Their order is that of the first `outer` axes, then of the listed
/// places, then of the other axes; where they lie among all is the sum of `start`, a place, and steps along the axes.
struct Selection {
    Shape shape;  ///< of what is read
    std::int64_t start = 0;
    SmallVector<Stride, 6> axes = {};
    std::size_t outer = 0;
    Array places = {};     ///< int32 or int64; none where all is strided: then `shape` is that of the axes
    bool repeats = false;  ///< whether an element may be named more than once

    bool listed() const { return static_cast<bool>(places); }
};
/// A box of an array of `shape`, one range an axis.
Selection box(const Ranges& ranges, const Shape& shape);
/// Where each element lies: int64, of the selection's shape.
Array offsets(const Selection& s);

/// What the selection names.
Array take(const Array& x, const Selection& s);
/// Writes v there, which broadcasts to the selection's shape and has x's dtype; of several for one element the last
/// one counts.
void put(Array& x, const Selection& s, const Array& v);
/// Zeros of `shape` with g, of the selection's shape, added there: the transpose of take.
Array untake(const Array& g, const Selection& s, const Shape& shape);
/// Adds v, of the selection's shape, there; the places are listed.
void add_at(Array& x, const Selection& s, const Array& v);

/// Where an integer index into an axis of an array of `shape` points to; an entry below 0 counts from the end. Of int32
/// where that counts the array's elements, else int64. No array when an entry is out of range.
Array places(const Array& index, const Shape& shape, int axis);
/// The same for an index that stands for the axis: where its entries point to among all elements, each in its own row
/// along the other axes.
Array places_in_rows(const Array& index, const Shape& shape, int axis);
/// The first entry that is out of range; there must be one.
std::int64_t first_outside(const Array& index, std::int64_t n);
/// Where a mask over axes of an array of `shape`, up to `axis`, is true: (n,), of int32 or int64 likewise.
Array places_of_true(const Array& mask, const Shape& shape, int axis);

}  // namespace jt::kernels
