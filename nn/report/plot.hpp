// Draw into SVG files: curves over time, scattered points, grids of images, heat maps, and what is made of text, lines,
// boxes and dots. `plot::save("run.svg", "97 % read right", "mlp, seed 0", {plot::Curves{...}, plot::HeatMap{...}});`
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "../../autograd/var.hpp"

namespace jt::plot {

/// A part of a page in pixels; x goes right and y down.
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

/// A white page. Colours are SVG's, "#0072b2" or "white". What has a coordinate that is NaN or infinite, or a size
/// below 0, is left out, and text from anywhere is safe. Throws a ValueError for a width or height that is not above 0.
class Page {
public:
    Page(double width, double height);

    void text(double x, double y, const std::string& words, const TextStyle& style = {});
    void line(double x1, double y1, double x2, double y2, const std::string& color, double width = 1);
    void box(const Area& area, const std::string& fill, const std::string& stroke = "none");
    void dot(double x, double y, const std::string& color, const DotStyle& style = {});
    void curve(const std::vector<std::pair<double, double>>& points, const std::string& color);
    /// Pixels (h, w) from 0, black, to 1, white, or (h, w, 3) of red, green and blue, stretched over the area; what
    /// lies beyond is cut off, a pixel with NaN is left out. Throws a ShapeError for others.
    void image(const Area& area, const Var& pixels);
    /// The text of the file.
    std::string svg() const;
    /// Writes it atomically; throws a FileError, also for a name that does not end in .svg.
    void save(const std::string& path) const;

private:
    class Element;

    std::string content_;
};

/// One of ten colours that are told apart also by the colour-blind; then they begin again.
const std::string& color(std::size_t k);

/// What the page is about, at its top: a sentence, and a smaller one. They take 92 pixels.
void headline(Page& page, const std::string& sentence, const std::string& remark);

struct LegendEntry {
    std::string label, color;
};
/// The title of a figure, and what its colours mean, along the upper edge of its area, of which they take 40 pixels. A
/// legend that does not fit beside the title stands below it, cut to its width: labels first, then entries.
void heading(Page& page, const Area& area, const std::string& title, const std::vector<LegendEntry>& legend = {});

/// One value for each step; NaN, infinity, and on a logarithmic axis what is not above 0, leave a gap.
struct Series {
    std::string label;
    std::vector<double> values = {};
    std::string color = {};  ///< or that of plot::color
};

/// Series over the steps 1, 2, ...
struct Curves {
    std::string title;
    std::vector<Series> series;
    bool logarithmic = false;
    std::string unit = {};       ///< behind the numbers of the upright axis
    std::string step = "epoch";  ///< what the level axis counts
    int stride = 1;              ///< steps from one value to the next
};

/// Points (n, 2), which may have classes (n,), whole numbers from 0: each class has a colour, and a name if there are.
/// A point with NaN or infinity is left out.
struct Scatter {
    std::string title;
    Var points;
    Var classes = {};
    std::vector<std::string> names = {};
    double radius = 3;
};

/// What Images draws: a Var, or a list of equal shapes, which is stacked (a ShapeError for others). None, or an empty
/// Var, is nothing to draw.
class ImageList : public Var {
public:
    ImageList() = default;
    ImageList(const Var& images) : Var(images) {}
    ImageList(const Vars& images);
};

/// Images (n, h, w), or (n, c, h, w) with one channel or three, from `low`, drawn black, to `high`, white. The other
/// way round, low = 1 and high = 0 draw ink on paper.
struct Images {
    std::string title;
    ImageList images = {};
    double low = 0, high = 1;
    int columns = 0;                         ///< 0: as many as make them largest
    std::vector<std::string> captions = {};  ///< below each
};

/// A matrix (rows, columns) in colours: blue from the lowest, pale, to the highest, dark. NaN and infinity leave a gap.
struct HeatMap {
    std::string title;
    Var matrix;
    std::vector<std::string> rows = {}, columns = {};     ///< labels, or the numbers from 0
    std::string row = {}, column = {};                    ///< what rows and columns are: "true", "predicted"
    bool numbers = true;                                  ///< in the cells, where there is room
    std::optional<std::pair<double, double>> range = {};  ///< from pale to dark, or that of the numbers
};

/// Each draws its figure with title, legend and axes into an area. Throws a ShapeError where a Var has another shape, a
/// DtypeError for classes that are no whole numbers, a ValueError for names, captions or labels that are too few, for
/// low that is high, for a range that does not rise, and for a stride below 1.
void draw(Page& page, const Area& area, const Curves& curves);
void draw(Page& page, const Area& area, const Scatter& scatter);
void draw(Page& page, const Area& area, const Images& images);
void draw(Page& page, const Area& area, const HeatMap& map);

using Panel = std::variant<Curves, Scatter, Images, HeatMap>;

struct Layout {
    int columns = 2;
    double width = 960, panel_height = 360;
};

/// A page of panels, row by row, below a headline, written atomically. Throws as draw does, a FileError, and a
/// ValueError for less than one column and for a width or height that is not above 0.
void save(const std::string& path, const std::string& sentence, const std::string& remark,
          const std::vector<Panel>& panels, const Layout& layout = {});

/// The corners of a part of the plane.
struct Window {
    double left, right, bottom, top;
};

/// A window of the plane laid into an area, of which it leaves 40 pixels above for the heading, and 36 on the left and
/// 24 below for ticks. It knows where a point lies on the page.
class Plane {
public:
    Plane(Page& page, const Area& area, const Window& window);

    /// A frame with ticks.
    void axes() const;
    /// Pixels as those of Page::image, over the whole window.
    void image(const Var& pixels) const;
    /// One point, unless it is outside the window.
    void dot(double x, double y, const std::string& color, const DotStyle& style = {}) const;
    /// Each row of (n, 2) is a point, as is (2,). Points outside the window are left out. Throws a ShapeError for
    /// others.
    void dots(const Var& points, const std::string& color, const DotStyle& style = {}) const;
    /// The same words at each point.
    void marks(const Var& points, const std::string& words, const TextStyle& style) const;
    /// Lines from each point to its partner.
    void lines(const Var& from, const Var& to, const std::string& color) const;

private:
    double at_x(double value) const;
    double at_y(double value) const;
    bool holds(double x, double y) const;
    template <class F>
    void each(const Var& points, F f) const;

    Page& page_;
    Area area_;
    Window window_;
};

}  // namespace jt::plot
