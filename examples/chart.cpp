// SVG by hand: each element is a line of text.
#include "chart.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "png.hpp"

namespace {

const char* const ink = "#333";
const char* const faint = "#888";
const char* const grid = "#e4e4e4";

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

std::string attribute(const char* name, const std::string& value) {
    return std::string(" ") + name + "=\"" + value + '"';
}
std::string attribute(const char* name, double value) { return attribute(name, number(value)); }

std::string escaped(const std::string& words) {
    std::string out;
    for (const char c : words) out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    return out;
}

}  // namespace

Svg::Svg(double width, double height) {
    content_ = "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", width) + attribute("height", height) +
               attribute("viewBox", "0 0 " + number(width) + ' ' + number(height)) +
               " font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\">\n";
    box(0, 0, width, height, "white");
}

void Svg::text(double x, double y, const std::string& words, const TextStyle& style) {
    content_ += "<text" + attribute("x", x) + attribute("y", y) + attribute("font-size", style.size) +
                attribute("fill", style.color) + attribute("text-anchor", style.anchor) +
                attribute("font-weight", style.weight) + '>' + escaped(words) + "</text>\n";
}

void Svg::line(double x1, double y1, double x2, double y2, const std::string& color, double width) {
    content_ += "<line" + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) + attribute("y2", y2) +
                attribute("stroke", color) + attribute("stroke-width", width) + "/>\n";
}

void Svg::box(double x, double y, double width, double height, const std::string& fill, const std::string& stroke) {
    content_ += "<rect" + attribute("x", x) + attribute("y", y) + attribute("width", width) +
                attribute("height", height) + attribute("fill", fill) + attribute("stroke", stroke) + "/>\n";
}

void Svg::dot(double x, double y, const std::string& color, const DotStyle& style) {
    content_ +=
        "<circle" + attribute("cx", x) + attribute("cy", y) + attribute("r", style.radius) + attribute("fill", color);
    if (style.ring != "none") content_ += attribute("stroke", style.ring) + attribute("stroke-width", style.ring_width);
    content_ += "/>\n";
}

void Svg::curve(const std::vector<std::pair<double, double>>& points, const std::string& color) {
    std::string list;
    for (const auto& [x, y] : points) list += (list.empty() ? "" : " ") + number(x) + ',' + number(y);
    content_ += "<polyline" + attribute("points", list) + attribute("fill", "none") + attribute("stroke", color) +
                attribute("stroke-width", 2) + attribute("stroke-linejoin", "round") + "/>\n";
}

void Svg::image(const Area& area, const jt::Var& pixels) {
    const auto height = pixels.shape(0), width = pixels.shape(1);
    const jt::Var colors = pixels.ndim() == 3 ? pixels : (1 - pixels).unsqueeze(2).expand({height, width, 3});
    std::string rgb;
    for (const float level : colors.to_vector<float>())
        rgb += static_cast<char>(std::lround(255 * std::clamp(level, 0.F, 1.F)));
    content_ += "<image" + attribute("x", area.x) + attribute("y", area.y) + attribute("width", area.width) +
                attribute("height", area.height) + attribute("preserveAspectRatio", "none") +
                attribute("style", "image-rendering:pixelated") +
                attribute("href", png_url(rgb, static_cast<int>(width), static_cast<int>(height))) + "/>\n";
}

void Svg::save(const std::string& path) const {
    std::ofstream file(path);
    file << content_ << "</svg>\n";
    if (!file.flush()) jt::fail<jt::FileError>(path, ": cannot be written");
}

void headline(Svg& svg, const std::string& sentence, const std::string& remark) {
    svg.text(40, 44, sentence, {22, "#111", "start", "bold"});
    svg.text(40, 68, remark, {13, "#666"});
}

