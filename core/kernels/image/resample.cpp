// Columns first, then rows, each rounded to bytes; weights are whole multiples of 2^-22.
#include "resample.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace jt::kernels {

namespace {

using Byte = std::uint8_t;
constexpr int precision = 22;
constexpr std::int64_t block = 4096;  // elements at a time, however many there are

Byte to_byte(std::int32_t x) { return static_cast<Byte>(std::clamp(x, 0, 255)); }

/// What one new element is the mean of: weights.size() old ones from `first` on.
struct Window {
    std::int64_t first;
    std::vector<std::int32_t> weights;
};

/// Halves go up: lround would differ from Pillow where x + 0.5 is not exact.
std::int64_t rounded(double x) { return static_cast<std::int64_t>(std::floor(x + 0.5)); }

/// Weights fall linearly from 1 at `center` to 0 at `reach` elements from it.
Window window(double center, double reach, std::int64_t extent) {
    const auto first = std::max<std::int64_t>(rounded(center - reach), 0);
    const auto last = std::min(rounded(center + reach), extent);
    std::vector<double> shares;
    double sum = 0;
    for (auto k = first; k < last; ++k) {
        const double share = std::max(0.0, 1 - std::abs((static_cast<double>(k) - center + 0.5) * (1 / reach)));
        shares.push_back(share);
        sum += share;
    }
    Window out{first, {}};
    for (const double share : shares)
        out.weights.push_back(static_cast<std::int32_t>(rounded(share / sum * (1 << precision))));
    return out;
}

/// Those of the new elements from `begin` up to `end` where `from` elements become `to`.
std::vector<Window> windows(std::int64_t from, std::int64_t to, std::int64_t begin, std::int64_t end) {
    const double scale = static_cast<double>(from) / static_cast<double>(to);
    std::vector<Window> out;
    for (auto k = begin; k < end; ++k)
        out.push_back(window((static_cast<double>(k) + 0.5) * scale, std::max(scale, 1.0), from));
    return out;
}

/// The weighted mean of lines of bytes that follow on each other.
void write_mean(const std::vector<std::int32_t>& weights, const Byte* lines, std::int64_t line, Byte* target) {
    std::int32_t sums[block];
    for (std::int64_t at = 0; at < line; at += block) {
        const auto n = std::min(block, line - at);
        std::fill_n(sums, n, 1 << (precision - 1));
        const Byte* part = lines + at;
        for (const std::int32_t weight : weights) {
            for (std::int64_t k = 0; k < n; ++k) sums[k] += weight * part[k];
            part += line;
        }
        for (std::int64_t k = 0; k < n; ++k) target[at + k] = to_byte(sums[k] >> precision);
    }
}

/// The middle one of three axes at another extent.
Array along_middle(const Array& x, std::int64_t to) {
    const std::int64_t from = x.shape()[1], line = x.shape()[2];
    Array out({x.shape()[0], to, line}, uint8);
    const Byte* const source = x.data<Byte>();
    Byte* const target = out.data<Byte>();
    for (std::int64_t begin = 0; begin < to; begin += block) {
        const auto some = windows(from, to, begin, std::min(begin + block, to));
        for (std::int64_t k = 0; k < x.shape()[0]; ++k) {
            Byte* place = target + (k * to + begin) * line;
            for (const Window& window : some) {
                write_mean(window.weights, source + (k * from + window.first) * line, line, place);
                place += line;
            }
        }
    }
    return out;
}

/// value * opacity / 255, rounded.
Byte weighed(Byte value, Byte opacity) {
    const int product = value * opacity + 128;
    return static_cast<Byte>((product + (product >> 8)) >> 8);
}

Byte unweighed(Byte value, Byte opacity) { return opacity == 0 ? value : to_byte(255 * value / opacity); }

/// Each channel but the last becomes f(channel, last).
template <class F>
Array with_opacity(Array image, F f) {
    const std::int64_t channels = image.shape()[2];
    Byte* pixel = image.data<Byte>();
    for (const Byte* end = pixel + image.numel(); pixel != end; pixel += channels)
        for (std::int64_t k = 0; k + 1 < channels; ++k) pixel[k] = f(pixel[k], pixel[channels - 1]);
    return image;
}

Array resampled_channels(const Array& image, std::int64_t height, std::int64_t width) {
    const std::int64_t old_height = image.shape()[0], channels = image.shape()[2];
    const Array columns = along_middle(image, width);
    return along_middle(columns.reshaped({1, old_height, width * channels}), height)
        .reshaped({height, width, channels});
}

}  // namespace

Array resampled(const Array& image, std::int64_t height, std::int64_t width) {
    const Shape& shape = image.shape();
    if (shape[0] == height && shape[1] == width) return image;
    if (shape[2] % 2 == 1) return resampled_channels(image, height, width);
    return with_opacity(resampled_channels(with_opacity(image, weighed), height, width), unweighed);
}

}  // namespace jt::kernels
