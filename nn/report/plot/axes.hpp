// Ticks of axes, and numbers as text.
#pragma once
#include <string>
#include <vector>

namespace jt::plot {

inline constexpr const char *ink = "#333", *faint = "#888", *grid = "#e4e4e4";

/// Whether an axis has a place for it: beyond are NaN, infinity, and what makes differences infinite.
bool has_place(double value, bool logarithmic = false);
/// Four digits.
std::string number(double value);
/// As many digits as tell a tick from its neighbour.
std::string number(double value, const std::vector<double>& ticks);

/// The lowest and the highest of the numbers that have a place; 0 and 1, or 0.1 and 1, when there are none.
struct Extent {
    explicit Extent(bool logarithmic = false) : logarithmic(logarithmic) {}
    void add(double value);
    bool empty() const { return low > high; }
    /// Round numbers around them: even ones about `most`, or powers of ten and what lies between them; two at least.
    std::vector<double> ticks(int most = 5) const;
    /// A little more than they take, on both sides.
    Extent widened() const;

    bool logarithmic;
    double low = 1, high = 0;
};

/// Round numbers, evenly spaced, the first at or below low and the last at or above high.
std::vector<double> even_ticks(double low, double high, int most);

}  // namespace jt::plot
