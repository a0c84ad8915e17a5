// Draw a line chart into an SVG file: text, lines and boxes, and curves with axes, ticks and a legend.
#pragma once
#include <string>
#include <vector>

/// How text stands: `anchor` is start, middle or end.
struct TextStyle {
    double size = 12;
    std::string color = "#333", anchor = "start", weight = "normal";
};

/// A white page; x goes right and y down, in pixels.
class Svg {
public:
    Svg(double width, double height);

    void text(double x, double y, const std::string& words, const TextStyle& style = {});
    void line(double x1, double y1, double x2, double y2, const std::string& color, double width = 1);
    void box(double x, double y, double width, double height, const std::string& fill,
             const std::string& stroke = "none");
    void dot(double x, double y, const std::string& color);
    void curve(const std::vector<std::pair<double, double>>& points, const std::string& color);
    /// Throws a jt::FileError when the file cannot be written.
    void save(const std::string& path) const;

private:
    std::string content_;
};

/// One value for each step 1, 2, ...; values that are not finite leave a gap.
struct Series {
    std::string label, color;
    std::vector<double> values;
};

struct Chart {
    std::string title;
    std::vector<Series> series;
    bool logarithmic = false;
    std::string unit = {};  ///< behind the numbers of the upright axis
};

struct Area {
    double x, y, width, height;
};

/// Draws the chart with its title, legend and axes inside the area.
void draw(Svg& svg, const Chart& chart, const Area& area);