void heading(Svg& svg, const Area& area, const std::string& title, const std::vector<LegendEntry>& legend) {
    const double y = area.y + 18;
    svg.text(area.x, y, title, {14, ink, "start", "bold"});
    double right = area.x + area.width;
    for (auto entry = legend.rbegin(); entry != legend.rend(); ++entry) {
        if (entry->label.empty()) continue;
        svg.text(right, y, entry->label, {12, ink, "end"});
        right -= 8 + 6.0 * static_cast<double>(entry->label.size());
        svg.line(right - 18, y - 4, right, y - 4, entry->color, 3);
        right -= 36;
    }
}

namespace {

/// Numbers from 1, 2, 5, 10, ... times `unit` near a raw step.
double round_step(double raw) {
    const double unit = std::pow(10, std::floor(std::log10(raw)));
    for (const double step : {1, 2, 5})
        if (raw <= step * unit) return step * unit;
    return 10 * unit;
}

/// Round numbers, evenly spaced, the first at or below low and the last at or above high.
std::vector<double> even_ticks(double low, double high, int most) {
    const double step = round_step(std::max(high - low, 1e-3) / most);
    std::vector<double> ticks;
    const double last = std::ceil(high / step - 1e-9);
    for (double k = std::floor(low / step + 1e-9); k <= last; ++k) ticks.push_back(k * step);
    return ticks;
}

/// 1, 2, 5, 10, ..., or powers of ten alone when there are many.
std::vector<double> log_ticks(double low, double high) {
    const bool wide = high / low > 200;
    std::vector<double> ticks;
    for (double unit = std::pow(10, std::floor(std::log10(low))); unit < high * 10; unit *= 10)
        for (const double k : {1, 2, 5})
            if (k == 1 || !wide) ticks.push_back(k * unit);
    const auto first = std::upper_bound(ticks.begin(), ticks.end(), low * 1.0001);
    const auto last = std::lower_bound(ticks.begin(), ticks.end(), high * 0.9999);
    return {std::max(first - 1, ticks.begin()), last + 1};
}

/// Draws one chart: it knows where the values lie on the page.
class Plot {
public:
    Plot(Svg& svg, const Chart& chart, const Area& area)
        : svg_(svg), chart_(chart), area_{area.x + 52, area.y + 40, area.width - 52, area.height - 84} {
        for (const auto& series : chart.series) values_ = std::max(values_, static_cast<int>(series.values.size()));
        ticks_ = value_ticks();
    }

    void draw() const {
        draw_value_axis();
        draw_step_axis();
        for (const auto& series : chart_.series) draw_series(series);
    }

private:
    bool drawable(double value) const { return std::isfinite(value) && (value > 0 || !chart_.logarithmic); }

    std::vector<double> value_ticks() const {
        double low = INFINITY, high = -INFINITY;
        for (const auto& series : chart_.series)
            for (const double value : series.values)
                if (drawable(value)) low = std::min(low, value), high = std::max(high, value);
        if (low > high) low = 0.1, high = 1;
        return chart_.logarithmic ? log_ticks(low, high) : even_ticks(low, high, 5);
    }

    /// Of the k-th value, counted from 1.
    double x(double k) const { return area_.x + area_.width * (values_ > 1 ? (k - 1) / (values_ - 1) : 0.5); }
    double scale(double value) const { return chart_.logarithmic ? std::log(value) : value; }
    double y(double value) const {
        const double low = scale(ticks_.front()), high = scale(ticks_.back());
        return area_.y + area_.height * (high - scale(value)) / (high - low);
    }

    void draw_value_axis() const {
        if (chart_.logarithmic) svg_.text(area_.x - 52, area_.y - 10, "logarithmic axis", {11, faint});
        for (const double tick : ticks_) {
            svg_.line(area_.x, y(tick), area_.x + area_.width, y(tick), grid);
            svg_.text(area_.x - 8, y(tick) + 4, number(tick) + chart_.unit, {11, faint, "end"});
        }
    }

