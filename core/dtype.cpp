// The names of the element types.
#include "dtype.hpp"

#include <ostream>

namespace jt {

const char* name(Dtype dtype) {
    constexpr const char* names[] = {"bool", "uint8", "int32", "int64", "float32", "float64"};
    return names[static_cast<int>(dtype)];
}

std::ostream& operator<<(std::ostream& out, Dtype dtype) { return out << name(dtype); }

}  // namespace jt
