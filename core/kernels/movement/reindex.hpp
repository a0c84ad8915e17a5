// Moving elements to and from places that are sums of what each index adds.
#pragma once
#include <vector>

#include "../../array.hpp"
#include "../elementwise/elementwise.hpp"

namespace jt::kernels {

/// What one index i adds to a sum: step * i, and an entry of the table unless that is empty.
struct Term {
    std::int64_t step = 0;
    std::vector<std::int64_t> table = {};
};

/// A whole number at each (i0, i1, ...): start and what each index adds.
struct Sum {
    std::int64_t start = 0;
    std::vector<Term> along = {};
};

/// What a sum has to be for a place to count: at least 0 and below n, as which negative ones are large. It never wraps.
struct Guard {
    Sum sum;
    std::uint64_t n;
};

/// For each (i0, i1, ...) a place among the elements of another array, where all guards let it. `at` wraps, so
/// that what does not count may be anywhere.
struct Places {
    Sum at;
    std::vector<Guard> guards;
};

/// y with x[place] at each (i0, i1, ...) where there is a place, `around` elsewhere; y is written over.
Array reindex(const Array& x, const Places& places, const Scalar& around, Array&& y);
/// `shape` full of one value, with each element of y joined to what is at its place by add, maximum or minimum, in
/// their order; elements without a place count nothing.
Array reindex_reduce(Binary f, const Array& y, const Places& places, const Scalar& start, const Shape& shape);

}  // namespace jt::kernels
