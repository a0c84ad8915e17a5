// What goes round, and places, as xtensor expressions.
#include "scan.hpp"

#include "../xt.hpp"

namespace jt::kernels {

Array roll(const Array& x, std::int64_t shift, int axis) {
    return map_xt(x, [&](const auto& v) { return xt::roll(v, shift % x.shape()[axis], axis); });
}

Array nonzero(const Array& x) {
    std::vector<std::int32_t> places;
    dispatch(x.dtype(), [&]<class T>(T) {
        if (x.numel() == 0) return;
        const auto found = xt::nonzero(adapted(x.data<T>(), x.shape()));
        for (std::size_t i = 0; i < found[0].size(); ++i)
            for (const auto& axis : found) places.push_back(static_cast<std::int32_t>(axis[i]));
    });
    Array out({static_cast<std::int64_t>(places.size()) / x.rank(), x.rank()}, Dtype::int32);
    std::copy(places.begin(), places.end(), out.data<std::int32_t>());
    return out;
}

}  // namespace jt::kernels
