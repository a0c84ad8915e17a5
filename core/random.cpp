// The stream (x = 16807 x mod 2^31 - 1) and the distributions that Jittor draws from it.
#include "random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "streams.hpp"

namespace jt {

namespace {

class Stream {
public:
    explicit Stream(std::uint32_t state) : state(state) {}

    float uniform() {
        state = static_cast<std::uint32_t>(state * std::uint64_t{16807} % 2147483647U);
        const float u = static_cast<float>(state - 1U) / 2147483646.0F;
        return u >= 1.0F ? std::nextafter(1.0F, 0.0F) : u;
    }

    std::uint32_t state;
};

// The polar method: two numbers a round, the second one kept for the next call. The fma is what Jittor's build makes of
// it.
class Normal {
public:
    float operator()(Stream& s) {
        if (kept_) {
            kept_ = false;
            return saved_;
        }
        float x, y, r2;
        do {
            x = 2.0F * s.uniform() - 1.0F;
            y = 2.0F * s.uniform() - 1.0F;
            r2 = std::fma(y, y, x * x);
        } while (r2 > 1.0F || r2 == 0.0F);
        const float scale = std::sqrt(-2.0F * std::log(r2) / r2);
        saved_ = x * scale;
        kept_ = true;
        return y * scale;
    }

private:
    bool kept_ = false;
    float saved_ = 0;
};

// by * draw + plus. Jittor fuses the two but for a draw of one element.
struct Scale {
    float by, plus;
    bool fused;

    Scale(const Shape& shape, double by, double plus)
        : by(static_cast<float>(by)), plus(static_cast<float>(plus)), fused(shape.numel() != 1) {}
    float operator()(float draw) const { return fused ? std::fma(draw, by, plus) : std::fma(draw, by, 0.0F) + plus; }
};

template <class T, class Draw>
Array fill(const Shape& shape, Draw draw) {
    Array out(shape, dtype_of<T>);
    const drawing::Drawing drawing;
    Stream s(drawing->jittor);
    std::generate_n(out.data<T>(), out.numel(), [&] { return static_cast<T>(draw(s)); });
    drawing->jittor = s.state;
    return out;
}

}  // namespace

void set_global_seed(std::int64_t seed) { *drawing::Drawing() = drawing::Streams::seeded(seed); }

namespace drawing {

Array uniform(const Shape& shape) {
    return fill<float>(shape, [](Stream& s) { return s.uniform(); });
}

Array uniform(const Shape& shape, double low, double high) {
    return fill<float>(shape, [to = Scale(shape, low - high, high)](Stream& s) { return to(s.uniform()); });
}

Array normal(const Shape& shape) {
    return fill<float>(shape, [z = Normal()](Stream& s) mutable { return z(s); });
}

Array normal(const Shape& shape, double mean, double deviation) {
    return fill<float>(shape,
                       [to = Scale(shape, deviation, mean), z = Normal()](Stream& s) mutable { return to(z(s)); });
}

Array integers(const Shape& shape, std::int64_t low, std::int64_t high) {
    const auto bottom = static_cast<float>(low), top = static_cast<float>(high) - 0.5F;
    const Scale to(shape, static_cast<double>(high - low), bottom);
    return fill<std::int32_t>(shape,
                              [=](Stream& s) { return std::floor(std::min(std::max(to(s.uniform()), bottom), top)); });
}

Array permutation(std::int64_t n) {
    const Array keys = uniform({n});
    Array order({n}, Dtype::int32);
    auto* first = order.data<std::int32_t>();
    std::iota(first, first + n, 0);
    const float* key = keys.data<float>();
    std::stable_sort(first, first + n, [key](std::int32_t a, std::int32_t b) { return key[a] < key[b]; });
    return order;
}

std::uint32_t state() { return Drawing()->jittor; }

void set_state(std::uint32_t state) { Drawing()->jittor = state; }

}  // namespace drawing
}  // namespace jt
