// The nearest pixel is read at places; a mean of four is one of two rows, then one of two columns.
#include "resize.hpp"

#include <algorithm>
#include <cmath>

#include "../../core/kernels/movement/blend.hpp"
#include "places.hpp"

namespace jt {

using kernels::Blend;
using kernels::Places;

namespace {

/// Along one axis: where in n elements each of m comes from.
struct Grid {
    std::int64_t n, m;
    ResizeMode mode;
    bool align_corners;

    std::vector<float> positions() const {
        const double ratio = static_cast<double>(n) / static_cast<double>(m);
        const double aligned = static_cast<double>(n - 1) / static_cast<double>(std::max<std::int64_t>(m - 1, 1));
        const auto scale = static_cast<float>(align_corners ? aligned : ratio);
        const bool centres = mode == ResizeMode::bilinear && !align_corners;
        const auto shift = static_cast<float>(centres ? ratio * 0.5 - 0.5 : 0);
        std::vector<float> out(static_cast<std::size_t>(m));
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = std::clamp(static_cast<float>(i) * scale + shift, 0.0F, static_cast<float>(n - 1));
        return out;
    }

    Blend blend() const {
        Blend out{n, {}, {}};
        for (const float position : positions()) {
            out.place.push_back(std::min(static_cast<std::int64_t>(position), n - 1));
            out.share.push_back(position - std::floor(position));
        }
        return out;
    }
};

struct Blends {
    Blend rows, columns;
};
using SharedBlends = SharedPtr<const Blends>;

Var unblended(const Var& y, const SharedBlends& b);

Var blended(const Var& x, const SharedBlends& b) {
    static constexpr Op op{
        "resize", [](const Var& g, const Call& call) -> Vars { return {unblended(g, call.params<SharedBlends>())}; }};
    return record(op, kernels::blend(kernels::blend(x.array(), 2, b->rows), 3, b->columns), {x}, b);
}

Var unblended(const Var& y, const SharedBlends& b) {
    static constexpr Op op{"resize_grad", [](const Var& g, const Call& call) -> Vars {
                               return {blended(g, call.params<SharedBlends>())};
                           }};
    return record(op, kernels::unblend(kernels::unblend(y.array(), 3, b->columns), 2, b->rows), {y}, b);
}

Map nearest_places(const Shape& shape, const Grid& rows, const Grid& columns) {
    auto down = rows.blend().place;
    for (auto& place : down) place *= columns.n;
    const std::int64_t plane = rows.n * columns.n;
    return make_shared_ptr<const Places>(
        Places{{0, {{shape[1] * plane}, {plane}, {0, std::move(down)}, {0, columns.blend().place}}}, {}});
}

void check_image(const Var& img, Pair size) {
    const Shape& shape = node_of("resize", img).value.shape();
    if (shape.size() != 4) fail<ShapeError>("resize: needs an image (n, c, h, w), got ", shape);
    if (shape[2] < 1 || shape[3] < 1 || size.h < 1 || size.w < 1)
        fail<ShapeError>("resize: needs h and w of 1 or more, before and after, got ", shape, " and ", size);
}

}  // namespace

Var resize(const Var& img, Pair size, ResizeMode mode, bool align_corners) {
    check_image(img, size);
    const Shape& own = img.shape();
    const Shape shape{own[0], own[1], size.h, size.w};
    check_room("resize", shape, img.dtype());
    const Var x = mode == ResizeMode::nearest ? img : float_of("resize", img);
    const Grid rows{own[2], size.h, mode, align_corners}, columns{own[3], size.w, mode, align_corners};
    if (shape.numel() == 0) return read_at(x, make_shared_ptr<const Places>(), shape);
    if (mode == ResizeMode::nearest) return read_at(x, nearest_places(own, rows, columns), shape);
    return blended(x, make_shared_ptr<const Blends>(Blends{rows.blend(), columns.blend()}));
}

}  // namespace jt
