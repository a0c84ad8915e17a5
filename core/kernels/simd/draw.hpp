// Draws from Jittor's random stream, many numbers at once, in the bits that they have one by one.
#pragma once
#include "../elementwise/rows.hpp"
#include "math.hpp"

namespace jt::kernels::JT_ISA {

/// Step k + 1 of a state is 16807^(k + 1) of it, so that 32 steps do not wait for each other.
struct Stream {
    static constexpr int abreast = 32;
    static constexpr std::uint32_t prime = 2147483647;
    std::uint32_t states[abreast];

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

    void leap(std::uint32_t last, float* u) {
        static constexpr Powers powers;
        for (int k = 0; k < abreast; ++k) states[k] = product(powers.of[k], last);
        for (int k = 0; k < abreast; ++k) {
            const float share = static_cast<float>(static_cast<std::int32_t>(states[k] - 1)) / 2147483646.0F;
            u[k] = share >= 1.0F ? 0x1.fffffep-1F : share;
        }
    }
};

/// See DrawRows.
inline std::uint32_t uniform(std::uint32_t state, float* u, std::int64_t n) {
    Stream s;
    for (; n >= s.abreast; n -= s.abreast, u += s.abreast) s.leap(state, u), state = s.states[s.abreast - 1];
    if (n == 0) return state;
    float rest[s.abreast];
    s.leap(state, rest);
    __builtin_memcpy(u, rest, static_cast<std::size_t>(n) * sizeof *u);
    return s.states[n - 1];
}

/// The C library's logf of x in (0, 1] but for subnormal ones, bit for bit: x = 2^k z with z near the middle of one of
/// 16 intervals, whose inverse and logarithm a table holds; the table and the cubic are those of ARM's optimized
/// routines, which glibc and musl have.
inline float log_of_share(float x) {
    struct Middle {
        double inverse, log;
    };
    static constexpr Middle table[16] = {
        {0x1.661ec79f8f3bep+0, -0x1.57bf7808caadep-2}, {0x1.571ed4aaf883dp+0, -0x1.2bef0a7c06ddbp-2},
        {0x1.49539f0f010bp+0, -0x1.01eae7f513a67p-2},  {0x1.3c995b0b80385p+0, -0x1.b31d8a68224e9p-3},
        {0x1.30d190c8864a5p+0, -0x1.6574f0ac07758p-3}, {0x1.25e227b0b8eap+0, -0x1.1aa2bc79c81p-3},
        {0x1.1bb4a4a1a343fp+0, -0x1.a4e76ce8c0e5ep-4}, {0x1.12358f08ae5bap+0, -0x1.1973c5a611cccp-4},
        {0x1.0953f419900a7p+0, -0x1.252f438e10c1ep-5}, {0x1p+0, 0x0p+0},
        {0x1.e608cfd9a47acp-1, 0x1.aa5aa5df25984p-5},  {0x1.ca4b31f026aap-1, 0x1.c5e53aa362eb4p-4},
        {0x1.b2036576afce6p-1, 0x1.526e57720db08p-3},  {0x1.9c2d163a1aa2dp-1, 0x1.bc2860d22477p-3},
        {0x1.886e6037841edp-1, 0x1.1058bc8a07ee1p-2},  {0x1.767dcf5534862p-1, 0x1.4043057b6ee09p-2},
    };
    const auto bits = __builtin_bit_cast(std::uint32_t, x), from_first = bits - 0x3f330000;
    const Middle& middle = table[from_first >> 19 & 15];
    const double z = __builtin_bit_cast(float, bits - (from_first & 0xff800000));
    const double k = static_cast<std::int32_t>(from_first) >> 23, r = z * middle.inverse - 1, square = r * r;
    const double tail = -0x1.00ea348b88334p-2 * square + (0x1.5575b0be00b6ap-2 * r - 0x1.ffffef20a4123p-2);
    return static_cast<float>(tail * square + (middle.log + k * 0x1.62e42fefa39efp-1 + r));
}

inline void log_of_shares(const float* x, float* y, std::int64_t n) {
    for (std::int64_t k = 0; k < n; ++k) y[k] = log_of_share(x[k]);
}

/// Points of the square, of which those within the circle are kept.
struct Points {
    static constexpr std::int64_t most = 256;
    float x[most], y[most], square[most], scale[most];
    std::int64_t count = 0;

    /// The fma is what Jittor's build makes of it.
    Points(const float* u, std::int64_t tries) {
        for (std::int64_t k = 0; k < tries; ++k) {
            x[k] = 2.0F * u[2 * k] - 1.0F, y[k] = 2.0F * u[2 * k + 1] - 1.0F;
            square[k] = __builtin_fmaf(y[k], y[k], x[k] * x[k]);
        }
        for (std::int64_t k = 0; k < tries; ++k) {
            x[count] = x[k], y[count] = y[k], square[count] = square[k];
            count += (square[k] <= 1.0F) & (square[k] != 0.0F);
        }
    }

    void set_scales() {
        log_of_shares(square, scale, count);
        apply(scale, scale, count, [](const Vec<float>& log) { return -2 * log; });
        in_vectors<float>(
            count, [](auto& s, const auto& square) { s = Math<float>::sqrt(s / square); }, scale,
            const_cast<const float*>(square));
    }
};

inline std::int64_t normal(std::uint32_t& state, std::int64_t tries, float* z) {
    float u[2 * Points::most];
    std::int64_t count = 0;
    for (std::int64_t done = 0; done < tries; done += Points::most) {
        const auto now = tries - done < Points::most ? tries - done : Points::most;
        state = uniform(state, u, 2 * now);
        Points points(u, now);
        points.set_scales();
        for (std::int64_t k = 0; k < points.count; ++k, count += 2)
            z[count] = points.y[k] * points.scale[k], z[count + 1] = points.x[k] * points.scale[k];
    }
    return count;
}

inline void scale(float* x, std::int64_t n, float by, float plus) {
    for (std::int64_t k = 0; k < n; ++k) x[k] = __builtin_fmaf(x[k], by, plus);
}

inline constexpr DrawRows draw_rows = {uniform, normal, log_of_shares, scale};

}  // namespace jt::kernels::JT_ISA
