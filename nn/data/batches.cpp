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

Drawn::Drawn(std::uint32_t own_stream) : before(*drawing::Drawing()), after(before) { after.jittor = own_stream; }

void Drawn::hand_over(std::uint32_t& own_stream) const {
    own_stream = after.jittor;
    const drawing::Drawing now;
    if (now->python == before.python) now->python = after.python;
    if (now->numpy == before.numpy) now->numpy = after.numpy;
}

}  // namespace jt::dataset::detail
