// Values over steps.
#include <algorithm>
#include <cmath>

#include "../plot.hpp"
#include "axes.hpp"

namespace jt::plot {

namespace {

const std::string& color_of(const Curves& curves, std::size_t k) {
    return curves.series[k].color.empty() ? color(k) : curves.series[k].color;
}

// It knows where the values lie on the page.
class Drawing {
public:
    Drawing(Page& page, const Curves& curves, const Area& area)
        : page_(page), curves_(curves), area_{area.x + 52, area.y + 40, area.width - 52, area.height - 84} {
        for (const auto& series : curves.series) values_ = std::max(values_, static_cast<int>(series.values.size()));
        ticks_ = value_ticks();
    }

    void draw() const {
        draw_value_axis();
        draw_step_axis();
        for (std::size_t k = 0; k < curves_.series.size(); ++k) draw_series(curves_.series[k], color_of(curves_, k));
    }

private:
    std::vector<double> value_ticks() const {
        Extent extent(curves_.logarithmic);
        for (const auto& series : curves_.series)
            for (const double value : series.values) extent.add(value);
        return extent.ticks();
    }

    /// Of the k-th value, counted from 1.
    double x(double k) const { return area_.x + area_.width * (values_ > 1 ? (k - 1) / (values_ - 1) : 0.5); }
    double scale(double value) const { return curves_.logarithmic ? std::log(value) : value; }
    double y(double value) const {
        const double low = scale(ticks_.front()), high = scale(ticks_.back());
        return area_.y + area_.height * (high - scale(value)) / (high - low);
    }

    void draw_value_axis() const {
        if (curves_.logarithmic) page_.text(area_.x - 52, area_.y + area_.height + 35, "logarithmic axis", {11, faint});
        for (const double tick : ticks_) {
            page_.line(area_.x, y(tick), area_.x + area_.width, y(tick), grid);
            page_.text(area_.x - 8, y(tick) + 4, number(tick, ticks_) + curves_.unit, {11, faint, "end"});
        }
    }

    void draw_step_axis() const {
        const double bottom = area_.y + area_.height;
        page_.line(area_.x, bottom, area_.x + area_.width, bottom, faint);
        const double first = curves_.stride, last = first * values_;
        const std::vector<double> ticks = even_ticks(first, last, 8);
        for (const double tick : ticks) {
            const double step = std::max(tick, first), at = x(step / first);
            if (step > last || step != std::floor(step)) continue;
            page_.line(at, bottom, at, bottom + 4, faint);
            page_.text(at, bottom + 17, number(step, ticks), {11, faint, "middle"});
        }
        page_.text(area_.x + area_.width / 2, bottom + 35, curves_.step, {11, faint, "middle"});
    }

    void draw_series(const Series& series, const std::string& color) const {
        std::vector<std::pair<double, double>> points;
        for (std::size_t k = 0; k < series.values.size(); ++k) {
            const bool seen = has_place(series.values[k], curves_.logarithmic);
            if (seen) points.emplace_back(x(static_cast<double>(k + 1)), y(series.values[k]));
            if (points.empty() || (seen && k + 1 < series.values.size())) continue;
            page_.curve(points, color);
            page_.dot(points.back().first, points.back().second, color);
            points.clear();
        }
    }

    Page& page_;
    const Curves& curves_;
    Area area_;
    int values_ = 1;
    std::vector<double> ticks_;
};

}  // namespace

void draw(Page& page, const Area& area, const Curves& curves) {
    if (curves.stride < 1) fail<ValueError>("Curves: needs a stride of 1 or more, got ", curves.stride);
    std::vector<LegendEntry> legend;
    for (std::size_t k = 0; k < curves.series.size(); ++k)
        legend.push_back({curves.series[k].label, color_of(curves, k)});
    heading(page, area, curves.title, legend);
    Drawing(page, curves, area).draw();
}

}  // namespace jt::plot
