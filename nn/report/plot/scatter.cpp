// Points by class.
#include <algorithm>

#include "../../../autograd/node.hpp"
#include "../plot.hpp"
#include "axes.hpp"

namespace jt::plot {

namespace {

std::vector<std::int64_t> classes_of(const Scatter& scatter) {
    const Shape& shape = node_of("Scatter", scatter.points).value.shape();
    if (shape.rank() != 2 || shape[1] != 2) fail<ShapeError>("Scatter: needs points (n, 2), got ", shape);
    const Var& classes = scatter.classes;
    if (!classes.defined()) return std::vector<std::int64_t>(static_cast<std::size_t>(shape[0]));
    if (classes.shape() != Shape{shape[0]})
        fail<ShapeError>("Scatter: needs classes (", shape[0], ",), got ", classes.shape());
    if (is_float(classes.dtype()))
        fail<DtypeError>("Scatter: needs classes that are whole numbers, got ", classes.dtype());
    return classes.to_vector<std::int64_t>();
}

void check(const Scatter& scatter, const std::vector<std::int64_t>& classes) {
    const auto most = static_cast<std::int64_t>(scatter.names.size());
    for (const std::int64_t k : classes)
        if (k < 0 || (most > 0 && k >= most))
            fail<ValueError>("Scatter: needs classes from 0", most > 0 ? " and a name for each, got " : ", got ", k);
}

std::vector<LegendEntry> legend_of(const Scatter& scatter, const std::vector<std::int64_t>& classes) {
    std::vector<LegendEntry> legend;
    if (!scatter.classes.defined()) return legend;
    const auto count =
        classes.empty() ? 0 : static_cast<std::size_t>(*std::max_element(classes.begin(), classes.end())) + 1;
    constexpr std::size_t most = 20;  // more would not fit
    for (std::size_t k = 0; k < std::min(scatter.names.empty() ? count : scatter.names.size(), most); ++k)
        legend.push_back({scatter.names.empty() ? std::to_string(k) : scatter.names[k], color(k)});
    return legend;
}

Window window_of(const std::vector<double>& points) {
    Extent x, y;
    for (std::size_t k = 0; k < points.size(); k += 2)
        if (has_place(points[k]) && has_place(points[k + 1])) x.add(points[k]), y.add(points[k + 1]);
    const Extent a = x.widened(), b = y.widened();
    return {a.low, a.high, b.low, b.high};
}

}  // namespace

void draw(Page& page, const Area& area, const Scatter& scatter) {
    const std::vector<std::int64_t> classes = classes_of(scatter);
    check(scatter, classes);
    heading(page, area, scatter.title, legend_of(scatter, classes));
    const std::vector<double> points = scatter.points.to_vector<double>();
    const Plane plane(page, area, window_of(points));
    plane.axes();
    for (std::size_t k = 0; k < classes.size(); ++k)
        plane.dot(points[2 * k], points[2 * k + 1], color(static_cast<std::size_t>(classes[k])), {scatter.radius});
}

}  // namespace jt::plot
