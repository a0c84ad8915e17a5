#include "batches.hpp"

#include <cstring>

namespace jt::dataset::detail {

Packed packed(const Var& x) {
    const Array& value = x.array();
    const auto* first = static_cast<const std::byte*>(value.raw());
    return {value.shape(), value.dtype(), {first, first + value.bytes()}};
}

Var unpacked(const Packed& x) {
    Array value(x.shape, x.dtype);
    if (!x.bytes.empty()) std::memcpy(value.raw(), x.bytes.data(), x.bytes.size());
    return array(value);
}

}  // namespace jt::dataset::detail
