// The stream (x = 16807 x mod 2^31 - 1) and the distributions that Jittor draws from it.
#include "random.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/elementwise/rows.hpp"
#include "kernels/movement/order.hpp"
#include "kernels/parallel.hpp"
#include "streams.hpp"

namespace jt {

namespace {

constexpr std::int64_t chunk = 1024;

const kernels::DrawRows& draw_rows() { return kernels::fused_tables().draws; }

// The state that `steps` steps lead to: 16807^steps of it.
std::uint32_t ahead(std::uint64_t state, std::int64_t steps) {
    constexpr std::uint64_t prime = 2147483647;
    for (std::uint64_t square = 16807; steps != 0; steps /= 2, square = square * square % prime)
        if (steps % 2 != 0) state = state * square % prime;
    return static_cast<std::uint32_t>(state);
}

// by * draw + plus. Jittor fuses the two but for a draw of one element.
struct Scale {
    float by, plus;
    bool fused;

    Scale(const Shape& shape, double by, double plus)
        : by(static_cast<float>(by)), plus(static_cast<float>(plus)), fused(shape.numel() != 1) {}
    void operator()(float* draws, std::int64_t n) const {
        draw_rows().scale(draws, n, by, fused ? plus : 0);
        if (!fused) *draws += plus;
    }
};

void keep(float*, std::int64_t) {}

// put(state, first element, elements) draws and returns the state behind.
template <class T, class Put>
Array filled(const Shape& shape, Put put) {
    Array out(shape, dtype_of<T>);
    const drawing::Drawing drawing;
    drawing->jittor = put(drawing->jittor, out.data<T>(), out.numel());
    return out;
}

// finish(draws, n) of uniform draws, then finish_one of each.
template <class T, class Finish, class FinishOne>
Array fill(const Shape& shape, Finish finish, FinishOne finish_one) {
    return filled<T>(shape, [=](std::uint32_t state, T* to, std::int64_t n) {
        kernels::for_elements(n, [=](std::int64_t from, std::int64_t end) {
            float draws[chunk];
            for (auto now = ahead(state, from); from < end; from += chunk) {
                const auto count = std::min(chunk, end - from);
                now = draw_rows().uniform(now, draws, count);
                finish(draws, count);
                std::transform(draws, draws + count, to + from, finish_one);
            }
        });
        return ahead(state, n);
    });
}

template <class Finish>
Array fill_uniform(const Shape& shape, Finish finish) {
    return fill<float>(shape, finish, [](float u) { return u; });
}

// Rounds of the polar method are tried many at a time, but never more than are still needed, so that the stream ends
// where it does one by one.
template <class Finish>
Array fill_normal(const Shape& shape, Finish finish) {
    return filled<float>(shape, [finish](std::uint32_t state, float* to, std::int64_t n) {
        float draws[chunk];
        while (n > 0) {
            const auto drawn = draw_rows().normal(state, std::min((n + 1) / 2, chunk / 2), draws);
            const auto count = std::min(drawn, n);
            finish(draws, count);
            to = std::copy_n(draws, count, to);
            n -= count;
        }
        return state;
    });
}

}  // namespace

void set_global_seed(std::int64_t seed) { *drawing::Drawing() = drawing::Streams::seeded(seed); }

namespace drawing {

Array uniform(const Shape& shape) { return fill_uniform(shape, keep); }

Array uniform(const Shape& shape, double low, double high) {
    return fill_uniform(shape, Scale(shape, low - high, high));
}

Array normal(const Shape& shape) { return fill_normal(shape, keep); }

Array normal(const Shape& shape, double mean, double deviation) {
    return fill_normal(shape, Scale(shape, deviation, mean));
}

Array integers(const Shape& shape, std::int64_t low, std::int64_t high) {
    const auto bottom = static_cast<float>(low), top = static_cast<float>(high) - 0.5F;
    return fill<std::int32_t>(shape, Scale(shape, static_cast<double>(high - low), bottom), [=](float x) {
        return static_cast<std::int32_t>(std::floor(std::min(std::max(x, bottom), top)));
    });
}

Array permutation(std::int64_t n) { return kernels::argsort(uniform({n}), 0, false); }

std::uint32_t state() { return Drawing()->jittor; }

void set_state(std::uint32_t state) { Drawing()->jittor = state; }

}  // namespace drawing
}  // namespace jt
