#include "axes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace jt::plot {

namespace {

constexpr double farthest = 1e300;

std::string written(double value, int digits) {
    char text[40];
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    return text;
}

/// Numbers from 1, 2, 5, 10, ... times `unit` near a raw step.
double round_step(double raw) {
    const double unit = std::pow(10, std::floor(std::log10(raw)));
    for (const double step : {1, 2, 5})
        if (raw <= step * unit) return step * unit;
    return 10 * unit;
}

/// 1, 2, 5, 10, ..., or some powers of ten alone when there are many.
std::vector<double> log_ticks(double low, double high) {
    const bool wide = high / low > 200;
    const double first = std::floor(std::log10(low)), last = std::ceil(std::log10(high));
    const double stride = std::ceil(std::max(last - first, 1.) / 8);
    std::vector<double> ticks;
    for (double power = first; power < last + stride; power += stride)
        for (const double k : {1, 2, 5})
            if (k == 1 || !wide) ticks.push_back(k * std::pow(10, power));
    const auto above = std::upper_bound(ticks.begin(), ticks.end(), low * 1.0001);
    const auto end = std::lower_bound(ticks.begin(), ticks.end(), high * 0.9999);
    return {std::max(above - 1, ticks.begin()), std::min(end, ticks.end() - 1) + 1};
}

}  // namespace

bool has_place(double value, bool logarithmic) {
    return std::abs(value) <= farthest && (!logarithmic || value >= 1 / farthest);
}

std::string number(double value) { return written(value, 4); }

std::string number(double value, const std::vector<double>& ticks) {
    const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 0;
    const double ratio = std::max(std::abs(ticks.front()), std::abs(ticks.back())) / step;
    return written(value, ratio > 1e5 ? static_cast<int>(std::min(std::ceil(std::log10(ratio)) + 1, 15.)) : 6);
}

void Extent::add(double value) {
    if (!has_place(value, logarithmic)) return;
    low = empty() ? value : std::min(low, value);
    high = std::max(empty() ? value : high, value);
}

std::vector<double> Extent::ticks(int most) const {
    if (empty()) return logarithmic ? log_ticks(0.1, 1) : even_ticks(0, 1, most);
    if (!logarithmic) return even_ticks(low, high, most);
    return low < high ? log_ticks(low, high) : log_ticks(low / 1.5, high * 1.5);
}

Extent Extent::widened() const {
    Extent out = *this;
    if (empty()) out.low = 0, out.high = 1;
    const double room = out.low < out.high ? 0.04 * (out.high - out.low) : std::max(std::abs(out.low), 1.) / 2;
    out.low -= room;
    out.high += room;
    return out;
}

std::vector<double> even_ticks(double low, double high, int most) {
    const double least = std::max({std::abs(low) * 1e-9, std::abs(high) * 1e-9, 1e-290});
    if (high - low < least) {
        const double room = low == high && low != 0 ? std::abs(low) / 10 : std::max(least, low == high ? 1. : 0.);
        low -= room;
        high += room;
    }
    const double step = round_step((high - low) / most);
    const double last = std::ceil(high / step - 1e-9);
    std::vector<double> ticks;
    for (double k = std::floor(low / step + 1e-9); k <= last; ++k) ticks.push_back(k * step);
    return ticks;
}

}  // namespace jt::plot
