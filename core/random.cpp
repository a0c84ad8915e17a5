// The stream (x = 16807 x mod 2^31 - 1) and the distributions that Jittor draws from it.
#include "random.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/movement/order.hpp"
#include "streams.hpp"

namespace jt {

namespace {

// x = 16807 x mod 2^31 - 1, many steps at once: step k + 1 of a state is 16807^(k + 1) of it.
class Stream {
public:
    explicit Stream(std::uint32_t state) { states_[abreast - 1] = state; }

    float uniform() {
        if (next_ == abreast) leap();
        return numbers_[next_++];
    }

    /// Behind the last number taken.
    std::uint32_t state() const { return states_[next_ - 1]; }

private:
    static constexpr int abreast = 32;
    static constexpr std::uint32_t prime = 2147483647;

    static constexpr std::uint32_t product(std::uint64_t x, std::uint32_t y) {
        const std::uint64_t whole = x * y, folded = (whole & prime) + (whole >> 31);
        return static_cast<std::uint32_t>(folded >= prime ? folded - prime : folded);
    }

    struct Powers {
        std::uint32_t of[abreast];
        constexpr Powers() : of{16807} {
            for (int k = 1; k < abreast; ++k) of[k] = product(of[k - 1], 16807);
        }
    };

    void leap() {
        static constexpr Powers powers;
        const std::uint32_t last = states_[abreast - 1];
        for (int k = 0; k < abreast; ++k) states_[k] = product(powers.of[k], last);
        for (int k = 0; k < abreast; ++k) {
            const float u = static_cast<float>(static_cast<std::int32_t>(states_[k] - 1)) / 2147483646.0F;
            numbers_[k] = u >= 1.0F ? 0x1.fffffep-1F : u;
        }
        next_ = 0;
    }

    std::uint32_t states_[abreast];
    float numbers_[abreast];
    int next_ = abreast;
};

// The polar method: two numbers a round. Rounds are tried many at a time, but never more than are still needed, so that
// the stream ends where it does one by one. The fma is what Jittor's build makes of it.
class Rounds {
public:
    std::int64_t count = 0;

    Rounds(Stream& s, std::int64_t tries) {
        for (std::int64_t k = 0; k < tries; ++k) {
            const float x = x_[count] = 2.0F * s.uniform() - 1.0F, y = y_[count] = 2.0F * s.uniform() - 1.0F;
            const float r2 = r2_[count] = std::fma(y, y, x * x);
            count += (r2 <= 1.0F) & (r2 != 0.0F);
        }
        float scale[most];
        for (std::int64_t k = 0; k < count; ++k) scale[k] = std::log(r2_[k]);
        for (std::int64_t k = 0; k < count; ++k) scale[k] = std::sqrt(-2.0F * scale[k] / r2_[k]);
        for (std::int64_t k = 0; k < count; ++k) y_[k] *= scale[k], x_[k] *= scale[k];
    }

    float first(std::int64_t k) const { return y_[k]; }
    float second(std::int64_t k) const { return x_[k]; }

    static constexpr std::int64_t most = 64;

private:
    float x_[most], y_[most], r2_[most];
};

// by * draw + plus. Jittor fuses the two but for a draw of one element.
struct Scale {
    float by, plus;
    bool fused;

    Scale(const Shape& shape, double by, double plus)
        : by(static_cast<float>(by)), plus(static_cast<float>(plus)), fused(shape.numel() != 1) {}
    float operator()(float draw) const { return fused ? std::fma(draw, by, plus) : std::fma(draw, by, 0.0F) + plus; }
};

// put(stream, first element, elements).
template <class T, class Put>
Array filled(const Shape& shape, Put put) {
    Array out(shape, dtype_of<T>);
    const drawing::Drawing drawing;
    Stream s(drawing->jittor);
    put(s, out.data<T>(), out.numel());
    drawing->jittor = s.state();
    return out;
}

// One number drawn for each element.
template <class T, class Draw>
Array fill(const Shape& shape, Draw draw) {
    return filled<T>(shape, [draw](Stream& s, T* to, std::int64_t n) {
        std::generate_n(to, n, [&] { return static_cast<T>(draw(s)); });
    });
}

template <class Finish>
Array fill_normal(const Shape& shape, Finish finish) {
    return filled<float>(shape, [finish](Stream& s, float* to, std::int64_t n) {
        while (n > 0) {
            const Rounds rounds(s, std::min((n + 1) / 2, Rounds::most));
            for (std::int64_t k = 0; k < rounds.count; ++k, n -= 2) {
                *to++ = finish(rounds.first(k));
                if (n > 1) *to++ = finish(rounds.second(k));
            }
        }
    });
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
    return fill_normal(shape, [](float z) { return z; });
}

Array normal(const Shape& shape, double mean, double deviation) {
    return fill_normal(shape, Scale(shape, deviation, mean));
}

Array integers(const Shape& shape, std::int64_t low, std::int64_t high) {
    const auto bottom = static_cast<float>(low), top = static_cast<float>(high) - 0.5F;
    const Scale to(shape, static_cast<double>(high - low), bottom);
    return fill<std::int32_t>(shape,
                              [=](Stream& s) { return std::floor(std::min(std::max(to(s.uniform()), bottom), top)); });
}

Array permutation(std::int64_t n) { return kernels::argsort(uniform({n}), 0, false); }

std::uint32_t state() { return Drawing()->jittor; }

void set_state(std::uint32_t state) { Drawing()->jittor = state; }

}  // namespace drawing
}  // namespace jt
