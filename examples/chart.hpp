// Draw into an SVG file: text, lines, boxes and images, curves over time, and points in a plane.
#pragma once
#include <minijt/minijt.hpp>
#include <string>
#include <utility>
#include <vector>

struct Area {
    double x, y, width, height;
};

/// How text stands: `anchor` is start, middle or end.
struct TextStyle {
    double size = 12;
    std::string color = "#333", anchor = "start", weight = "normal";
};

struct DotStyle {
    double radius = 3;
    std::string ring = "none";  ///< the colour of a line around it
    double ring_width = 2;
};

/// A white page; x goes right and y down, in pixels.
class Svg {
public:
    Svg(double width, double height);

    void text(double x, double y, const std::string& words, const TextStyle& style = {});
    void line(double x1, double y1, double x2, double y2, const std::string& color, double width = 1);
    void box(double x, double y, double width, double height, const std::string& fill,
             const std::string& stroke = "none");
    void dot(double x, double y, const std::string& color, const DotStyle& style = {});
    void curve(const std::vector<std::pair<double, double>>& points, const std::string& color);
    /// Pixels (h, w) from 0, white, to 1, black, or (h, w, 3) of red, green and blue, stretched over the area.
    void image(const Area& area, const jt::Var& pixels);
    /// Throws a jt::FileError when the file cannot be written.
    void save(const std::string& path) const;

private:
    std::string content_;
};

/// What the page is about, at its top: a sentence, and a smaller one.
void headline(Svg& svg, const std::string& sentence, const std::string& remark);

struct LegendEntry {
    std::string label, color;
};
/// The title of a figure, and what its colours mean, along the upper edge of its area.
void heading(Svg& svg, const Area& area, const std::string& title, const std::vector<LegendEntry>& legend = {});

/// One value for each step 1, 2, ...; values that are not finite leave a gap.
struct Series {
    std::string label, color;
    std::vector<double> values;
};

struct Chart {
    std::string title;
    std::vector<Series> series;
    bool logarithmic = false;
    std::string unit = {};       ///< behind the numbers of the upright axis
    std::string step = "epoch";  ///< what the level axis counts
    int stride = 1;              ///< steps from one value to the next
};

/// Draws the chart with its title, legend and axes inside the area.
void draw(Svg& svg, const Chart& chart, const Area& area);

/// The corners of a part of the plane.
struct Window {
    double left, right, bottom, top;
};

/// A window of the plane laid into an area, of which it leaves 40 pixels above for the heading, and 36 on the left and
/// 24 below for ticks. It knows where a point lies on the page.
class Plane {
public:
    Plane(Svg& svg, const Area& area, const Window& window);

    /// A frame with ticks.
    void axes() const;
    /// Pixels as those of Svg::image, over the whole window.
    void image(const jt::Var& pixels) const;
    /// Each row of (n, 2) is a point. Points outside the window are left out.
    void dots(const jt::Var& points, const std::string& color, const DotStyle& style = {}) const;
    /// The same words at each point.
    void marks(const jt::Var& points, const std::string& words, const TextStyle& style) const;
    /// Lines from each point to its partner.
    void lines(const jt::Var& from, const jt::Var& to, const std::string& color) const;

private:
    double x(double value) const;
    double y(double value) const;
    template <class F>
    void each(const jt::Var& points, F f) const;

    Svg& svg_;
    Area area_;
    Window window_;
};
