// The arrays that minijt and NumPy write for each other, see numpy_files.py.
#pragma once
#include "../../core/files/npz.hpp"
#include "../core/arrays.hpp"

namespace jt::test {

inline const Shape shapes[] = {{}, {1}, {7}, {0}, {2, 3}, {2, 0, 3}, {3, 1, 4, 2}, {1000}};

/// Element i is 37 * i modulo 251, less 100 where the dtype has a sign; modulo 2 for bool.
inline Array pattern(const Shape& shape, Dtype dtype) {
    Array x(shape, dtype);
    each(x, [&](std::int64_t i, auto& e) {
        const auto value = i * 37 % 251;
        e = static_cast<std::remove_reference_t<decltype(e)>>(dtype == bool_   ? value % 2
                                                              : dtype == uint8 ? value
                                                                               : value - 100);
    });
    return x;
}

/// "float32/4" is the pattern in shapes[4].
inline NamedArrays patterns() {
    NamedArrays arrays;
    for (Dtype dtype : dtypes)
        for (std::size_t k = 0; k < std::size(shapes); ++k)
            arrays.emplace_back(std::string(name(dtype)) + "/" + std::to_string(k), pattern(shapes[k], dtype));
    return arrays;
}

/// What comes back of an array: no 0-d ones.
inline Array loaded(const Array& x) { return x.rank() == 0 ? x.reshaped({1}) : x; }

inline bool same_arrays(const NamedArrays& x, const NamedArrays& y) {
    bool same = x.size() == y.size();
    for (std::size_t k = 0; same && k < x.size(); ++k)
        same = x[k].first == y[k].first && same_bits(loaded(x[k].second), loaded(y[k].second));
    return same;
}

}  // namespace jt::test
