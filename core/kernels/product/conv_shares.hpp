// Shares of a batch of images, side by side on threads. Private to core/kernels.
#pragma once
#include "../../array.hpp"
#include "../parallel.hpp"
#include "conv_geometry.hpp"

namespace jt::kernels {

/// Images [from, end) of a batch.
struct Images {
    std::int64_t from, end;
};

/// Images of a share: `least` multiplications or more, and at most `most` shares.
inline std::int64_t images_of_share(const Convolution& c, std::int64_t least, std::int64_t most) {
    const auto whole = [](std::int64_t n, std::int64_t part) { return (n + part - 1) / part; };
    const auto images = std::max(whole(least, std::max(c.work(), std::int64_t{1})), whole(c.images, most));
    return 2 * images <= c.images ? images : c.images;
}

/// f(images) for shares that are worth a thread and what each needs to prepare itself.
template <class F>
void each_share(const Convolution& c, F f) {
    const auto grain = images_of_share(c, products_at_once, 16);
    for_blocks(c.images, grain, [&](std::int64_t from, std::int64_t end) { f(Images{from, end}); });
}

/// sum (n numbers) becomes all that f(images, sum) adds: each share adds to zeros of its own, which are then added in
/// the order of shares. There are so few that this is nothing beside their work, and that they take 16 MiB at most.
template <class T, class F>
void add_shares(const Convolution& c, T* sum, std::int64_t n, F f) {
    const std::int64_t room = (std::int64_t{1} << 24) / static_cast<std::int64_t>(sizeof(T)) / n;
    const auto grain = images_of_share(c, std::max(products_at_once, 256 * n), std::clamp<std::int64_t>(room, 1, 8));
    const auto more = (c.images - 1) / grain;
    Array parts = Array::zeros({more * n}, dtype_of<T>);
    T* const part = more > 0 ? parts.template data<T>() : nullptr;
    std::fill_n(sum, n, T{0});
    for_blocks(c.images, grain, [&](std::int64_t from, std::int64_t end) {
        f(Images{from, end}, from == 0 ? sum : part + (from / grain - 1) * n);
    });
    for (std::int64_t k = 0; k < more; ++k)
        for (std::int64_t i = 0; i < n; ++i) sum[i] += part[k * n + i];
}

}  // namespace jt::kernels