    void draw_step_axis() const {
        const double bottom = area_.y + area_.height;
        svg_.line(area_.x, bottom, area_.x + area_.width, bottom, faint);
        const double first = chart_.stride, last = first * values_;
        for (const double tick : even_ticks(first, last, 8)) {
            const double step = std::max(tick, first), at = x(step / first);
            if (step > last || step != std::floor(step)) continue;
            svg_.line(at, bottom, at, bottom + 4, faint);
            svg_.text(at, bottom + 17, number(step), {11, faint, "middle"});
        }
        svg_.text(area_.x + area_.width / 2, bottom + 35, chart_.step, {11, faint, "middle"});
    }

    void draw_series(const Series& series) const {
        std::vector<std::pair<double, double>> points;
        for (std::size_t k = 0; k < series.values.size(); ++k) {
            const bool seen = drawable(series.values[k]);
            if (seen) points.emplace_back(x(static_cast<double>(k + 1)), y(series.values[k]));
            if (points.empty() || (seen && k + 1 < series.values.size())) continue;
            svg_.curve(points, series.color);
            svg_.dot(points.back().first, points.back().second, series.color);
            points.clear();
        }
    }

    Svg& svg_;
    const Chart& chart_;
    Area area_;
    int values_ = 1;
    std::vector<double> ticks_;
};

}  // namespace

void draw(Svg& svg, const Chart& chart, const Area& area) {
    std::vector<LegendEntry> legend;
    for (const auto& series : chart.series) legend.push_back({series.label, series.color});
    heading(svg, area, chart.title, legend);
    Plot(svg, chart, area).draw();
}

Plane::Plane(Svg& svg, const Area& area, const Window& window)
    : svg_(svg), area_{area.x + 36, area.y + 40, area.width - 36, area.height - 64}, window_(window) {}

double Plane::x(double value) const {
    return area_.x + area_.width * (value - window_.left) / (window_.right - window_.left);
}
double Plane::y(double value) const {
    return area_.y + area_.height * (window_.top - value) / (window_.top - window_.bottom);
}

void Plane::axes() const {
    const double below = area_.y + area_.height;
    svg_.box(area_.x, area_.y, area_.width, area_.height, "none", faint);
    for (const double tick : even_ticks(window_.left, window_.right, 6)) {
        if (tick < window_.left || tick > window_.right) continue;
        svg_.line(x(tick), below, x(tick), below + 4, faint);
        svg_.text(x(tick), below + 17, number(tick), {11, faint, "middle"});
    }
    for (const double tick : even_ticks(window_.bottom, window_.top, 6)) {
        if (tick < window_.bottom || tick > window_.top) continue;
        svg_.line(area_.x - 4, y(tick), area_.x, y(tick), faint);
        svg_.text(area_.x - 8, y(tick) + 4, number(tick), {11, faint, "end"});
    }
}

void Plane::image(const jt::Var& pixels) const { svg_.image(area_, pixels); }

template <class F>
void Plane::each(const jt::Var& points, F f) const {
    const auto values = points.to_vector<double>();
    for (std::size_t k = 0; k + 1 < values.size(); k += 2) {
        const double px = values[k], py = values[k + 1];
        if (px >= window_.left && px <= window_.right && py >= window_.bottom && py <= window_.top) f(x(px), y(py));
    }
}

void Plane::dots(const jt::Var& points, const std::string& color, const DotStyle& style) const {
    each(points, [&](double px, double py) { svg_.dot(px, py, color, style); });
}

void Plane::marks(const jt::Var& points, const std::string& words, const TextStyle& style) const {
    each(points, [&](double px, double py) { svg_.text(px, py + 0.36 * style.size, words, style); });
}

void Plane::lines(const jt::Var& from, const jt::Var& to, const std::string& color) const {
    const auto a = from.to_vector<double>(), b = to.to_vector<double>();
    for (std::size_t k = 0; k + 1 < a.size(); k += 2) svg_.line(x(a[k]), y(a[k + 1]), x(b[k]), y(b[k + 1]), color);
}
