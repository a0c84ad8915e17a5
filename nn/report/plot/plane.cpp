// A part of the plane on a page.
#include "../../../autograd/node.hpp"
#include "../plot.hpp"
#include "axes.hpp"

namespace jt::plot {

namespace {

std::vector<double> numbers_of(const Var& points) {
    const Shape& shape = node_of("plot", points).value.shape();
    if (shape.rank() < 1 || shape.rank() > 2 || shape[shape.rank() - 1] != 2)
        fail<ShapeError>("plot: needs points (n, 2), got ", shape);
    return points.to_vector<double>();
}

std::vector<double> ticks_of(double low, double high) {
    Extent extent;
    extent.add(low);
    extent.add(high);
    return extent.ticks(6);
}

}  // namespace

Plane::Plane(Page& page, const Area& area, const Window& window)
    : page_(page), area_{area.x + 36, area.y + 40, area.width - 36, area.height - 64}, window_(window) {}

double Plane::at_x(double value) const {
    return area_.x + area_.width * (value - window_.left) / (window_.right - window_.left);
}
double Plane::at_y(double value) const {
    return area_.y + area_.height * (window_.top - value) / (window_.top - window_.bottom);
}

void Plane::axes() const {
    const double below = area_.y + area_.height;
    page_.box(area_, "none", faint);
    const std::vector<double> across = ticks_of(window_.left, window_.right),
                              up = ticks_of(window_.bottom, window_.top);
    for (const double tick : across) {
        if (tick < window_.left || tick > window_.right) continue;
        page_.line(at_x(tick), below, at_x(tick), below + 4, faint);
        page_.text(at_x(tick), below + 17, number(tick, across), {11, faint, "middle"});
    }
    for (const double tick : up) {
        if (tick < window_.bottom || tick > window_.top) continue;
        page_.line(area_.x - 4, at_y(tick), area_.x, at_y(tick), faint);
        page_.text(area_.x - 8, at_y(tick) + 4, number(tick, up), {11, faint, "end"});
    }
}

void Plane::image(const Var& pixels) const { page_.image(area_, pixels); }

bool Plane::holds(double x, double y) const {
    return x >= window_.left && x <= window_.right && y >= window_.bottom && y <= window_.top;
}

template <class F>
void Plane::each(const Var& points, F f) const {
    const auto values = numbers_of(points);
    for (std::size_t k = 0; k + 1 < values.size(); k += 2)
        if (holds(values[k], values[k + 1])) f(values[k], values[k + 1]);
}

void Plane::dot(double x, double y, const std::string& color, const DotStyle& style) const {
    if (holds(x, y)) page_.dot(at_x(x), at_y(y), color, style);
}

void Plane::dots(const Var& points, const std::string& color, const DotStyle& style) const {
    each(points, [&](double x, double y) { dot(x, y, color, style); });
}

void Plane::marks(const Var& points, const std::string& words, const TextStyle& style) const {
    each(points, [&](double x, double y) { page_.text(at_x(x), at_y(y) + 0.36 * style.size, words, style); });
}

void Plane::lines(const Var& from, const Var& to, const std::string& color) const {
    const auto a = numbers_of(from), b = numbers_of(to);
    if (a.size() != b.size())
        fail<ShapeError>("plot: needs as many points as partners, got ", from.shape(), " and ", to.shape());
    for (std::size_t k = 0; k + 1 < a.size(); k += 2)
        page_.line(at_x(a[k]), at_y(a[k + 1]), at_x(b[k]), at_y(b[k + 1]), color);
}

}  // namespace jt::plot
