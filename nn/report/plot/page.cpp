// SVG by hand: each element is a line of text.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "../../../autograd/node.hpp"
#include "../../../core/files/atomic.hpp"
#include "../../../core/files/bytes.hpp"
#include "../../../core/printable.hpp"
#include "../plot.hpp"
#include "axes.hpp"
#include "png.hpp"

namespace jt::plot {

namespace {

std::string pixels_of(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

// The bytes of a pixel; a level that is NaN makes it unseen.
std::string pixel(const double* levels, std::int64_t channels) {
    std::string out;
    for (const std::int64_t k : {std::int64_t{0}, channels / 2, channels - 1}) {
        if (std::isnan(levels[k])) return std::string(4, '\0');
        out += static_cast<char>(std::lround(255 * std::min(std::max(levels[k], 0.), 1.)));
    }
    return out + '\xff';
}

std::string times(std::int64_t n, const std::string& part) {
    std::string out;
    for (std::int64_t k = 0; k < n; ++k) out += part;
    return out;
}

// How often a pixel stands side by side, so that viewers which smooth have little to smooth.
std::int64_t enlargement(double length, std::int64_t pixels) {
    const double wanted = std::min(2 * length, 1024.) / static_cast<double>(pixels);
    return wanted > 1 ? static_cast<std::int64_t>(wanted) : 1;
}

std::string row_of(const double* levels, std::int64_t width, std::int64_t channels, std::int64_t across) {
    std::string out;
    for (std::int64_t k = 0; k < width; ++k) out += times(across, pixel(levels + k * channels, channels));
    return out;
}

}  // namespace

// A tag in the making, which knows whether all its numbers can be drawn.
class Page::Element {
public:
    explicit Element(const char* name) : name_(name), text_(std::string("<") + name) {}

    Element& with(const char* name, const std::string& value) {
        text_ += std::string(" ") + name + "=\"" + escaped(value) + '"';
        return *this;
    }
    Element& with(const char* name, double value) {
        drawable_ = drawable_ && std::isfinite(value);
        return with(name, pixels_of(value));
    }
    /// A number that is not below 0.
    Element& with_extent(const char* name, double value) {
        drawable_ = drawable_ && value >= 0;
        return with(name, value);
    }
    Element& at(const Area& area) {
        with("x", area.x).with("y", area.y);
        return with_extent("width", area.width).with_extent("height", area.height);
    }
    void add_to(Page& page, const std::string& inside = "") const {
        if (!drawable_) return;
        page.content_ += text_ + (inside.empty() ? "/>\n" : ">" + escaped(inside) + "</" + name_ + ">\n");
    }

private:
    const char* name_;
    std::string text_;
    bool drawable_ = true;
};

Page::Page(double width, double height) {
    if (!(width > 0 && height > 0 && std::isfinite(width) && std::isfinite(height)))
        fail<ValueError>("plot: needs a page of finite width and height above 0, got ", width, " and ", height);
    const std::string w = pixels_of(width), h = pixels_of(height);
    content_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + w + "\" height=\"" + h + "\" viewBox=\"0 0 " + w +
               ' ' + h + "\" font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\">\n";
    box({0, 0, width, height}, "white");
}

void Page::text(double x, double y, const std::string& words, const TextStyle& style) {
    Element element("text");
    element.with("x", x).with("y", y).with_extent("font-size", style.size).with("fill", style.color);
    element.with("text-anchor", style.anchor).with("font-weight", style.weight).add_to(*this, words);
}

void Page::line(double x1, double y1, double x2, double y2, const std::string& color, double width) {
    Element element("line");
    element.with("x1", x1).with("y1", y1).with("x2", x2).with("y2", y2);
    element.with("stroke", color).with_extent("stroke-width", width).add_to(*this);
}

void Page::box(const Area& area, const std::string& fill, const std::string& stroke) {
    Element("rect").at(area).with("fill", fill).with("stroke", stroke).add_to(*this);
}

void Page::dot(double x, double y, const std::string& color, const DotStyle& style) {
    Element element("circle");
    element.with("cx", x).with("cy", y).with_extent("r", style.radius).with("fill", color);
    if (style.ring != "none") element.with("stroke", style.ring).with_extent("stroke-width", style.ring_width);
    element.add_to(*this);
}

void Page::curve(const std::vector<std::pair<double, double>>& points, const std::string& color) {
    std::string list;
    for (const auto& [x, y] : points)
        if (std::isfinite(x) && std::isfinite(y)) list += (list.empty() ? "" : " ") + pixels_of(x) + ',' + pixels_of(y);
    Element element("polyline");
    element.with("points", list).with("fill", "none").with("stroke", color).with("stroke-width", 2);
    element.with("stroke-linejoin", "round").add_to(*this);
}

void Page::image(const Area& area, const Var& pixels) {
    const Shape& shape = node_of("image", pixels).value.shape();
    if (shape.rank() != 2 && !(shape.rank() == 3 && shape[2] == 3))
        fail<ShapeError>("image: needs pixels (h, w) or (h, w, 3), got ", shape);
    if (pixels.numel() == 0) return;
    const std::int64_t channels = shape.rank() == 3 ? 3 : 1;
    const auto levels = pixels.to_vector<double>();
    const std::int64_t across = enlargement(area.width, shape[1]), down = enlargement(area.height, shape[0]);
    std::string rgba;
    for (std::int64_t k = 0; k < shape[0]; ++k)
        rgba +=
            times(down, row_of(&levels[static_cast<std::size_t>(k * shape[1] * channels)], shape[1], channels, across));
    Element element("image");
    element.at(area).with("preserveAspectRatio", "none").with("style", "image-rendering:pixelated");
    element.with("href", png_url(rgba, shape[1] * across, shape[0] * down)).add_to(*this);
}

std::string Page::svg() const { return content_ + "</svg>\n"; }

void Page::save(const std::string& path) const {
    const std::string text = svg();
    const files::Source source(files::place("plot", path));
    if (!path.ends_with(".svg")) source.reject("UnknownFormat", "needs a name that ends in .svg");
    AtomicFile file("plot", path);
    file.write(text.data(), text.size());
    file.commit();
}

const std::string& color(std::size_t k) {
    static const std::array<std::string, 10> colors{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00",
                                                    "#56b4e9", "#444444", "#882255", "#999933", "#332288"};
    return colors[k % colors.size()];
}

void headline(Page& page, const std::string& sentence, const std::string& remark) {
    page.text(40, 44, sentence, {22, "#111", "start", "bold"});
    page.text(40, 68, remark, {13, "#666"});
}

}  // namespace jt::plot
